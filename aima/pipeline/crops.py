"""Crops: the few pictures of each face that outlive the frames they were cut from.

Tracks are only known after fusion, so a worker follows faces by the overlap of their boxes and keeps, of each face
it follows, the best crop of every stretch of time, five at most.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aima.domain.batch import FrameBatch
from aima.domain.locating import box_iou
from aima.domain.observation import Crop
from aima.storage.archive import Archive

PER_FACE = 5
SPACING_US = 2_000_000
GAP_US = 1_000_000
MARGIN = 1.6
LONG_SIDE = 256
JPEG_QUALITY = 95
MIN_OVERLAP = 0.3
Box = tuple[float, float, float, float]


@dataclass(slots=True)
class _Candidate:
    pts_us: int
    ordinal: int
    box: Box
    quality: float
    pixels: npt.NDArray[np.uint8]


@dataclass(slots=True)
class _Followed:
    box: Box
    last_us: int
    best: dict[int, _Candidate] = field(default_factory=dict)

    def offer(self, candidate: _Candidate) -> None:
        slot = candidate.pts_us // SPACING_US
        held = self.best.get(slot)
        if held is None or candidate.quality > held.quality:
            self.best[slot] = candidate
        if len(self.best) > PER_FACE:
            del self.best[min(self.best, key=lambda s: (self.best[s].quality, s))]


class CropKeeper:
    """Collects crops of one segment."""

    def __init__(self, content_id: str, segment_no: int) -> None:
        self._content_id = content_id
        self._segment_no = segment_no
        self._followed: list[_Followed] = []

    def add(self, batch: FrameBatch) -> None:
        """Offer every face of a batch that carries the columns faces and face_quality."""
        if "face_quality" not in batch.columns.column_names:
            return
        faces = batch.columns["faces"].to_pylist()
        quality = batch.columns["face_quality"].to_pylist()
        for index, pts in enumerate(batch.pts_us.tolist()):
            self._frame(batch, index, pts, list(zip(faces[index] or [], quality[index] or [], strict=False)))

    def _frame(
        self, batch: FrameBatch, index: int, pts: int, faces: list[tuple[dict[str, float], float | None]]
    ) -> None:
        free = [f for f in self._followed if pts - f.last_us <= GAP_US]
        for ordinal, (face, quality) in enumerate(faces):
            box = (face["left"], face["top"], face["width"], face["height"])
            followed = max(free, key=lambda f, box=box: box_iou(f.box, box), default=None)  # type: ignore[misc]
            if followed is None or box_iou(followed.box, box) < MIN_OVERLAP:
                followed = _Followed(box, pts)
                self._followed.append(followed)
            else:
                free.remove(followed)
            followed.box, followed.last_us = box, pts
            pixels = cut(batch.frames[index], box, batch.scale)
            if pixels.size:
                followed.offer(_Candidate(pts, ordinal, box, float(quality or 0.0), pixels))

    def store(self, archive: Archive, digest: str) -> tuple[Crop, ...]:
        """Write the kept crops and list them in order of time. `digest` tells whose faces they are."""
        kept = [c for followed in self._followed for c in followed.best.values()]
        return tuple(self._store(archive, digest, c) for c in sorted(kept, key=lambda c: (c.pts_us, c.ordinal)))

    def _store(self, archive: Archive, faces: str, candidate: _Candidate) -> Crop:
        name = crop_name(self._content_id, faces, candidate.pts_us, candidate.ordinal)
        data = encode(candidate.pixels)
        archive.put(name, data)
        digest = hashlib.sha256(data).hexdigest()
        return Crop(
            self._content_id,
            self._segment_no,
            candidate.pts_us,
            candidate.ordinal,
            candidate.box,
            candidate.quality,
            name,
            digest,
        )


def crop_name(content_id: str, faces: str, pts_us: int, ordinal: int) -> str:
    """Archive name of the crop of the `ordinal`-th face at `pts_us`, as counted by the observations `faces`."""
    return f"crops/{content_id[:2]}/{content_id}/{faces}/{pts_us}-{ordinal}.jpg"


def cut(frame: npt.NDArray[np.uint8], box: Box, scale: tuple[float, float]) -> npt.NDArray[np.uint8]:
    """The box x 1.6 of a frame, long side at most 256 pixels; empty if it lies outside.

    Args:
        frame: uint8 [height, width, 3].
        box: in source pixels.
        scale: source pixels per frame pixel.
    """
    left, top, width, height = box[0] / scale[0], box[1] / scale[1], box[2] / scale[0], box[3] / scale[1]
    x0, x1 = left + width / 2 - width * MARGIN / 2, left + width / 2 + width * MARGIN / 2
    y0, y1 = top + height / 2 - height * MARGIN / 2, top + height / 2 + height * MARGIN / 2
    rows, columns = frame.shape[:2]
    part = frame[max(0, int(y0)) : min(rows, int(y1) + 1), max(0, int(x0)) : min(columns, int(x1) + 1)]
    factor = LONG_SIDE / max(1, *part.shape[:2])
    if part.size and factor < 1:
        size = (max(1, round(part.shape[1] * factor)), max(1, round(part.shape[0] * factor)))
        return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    return part.copy()


def encode(pixels: npt.NDArray[np.uint8]) -> bytes:
    """RGB pixels as JPEG."""
    ok, data = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not ok:
        raise ValueError("the crop could not be encoded")
    return bytes(data)


def has_faces(columns: pa.Table) -> bool:
    """Whether crops can be taken with these columns."""
    return {"faces", "face_quality"} <= set(columns.column_names)
