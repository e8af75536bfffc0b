"""A resident fleet and a client of it in one process: `python -m tests.benchmarks.engine.fleet`.

The first line on standard input holds the settings; each further one names a clip, which is analysed at once, or is
empty: wait until the workers are gone. Each is answered by a line of JSON. What the fleet hears of its workers is
noted, nothing else is added to it.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aima import local
from aima.bootstrap import Services, open_services
from aima.bootstrap.flow import RayFlow
from aima.bootstrap.resident import ResidentFleet
from aima.errors import AimaError
from aima.pipeline.events import Begun, Ended, Event, Hear, Lost, Stream
from aima.pipeline.plan import Place
from aima.pipeline.task import Finished, Progressed
from aima.settings import Settings
from tests.benchmarks.engine.bare import WANTED
from tests.databases import connect

LOOK_S = 0.2
COMMITTED = "SELECT min(o.created_at) FROM observation_files o JOIN media_files USING (content_id) WHERE media_id = %s"


@dataclass
class Notes:
    """What was heard since the last clearing: when the first worker began, when the first one said how far it is, and
    when the last one was through, in seconds of a steady clock; on which nodes; and how often something was lost."""

    began: float | None = None
    progressed: float | None = None
    ended: float = 0.0
    finished: int = 0
    losses: int = 0
    nodes: set[str] = field(default_factory=set)

    @property
    def wall_s(self) -> float:
        """From the first beginning to the last end."""
        return self.ended - (self.began or self.ended)

    def clear(self) -> None:
        """Forget everything."""
        self.__init__()

    def hear(self, event: Event) -> None:
        """Note an event."""
        now = time.monotonic()
        match event:
            case Begun():
                self.began = self.began or now
                self.nodes.add(event.node.node_id)
            case Progressed():
                self.progressed = self.progressed or now
            case Finished():
                self.ended, self.finished = now, self.finished + 1
            case Lost() | Ended(AimaError()):
                self.losses += 1


def listening(notes: Notes) -> None:
    """Let every stream of this process tell the notes too."""
    opened = RayFlow.open

    def open_noted(flow: RayFlow, places: Sequence[Place], hear: Hear) -> Stream:
        def both(event: Event) -> None:
            notes.hear(event)
            hear(event)

        return opened(flow, places, both)

    RayFlow.open = open_noted


@contextmanager
def resident(services: Services) -> Iterator[None]:
    """A fleet as `aima worker run` has it works in a thread until the end."""
    fleet = ResidentFleet(services.given, "bench", beat=lambda: None)
    thread = threading.Thread(target=fleet.run, name="fleet")
    thread.start()
    try:
        wait_for(lambda: bool(services.stores.queue.fleets()) or not thread.is_alive())
        yield
    finally:
        fleet.stop()
        thread.join()


def analyzed(services: Services, clip: Path, notes: Notes) -> dict[str, Any]:
    """Analyze a clip; seconds until things happened, and the CPU seconds of decoding and analyzers."""
    notes.clear()
    began, began_at = time.monotonic(), datetime.now(UTC)
    report = services.analyses.analyze([clip], WANTED)
    done_s = time.monotonic() - began
    assert report.whole, report
    with connect(local.postgres_url(services.settings)) as connection:
        (committed,) = connection.execute(COMMITTED, [report.files[0].media_id]).fetchone() or (began_at,)
    return {
        "first_progress_s": (notes.progressed or notes.ended) - began,
        "first_result_s": (committed - began_at).total_seconds(),
        "done_s": done_s,
        "work_cpu_s": sum(report.cpu_s.values()),
    }


def closed(services: Services) -> dict[str, Any]:
    """Wait until no fleet has workers."""
    wait_for(lambda: all(fleet.state == "closed" for fleet in services.stores.queue.fleets()))
    return {}


def wait_for(is_so: Callable[[], bool]) -> None:
    """Look now and then."""
    while not is_so():
        time.sleep(LOOK_S)


def main() -> None:
    """Do as the lines say."""
    settings, notes = Settings(**json.loads(sys.stdin.readline())), Notes()
    listening(notes)
    with open_services(settings) as services, resident(services):
        print("{}", flush=True)
        for line in sys.stdin:
            name = line.strip()
            answer = analyzed(services, Path(name), notes) if name else closed(services)
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
