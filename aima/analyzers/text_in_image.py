"""What is written in key frames: each line turned level, read by a network and freed of doubles.

Graves et al., "Connectionist Temporal Classification" (2006): the network names the likeliest character at each step
along the line, or none; equal ones next to each other are one.
"""

from __future__ import annotations

from typing import Any, ClassVar

import cv2
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from aima.analyzers.base import Analyzer, Options
from aima.analyzers.crops import Pixels
from aima.analyzers.text_lines import UPRIGHT, Floats, TextLines
from aima.domain.batch import FrameBatch
from aima.domain.observation import WRITING_COLUMNS
from aima.models.model import Model

WIDTHS = 32
"""Widths are rounded up to multiples of this many pixels: lines of one width are read in one call."""

WIDEST = 2400
"""Pixels; a longer line is squeezed."""

AT_ONCE = 8
"""Lines per call: bounds memory; more at once are no faster on a CPU."""

SURE = 0.95
"""Lines that are read less surely are looked at upside down too: some turned letters look like others ..."""

SURER = 0.1
"""... and are taken as turned if the score rises by this."""

REPEATED = 3
"""So many times the same character and no other is a pattern, no word."""

Reading = tuple[str, float]


class TextInImageOptions(Options):
    """How sure a reading must be."""

    min_score: float = Field(0.8, ge=0, le=1, description="lower keeps more lines and more that are misread")
    min_characters: int = Field(2, ge=1, description="shorter lines are mostly no writing")


class TextInImage(Analyzer[TextInImageOptions]):
    """Reads lines of writing; frames that were not looked at are null."""

    name: ClassVar[str] = "text_in_image"
    version: ClassVar[str] = "1"
    task: ClassVar[str | None] = "text_recognition"
    reads: ClassVar[tuple[str, ...]] = ("frames", "text_lines")
    adds: ClassVar[pa.Schema] = WRITING_COLUMNS
    options_type: ClassVar[type[Options]] = TextInImageOptions

    def load(self, model: Model | None) -> None:
        """Take the reader and the list of its characters."""
        assert model is not None, "text_in_image needs a model"
        self._model = model
        # Class 0 is no character; the space is not in the list.
        self._characters = ["", *model.texts["character"].split("\n"), " "]

    def analyze(self, batch: FrameBatch, options: TextInImageOptions) -> pa.Table:
        """Lines of each frame that were read surely enough, with upright boxes in displayed source pixels."""
        written: list[list[dict[str, Any]] | None] = [
            None if lines is None else self._written(frame, lines, batch.scale, options)
            for frame, lines in zip(batch.frames, batch.columns["text_lines"].to_pylist(), strict=True)
        ]
        return self.table(batch.pts_us, {"writing": written})

    def _written(
        self, frame: Pixels, rows: list[dict[str, Any]], scale: tuple[float, float], options: TextInImageOptions
    ) -> list[dict[str, Any]]:
        lines = TextLines.of_rows(rows, scale)
        boxes = lines.boxes * np.tile(np.array(scale, np.float32), 2)
        written = []
        for (text, score), box in zip(self._read_both_ways(frame, lines), boxes, strict=True):
            if score >= options.min_score and len(text) >= options.min_characters and not _is_pattern(text):
                left, top, right, bottom = (float(value) for value in box)
                sides = {"left": left, "top": top, "width": right - left, "height": bottom - top}
                written.append({"text": text, **sides, "score": score})
        return written

    def _read_both_ways(self, frame: Pixels, lines: TextLines) -> list[Reading]:
        """Text and score per line; what is not read surely is looked at upside down."""
        crops = [level(frame, corners) for corners in lines.corners]
        readings = self._read(crops)
        poor = [i for i, (_, score) in enumerate(readings) if score < SURE]
        for i, turned in zip(poor, self._read([crops[i][::-1, ::-1] for i in poor]), strict=True):
            readings[i] = turned if turned[1] > readings[i][1] + SURER else readings[i]
        return readings

    def _read(self, crops: list[Pixels]) -> list[Reading]:
        """Text and score of level lines, in their order."""
        inputs = [self._prepared(crop) for crop in crops]
        readings: list[Reading] = [("", 0.0)] * len(crops)
        widths = [value.shape[2] for value in inputs]
        for width in sorted(set(widths)):
            alike = [i for i, other in enumerate(widths) if other == width]
            for start in range(0, len(alike), AT_ONCE):
                chosen = alike[start : start + AT_ONCE]
                for i, reading in zip(chosen, self._run(np.stack([inputs[i] for i in chosen])), strict=True):
                    readings[i] = reading
        return readings

    def _prepared(self, crop: Pixels) -> Floats:
        """float32 [3, height, width]: brought to the network's height, its colours normalised, grey at the right."""
        contract = self._model.contract
        height = contract["height"]
        width = min(max(round(crop.shape[1] * height / crop.shape[0]), 1), WIDEST)
        way = cv2.INTER_AREA if crop.shape[0] > height else cv2.INTER_CUBIC
        scaled = cv2.resize(np.ascontiguousarray(crop), (width, height), interpolation=way)
        colours = scaled[..., ::-1] if contract["colour"] == "bgr" else scaled
        pixels = np.zeros((3, height, -(-width // WIDTHS) * WIDTHS), np.float32)
        pixels[:, :, :width] = (colours.transpose(2, 0, 1) - np.float32(contract["mean"])) / np.float32(contract["std"])
        return pixels

    def _run(self, lines: Floats) -> list[Reading]:
        contract = self._model.contract
        outputs = self._model.runtime.run({contract["input"]: lines})
        steps = zip(outputs[contract["characters"]], outputs[contract["scores"]], strict=True)
        return [collapse(numbers, scores, self._characters) for numbers, scores in steps]


def _is_pattern(text: str) -> bool:
    return len(text) >= REPEATED and len(set(text)) == 1


def level(frame: Pixels, corners: Floats) -> Pixels:
    """The line turned level, uint8 [height, width, 3]; one that runs upwards or downwards is turned to the right.

    corners: of the line in the frame, float32 [4, 2], top left first, clockwise.
    """
    if np.linalg.norm(corners[3] - corners[0]) >= UPRIGHT * np.linalg.norm(corners[1] - corners[0]):
        # Read from bottom to top, as on the back of a book: its first corner is the one at the bottom left.
        corners = np.roll(corners, 1, axis=0)
    width, height = (max(1, round(float(np.linalg.norm(corners[i] - corners[0])))) for i in (1, 3))
    target = np.array([[0, 0], [width, 0], [0, height]], np.float32)
    way = cv2.getAffineTransform(np.ascontiguousarray(corners[[0, 1, 3]]), target)
    turned = cv2.warpAffine(frame, way, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


def collapse(numbers: npt.NDArray[np.int64], scores: Floats, characters: list[str]) -> Reading:
    """Text and mean score of its characters; numbers, scores: of the likeliest class at each step."""
    first = np.concatenate([[True], numbers[1:] != numbers[:-1]]) & (numbers > 0)
    if not first.any():
        return "", 0.0
    text = "".join(characters[number] for number in numbers[first])
    return " ".join(text.split()), float(scores[first].mean())
