"""The work itself, with nothing around it: what every peer does, and what AIMA does for the same observations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa

from aima.analyzers import registry
from aima.analyzers.base import Analyzer
from aima.domain.batch import FrameBatch
from aima.domain.media import FrameChunk, MediaInfo, Segment, Strip
from aima.media.gate import inspect
from aima.media.reader import SegmentReader
from aima.media.segments import plan_segments
from aima.models.catalogue import find
from aima.models.loader import load
from aima.pipeline.plan import Plan, Step, fused, make_plan
from aima.pipeline.read import CHUNK
from aima.services.intake import sha256_of
from aima.settings import Settings

WANTED: Mapping[str, Mapping[str, Any]] = {n: {} for n in registry.DEFAULT if registry.stream_of(n) == "sight"}
"""Clips are cut without their sound."""

Tables = dict[str, pa.Table]
"""Observations of a segment by analyzer."""


@dataclass(frozen=True)
class Clip:
    """A file with what the gate found, and its segments."""

    path: Path
    info: MediaInfo
    segments: tuple[Segment, ...]

    @classmethod
    def of(cls, path: Path, settings: Settings) -> Clip:
        """Hash and inspect a file, as taking it in does."""
        info = inspect(path, settings.media)
        return cls(path, info, tuple(plan_segments(sha256_of(path), info)))


def plan(settings: Settings) -> Plan:
    """The default analyzers with the models of the settings."""
    tasks = {registry.get(name).task for name in WANTED} - {None}
    entries = {task: find(settings, task) for task in tasks if task}
    models = {task: (entry.name, f"{entry.name}@{entry.version}") for task, entry in entries.items()}
    return make_plan(WANTED, models, settings.media, fused(1))


class Bare:
    """The analyzers with their models loaded, and the contained decoder of one clip."""

    def __init__(self, settings: Settings, clip: Clip) -> None:
        cv2.setNumThreads(1)
        self._clip = clip
        self._step_us = round(1_000_000 / settings.media.sample_fps)
        self._reader = SegmentReader(clip.path, clip.info, settings.media, settings.media.decoder)
        self._analyzers: list[tuple[Analyzer[Any], Step]] = []
        for step in plan(settings).steps:
            analyzer = registry.get(step.analyzer)()
            analyzer.load(load(settings, step.model) if step.model else None)
            self._analyzers.append((analyzer, step))

    def __enter__(self) -> Bare:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.close()

    def observe(self, segment: Segment) -> Tables:
        """Decode a segment in chunks and run the analyzers on each, then those of whole segments."""
        parts: dict[str, list[pa.Table]] = defaultdict(list)
        strips: list[Strip] = []
        for chunk in self._reader.chunks(segment, CHUNK):
            strips.append(chunk.strip)
            if len(chunk.pts_us):
                for name, table in self._chunk(segment, chunk):
                    parts[name].append(table)
        strip = Strip(np.concatenate([s.frames for s in strips]), np.concatenate([s.pts_us for s in strips]))
        whole = FrameChunk(np.zeros((0, 1, 1, 3), np.uint8), np.zeros(0, np.int64), strip)
        batch = self._batch(segment, whole)
        for analyzer, step in self._analyzers:
            if analyzer.scope == "segment":
                parts[analyzer.name].append(analyzer.analyze(batch, step.options))
        return {name: pa.concat_tables(tables) for name, tables in parts.items()}

    def _chunk(self, segment: Segment, chunk: FrameChunk) -> Iterator[tuple[str, pa.Table]]:
        batch = self._batch(segment, chunk)
        for analyzer, step in self._analyzers:
            if analyzer.scope == "segment":
                continue
            table = analyzer.analyze(batch, step.options)
            yield analyzer.name, table
            columns = batch.columns
            for name in analyzer.adds.names:
                columns = columns.append_column(analyzer.adds.field(name), table[name])
            batch = replace(batch, columns=columns)

    def _batch(self, segment: Segment, chunk: FrameChunk) -> FrameBatch:
        return FrameBatch(
            content_id=segment.content_id,
            segment_no=segment.no,
            frames=chunk.frames,
            pts_us=chunk.pts_us,
            strip=chunk.strip,
            columns=pa.table({"pts_us": chunk.pts_us}),
            source_size=(self._clip.info.width, self._clip.info.height),
            step_us=self._step_us,
        )
