"""Observations: what analyzers see, with the names and Arrow types that fusion and stores rely on.

Of sight, one row is one frame (or, for `shot_cuts`, one cut or one edge of the segment); of sound, one row is a span
of time from pts_us to end_us that has its middle in the segment. Columns per face are lists
aligned with `faces` by index; faces of a frame are sorted by the top-left of their box (top, then left), so the
index is the ordinal of `observation_id`.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from aima.domain.media import NAMESPACE, Problem, Stream

FACE: Final = pa.struct(
    [
        ("left", pa.float32()),
        ("top", pa.float32()),
        ("width", pa.float32()),
        ("height", pa.float32()),
        ("score", pa.float32()),
        ("landmarks", pa.list_(pa.float32())),
    ]
)
"""Box and landmarks in displayed source pixels; landmarks are x0, y0 .. x4, y4: the eye at the left of the picture,
the eye at its right, nose, left and right corner of the mouth. Score in 0..1."""

PROBLEMS: Final = pa.list_(pa.struct([("code", pa.string()), ("analyzer", pa.string()), ("detail", pa.string())]))

EXPRESSIONS: Final = ("neutral", "happiness", "sadness", "anger", "fear", "disgust", "surprise")

FACE_COLUMNS: Final = pa.schema([("faces", pa.list_(FACE))])
FACE_VECTOR_COLUMNS: Final = pa.schema(
    [
        (
            "face_vectors",
            pa.list_(pa.list_(pa.float32())),
        ),  # L2-normalised; null where no vector was computed
        ("face_quality", pa.list_(pa.float32())),  # 0..1, how much the vector can be trusted
        ("face_ages", pa.list_(pa.float32())),  # years; null where the model gives none
        ("face_genders", pa.list_(pa.float32())),  # probability of "female"; null where the model gives none
    ]
)
EXPRESSION_COLUMNS: Final = pa.schema(
    [("face_expressions", pa.list_(pa.list_(pa.float32())))]  # probabilities in the order of EXPRESSIONS
)
CUT_COLUMNS: Final = pa.schema(
    [
        ("cut", pa.bool_()),  # a shot begins at pts_us
        ("cut_score", pa.float32()),  # 0..1
        ("signature", pa.list_(pa.float32())),  # of the first and the last strip frame: joins segments
    ]
)
MOUTH_COLUMNS: Final = pa.schema(
    [
        ("mouth_open", pa.list_(pa.float32())),  # inner lip distance / mouth width at the sample
        ("mouth_motion", pa.list_(pa.list_(pa.float32()))),  # per strip frame of the row, 0..1
        ("mouth_pts_us", pa.list_(pa.int64())),  # times of those strip frames
    ]
)

OBJECT: Final = pa.struct(
    [
        ("label", pa.string()),
        ("left", pa.float32()),
        ("top", pa.float32()),
        ("width", pa.float32()),
        ("height", pa.float32()),
        ("score", pa.float32()),
    ]
)
"""A thing: its COCO class in English, box in displayed source pixels, score in 0..1."""

LABEL: Final = pa.struct([("label", pa.string()), ("score", pa.float32())])

TEXT_LINE: Final = pa.struct([("corners", pa.list_(pa.float32())), ("score", pa.float32())])
"""Where a line of writing is: x0, y0 .. x3, y3 in displayed source pixels, from the corner where a horizontal line
begins clockwise around it; score in 0..1."""

WRITTEN: Final = pa.struct(
    [
        ("text", pa.string()),
        ("left", pa.float32()),
        ("top", pa.float32()),
        ("width", pa.float32()),
        ("height", pa.float32()),
        ("score", pa.float32()),
    ]
)
"""A line of writing: its words, the upright box around it in displayed source pixels, score in 0..1."""

# Of each of these: null for a frame that was not looked at, an empty list where nothing was found.
OBJECT_COLUMNS: Final = pa.schema([("objects", pa.list_(OBJECT))])
PICTURE_COLUMNS: Final = pa.schema(
    [
        ("image_vector", pa.list_(pa.float32())),  # L2-normalised
        ("image_labels", pa.list_(LABEL)),  # ImageNet classes in English, surest first
    ]
)
TEXT_LINE_COLUMNS: Final = pa.schema([("text_lines", pa.list_(TEXT_LINE))])
WRITING_COLUMNS: Final = pa.schema([("writing", pa.list_(WRITTEN))])

# Of sound. end_us: where the row ends, microseconds from the start of the medium.
_END: Final = ("end_us", pa.int64())
WAVEFORM_COLUMNS: Final = pa.schema(  # a row is a tenth of a second
    [
        _END,
        ("low", pa.float32()),  # least and greatest sample, -1..1
        ("high", pa.float32()),
        ("loudness", pa.float32()),  # root mean square in dB below full scale; -120 for digital silence
        ("clipped", pa.float32()),  # share of samples at full scale, 0..1
        # how much the sound of speech differs from that before, in steps of a fifth of the row, in powers of ten
        ("change", pa.list_(pa.float32())),
    ]
)
VOICE_ACTIVITY_COLUMNS: Final = pa.schema(
    [_END, ("speech_chance", pa.float32())]
)  # 0..1; a row is one look of the model
WINDOW_COLUMNS: Final = pa.schema(  # a row is a window of some seconds; windows overlap
    [
        _END,
        # who speaks when: per stretch of speech of one speaker of the window (their order means nothing) one value per
        # step; stretches may be of one speaker if they do not overlap
        ("activities", pa.list_(pa.list_(pa.bool_()))),
        ("activity_step_us", pa.float64()),
    ]
)
VOICE_VECTOR_COLUMNS: Final = pa.schema(  # rows are those of the windows; lists are aligned with `activities`
    [
        _END,
        ("voice_vectors", pa.list_(pa.list_(pa.float32()))),  # L2-normalised; null where too little is heard alone
        ("voice_seconds", pa.list_(pa.float32())),  # of speech that nobody else speaks into, which it was made of
    ]
)
WORD_COLUMNS: Final = pa.schema(  # a row is a word
    [
        _END,
        ("word", pa.string()),  # with its punctuation, without spaces around it
        ("word_score", pa.float32()),  # probability, 0..1
        ("phrase", pa.int32()),  # words of one number were recognised together, and belong to one sentence or clause
        ("language", pa.string()),  # ISO 639-1 of the stretch that it stands in
        ("language_chance", pa.float32()),
    ]
)
SOUND_EVENT_COLUMNS: Final = pa.schema([_END, ("sounds", pa.list_(LABEL))])  # a row is one look of the model

KEY_COLUMNS: Final = pa.schema(
    [
        ("content_id", pa.string()),
        ("segment_no", pa.int32()),
        ("pts_us", pa.int64()),
        ("observation_id", pa.string()),
    ]
)


def options_hash(options: dict[str, Any]) -> str:
    """First 16 hex digits of the sha256 of the options as canonical JSON."""
    canonical = json.dumps(options, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, order=True)
class ObservationKey:
    """Whose observations: one content, one analyzer with its model version and options."""

    content_id: str
    analyzer: str
    model_version: str
    options_hash: str

    @property
    def short(self) -> str:
        """Analyzer, model version and options in 12 hex digits."""
        return options_hash({"of": [self.analyzer, self.model_version, self.options_hash]})[:12]

    def observation_id(self, pts_us: int, ordinal: int) -> str:
        """Stable id of one observation: the `ordinal`-th of the frame at `pts_us`."""
        parts = (self.content_id, self.analyzer, self.model_version, self.options_hash, pts_us, ordinal)
        return str(uuid.uuid5(NAMESPACE, "observation:" + ":".join(map(str, parts))))


@dataclass(frozen=True, slots=True)
class Crop:
    """A kept picture of one face. `box` in displayed source pixels; `path` relative to the archive."""

    content_id: str
    segment_no: int
    pts_us: int
    ordinal: int
    box: tuple[float, float, float, float]
    quality: float
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The marker of a segment: its observations of one analyzer lie durably at `path`. stream: of the segment."""

    key: ObservationKey
    segment_no: int
    path: str
    sha256: str
    rows: int
    cpu_s: float
    wall_s: float
    node: str
    gpu: str | None = None
    attempts: int = 1
    problems: tuple[Problem, ...] = ()
    crops: tuple[Crop, ...] = field(default=())
    stream: Stream = "sight"
