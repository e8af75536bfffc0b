"""From leases to hands, and from what workers tell back to the queue."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from aima.domain.observation import ObservationKey
from aima.domain.queue import Lease, Node
from aima.errors import AimaError, PlanInvalid
from aima.pipeline import resume
from aima.pipeline.events import Begun, Lost
from aima.pipeline.plan import Plan, plan_of
from aima.pipeline.task import Failure, Finished, Outcome, Progressed, SegmentTask
from aima.services import journal
from aima.services.dispatching.crew import Crew
from aima.services.dispatching.hands import Hand, Hands
from aima.services.measuring import Watch
from aima.stores.ports import Stores

Segmental = Outcome | Begun | Lost
"""Events that are of one segment."""

ATTEMPTS: Final = 2
"""A segment that fails, or with which its worker dies, is tried once more, then given up."""
LOSSES: Final = 5
"""So often a segment may be lost through no fault of its own."""
AGAIN_S: Final = 1.0
"""After so long a segment that failed may be tried again."""
PLANS: Final = 500
"""So many plans are kept at hand, and so many machines on jobs."""


class Settling:
    """Takes segments for a fleet and says what became of them.

    Every call may be repeated, and may be the last one: what is not said, the lease says by running out.
    """

    def __init__(self, stores: Stores, watch: Watch, fleet_id: str, lease_s: float) -> None:
        self._stores, self._queue, self._watch = stores, stores.queue, watch
        self._fleet_id, self._lease_s = fleet_id, lease_s
        self._plans: dict[tuple[str, int], Plan] = {}
        self._met: set[tuple[str, Node]] = set()
        self.hands = Hands()

    def take(self, limit: int, job_ids: Collection[str] | None) -> tuple[int, int]:
        """Lease at most so many, and hold what has to be worked on. What misses nothing is finished at once.

        Gives how many were leased, and how many of these are settled already.
        """
        leases = self._queue.lease(self._fleet_id, limit, self._lease_s, job_ids)
        done = self._done(leases)
        hands = [hand for lease in leases if (hand := self._examined(lease, done))]
        for hand in hands:
            self.hands.take(hand)
        return len(leases), len(leases) - len(hands)

    def keep(self) -> None:
        """Prolong what is in hand. What the queue thinks is ours, though nobody here knows of it, is given back: an
        answer to a lease was lost on its way."""
        held = self._queue.keep(self._fleet_id, self._lease_s, {hand.key: hand.done_us for hand in self.hands})
        strangers = self.hands.held(held)
        for hand in self.hands:
            if not hand.is_held and not hand.is_put:
                self.hands.drop(hand)  # another fleet was quicker than our workers
        if strangers:
            self._queue.give_back(self._fleet_id, strangers, is_loss=False)

    def put(self, hand: Hand, crew: Crew) -> bool:
        """Send a segment to the workers. False: its plan cannot be made, and it was given up."""
        try:
            task = self._task(hand, crew)
        except Exception as error:
            told = error if isinstance(error, AimaError) else PlanInvalid(f"{type(error).__name__}: {error}")
            self._give_up(hand, told.code, told.message)
            self.hands.drop(hand)
            return False
        crew.put(task)
        hand.is_put = True
        return True

    def hear(self, event: Segmental) -> bool:
        """Carry an event of a segment to the queue. True: that was its end in this fleet."""
        hand = self.hands.of(event.segment)
        if hand is None:
            late = self.hands.late(event.segment)
            if late and isinstance(event, Begun):
                self._begun(late, event.node)
            return False
        match event:
            case Begun():
                self._begun(hand, event.node)
            case Progressed():
                hand.done_us = event.done_us
            case Lost():
                self._lost(hand, event)
            case Finished():
                self._finished(hand, event)
                self._watch.see(hand.lease, event)
            case Failure():
                journal.segment_failed(hand.lease.job.job_id, event)
                self._watch.see(hand.lease, event)
                if event.analyzer is None:
                    self._failed(hand, event)
                else:
                    hand.failures.append(event)
        is_end = isinstance(event, Lost | Finished) or (isinstance(event, Failure) and event.analyzer is None)
        if is_end:
            self.hands.drop(hand)
        return is_end

    def give_back(self) -> int:
        """Return what the workers have, who are gone; gives how many. What none of them had begun has lost nothing."""
        lost = [hand for hand in self.hands if hand.is_put]
        for hand in lost:
            self.hands.drop(hand)
        for is_begun in {hand.is_begun for hand in lost}:
            keys = [hand.key for hand in lost if hand.is_begun == is_begun]
            self._queue.give_back(self._fleet_id, keys, is_loss=is_begun)
        return len(lost)

    def _begun(self, hand: Hand, node: Node) -> None:
        hand.is_begun = True
        job_id = hand.lease.job.job_id
        if (job_id, node) not in self._met:
            if len(self._met) >= PLANS:
                self._met.clear()
            self._queue.assign(job_id, node)
            self._met.add((job_id, node))
            journal.job_begun(job_id, node.name)

    def _finished(self, hand: Hand, outcome: Finished) -> None:
        if hand.failures:
            self._stores.observations.commit(outcome.receipts)
            self._failed(hand, hand.failures[0])
        else:
            self._queue.finish(hand.key, outcome.receipts, outcome.decode_cpu_s or 0.0)

    def _failed(self, hand: Hand, failure: Failure) -> None:
        if hand.lease.attempt >= ATTEMPTS:
            self._give_up(hand, failure.code, failure.detail)
        elif hand.is_held:
            self._queue.fail(hand.key, failure.code, failure.detail, AGAIN_S)

    def _lost(self, hand: Hand, event: Lost) -> None:
        journal.segment_lost(hand.key, event.why, is_suspect=event.is_suspect)
        if event.is_suspect:
            self._failed(hand, Failure(event.segment, None, "worker_died", event.why))
        else:
            self._queue.give_back(self._fleet_id, [hand.key], is_loss=True)

    def _done(self, leases: list[Lease]) -> resume.Done:
        keys = [key for lease in leases for key in _keys(lease).values()]
        return self._stores.observations.done(keys, {lease.segment.no for lease in leases}) if keys else set()

    def _examined(self, lease: Lease, done: resume.Done) -> Hand | None:
        hand = Hand(lease, resume.Missing((), {}))
        if lease.losses > LOSSES:
            self._give_up(hand, "worker_died", f"it was lost {lease.losses} times on the way to a worker or back")
            return None
        if not _keys(lease):
            self._give_up(hand, "plan_invalid", "its job does not say what to observe: analyze its medium again")
            return None
        hand.missing = resume.missing(lease.job.analyzers, lease.segment, done)
        if hand.missing.wanted:
            return hand
        self._queue.finish(lease.key, (), 0.0)
        return None

    def _give_up(self, hand: Hand, code: str, detail: str) -> None:
        if hand.is_held:  # else another fleet tries it now
            self._queue.fail(hand.key, code, detail, None)

    def _task(self, hand: Hand, crew: Crew) -> SegmentTask:
        lease = hand.lease
        which = lease.job.job_id, crew.life
        if which not in self._plans:
            if len(self._plans) >= PLANS:
                self._plans.clear()
            self._plans[which] = plan_of(lease.job, crew.places)
        plan = self._plans[which]
        return resume.task_of(lease.medium, lease.segment, lease.job, plan, hand.missing, lease.attempt)


def _keys(lease: Lease) -> dict[str, ObservationKey]:
    """Observation keys by analyzer; none if the job does not tell them."""
    try:
        return resume.keys(lease.job.analyzers, lease.segment.content_id)
    except (KeyError, TypeError):
        return {}
