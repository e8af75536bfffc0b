"""Who asks for an analysis waits for a fleet where one lives, and does it himself where none does."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import pytest

from aima.errors import AnalysisLeft, StackDown
from aima.services.dispatching import fleets
from aima.services.dispatching.fleets import new_fleet
from tests.services.dispatching.made import LENGTH, await_
from tests.services.flows_made import HandFlow


@pytest.fixture
def nobody() -> HandFlow:
    """A flow that is never opened."""
    return HandFlow(refusals=[StackDown("opened", "")] * 9)


def test_without_a_fleet_it_is_done_here(bench):
    bench.flow.work = bench.work
    job = bench.submit("a.mp4", 3)
    heard = []
    bench.analyses().wait([job], heard.append)
    assert bench.state(job) == "done"
    assert (heard[-1].done_s, heard[-1].total_s) == (3 * LENGTH / 1e6, 3 * LENGTH / 1e6)
    assert bench.queue.fleets() == []


def test_where_a_fleet_lives_it_is_left_to_it(bench, nobody):
    own = HandFlow(bench.work)
    with bench.running("worker", own):
        job = bench.submit("a.mp4", 3)
        heard = []
        bench.analyses(nobody).wait([job], heard.append)
    assert bench.state(job) == "done"
    assert len(own.put) == 3
    assert heard[-1].segments_done == 3


def test_a_fleet_that_goes_away_is_not_waited_for(bench, monkeypatch):
    monkeypatch.setattr(fleets, "ALIVE_S", 1.0)
    own = HandFlow(bench.work)
    job = bench.submit("a.mp4", 2)
    bench.queue.pause([job.job_id])
    bench.queue.show(replace(new_fleet("worker")))
    looked = []

    def listen(moment) -> None:
        looked.append(moment)
        if len(looked) == 2:
            bench.queue.resume([job.job_id])

    bench.analyses(own).wait([job], listen)
    assert bench.state(job) == "done"
    assert len(own.put) == 2


def test_a_fleet_whose_process_is_gone_or_works_for_one_analysis_is_not_relied_on(bench):
    gone = subprocess.Popen(["true"])
    gone.wait()
    bench.queue.show(replace(new_fleet("worker"), pid=gone.pid))
    bench.queue.show(new_fleet())
    bench.queue.show(replace(new_fleet("far away"), node="another machine"))
    assert fleets.resident(bench.queue) == []
    fleets.bury(bench.queue)
    assert sorted(fleet.name.partition(" ")[0] for fleet in bench.queue.fleets()) == ["analysis", "far"]


def test_who_does_not_want_to_wait_any_more_is_told_that_it_goes_on(bench, nobody):
    def leave(moment) -> None:
        if moment.done_s == 0 and len(heard) > 1:
            raise KeyboardInterrupt
        heard.append(moment)

    heard: list[object] = []
    with bench.running("worker", HandFlow()):
        job = bench.submit("a.mp4", 1)
        with pytest.raises(AnalysisLeft, match="go on") as caught:
            bench.analyses(nobody).wait([job], leave)
        assert job.job_id[:8] in caught.value.remedy
    assert not bench.progress(job).job.has_ended


def test_who_breaks_off_what_is_done_here_ends_it(bench):
    def leave(moment) -> None:
        if len(bench.flow.put) == 2:
            raise KeyboardInterrupt

    job = bench.submit("a.mp4", 2)
    with pytest.raises(KeyboardInterrupt):
        bench.analyses().wait([job], leave)
    ended = bench.progress(job)
    assert (ended.state, ended.job.code, ended.leased) == ("failed", "interrupted", 0)
    assert bench.flow.stream.is_closed


def test_without_a_cluster_it_fails_at_once(bench, nobody):
    job = bench.submit("a.mp4", 1)
    with pytest.raises(StackDown):
        bench.analyses(nobody).wait([job])
    assert bench.progress(job).job.code == "stack_down"


def test_what_misses_nothing_needs_no_workers(bench, nobody):
    bench.flow.work = bench.work
    first = bench.submit("a.mp4", 2)
    bench.analyses().wait([first])
    second = bench.submit("a.mp4", 2, "somebody")
    bench.queue.show(new_fleet("worker that sleeps"))
    bench.analyses(nobody).wait([second])
    assert bench.state(second) == "done"


def test_an_open_job_that_does_the_same_is_joined(bench):
    first = bench.submit("a.mp4", 2)
    again = bench.submit("a.mp4", 2, priority=4)
    assert again.job_id == first.job_id
    assert bench.progress(first).job.priority == 4


def test_jobs_of_others_are_left_alone(bench):
    other, mine = bench.submit("other.mp4", 2), bench.submit("mine.mp4", 2)
    bench.flow.work = bench.work
    bench.analyses().wait([mine])
    assert (bench.state(mine), bench.state(other)) == ("done", "queued")


def test_what_another_fleet_finishes_meanwhile_is_seen(bench):
    job = bench.submit("a.mp4", 2)
    bench.flow.workers = 1
    taken = bench.queue.lease("another", 2, 60.0)
    for lease in taken:
        bench.queue.finish(lease.key, (), 0.0)
    bench.analyses(HandFlow()).wait([job])
    await_(lambda: bench.progress(job).job.has_ended)
    assert bench.progress(job).job.code == "interrupted"
