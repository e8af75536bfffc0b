"""The dispatcher: the loop between the queue and the workers of a fleet."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from typing import Final

from aima.domain.queue import Fleet, FleetState
from aima.errors import AimaError, StackDown, StoreUnreachable
from aima.pipeline.events import Ended, Event, Flow, Lost
from aima.pipeline.task import Progressed
from aima.services import journal
from aima.services.dispatching import fleets
from aima.services.dispatching.crew import Crew
from aima.services.dispatching.finishing import Finisher, FinishingService
from aima.services.dispatching.notices import Heard, Notice, Opened, Refused, Settled, Woken
from aima.services.dispatching.pace import Pace
from aima.services.dispatching.settling import Settling
from aima.services.dispatching.waking import Waker
from aima.services.measuring import Watch
from aima.settings import Settings
from aima.stores.ports import Stores

BEAT_S: Final = 5.0
"""So often leases are prolonged, and the fleet says that it lives."""
NEWS_S: Final = 1.0
"""How far segments are is told so soon."""
TICK_S: Final = 0.5
"""So often a run that somebody waits for looks around."""
GRACE_S: Final = 30.0
"""What is in flight when a fleet is told to stop may end within this."""
HASTE_S: Final = 2.0
"""What is being fused when an error ends a fleet has so long."""
BREAKDOWNS: Final = 6
"""After so many in a row without a single segment between them a run that somebody waits for gives up."""


@dataclass(slots=True)
class _Times:
    """When what was done last; seconds of a steady clock. worked: there was something to do."""

    worked: float
    beat: float = 0.0
    tick: float = 0.0
    stopping: float | None = None


class Dispatcher:
    """Runs what is queued, once, until it is told to stop."""

    def __init__(
        self, settings: Settings, stores: Stores, flow: Flow, finishing: FinishingService, fleet: Fleet
    ) -> None:
        self._settings, self._queue, self._fleet = settings.worker, stores.queue, fleet
        self._notices: queue.SimpleQueue[Notice] = queue.SimpleQueue()  # a signal handler may put into it
        self._crew = Crew(flow, self._notices.put)
        self._finisher = Finisher(finishing, self._notices.put)
        self._watch = Watch(stores.metrics, self._count_waiting)
        self._settling = Settling(stores, self._watch, fleet.fleet_id, settings.worker.lease_s)
        self._pace = Pace(settings.worker.fuse_after_s)
        self._times = _Times(time.monotonic())
        self._job_ids: frozenset[str] | None = None
        self._is_hungry = self._is_unsettled = True
        self._has_moved = False
        self.error: AimaError | None = None

    def run(
        self,
        until: Callable[[], bool],
        job_ids: Collection[str] | None = None,
        tick: Callable[[], None] | None = None,
    ) -> None:
        """Take segments of all jobs, or of these, until `until` says so; what is in flight then may still end.

        tick: is called with every sign of life. With job_ids somebody waits for them: it is called every half second,
        workers that cannot be had are an error, and nothing in flight is waited for at the end. `error` tells
        afterwards what kept results from being whole.

        Raises:
            StackDown: there is no cluster and job_ids are given, or it went away under the workers.
            AnalysisFailed: job_ids are given, and the workers broke down again and again.
            StoreUnreachable: the database has not answered for too long.
        """
        self._job_ids = None if job_ids is None else frozenset(job_ids)
        with self._living() as waker:
            while not self._is_over(until):
                self._rest()
                self._lease(waker)
                self._put()
                self._finish()
                self._beat(tick)
                self._hear()

    def nudge(self) -> None:
        """Have `until` asked now; may be called from a signal handler."""
        self._notices.put(Woken())

    @contextmanager
    def _living(self) -> Iterator[Waker]:
        """Be seen as a fleet; at the end nothing is left behind, whatever the reason."""
        fleets.bury(self._queue)
        self._queue.retire_named(self._fleet.name, but=self._fleet.fleet_id)
        self._show()
        waker = Waker(self._queue, self._notices.put)
        grace_s = HASTE_S
        try:
            yield waker
            grace_s = GRACE_S
        finally:
            waker.close()
            self._crew.dismiss()
            self._finisher.join(grace_s)
            self._watch.flush()
            with suppress(AimaError):  # if the database is the reason, leases run out by themselves
                self._queue.give_back(self._fleet.fleet_id, is_loss=False)
                self._queue.retire(self._fleet.fleet_id)

    @property
    def _is_resident(self) -> bool:
        """Nobody waits for single jobs."""
        return self._job_ids is None

    @property
    def _is_worn(self) -> bool:
        """The workers are to be renewed when they have done what they have."""
        return self._crew.state == "open" and self._crew.served >= self._settings.renew_segments

    @property
    def _room(self) -> int:
        """How many more segments the workers can be given."""
        return self._crew.credits - len(self._settling.hands)

    @property
    def _wants_more(self) -> bool:
        """Something may be leased, as far as is known."""
        return self._is_hungry and self._room > 0 and not self._is_worn and self._times.stopping is None

    def _is_over(self, until: Callable[[], bool]) -> bool:
        if self._times.stopping is None:
            if not until():
                return False
            self._times.stopping = time.monotonic()
        waited_s = time.monotonic() - self._times.stopping
        at_work = any(hand.is_put for hand in self._settling.hands) or self._finisher.is_busy
        return not self._is_resident or not at_work or waited_s >= GRACE_S

    def _lease(self, waker: Waker) -> None:
        """Take as much as the workers can be given; when there is no more, sleep until there is."""
        if not self._wants_more:
            return
        room = self._room
        leased, settled = self._settling.take(room, self._job_ids)
        if leased:
            self._times.worked = time.monotonic()
        if settled:
            self._note_end()
        self._is_hungry = leased == room
        if not self._is_hungry and self._is_resident:
            waker.was_useful(useful=leased > 0)
            waker.ask()

    def _put(self) -> None:
        """Give the workers what is in hand; call them first if there are none."""
        waiting = [hand for hand in self._settling.hands if not hand.is_put]
        if not waiting or self._is_worn or self._times.stopping is not None:
            return
        if self._crew.state == "closed" and not self._crew.opens_in_s():
            self._crew.open()
        if self._crew.state == "open":
            for hand in waiting:
                if not self._settling.put(hand, self._crew):
                    self._note_end()

    def _finish(self) -> None:
        """Fuse and end jobs: at the end of what there is, or when it is time for what is there so far."""
        if self._finisher.is_busy:
            return
        is_end = self._is_unsettled and not self._is_hungry and not self._settling.hands
        if is_end or self._pace.due_in_s() <= 0:
            self._is_unsettled = not is_end
            self._watch.flush()
            self._finisher.start(self._job_ids, has_news=self._pace.has_news)
            self._pace.start()

    def _rest(self) -> None:
        """Send workers home who are to be renewed, or have had nothing to do for long."""
        if self._crew.state != "open" or any(hand.is_put for hand in self._settling.hands):
            return
        if self._is_worn:
            self._crew.close(0.0)
        elif self._idle_left_s <= 0 and not self._settling.hands:
            self._crew.rest()
            self._pace.rest()

    def _beat(self, tick: Callable[[], None] | None) -> None:
        """Say that the fleet lives, and how far segments are; at once if its state has changed."""
        now = time.monotonic()
        if tick and now - self._times.tick >= (BEAT_S if self._is_resident else TICK_S):
            self._times.tick = now
            self._is_hungry = self._is_hungry or not self._is_resident
            tick()
        if now - self._times.beat >= self._beat_s or self._state != self._fleet.state:
            self._times.beat = now
            self._has_moved = False
            self._is_unsettled = self._is_unsettled or not self._is_resident
            self._settling.keep()
            self._show()

    def _hear(self) -> None:
        """Wait for the next notice, and take in everything that is there."""
        with suppress(queue.Empty):
            self._take_in(self._notices.get(timeout=self._patience_s()))
            while True:
                self._take_in(self._notices.get_nowait())

    def _patience_s(self) -> float:
        """Until when there is nothing to do unless something is heard."""
        if self._wants_more:
            return 0.0
        now = time.monotonic()
        waits = [self._times.beat + self._beat_s - now]
        if not self._is_resident or self._times.stopping is not None:
            waits.append(TICK_S)
        if not self._finisher.is_busy:
            waits.append(self._pace.due_in_s())
        if self._crew.state == "open" and not self._settling.hands:
            waits.append(self._idle_left_s)
        if self._crew.state == "closed" and self._settling.hands and self._times.stopping is None:
            waits.append(self._crew.opens_in_s())
        return max(0.0, min(waits))

    def _take_in(self, notice: Notice) -> None:
        match notice:
            case Heard(life, event):
                if life == self._crew.life:
                    self._hear_stream(event)
            case Opened(life):
                self._crew.opened(life)
                self._is_hungry = True
            case Refused(error):
                self._break_down(error)
            case Woken():
                self._is_hungry = self._is_unsettled = True
            case Settled(cost_s, error):
                self._finisher.settled()
                self._pace.end(cost_s)
                if isinstance(error, StoreUnreachable):
                    raise error
                self.error = error or self.error
                self._times.tick = 0.0

    def _hear_stream(self, event: Event) -> None:
        if isinstance(event, Ended):
            if event.error:
                self._break_down(event.error)
            return
        self._has_moved = self._has_moved or isinstance(event, Progressed)
        if self._settling.hear(event):
            self._note_end()
            if not isinstance(event, Lost):
                self._crew.served_one()

    def _note_end(self) -> None:
        """A segment came to its end here: there is room for another, and perhaps its job has no more."""
        self._times.worked = time.monotonic()
        self._is_hungry = self._is_unsettled = True
        self._pace.see()

    def _break_down(self, error: AimaError) -> None:
        """There are no workers any more: what they had is given back, and others are called after a while."""
        self._crew.broke()
        journal.workers_lost(error.code, error.message, self._settling.give_back())
        self._is_hungry = True
        if self._is_hopeless(error):
            raise error

    def _is_hopeless(self, error: AimaError) -> bool:
        """Whether calling workers again would not help, or somebody waits who had better be told.

        Ray ends a process that was connected to a cluster and meets another one at its address, so a fleet that has
        lost its cluster ends before: its supervisor starts it again.
        """
        if self._is_resident:
            return self._crew.was_open and isinstance(error, StackDown)
        return not self._crew.was_open or isinstance(error, StackDown) or self._crew.failures >= BREAKDOWNS

    @property
    def _beat_s(self) -> float:
        return NEWS_S if self._has_moved else BEAT_S

    @property
    def _idle_left_s(self) -> float:
        return self._times.worked + self._settings.idle_s - time.monotonic()

    @property
    def _state(self) -> FleetState:
        if self._settling.hands:
            return "working"
        return "closed" if self._crew.state == "closed" else "idle"

    def _show(self) -> None:
        places = tuple(asdict(place) for place in self._crew.places)
        in_flight, done = len(self._settling.hands), self._crew.served_ever
        self._fleet = replace(self._fleet, state=self._state, places=places, in_flight=in_flight, segments_done=done)
        self._queue.show(self._fleet)

    def _count_waiting(self) -> int:
        return sum(job.waiting + job.leased for job in self._queue.progress(self._job_ids))
