"""The dispatcher on a real queue: orders, attempts, losses, breakdowns, steering, and restarts in the middle."""

from __future__ import annotations

import subprocess
import threading
import time
from dataclasses import replace

import pytest

from aima.domain.job import Job
from aima.errors import AnalysisFailed, StackDown
from aima.pipeline.events import Ended
from aima.pipeline.task import Failure, Finished, Progressed
from aima.services.dispatching.dispatcher import Dispatcher
from aima.services.dispatching.finishing import FinishingService
from aima.services.dispatching.fleets import new_fleet
from aima.storage.archive import Archive
from aima.stores.postgres import PostgresStores
from tests.conftest import make_settings
from tests.services.dispatching.made import NODE, Bench, await_, nos
from tests.services.flows_made import HandFlow


def test_a_job_is_done_once_what_it_observed_is_fused(bench):
    job = bench.submit("a.mp4")
    bench.flow.work = bench.work
    with bench.running():
        await_(lambda: bench.state(job) == "done")
        assert bench.stores.persons.run() is not None
        (fleet,) = bench.queue.fleets()
        assert (fleet.state, fleet.segments_done) == ("idle", 3)
    assert len(bench.stores.persons.all()) == 1
    assert bench.queue.fleets() == []
    assert bench.flow.stream.is_closed
    assert bench.stores.engine.pool.checkedout() == 0  # nobody sleeps in the queue any more


def test_a_beginning_that_is_heard_after_the_end_is_believed(bench):
    job = bench.submit("a.mp4", 2)
    with bench.running():
        await_(lambda: len(bench.flow.put) == 2)
        bench.finish(bench.flow.put[0])
        bench.flow.stream.begin(bench.flow.put[0])
        await_(lambda: [one.node for one in bench.queue.assignments(job.job_id)] == [NODE])


def test_a_higher_priority_overtakes_within_the_credits(bench):
    bench.flow.workers = 1
    usual = bench.submit("a.mp4", 4)
    with bench.running():
        await_(lambda: len(bench.flow.put) == 2)
        urgent = bench.submit("b.mp4", 1, priority=5)
        bench.finish(bench.flow.put[0])
        await_(lambda: len(bench.flow.put) == 3)
        assert bench.flow.put[2].segment.content_id == bench.stores.media.get(urgent.media_id).content_id
        assert bench.progress(usual).done == 1


def test_a_segment_is_tried_twice_then_noted_and_the_rest_goes_on(bench):
    def work(task, hear):
        if task.segment.no == 1:
            hear(Failure(task.segment, None, "decoder_died", "killed"))
        else:
            bench.work(task, hear)

    bench.flow.work = work
    job = bench.submit("a.mp4")
    with bench.running():
        await_(lambda: bench.progress(job).job.has_ended)
    ended = bench.progress(job)
    assert (ended.state, ended.done, [f.segment_no for f in ended.failures]) == ("failed", 2, [1])
    assert (ended.job.code, ended.job.detail) == ("decoder_died", "a.mp4: 1 of 3 segments failed: killed")
    assert sorted(nos(bench.flow.put)) == [0, 1, 1, 2]
    assert [t.attempt for t in bench.flow.put if t.segment.no == 1] == [1, 2]


def test_what_one_analyzer_could_not_do_is_tried_again_without_the_others(bench):
    failed = []

    def work(task, hear):
        if task.segment.no == 0 and not failed:
            failed.append(task)
            hear(Failure(task.segment, "face_embedder", "analyzer_failed", "no"))
            bench.work(replace(task, wanted=("face_detector",)), hear)
        else:
            bench.work(task, hear)

    bench.flow.work = work
    job = bench.submit("a.mp4", 2)
    with bench.running():
        await_(lambda: bench.state(job) == "done")
    again = [task for task in bench.flow.put if task.segment.no == 0][1]
    assert again.wanted == ("face_embedder",)
    assert list(again.stored) == ["face_detector"]


def test_a_segment_with_which_two_workers_died_is_given_up(bench):
    job = bench.submit("a.mp4", 1)
    with bench.running():
        for count in (1, 2):
            await_(lambda count=count: len(bench.flow.put) == count)
            bench.flow.stream.begin(bench.flow.put[-1])
            bench.flow.stream.lose(bench.flow.put[-1], is_suspect=True)
        await_(lambda: bench.state(job) == "failed")
    assert bench.progress(job).job.code == "worker_died"
    assert [a.node.name for a in bench.queue.assignments(job.job_id)] == [NODE.name]


def test_losses_that_were_not_its_fault_are_borne_longer_but_not_for_ever(bench):
    job = bench.submit("a.mp4", 1)
    with bench.running():
        for count in range(1, 7):
            await_(lambda count=count: len(bench.flow.put) == count)
            bench.flow.stream.lose(bench.flow.put[-1], is_suspect=False)
        await_(lambda: bench.state(job) == "failed")
    assert {task.attempt for task in bench.flow.put} == {1}
    assert "was lost 6 times" in (bench.progress(job).job.detail or "")


def test_a_stream_that_breaks_down_loses_nothing(bench):
    job = bench.submit("a.mp4", 4)
    with bench.running():
        await_(lambda: len(bench.flow.put) == 3)
        bench.finish(bench.flow.put[0])
        await_(lambda: bench.progress(job).done == 1)
        old = bench.flow.stream
        old.crash()
        await_(lambda: len(bench.flow.streams) == 2 and len(bench.flow.stream.put_in) == 3)
        old.hear(Finished(old.put_in[1].segment, (), None))  # of another life: not believed
        for task in list(bench.flow.stream.put_in):
            bench.finish(task)
        await_(lambda: bench.state(job) == "done")
    assert sorted(nos(bench.flow.stream.put_in)) == [1, 2, 3]
    assert {t.attempt for t in bench.flow.put} == {1}


def test_what_nobody_had_begun_is_not_blamed_for_breakdowns(bench):
    bench.flow.workers = 1
    job = bench.submit("a.mp4", 2)
    with bench.running():
        for count in range(1, 9):
            await_(lambda count=count: len(bench.flow.streams) == count and len(bench.flow.stream.put_in) == 2)
            if count == 8:
                break
            if count == 1:
                bench.flow.stream.begin(bench.flow.stream.put_in[0])
            bench.flow.stream.crash()
        for task in list(bench.flow.stream.put_in):
            bench.finish(task)
        await_(lambda: bench.state(job) == "done")


def test_workers_that_cannot_be_had_are_called_again_and_again(bench):
    bench.flow.refusals = [StackDown("no Ray cluster answers", "aima up")] * 3
    bench.flow.work = bench.work
    job = bench.submit("a.mp4", 1)
    with bench.running():
        await_(lambda: bench.state(job) == "done")
    assert bench.flow.refusals == []


def test_a_fleet_that_loses_its_cluster_ends_and_leaves_everything_to_the_next(bench):
    job = bench.submit("a.mp4", 2)
    finishing = FinishingService(bench.settings, bench.stores, bench.makers)
    dispatcher = Dispatcher(bench.settings, bench.stores, bench.flow, finishing, new_fleet("worker"))

    def lose() -> None:
        await_(lambda: len(bench.flow.put) == 2)
        bench.flow.stream.hear(Ended(StackDown("the Ray cluster is gone", "aima up")))

    losing = threading.Thread(target=lose)
    losing.start()
    with pytest.raises(StackDown, match="is gone"):
        dispatcher.run(lambda: False)
    losing.join()
    assert (bench.progress(job).waiting, bench.queue.fleets()) == (2, [])


def test_a_paused_job_stops_and_goes_on_when_it_is_resumed(bench):
    bench.flow.workers = 1
    job = bench.submit("a.mp4", 4)
    with bench.running():
        await_(lambda: len(bench.flow.put) == 2)
        bench.queue.pause([job.job_id])
        for task in list(bench.flow.put):
            bench.finish(task)
        await_(lambda: bench.progress(job).done == 2)
        time.sleep(0.3)
        assert len(bench.flow.put) == 2
        bench.flow.work = bench.work
        bench.queue.resume([job.job_id])
        await_(lambda: bench.state(job) == "done")


def test_a_cancelled_job_stops_and_stays_cancelled(bench):
    bench.flow.workers = 1
    job = bench.submit("a.mp4", 4)
    with bench.running():
        await_(lambda: len(bench.flow.put) == 2)
        bench.queue.cancel([job.job_id])
        for task in list(bench.flow.put):
            bench.finish(task)
        await_(lambda: bench.progress(job).done == 2)
        time.sleep(0.3)
    assert len(bench.flow.put) == 2
    assert bench.state(job) == "cancelled"


def test_workers_go_home_when_there_is_nothing_to_do_and_come_back(make_bench):
    bench = make_bench(idle_s=0.3)
    bench.flow.work = bench.work
    first = bench.submit("a.mp4", 1)
    with bench.running():
        await_(lambda: bench.state(first) == "done")
        await_(lambda: bench.flow.left == 1)
        assert bench.flow.stream.is_closed
        await_(lambda: bench.queue.fleets()[0].state == "closed")
        second = bench.submit("b.mp4", 1)
        await_(lambda: bench.state(second) == "done")
    assert len(bench.flow.streams) == 2


def test_workers_are_made_anew_after_so_many_segments(make_bench):
    bench = make_bench(renew_segments=2)
    bench.flow.work = bench.work
    job = bench.submit("a.mp4", 7)
    with bench.running():
        await_(lambda: bench.state(job) == "done")
    assert len(bench.flow.streams) >= 2
    assert sorted(nos(bench.flow.put)) == list(range(7))


def test_two_fleets_share_a_job_and_do_nothing_twice(bench):
    flows = [HandFlow(bench.work, workers=1), HandFlow(bench.work, workers=1)]
    job = bench.submit("a.mp4", 40)
    with bench.running("one", flows[0]), bench.running("two", flows[1]):
        await_(lambda: bench.state(job) == "done")
    put = [nos(flow.put) for flow in flows]
    assert sorted(put[0] + put[1]) == list(range(40))


def test_first_results_are_there_before_a_medium_is_through(make_bench):
    bench = make_bench(fuse_after_s=0.1)
    job = bench.submit("a.mp4", 4)
    with bench.running():
        await_(lambda: len(bench.flow.put) == 3)
        bench.finish(bench.flow.put[0])
        await_(lambda: len(bench.stores.persons.tracks()) == 1)
        assert bench.state(job) == "running"


def test_nothing_is_fused_too_soon(bench):
    bench.submit("a.mp4", 4)
    with bench.running():
        await_(lambda: len(bench.flow.put) == 3)
        bench.finish(bench.flow.put[0])
        time.sleep(0.5)
        assert bench.stores.persons.run() is None


def test_how_far_a_segment_is_is_told_soon(bench):
    job = bench.submit("a.mp4", 1)
    with bench.running():
        await_(lambda: len(bench.flow.put) == 1)
        bench.flow.stream.hear(Progressed(bench.flow.put[0].segment, 7_000_000))
        await_(lambda: bench.progress(job).done_us == 7_000_000, seconds=4.0)


def test_what_a_dead_fleet_of_this_machine_held_is_taken_over_at_once(bench):
    job = bench.submit("a.mp4", 2)
    gone = subprocess.Popen(["true"])
    gone.wait()
    dead = replace(new_fleet(), pid=gone.pid)
    bench.queue.show(dead)
    assert len(bench.queue.lease(dead.fleet_id, 2, 3600.0)) == 2
    bench.flow.work = bench.work
    with bench.running():
        await_(lambda: bench.state(job) == "done")


def test_who_died_before_the_end_of_a_job_could_be_said_is_followed_by_another(bench):
    job = bench.submit("a.mp4", 1)
    (lease,) = bench.queue.lease("gone", 1, 60.0)
    bench.queue.finish(lease.key, (), 0.0)
    with bench.running():
        await_(lambda: bench.progress(job).job.has_ended)
    assert bench.progress(job).job.code == "interrupted"  # its markers are not there
    assert bench.flow.streams == []


def test_an_answer_that_was_lost_leaves_no_segment_behind(bench, monkeypatch):
    monkeypatch.setattr("aima.services.dispatching.dispatcher.BEAT_S", 0.1)
    job = bench.submit("a.mp4", 3)
    bench.flow.workers = 1
    with bench.running():
        await_(lambda: len(bench.flow.put) == 2)
        (fleet,) = bench.queue.fleets()
        assert len(bench.queue.lease(fleet.fleet_id, 1, 3600.0)) == 1
        await_(lambda: bench.progress(job).waiting == 1)


def test_not_even_the_only_segment_is_left_behind_by_a_lost_answer(bench, monkeypatch):
    monkeypatch.setattr("aima.services.dispatching.dispatcher.BEAT_S", 0.1)
    lease, lost = bench.queue.lease, []

    def lease_unheard(*given):
        taken = lease(*given)
        if lost:
            return taken
        lost.extend(taken)
        return []

    monkeypatch.setattr(bench.queue, "lease", lease_unheard)
    bench.flow.work = bench.work
    job = bench.submit("a.mp4", 1)
    with bench.running():
        await_(lambda: bench.state(job) == "done")
    assert len(lost) == 1


def test_a_stream_that_ends_before_it_is_known_to_be_open_is_followed_by_another(bench):
    class Stillborn(HandFlow):
        def open(self, places, hear):
            stream = super().open(places, hear)
            if len(self.streams) == 1:
                hear(Ended(AnalysisFailed("the workers are gone")))
                time.sleep(0.3)
            return stream

    flow = Stillborn(bench.work)
    job = bench.submit("a.mp4", 2)
    with bench.running(flow=flow):
        await_(lambda: bench.state(job) == "done")
        assert len(flow.streams) == 2
        await_(lambda: flow.streams[0].is_closed)


def test_one_bad_job_fails_alone(bench):
    medium = bench.add("bad.mp4", 1)
    segments = bench.stores.media.segments(medium.content_id)
    good = bench.submit("a.mp4", 1)
    without_models = Job("0f3c2a1b-0000-4000-8000-000000000001", medium.media_id, dict(good.analyzers))
    other = bench.add("worse.mp4", 1)
    nonsense = Job("0f3c2a1b-0000-4000-8000-000000000002", other.media_id, {"face_detector": {"x": 1}})
    bench.queue.submit(without_models, segments)
    bench.queue.submit(nonsense, bench.stores.media.segments(other.content_id))
    bench.flow.work = bench.work
    with bench.running():
        await_(lambda: all(bench.progress(job).job.has_ended for job in (good, without_models, nonsense)))
    ends = [(bench.state(job), bench.progress(job).job.code) for job in (good, without_models, nonsense)]
    assert ends == [("done", None), ("failed", "plan_invalid"), ("failed", "plan_invalid")]


def test_equal_bytes_of_two_owners_are_observed_once(bench):
    bench.flow.work = bench.work
    jobs = [bench.submit("a.mp4", 5, owner) for owner in ("local", "somebody")]
    with bench.running():
        await_(lambda: all(bench.state(job) == "done" for job in jobs))
    assert sorted(nos(bench.flow.put)) == list(range(5))


def test_who_is_told_to_stop_lets_what_is_in_flight_end_and_gives_the_rest_back(bench, monkeypatch):
    monkeypatch.setattr("aima.services.dispatching.dispatcher.GRACE_S", 2.0)
    bench.flow.workers = 2
    job = bench.submit("a.mp4", 4)
    with bench.running():
        await_(lambda: len(bench.flow.put) == 3)
        late = threading.Timer(0.5, lambda: bench.finish(bench.flow.put[0]))
        late.start()
    assert (bench.progress(job).done, bench.progress(job).waiting, len(bench.flow.put)) == (1, 3, 3)
    assert [lease.losses for lease in bench.queue.lease("other", 9, 60.0)] == [0, 0, 0]


def come_to(bench, how: str) -> str | None:
    """The digest of two media, after something has happened on the way."""
    jobs = [bench.submit("a.mp4", 3), bench.submit("b.mp4", 3, priority=9 if how == "urgent" else 0)]
    done: list[int] = []

    def work(task, hear):
        done.append(task.segment.no)
        if how == "broken" and len(done) == 2:
            bench.flow.stream.crash()
        elif how == "lost" and len(done) in {1, 3}:
            bench.flow.stream.lose(task, is_suspect=len(done) == 1)
        else:
            bench.work(task, hear)

    bench.flow.work = work
    with bench.running():
        await_(lambda: all(bench.state(job) == "done" for job in jobs))
    return bench.digest()


@pytest.fixture(scope="module")
def undisturbed(make_database, tmp_path_factory) -> str | None:
    settings = make_settings(tmp_path_factory.mktemp("undisturbed"))
    with PostgresStores.open(make_database()) as stores:
        return come_to(Bench(settings, stores, Archive(settings.archive_dir)), "in order")


@pytest.mark.parametrize("how", ["urgent", "broken", "lost"])
def test_the_result_is_the_same_whatever_happens_on_the_way(bench, undisturbed, how):
    assert come_to(bench, how) == undisturbed
    assert len(bench.stores.persons.tracks()) == 6
