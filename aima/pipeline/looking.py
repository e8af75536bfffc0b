"""Still pictures through the contained reader and the product's analyzers, without a pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aima.analyzers.face_detector import FaceDetector, FaceDetectorOptions
from aima.analyzers.face_embedder import FaceEmbedder, FaceEmbedderOptions
from aima.analyzers.image_vector import QUERY, ImageVector
from aima.domain.batch import FrameBatch
from aima.domain.media import Strip
from aima.domain.track import Track
from aima.errors import MediaCorrupt
from aima.fusion.tracks import build_tracks
from aima.media.gate import inspect
from aima.media.reader import SegmentReader
from aima.media.segments import PICTURE_US, plan_segments
from aima.models.loader import load
from aima.models.model import Model
from aima.settings import Media, Settings

Pixels = npt.NDArray[np.uint8]

_NOW = np.zeros(1, np.int64)
_NO_STRIP = Strip(np.zeros((0, 1, 1), np.uint8), np.zeros(0, np.int64))


def decode(path: Path, media: Media) -> Pixels:
    """The first frame at analysis resolution: uint8 [height, width, 3] RGB.

    Raises:
        MediaError: see `gate.inspect` and `SegmentReader`; MediaCorrupt too if there are no frames.
    """
    info = inspect(path, media)
    with SegmentReader(path, info, media) as reader:
        for segment in plan_segments(path.name, info):
            for chunk in reader.chunks(segment, 1):
                if len(chunk.frames):
                    frame: Pixels = chunk.frames[0]
                    return frame
    raise MediaCorrupt(f"{path.name}: it shows nothing", "name a picture")


@dataclass(frozen=True, slots=True)
class Eyes:
    """The analyzers of faces, loaded, with their default options."""

    detector: FaceDetector
    embedder: FaceEmbedder
    model: Model

    @classmethod
    def open(cls, settings: Settings, face_model: str = "face_embedding") -> Eyes:
        """Load the models that the settings choose, or the face model of that name.

        Raises:
            ModelError: see `aima.models.loader.load`.
        """
        detector, embedder, model = FaceDetector(), FaceEmbedder(), load(settings, face_model)
        detector.load(load(settings, "face_detection"))
        embedder.load(model)
        return cls(detector, embedder, model)

    def tracks(self, pixels: Pixels, content_id: str) -> list[Track]:
        """The faces of a still picture as fusion takes them."""
        found = find_faces(self.detector, pixels, content_id)
        batch = still(pixels, content_id, found)
        return as_tracks(batch, self.embedder.analyze(batch, FaceEmbedderOptions()))


@dataclass(frozen=True, slots=True)
class PictureEye:
    """The analyzer of whole pictures, loaded, as it looks at what is searched for."""

    analyzer: ImageVector
    model: Model

    @classmethod
    def open(cls, settings: Settings, image_model: str) -> PictureEye:
        """Load the image model of that name.

        Raises:
            ModelError: see `aima.models.loader.load`.
        """
        analyzer, model = ImageVector(), load(settings, image_model)
        analyzer.load(model)
        return cls(analyzer, model)

    @property
    def model_version(self) -> str:
        """As it stands in observation keys."""
        return f"{self.model.model_version}+{self.analyzer.version}"

    def vector(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        """The whole picture: float32 [dimension], L2-normalised."""
        batch = still(pixels, "query", pa.table({"pts_us": _NOW}))
        seen = self.analyzer.analyze(batch, QUERY)
        return np.array(seen["image_vector"][0].as_py(), np.float32)


def as_tracks(batch: FrameBatch, known: pa.Table) -> list[Track]:
    """The faces of a still picture as fusion takes them. known: what the embedder said of it."""
    seen = known.drop_columns(["problems"]).append_column("faces", batch.columns["faces"])
    return build_tracks(batch.content_id, seen, (), PICTURE_US)


def find_faces(detector: FaceDetector, pixels: Pixels, content_id: str) -> pa.Table:
    """What the detector says of a still picture, one row."""
    return detector.analyze(still(pixels, content_id, pa.table({"pts_us": _NOW})), FaceDetectorOptions())


def still(pixels: Pixels, content_id: str, columns: pa.Table) -> FrameBatch:
    """A still picture as analyzers get it, with what earlier ones said of it (one row)."""
    size = pixels.shape[1], pixels.shape[0]
    return FrameBatch(content_id, 0, pixels[None], _NOW, _NO_STRIP, columns, size, PICTURE_US)
