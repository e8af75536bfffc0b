"""Whatever fleets and people do in whatever order: no segment is lost, and none is taken twice at once."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from aima.domain.job import Job
from aima.domain.queue import Lease, LeaseKey
from aima.stores.postgres import PostgresStores
from tests.stores.postgres.queue.made import LONG_S, expire, receipt, submit

FLEETS = st.sampled_from(["one", "two", "three"])
CONTENTS = st.sampled_from(["a.mp4", "b.mp4"])
OWNERS = st.sampled_from(["local", "anna"])
PICK = st.integers(0, 10_000)
PRIORITY = st.integers(0, 2)
OPEN = ("queued", "running")


class Queue(RuleBasedStateMachine):
    """Three fleets and somebody who steers, on the queue of `stores`. What they were given is remembered here."""

    stores: PostgresStores

    @initialize()
    def empty(self) -> None:
        with self.stores.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM media_files")
            connection.exec_driver_sql("DELETE FROM contents")
        self.queue = self.stores.queue
        self.jobs: list[Job] = []
        self.given: dict[LeaseKey, Lease] = {}
        self.times_given: dict[LeaseKey, int] = {}
        self.finished: set[LeaseKey] = set()
        self.ended: set[str] = set()
        for name, owner in (("a.mp4", "local"), ("a.mp4", "anna"), ("b.mp4", "local")):
            self.jobs.append(submit(self.stores, name, 2, owner))

    def rows(self):
        query = "SELECT s.*, j.status FROM job_segments s JOIN analysis_jobs j USING (job_id)"
        with self.stores.engine.connect() as connection:
            return {(str(r.job_id), r.stream, r.segment_no): r for r in connection.exec_driver_sql(query)}

    def one(self, pick: int) -> Lease | None:
        """One of those that were ever given, whoever has it by now."""
        return list(self.given.values())[pick % len(self.given)] if self.given else None

    @rule(name=CONTENTS, owner=OWNERS, done=st.sets(st.integers(0, 1)), priority=PRIORITY)
    def submit(self, name, owner, done, priority):
        known = [("sight", no) for no in done]
        self.jobs.append(submit(self.stores, name, 2, owner, done=known, priority=priority))

    @rule(fleet=FLEETS, limit=st.integers(1, 5))
    def lease(self, fleet, limit):
        before = self.rows()
        taken = self.queue.lease(fleet, limit, LONG_S)
        assert len(taken) <= limit
        for lease in taken:
            row = before[lease.key]
            assert row.status in OPEN
            assert row.state in {"waiting", "leased"}
            assert row.fleet_id != fleet, "it was given what it holds already"
            self.given[lease.key] = lease
            self.times_given[lease.key] = self.times_given.get(lease.key, 0) + 1
        ranks = [-lease.job.priority for lease in taken]
        assert ranks == sorted(ranks)

    @rule(pick=PICK)
    def finish(self, pick):
        if lease := self.one(pick):
            content, no = lease.segment.content_id, lease.segment.no
            self.queue.finish(lease.key, [receipt(content, no)], 1.0)
            self.finished.add(lease.key)
            assert no in {r.segment_no for r in self.stores.observations.receipts(content)}

    @rule(pick=PICK, again=st.booleans())
    def fail(self, pick, again):
        if lease := self.one(pick):
            self.queue.fail(lease.key, "decoder_died", "", 0.0 if again else None)

    @rule(fleet=FLEETS, is_loss=st.booleans())
    def give_back(self, fleet, is_loss):
        before = self.rows()
        self.queue.give_back(fleet, is_loss=is_loss)
        after = self.rows()
        for key, row in before.items():
            lost = is_loss and row.state == "leased" and row.fleet_id == fleet
            assert after[key].losses == row.losses + lost

    @rule(fleet=FLEETS, limit=st.integers(1, 5))
    def run_out_and_lease(self, fleet, limit):
        expire(self.stores)
        self.lease(fleet, limit)

    @rule(fleet=FLEETS)
    def keep(self, fleet):
        held = {key for key, row in self.rows().items() if row.state == "leased" and row.fleet_id == fleet}
        assert self.queue.keep(fleet, LONG_S, dict.fromkeys(self.given, 1)) == held

    @rule(fleet=FLEETS)
    def retire(self, fleet):
        self.queue.retire(fleet)
        assert all(row.fleet_id != fleet for row in self.rows().values())

    @rule(pick=PICK, fleet=FLEETS)
    def pause_and_lease(self, pick, fleet):
        self.queue.pause([self.jobs[pick % len(self.jobs)].job_id])
        self.lease(fleet, 1)

    @rule(pick=PICK, how=st.sampled_from(["resume", "prioritise", "cancel"]), priority=PRIORITY)
    def steer(self, pick, how, priority):
        job_ids = [self.jobs[pick % len(self.jobs)].job_id]
        match how:
            case "resume":
                self.queue.resume(job_ids)
            case "prioritise":
                self.queue.prioritise(job_ids, priority)
            case "cancel":
                self.ended |= {job.job_id for job in self.queue.cancel(job_ids)}

    @rule()
    def end(self):
        for progress in self.queue.finished_jobs():
            assert progress.done + len(progress.failures) == progress.segments
            self.stores.jobs.set_state(progress.job.job_id, "done")
            self.ended.add(progress.job.job_id)

    @invariant()
    def all_is_well(self):
        rows = self.rows()
        states = {job.job_id: job.state for job in self.stores.jobs.all()}
        self.nothing_is_lost(rows)
        self.nothing_is_worked_on_twice(rows)
        still = {key[0] for key, row in rows.items() if row.state in {"waiting", "leased"}}
        whole = {job_id for job_id, state in states.items() if state in OPEN and job_id not in still}
        assert {progress.job.job_id for progress in self.queue.finished_jobs()} == whole
        assert all(states[job_id] in {"done", "cancelled"} for job_id in self.ended)
        assert (self.queue.next_due_s() is None) == all(states[job_id] not in OPEN for job_id in still)

    def nothing_is_lost(self, rows):
        assert len(rows) == 2 * len(self.jobs)
        assert {row.state for row in rows.values()} <= {"waiting", "leased", "done", "failed"}
        assert all(rows[key].state == "done" for key in self.finished)
        assert all(row.attempts <= self.times_given.get(key, 0) for key, row in rows.items())

    def nothing_is_worked_on_twice(self, rows):
        leased = [(row.content_id, row.stream, row.segment_no) for row in rows.values() if row.state == "leased"]
        assert len(leased) == len(set(leased))


def test_no_segment_is_lost_and_none_is_taken_twice(database):
    rules = settings(max_examples=20, stateful_step_count=25, deadline=None, derandomize=True)
    with PostgresStores.open(f"{database}?options=-csynchronous_commit%3Doff") as stores:
        machine = type("Machine", (Queue,), {"stores": stores})
        run_state_machine_as_test(machine, settings=settings(rules, suppress_health_check=list(HealthCheck)))
