"""One evaluation: look at the labelled files as a user would, answer, compare."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import aima
from aima.analyzers import registry
from aima.domain.clock import seconds
from aima.domain.media import Medium
from aima.evaluation import degraded
from aima.evaluation.answering import answer
from aima.evaluation.answers import Answers, Sounds
from aima.evaluation.costs import Spent, costs, sound_costs
from aima.evaluation.hearing import answer_sounds, hearing_analyzers, turns
from aima.evaluation.parts import NO_LABELS, NOT_ASKED, PARTS, Part, labelled_parts, restricted
from aima.evaluation.report import Report, Seconds, Together
from aima.evaluation.scores.association import score_association
from aima.evaluation.scores.boxes import score_boxes
from aima.evaluation.scores.counts import score_counts
from aima.evaluation.scores.cuts import score_cuts
from aima.evaluation.scores.der import score_turns
from aima.evaluation.scores.expressions import score_expressions
from aima.evaluation.scores.pairs import score_pairs
from aima.evaluation.scores.partition import score_partition
from aima.evaluation.scores.persons import PersonScores, score_clips
from aima.evaluation.scores.retrieval import score_retrieval
from aima.evaluation.scores.voices import score_voices
from aima.evaluation.scores.wer import score_words
from aima.evaluation.taking import Taken, reason, take
from aima.evaluation.truth import Clip, Truth
from aima.evaluation.workspace import Workspace
from aima.media.contained.keeper import KEEPER
from aima.models.catalogue import find
from aima.pipeline.progress import Listener
from aima.services.fusion import Watched
from aima.services.reports import FileReport

ANALYZERS: Final = ("face_detector", "face_embedder", "emotion", "shot_cuts", "mouth_motion")
"""What the figures of sight are of: nothing else is run, so that costs can be compared."""

MUCH_SHORTER: Final = 1.0
"""Seconds that a clip may end before its labels do and still count as whole."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A report with the answers that it judges and the labels that it judges them by."""

    report: Report
    answers: Answers
    truth: Truth


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who is told how far the stages are that take their time."""

    looking: Listener | None = None
    degrading: degraded.Progress | None = None


def evaluate(
    workspace: Workspace, truth: Truth, parts: frozenset[Part], listeners: Listeners | None = None
) -> Evaluation:
    """Look at the labelled files and score the parts that are asked for and have labels.

    A file that is not there or cannot be read counts as one in which nothing was found, and is reported.

    Raises:
        ModelMissing: before anything starts, if a model is not built.
        ArchiveDamaged: what was written a moment ago cannot be read.
    """
    wall, cpu = time.monotonic(), _own_cpu()
    measured = parts & labelled_parts(truth)
    wanted = restricted(truth, measured)
    told = listeners or Listeners()
    seen = take(workspace, wanted, wanted.seen, ANALYZERS, told.looking)
    heard = take(workspace, wanted, wanted.heard, hearing_analyzers(), told.looking)
    watched = {one.content_id: one for one in workspace.fusion.watched()} if seen.media else {}
    failed = heard.failed | seen.failed
    answers = answer(workspace, wanted, watched.values(), seen.media, failed)
    answers = replace(answers, sounds=answer_sounds(workspace, wanted, heard))
    scores = _scores(workspace, wanted, answers, measured)
    if "degraded" in measured:
        scores["degraded"] = degraded.measure(workspace.settings, truth, told.degrading)
    sound_cpu, sound_s = sound_costs(heard)
    report = Report(
        folder=str(truth.folder),
        made_at=datetime.now(UTC),
        version=aima.__version__,
        **_used(workspace, wanted),
        **scores,
        not_measured=_not_measured(parts, measured),
        failed=dict(sorted(failed.items())),
        partial=_partial(seen, heard, wanted.clips.values()),
        cost=costs(_spent(seen, watched)),
        sound_cpu_per_second=sound_cpu,
        sound_seconds=sound_s,
        seconds=Seconds(wall=time.monotonic() - wall, cpu=seen.cpu_s + heard.cpu_s + _own_cpu() - cpu),
    )
    return Evaluation(report, answers, wanted)


def _partial(seen: Taken, heard: Taken, clips: Iterable[Clip]) -> dict[str, str]:
    """Reason by file of which only a part could be read, or is there: clips may be shorter than labelled."""
    short = {clip.file: _too_short(clip, seen.media[clip.file]) for clip in clips if clip.file in seen.media}
    read = {file: reason(report) for file, report in seen.files.items() if _is_partial(report)}
    listened = {
        file: reason(report) for file, report in heard.files.items() if report.state == "done" and not report.whole
    }
    return dict(sorted({file: why for file, why in (listened | short | read).items() if why is not None}.items()))


def _is_partial(report: FileReport) -> bool:
    return report.state == "done" and (not report.whole or report.code == "nothing_fits")


def _too_short(clip: Clip, medium: Medium) -> str | None:
    lasts = seconds(medium.info.duration_us)
    if clip.duration - lasts <= MUCH_SHORTER:
        return None
    return f"partial: {clip.file} lasts {lasts:.1f} s, but {clip.duration:.1f} s by its labels"


def _scores(workspace: Workspace, truth: Truth, answers: Answers, measured: frozenset[Part]) -> dict[str, Any]:
    """Scores by field of the report; degraded copies are looked at apart."""
    join = workspace.settings.identity.join
    told = {name: clip for name, clip in truth.clips.items() if clip.tells("persons")}
    shot = {name: clip for name, clip in truth.clips.items() if clip.tells("cuts")}
    scorers: dict[str, Callable[[], Any]] = {
        "faces": lambda: score_pairs(truth.pairs, answers.pairs, answers.odds, join),
        "boxes": lambda: score_boxes(truth.boxes, answers.boxes),
        "counts": lambda: score_counts(truth.counts, answers.counts),
        "identities": lambda: score_partition(truth.identities, answers.identities),
        "persons": lambda: score_clips(told, answers.persons),
        "cuts": lambda: score_cuts(shot, answers.cuts),
        "emotion": lambda: score_expressions(truth.expressions, answers.expressions),
        **_sound_scorers(truth, answers.sounds, join),
    }
    scores = {part: score() for part, score in scorers.items() if part in measured}
    return scores | ({"together": _together(score_clips(told, answers.together))} if "persons" in measured else {})


def _sound_scorers(truth: Truth, sounds: Sounds, join: float) -> dict[str, Callable[[], Any]]:
    voices = sounds.voices
    found = {name: turns(hearing) for name, hearing in sounds.talks.items()}
    groups = (truth.speakers, voices.groups)
    return {
        "wer": lambda: score_words(truth.transcripts, sounds.texts),
        "der": lambda: score_turns(truth.talks, found),
        "voices": lambda: score_voices(truth.voice_pairs, voices.similarities, voices.odds, join, groups),
        "retrieval": lambda: score_retrieval(truth.queries, sounds.found, sounds.unasked),
        "association": lambda: score_association(truth.speaking, sounds.speaking),
    }


def _together(scores: PersonScores) -> Together:
    return Together(
        mean_f1=scores.mean_f1,
        false_persons=scores.false_persons,
        clips={name: clip.f1 for name, clip in scores.clips.items()},
    )


def _not_measured(parts: frozenset[Part], measured: frozenset[Part]) -> dict[str, str]:
    left_out = (part for part in PARTS if part not in measured)
    return {part: NO_LABELS if part in parts else NOT_ASKED for part in left_out}


def _used(workspace: Workspace, truth: Truth) -> dict[str, Any]:
    """Models by task, and the thresholds of linking."""
    names = (*ANALYZERS, *(hearing_analyzers() if truth.heard else ()))
    tasks = {task for name in names if (task := registry.get(name).task)}
    entries = {task: find(workspace.settings, task) for task in sorted(tasks)}
    run = workspace.stores.persons.run()
    identity = workspace.settings.identity
    return {
        "models": {task: f"{entry.name}@{entry.version}" for task, entry in entries.items()},
        "analyzers": dict(sorted(run.models.items())) if run else {},
        "thresholds": {"join": identity.join, "review": identity.review},
    }


def _spent(seen: Taken, watched: Mapping[str, Watched]) -> list[Spent]:
    """Every content once, though several files may hold it."""
    spent = {}
    for file, medium in seen.media.items():
        if medium.content_id in watched:
            spent[medium.content_id] = Spent(medium, watched[medium.content_id], seen.files[file].cpu_s)
    return list(spent.values())


def _own_cpu() -> float:
    """CPU seconds of this process, of those that it started and that have ended, and of its decoders."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used) + KEEPER.cpu_s
