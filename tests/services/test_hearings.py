"""Hearings follow observations: made anew when these, a model or the given number change, and only then."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from aima.domain.finding import text_id
from aima.domain.media import Medium, Segment
from aima.domain.speech import Hearing
from aima.models.catalogue import OWN_CATALOGUE
from aima.services.hearings import HearingReport, HearingService
from aima.services.projections.service import ProjectionService
from aima.settings import Models, Settings
from aima.storage.archive import Archive
from aima.stores.postgres import PostgresStores
from tests.fusion.speaking import sounds, spoken, words
from tests.persons_made import SECOND, made_medium
from tests.services.test_sightings import Vectors, observe

VOICES = "own_voice@1+1"
CATALOGUE = """
[[model]]
name = "own_voice"
version = "1"
task = "speaker_embedding"
summary = "A user's own model"
[model.source]
kind = "hub"
repository = "someone/voice"
revision = "{digest:.40}"
[model.source.files]
"model.safetensors" = "{digest}"
[model.licence]
code = "MIT"
weights = "MIT"
stated = true
note = "as its card says"
[model.calibration]
slope = {slope}
intercept = -8.0
measured_on = "made up"
"""
TALK = {0: [(0.0, 8.0), (16.0, 24.0)], 1: [(8.0, 16.0), (24.0, 30.0)]}
SAID = words(("Hello", 1, 1.5), ("there.", 1.5, 2), ("Good", 9, 9.4), ("morning.", 9.4, 10), phrase=0)


@pytest.fixture
def archive(tmp_path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def vectors(stores) -> Vectors:
    return Vectors(stores)


def calibrated(place: Path, slope: float = 20.0) -> Settings:
    """Settings whose catalogue has a calibrated model of voices."""
    (place / OWN_CATALOGUE).write_text(CATALOGUE.format(digest="a" * 64, slope=slope))
    return Settings(models=Models(dir=place, profile="production"))


@pytest.fixture
def service(stores, archive, vectors, tmp_path) -> HearingService:
    return HearingService(calibrated(tmp_path), stores, archive, vectors)


def add(stores, name: str) -> Medium:
    """A medium whose sound is one segment."""
    medium = made_medium(name, stores.ensure_user("local"))
    return stores.media.add(medium, [Segment(medium.content_id, 0, "sound", 0, medium.info.duration_us)])


def listen(stores, archive, medium: Medium, tables: Mapping[str, pa.Table], version: str = VOICES) -> None:
    """What a finished job of these analyzers leaves behind."""
    observe(stores, archive, medium, tables, version)


def said(service: HearingService, medium: Medium) -> list[tuple[int | None, str]]:
    hearing = service.of(medium.content_id)
    return [(one.speaker, one.text) for one in hearing.utterances]


def test_what_was_observed_becomes_speakers_utterances_and_vectors(stores, archive, service, database):
    talk = add(stores, "a.wav")
    listen(stores, archive, talk, spoken(TALK, 30) | {"speech": SAID, "sound_events": sounds({})})
    assert service.refresh() == HearingReport(contents=1, speakers=2, utterances=2)
    with PostgresStores.open(database) as other:
        hearing = other.hearings.get(talk.content_id)
        assert [(one.speaker, one.text) for one in hearing.utterances] == [(0, "Hello there."), (1, "Good morning.")]
        assert len(hearing.turns) == 4
        assert set(other.texts.vectors_of([text_id("Hello there.")])) == {text_id("Hello there.")}


def test_nothing_new_writes_nothing(stores, archive, service):
    listen(stores, archive, add(stores, "a.wav"), {"speech": SAID})
    service.refresh()
    head = stores.outbox.head()
    assert service.refresh() == HearingReport()
    assert stores.outbox.head() == head


def test_silence_is_kept_as_such(stores, archive, service):
    talk = add(stores, "a.wav")
    listen(stores, archive, talk, {"speech": words()})
    assert service.refresh() == HearingReport(contents=1)
    assert service.of(talk.content_id).utterances == ()
    assert service.refresh() == HearingReport()


def test_what_nobody_listened_to_has_no_hearing(stores, service):
    talk = add(stores, "a.wav")
    assert service.refresh() == HearingReport()
    assert service.of(talk.content_id) is None
    assert service.counted(talk.content_id, 2) is None


def test_a_further_analyzer_and_another_model_make_it_anew(stores, archive, service):
    talk = add(stores, "a.wav")
    listen(stores, archive, talk, {"speech": SAID}, "whisper_base@1+1")
    service.refresh()
    assert said(service, talk) == [(None, "Hello there."), (None, "Good morning.")]
    listen(stores, archive, talk, spoken(TALK, 30))
    assert service.refresh().contents == 1
    assert said(service, talk) == [(0, "Hello there."), (1, "Good morning.")]
    listen(stores, archive, talk, {"speech": words(("Guten", 1, 1.5), ("Tag.", 1.5, 2))}, "whisper_small@1+1")
    assert service.refresh().contents == 1
    assert said(service, talk) == [(0, "Guten Tag.")]


def test_vectors_of_voices_are_read_with_the_turns_that_they_are_of(stores, archive, service):
    talk = add(stores, "a.wav")
    listen(stores, archive, talk, spoken(TALK, 30) | {"speech": SAID})
    service.refresh()
    before = service.of(talk.content_id)
    alone = {"speaker_turns": spoken({5: [(0.0, 30.0)]}, 30)["speaker_turns"]}
    listen(stores, archive, talk, alone, "other_turns@1+1")  # their voices were never told
    service.refresh()
    assert service.of(talk.content_id).turns == before.turns


def test_another_calibration_of_voices_makes_it_anew(stores, archive, service, vectors, tmp_path):
    talk = add(stores, "a.wav")
    listen(stores, archive, talk, spoken(TALK, 30))
    assert service.refresh().speakers == 2
    strict = HearingService(calibrated(tmp_path, slope=1.0), stores, archive, vectors)
    assert strict.refresh().speakers > 2, "nobody is like anybody"
    assert strict.refresh() == HearingReport()


def test_voices_of_no_calibration_are_not_told_apart(stores, archive, service):
    talk = add(stores, "a.wav")
    listen(stores, archive, talk, spoken(TALK, 30) | {"speech": SAID}, "unknown_voice@1+1")
    assert service.refresh() == HearingReport(contents=1, utterances=2)
    assert said(service, talk) == [(None, "Hello there."), (None, "Good morning.")]


def test_a_given_number_of_speakers_counts_for_this_answer_alone(stores, archive, service):
    talk = add(stores, "a.wav")
    listen(stores, archive, talk, spoken(TALK, 30) | {"speech": SAID})
    service.refresh()
    assert len(service.counted(talk.content_id, 1).speakers) == 1
    assert len(service.of(talk.content_id).speakers) == 2
    assert service.refresh() == HearingReport()


def test_only_the_contents_that_are_named(stores, archive, service):
    talks = [add(stores, name) for name in ("a.wav", "b.wav")]
    for talk in talks:
        listen(stores, archive, talk, {"speech": SAID})
    assert service.refresh([talks[1].content_id]).contents == 1
    assert service.of(talks[0].content_id) is None
    assert service.refresh().contents == 1


def test_a_damaged_content_stops_no_other_and_keeps_what_it_had(stores, archive, service):
    talks = [add(stores, name) for name in ("a.wav", "b.wav", "c.wav")]
    listen(stores, archive, talks[0], {"speech": SAID})
    service.refresh()
    for talk in talks:
        listen(stores, archive, talk, {"sound_events": sounds({5.0: {"music": 0.9}, 6.0: {"music": 0.9}})})
    for damaged in talks[:2]:
        (receipt,) = (r for r in stores.observations.receipts(damaged.content_id) if r.key.analyzer == "sound_events")
        archive.path(receipt.path).write_bytes(b"not what was written")
    report = service.refresh()
    assert {(one.content_id, one.code) for one in report.unheard} == {
        (talk.content_id, "archive_damaged") for talk in talks[:2]
    }
    assert len(said(service, talks[0])) == 2
    assert service.of(talks[1].content_id) is None
    assert [one.label for one in service.of(talks[2].content_id).soundings] == ["music"]


def test_without_a_text_model_hearings_are_kept_and_get_their_vectors_later(stores, archive, service, vectors):
    talk = add(stores, "a.wav")
    listen(stores, archive, talk, {"speech": SAID})
    vectors.missing = True
    (unheard,) = service.refresh().unheard
    assert (unheard.content_id, unheard.code) == (talk.content_id, "model_missing")
    assert len(said(service, talk)) == 2
    assert service.refresh().contents == 0
    vectors.missing = False
    assert service.refresh().unheard == ()
    assert stores.texts.without_vector("m@1", ["Hello there."]) == []
    assert service.refresh() == HearingReport()


class Slow(Vectors):
    """Says when it is asked, and answers when it may."""

    def __init__(self, stores: PostgresStores) -> None:
        super().__init__(stores)
        self.asked, self.may = threading.Event(), threading.Event()

    def embed_missing(self, texts: Iterable[str]) -> int:
        self.asked.set()
        self.may.wait(20)
        return super().embed_missing(texts)


def test_what_was_read_before_never_replaces_what_was_read_after(stores, archive, service):
    talk = add(stores, "a.wav")
    listen(stores, archive, talk, {"speech": SAID})
    slow = Slow(stores)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(HearingService(Settings(), stores, archive, slow).refresh)
        assert slow.asked.wait(20)
        listen(stores, archive, talk, {"speech": words(("Bye.", 1, 2))}, "whisper_small@1+1")
        second = pool.submit(service.refresh)
        wait([second], 0.5)  # it must not overtake the first
        slow.may.set()
        assert (first.result(20).contents, second.result(20).contents) == (1, 1)
    assert said(service, talk) == [(None, "Bye.")]


class Stuck(HearingService):
    """Makes nothing anew."""

    def refresh(self, *_, **__) -> HearingReport:
        return HearingReport()


def test_verify_finds_what_lags_behind_its_observations_and_repairing_makes_it_anew(stores, archive, service, vectors):
    talks = [add(stores, name) for name in ("a.wav", "b.wav")]
    for talk in talks:
        listen(stores, archive, talk, {"speech": SAID})
    projections = ProjectionService(stores, archive, {}, {"hearings": lambda: service})
    assert [(d.store, d.id) for d in projections.verify().found] == [
        ("hearings", content_id) for content_id in sorted(talk.content_id for talk in talks)
    ]
    stuck = Stuck(Settings(), stores, archive, vectors)
    left = ProjectionService(stores, archive, {}, {"hearings": lambda: stuck}).verify(repair=True).left
    assert {(one.id, one.remedy) for one in left} == {(talk.content_id, "analyze the file again") for talk in talks}
    assert projections.verify(repair=True).ok
    assert len(said(service, talks[0])) == len(said(service, talks[1])) == 2
    assert projections.verify().found == ()


def test_the_same_observations_give_the_same_hearing_after_all_of_it_was_lost(stores, archive, service):
    talk = add(stores, "a.wav")
    listen(stores, archive, talk, spoken(TALK, 30) | {"speech": SAID})
    service.refresh()
    before = service.of(talk.content_id)
    with stores.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM hearings")
    assert service.of(talk.content_id) is None
    service.refresh()
    assert same(service.of(talk.content_id), before)


def same(one: Hearing, other: Hearing) -> bool:
    vectors = zip(one.speakers, other.speakers, strict=True)
    return (
        (one.input_hash, one.turns, one.utterances) == (other.input_hash, other.turns, other.utterances)
        and one.turns[-1].end_us > 25 * SECOND
        and all(np.array_equal(a.vectors, b.vectors) for a, b in vectors)
    )
