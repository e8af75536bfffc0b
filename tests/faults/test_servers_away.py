"""A server stops, falls silent, is slow or drops connections during `aima analyze`: nothing is lost.

In the gate for seconds, in `make test-long` for a minute. Each analysis is a process of its own that reaches
PostgreSQL, documents and vectors through a proxy. Afterwards the projections catch up, nothing differs, and the
persons are those of an analysis that nothing has disturbed.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import make_url

from aima import local
from aima.bootstrap import open_services
from aima.services.sample import portraits
from aima.settings import Settings, Stores
from aima.stores.postgres import PostgresStores
from tests.faults.conftest import LONG, aima
from tests.faults.proxy import Proxy, proxy_to
from tests.media_made import two_person_clip

pytestmark = pytest.mark.faults

STOPPED_S = 60.0 if LONG else 10.0
SILENT_S = 30.0 if LONG else 10.0
SLOW_S = 2.0 if LONG else 0.5  # more for every round trip
RESETS = 3
LONG_S = 900.0
SERVERS = ("postgres", "documents", "vectors")
NAMED = {"postgres": "the database at ", "documents": "documents at ", "vectors": "vectors at "}


@dataclass(frozen=True)
class Line:
    """An archive of its own. settings: straight to the servers; led: through the proxies."""

    settings: Settings
    led: Settings
    proxies: dict[str, Proxy]

    def analyze(self, clip: Path) -> subprocess.Popen[str]:
        return aima(self.led, "analyze", str(clip))

    def await_running(self, process: subprocess.Popen[str]) -> None:
        """Until the job has begun, which is before the first segment is read."""
        with PostgresStores.open(local.postgres_url(self.settings)) as stores:
            while process.poll() is None:
                if any(job.state == "running" for m in stores.media.all() for job in stores.jobs.of_medium(m.media_id)):
                    return
                time.sleep(0.1)

    def where(self, server: str) -> str:
        return f"{NAMED[server]}127.0.0.1:{self.proxies[server].port}"


@pytest.fixture(scope="module")
def clip(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_person_clip(tmp_path_factory.mktemp("clip") / "two.mkv", portraits(settings), seconds=4.0)


@pytest.fixture(scope="module")
def make_line(
    make_workspace: Callable[[], Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Line]]:
    with ExitStack() as at_end:
        yield lambda: at_end.enter_context(_line(make_workspace(), tmp_path_factory.mktemp("archive")))


@pytest.fixture(scope="module")
def undisturbed(make_line: Callable[[], Line], clip: Path) -> str:
    """What an analysis comes to: the digest of its fusion."""
    line = make_line()
    done = line.analyze(clip)
    out, err = done.communicate(timeout=LONG_S)
    assert done.returncode == 0, out + err
    return _digest(line)


@pytest.mark.parametrize("server", SERVERS)
def test_stopped_for_a_while(make_line: Callable[[], Line], clip: Path, undisturbed: str, server: str) -> None:
    line = make_line()
    process = line.analyze(clip)
    line.await_running(process)
    line.proxies[server].refuse()
    time.sleep(STOPPED_S)
    if server == "postgres":  # it is waited for; what follows it may be away to the end
        line.proxies[server].pass_on()
    told = _ended_well(process)
    line.proxies[server].pass_on()
    assert f"{line.where(server)} does not answer" in told
    _assert_whole(line, undisturbed)


@pytest.mark.parametrize("server", SERVERS)
def test_slowed(make_line: Callable[[], Line], clip: Path, undisturbed: str, server: str) -> None:
    line = make_line()
    process = line.analyze(clip)
    line.await_running(process)
    line.proxies[server].delay(SLOW_S / 2)
    line.proxies[server].turns = 0
    began = time.monotonic()
    _ended_well(process)
    spent = time.monotonic() - began
    print(f"{server}: {line.proxies[server].turns} round trips, {spent:.0f} s", flush=True)
    assert line.proxies[server].turns > 0
    line.proxies[server].pass_on()
    _assert_whole(line, undisturbed)


@pytest.mark.parametrize("server", SERVERS)
def test_connections_reset(make_line: Callable[[], Line], clip: Path, undisturbed: str, server: str) -> None:
    line = make_line()
    process = line.analyze(clip)
    line.await_running(process)
    assert _reset(line.proxies[server], process) > 0
    _ended_well(process)
    _assert_whole(line, undisturbed)


def test_all_silent_for_a_while(make_line: Callable[[], Line], clip: Path, undisturbed: str) -> None:
    line = make_line()
    process = line.analyze(clip)
    line.await_running(process)
    for proxy in line.proxies.values():
        proxy.hold()
    time.sleep(SILENT_S)
    assert process.poll() is None
    for proxy in line.proxies.values():
        proxy.pass_on()
    _ended_well(process)
    _assert_whole(line, undisturbed)


def _reset(proxy: Proxy, process: subprocess.Popen[str]) -> int:
    """Reset what is connected, some times; says how often."""
    resets = 0
    while process.poll() is None and resets < RESETS:
        time.sleep(0.1)
        if proxy.links:
            proxy.reset()
            resets += 1
            time.sleep(1.0)
    return resets


def _ended_well(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=LONG_S)
    assert process.returncode == 0, out + err
    assert "Traceback" not in err
    return err


def _assert_whole(line: Line, digest: str) -> None:
    """Nothing is lost, nothing is there twice, and the projections say what the truth says."""
    with open_services(line.settings) as services:
        assert services.projections.catch_up(LONG_S).complete
        verified = services.projections.verify(deep=True)
        assert verified.found == ()
        (medium,) = services.stores.media.all()
        assert [job.state for job in services.stores.jobs.of_medium(medium.media_id)] == ["done"]
    assert _digest(line) == digest


def _digest(line: Line) -> str:
    with PostgresStores.open(local.postgres_url(line.settings)) as stores:
        run = stores.persons.run()
        assert run is not None
        return run.digest


@contextmanager
def _line(workspace: Settings, archive: Path) -> Iterator[Line]:
    urls = {
        "postgres": local.postgres_url(workspace),
        "documents": local.mongo_url(workspace),
        "vectors": local.milvus_url(workspace),
    }
    settings = workspace.model_copy(update={"archive": archive})
    PostgresStores.open(urls["postgres"]).close()
    with ExitStack() as at_end:
        proxies: dict[str, Proxy] = {}
        for server, url in urls.items():
            parsed = make_url(url)
            proxies[server] = at_end.enter_context(proxy_to(parsed.host or "", parsed.port or 0))
        led = Stores(
            postgres=_through(urls["postgres"], proxies["postgres"]),
            mongo=_through(urls["documents"], proxies["documents"]),
            milvus=_through(urls["vectors"], proxies["vectors"]),
        )
        yield Line(settings, settings.model_copy(update={"stores": led}), proxies)


def _through(url: str, proxy: Proxy) -> str:
    return make_url(url).set(port=proxy.port).render_as_string(hide_password=False)
