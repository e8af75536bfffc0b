"""The ward: every segment comes to one end, whatever workers do and in whatever order their news comes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aima.domain.media import Segment
from aima.domain.queue import Node
from aima.pipeline.events import Begun, Lost
from aima.pipeline.feed import News, Who
from aima.pipeline.reporting import ASTRAY_S
from aima.pipeline.task import Progressed
from aima.pipeline.ward import Ward

SEGMENT = Segment("c", 0, "sight", 0, 30_000_000)
WHO = Who("actor", "first life", 0, Node("here"), 7)
HANDS = (WHO, replace(WHO, actor_id="other"))
PATIENCE_S = 10.0


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Watched(Ward):
    """A ward with its clock and the tickets that it closed."""

    def __init__(self) -> None:
        self.clock, self.ended = Clock(), []
        super().__init__(self.ended.append, 2, self.clock)

    def told(self, kind, who=WHO, ticket=0, done_us=None):
        return list(self.hear(News(kind, who, ticket, done_us, PATIENCE_S)))

    def lost_after(self, seconds):
        self.clock.now += seconds
        return list(self.overdue(self.clock.now))


@pytest.fixture
def ward() -> Watched:
    made = Watched()
    assert made.open(SEGMENT) == 0
    for actor_id, stage in (("actor", 0), ("other", 0), ("later", 1)):
        assert made.told("arrived", replace(WHO, actor_id=actor_id, stage=stage)) == []
    return made


def test_who_begins_is_told_with_machine_and_process_and_progress_never_falls(ward):
    assert ward.told("begun") == [Begun(SEGMENT, 0, Node("here"), 7)]
    assert ward.told("beat") == []
    assert ward.told("beat", done_us=5) == [Progressed(SEGMENT, 5)]
    assert ward.told("beat", done_us=5) == ward.told("beat", done_us=4) == []


def test_a_worker_that_falls_silent_loses_what_it_has_in_hand_and_is_suspected(ward):
    ward.told("begun")
    assert ward.lost_after(PATIENCE_S) == []
    ward.told("beat")
    assert ward.lost_after(PATIENCE_S) == []
    (lost,) = ward.lost_after(0.1)
    assert (lost.segment, lost.is_suspect) == (SEGMENT, True)
    assert "worker 7 on here fell silent" in lost.why
    assert ward.ended == [0]
    assert len(ward) == 0


def test_a_worker_that_arrives_anew_has_lost_only_what_it_held(ward):
    other = replace(WHO, actor_id="other")
    ward.open(replace(SEGMENT, no=1))
    ward.told("begun")
    ward.told("begun", other, 1)
    assert ward.told("arrived") == []
    (lost,) = ward.told("arrived", replace(WHO, life="second life", pid=8))
    assert isinstance(lost, Lost)
    assert lost.is_suspect
    assert "worker 7 on here died" in lost.why
    assert ward.told("beat", done_us=9) == [], "of the dead one, late"
    assert ward.told("beat", other, 1, 9) == [Progressed(replace(SEGMENT, no=1), 9)]


def test_what_waits_between_stages_is_nobodys_fault(ward):
    ward.told("begun")
    ward.told("left")
    assert ward.told("arrived", replace(WHO, life="second life")) == []
    assert ward.lost_after(PATIENCE_S) == []
    (lost,) = ward.lost_after(0.1)
    assert not lost.is_suspect


def test_what_waits_because_all_workers_are_busy_is_waited_for(ward):
    for no in (1, 2):
        ward.told("begun", HANDS[no - 1], ward.open(replace(SEGMENT, no=no)))
    for _ in range(200):
        ward.clock.now += PATIENCE_S / 2
        ward.told("beat", HANDS[0], 1)
        ward.told("beat", HANDS[1], 2)
        assert ward.lost_after(0.0) == []
    ward.close(2)
    ward.told("left", HANDS[0], 1)
    assert ward.lost_after(PATIENCE_S) == []
    assert [lost.segment.no for lost in ward.lost_after(ASTRAY_S)] == [0, 1]


def test_what_waits_for_workers_that_are_still_to_come_is_waited_for():
    young = Watched()
    young.open(SEGMENT)
    assert young.lost_after(10 * ASTRAY_S) == []


def test_what_does_not_come_from_the_last_stage_is_given_up(ward):
    later = Who("later", "its life", 1, Node("there"), 9)
    ward.told("begun", later)
    ward.told("left", later)
    assert ward.lost_after(PATIENCE_S) == []
    assert [lost.is_suspect for lost in ward.lost_after(0.1)] == [False]


def test_what_never_reaches_a_worker_is_given_up_too(ward):
    assert ward.lost_after(ASTRAY_S) == []
    (lost,) = ward.lost_after(0.1)
    assert not lost.is_suspect


def test_news_of_an_earlier_stage_that_comes_late_takes_nothing_from_the_later_one(ward):
    ward.told("begun")
    later = Who("later", "its life", 1, Node("there"), 9)
    assert ward.told("begun", later) == [Begun(SEGMENT, 1, Node("there"), 9)]
    ward.told("left")
    ward.told("beat")
    (lost,) = ward.lost_after(PATIENCE_S + 0.1)
    assert "worker 9 on there" in lost.why


def test_what_has_come_to_its_end_is_not_lost_any_more(ward):
    ward.told("begun")
    assert ward.close(0) == SEGMENT
    assert ward.ended == [0]
    assert ward.told("arrived", replace(WHO, life="second life")) == ward.lost_after(1000.0) == []
    assert not ward.has(0)
    assert ward.open(SEGMENT) == 1


def test_who_could_not_listen_for_long_gives_nobody_up_for_it(ward):
    ward.told("begun")
    asked = ward.clock.now + 1.0
    ward.clock.now += 60.0
    assert list(ward.overdue(asked)) == []
    ward.told("beat")
    assert ward.lost_after(PATIENCE_S) == []
