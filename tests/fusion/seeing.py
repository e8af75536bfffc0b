"""Real media through the real reader and analyzers, without a pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from aima.analyzers.base import Analyzer
from aima.analyzers.face_detector import FaceDetector, FaceDetectorOptions
from aima.analyzers.face_embedder import FaceEmbedder, FaceEmbedderOptions
from aima.analyzers.shot_cuts import ShotCuts, ShotCutsOptions
from aima.domain.batch import FrameBatch
from aima.domain.media import FrameChunk, MediaInfo, Segment, Strip
from aima.domain.track import Track
from aima.fusion.shots import shots
from aima.fusion.tracks import build_tracks
from aima.media.gate import inspect
from aima.media.reader import SegmentReader
from aima.media.segments import plan_segments
from aima.models.loader import load
from aima.models.model import Calibration
from aima.settings import Settings
from tests.fusion.making import STEP_US

NO_FRAMES = np.zeros((0, 8, 8, 3), np.uint8)


@dataclass
class Eyes:
    """The loaded analyzers."""

    settings: Settings
    detector: FaceDetector
    embedder: FaceEmbedder

    @classmethod
    def open(cls, settings: Settings) -> Eyes:
        eyes = cls(settings, FaceDetector(), FaceEmbedder())
        loaded: list[tuple[Analyzer, str]] = [(eyes.detector, "face_detection"), (eyes.embedder, "face_embedding")]
        for analyzer, task in loaded:
            analyzer.load(load(settings, task))
        return eyes

    @property
    def calibration(self) -> Calibration:
        """That of the face model."""
        calibration = load(self.settings, "face_embedding").calibration
        assert calibration is not None
        return calibration

    def tracks(self, path: Path, content_id: str, segments: Sequence[Segment] = ()) -> list[Track]:
        """Tracks of a medium, or of some segments of it."""
        return build_tracks(content_id, *self.see(path, segments), STEP_US, self.calibration)

    def see(self, path: Path, segments: Sequence[Segment] = ()) -> tuple[pa.Table, list[int]]:
        """Observed faces, and the times of cuts."""
        info = inspect(path, self.settings.media)
        faces, cuts = [], []
        with SegmentReader(path, info, self.settings.media) as reader:
            planned = segments or plan_segments(path.name, info)
            for segment in (one for one in planned if one.stream == "sight"):
                chunks = list(reader.chunks(segment))
                faces += [self._faces(chunk, info) for chunk in chunks if len(chunk.pts_us)]
                cuts.append(self._cuts(chunks, segment))
        return pa.concat_tables(faces), shots(pa.concat_tables(cuts))

    def _faces(self, chunk: FrameChunk, info: MediaInfo) -> pa.Table:
        size = (info.width, info.height)
        empty = pa.table({"pts_us": chunk.pts_us})
        batch = FrameBatch("", 0, chunk.frames, chunk.pts_us, chunk.strip, empty, size, STEP_US)
        found = self.detector.analyze(batch, FaceDetectorOptions())
        batch = FrameBatch("", 0, chunk.frames, chunk.pts_us, chunk.strip, found, size, STEP_US)
        known = self.embedder.analyze(batch, FaceEmbedderOptions())
        return pa.table({name: known[name] for name in ("pts_us", "face_vectors", "face_quality")}).append_column(
            "faces", found["faces"]
        )

    def _cuts(self, chunks: list[FrameChunk], segment: Segment) -> pa.Table:
        shown = [chunk.strip for chunk in chunks if len(chunk.strip.pts_us)]
        strip = Strip(np.concatenate([s.frames for s in shown]), np.concatenate([s.pts_us for s in shown]))
        none = np.zeros(0, np.int64)
        batch = FrameBatch("", segment.no, NO_FRAMES, none, strip, pa.table({"pts_us": none}), (8, 8), STEP_US)
        rows = ShotCuts().analyze(batch, ShotCutsOptions())
        return rows.append_column("segment_no", pa.array([segment.no] * rows.num_rows, pa.int32()))
