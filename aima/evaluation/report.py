"""What an evaluation came to: figures, the mistakes behind them, and what was not measured."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from aima.evaluation.degraded import DegradedReport
from aima.evaluation.scores.association import AssociationScores
from aima.evaluation.scores.boxes import BoxScores
from aima.evaluation.scores.counts import CountScores
from aima.evaluation.scores.cuts import CutScores
from aima.evaluation.scores.der import TurnScores
from aima.evaluation.scores.expressions import ExpressionScores
from aima.evaluation.scores.pairs import PairScores
from aima.evaluation.scores.partition import PartitionScore
from aima.evaluation.scores.persons import PersonScores
from aima.evaluation.scores.result import Result
from aima.evaluation.scores.retrieval import RetrievalScores
from aima.evaluation.scores.voices import VoiceScores
from aima.evaluation.scores.wer import WordScores


class Seconds(Result):
    """What the evaluation took. cpu: of all processes together."""

    wall: float
    cpu: float


class Together(Result):
    """Persons of the clips when they are linked with everything else that was looked at."""

    mean_f1: float | None
    false_persons: int
    clips: dict[str, float | None] = Field(description="F1 by clip; null where nobody must be found")


class Cost(Result):
    """CPU milliseconds of one core per analysed frame, for videos of one displayed size or for all pictures."""

    kind: Literal["video", "image", "audio"]
    size: str = Field(description="width x height in pixels; smallest - largest")
    files: int
    frames: int = Field(description="sampled and analysed")
    faces: float = Field(description="per frame")
    ms_per_frame: dict[str, float] = Field(description="by analyzer, and of decoding")
    total: float = Field(description="of all of them")


class Report(Result):
    """One evaluation. A part that was not measured is null; `not_measured` says why."""

    purpose: Literal["evaluation"] = "evaluation"
    folder: str
    made_at: datetime
    version: str = Field(description="of AIMA")
    models: dict[str, str] = Field(description="name@version by task")
    analyzers: dict[str, str] = Field(description="version of model and code, of those that persons are made of")
    thresholds: dict[str, float] = Field(description="log-odds: join, review")
    faces: PairScores | None = None
    boxes: BoxScores | None = None
    counts: CountScores | None = None
    identities: PartitionScore | None = None
    persons: PersonScores | None = Field(None, description="each clip looked at alone")
    together: Together | None = Field(None, description="the same clips linked with everything else")
    cuts: CutScores | None = None
    emotion: ExpressionScores | None = None
    degraded: DegradedReport | None = None
    wer: WordScores | None = None
    der: TurnScores | None = None
    voices: VoiceScores | None = None
    retrieval: RetrievalScores | None = None
    association: AssociationScores | None = Field(None, description="whose face speaks")
    not_measured: dict[str, str] = Field(description="reason by part")
    failed: dict[str, str] = Field(description="reason by file that could not be looked at; it counts as empty")
    partial: dict[str, str] = Field(description="reason by file of which only a part could be looked at")
    cost: tuple[Cost, ...] = Field(description="videos by size, then the pictures")
    sound_cpu_per_second: dict[str, float] | None = Field(
        None, description="CPU seconds of one core per second of sound: total, and by analyzer and of decoding"
    )
    sound_seconds: float = Field(0.0, description="of the sound that these were spent on")
    seconds: Seconds
