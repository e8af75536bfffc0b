"""Patience with small things that fail as the database does."""

import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import make_url

from aima.errors import DiskFull, StoreUnreachable
from aima.services import patience as waiting
from aima.services.patience import Patience
from aima.stores.postgres import PostgresStores
from tests.faults.proxy import Proxy, proxy_to

WHERE = "the database at 127.0.0.1:5"


class Shaky:
    """Fails as often as it is told to, then counts."""

    limit = 3

    def __init__(self, failures: int, error: Callable[[], Exception] | None = None) -> None:
        self.left, self.calls = failures, 0
        self.error = error or (lambda: StoreUnreachable(f"{WHERE} does not answer: refused", "start it"))

    def ask(self, add: int, *, twice: bool = False) -> int:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.error()
        return (self.calls + add) * (2 if twice else 1)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(waiting, "PAUSES_S", (0.01,))
    return []


def test_what_failed_is_done_again_and_told_once(told: list[str]) -> None:
    shaky = Shaky(4)
    assert Patience(30, told.append).around(shaky).ask(1, twice=True) == 12
    assert told == [
        f"{WHERE} does not answer: refused; waiting up to 30 s",
        f"{WHERE} answers again after 0 s",
    ]


def test_what_works_is_done_once_and_nothing_is_told(told: list[str]) -> None:
    patient = Patience(30, told.append).around(Shaky(0))
    assert (patient.ask(0), patient.limit, told) == (1, 3, [])


def test_after_waiting_in_vain_nothing_is_waited_for_until_it_answers(told: list[str]) -> None:
    patience = Patience(0.05, told.append)
    gone = Shaky(10**6)
    with pytest.raises(StoreUnreachable, match="refused"):
        patience.around(gone).ask(0)
    calls = gone.calls
    assert calls > 2
    with pytest.raises(StoreUnreachable):
        patience.around(gone).ask(0)
    assert gone.calls == calls + 1
    assert len(told) == 1
    assert patience.around(Shaky(0)).ask(0) == 1
    assert patience.around(Shaky(1)).ask(0) == 2


def test_who_breaks_the_waiting_off_need_not_do_so_again_for_what_ends_the_work(told: list[str]) -> None:
    patience = Patience(30, told.append)
    errors = iter([StoreUnreachable(f"{WHERE} does not answer: refused"), KeyboardInterrupt()])
    with pytest.raises(KeyboardInterrupt):
        patience.around(Shaky(2, lambda: next(errors))).ask(0)
    ending = Shaky(1)
    with pytest.raises(StoreUnreachable):
        patience.around(ending).ask(0)
    assert (ending.calls, len(told)) == (1, 1)


def test_each_thread_has_patience_of_its_own_and_the_waiting_is_told_once(told: list[str]) -> None:
    patience = Patience(30, told.append)
    both = threading.Barrier(2)

    def wait_for_it() -> None:
        shaky = Shaky(20)
        shaky.error = lambda: (both.wait(10) if shaky.calls == 1 else None, StoreUnreachable(f"{WHERE} is away"))[1]
        assert patience.around(shaky).ask(0) == 21
        done.append(shaky.calls)

    done: list[int] = []
    threads = [threading.Thread(target=wait_for_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [21, 21]
    assert sum("waiting up to" in line for line in told) == 1


@pytest.mark.parametrize("error", [DiskFull, ValueError])
def test_other_errors_are_not_repeated(told: list[str], error: type[Exception]) -> None:
    shaky = Shaky(1, lambda: error("no"))
    with pytest.raises(error):
        Patience(30, told.append).around(shaky).ask(0)
    assert (shaky.calls, told) == (1, [])


def test_another_failure_while_waiting_ends_it(told: list[str]) -> None:
    errors = iter([StoreUnreachable(f"{WHERE} refuses: starting up"), DiskFull("full")])
    with pytest.raises(DiskFull):
        Patience(30, told.append).around(Shaky(2, lambda: next(errors))).ask(0)
    assert told == [f"{WHERE} refuses: starting up; waiting up to 30 s"]


def test_stores_are_patient_but_for_locks_and_figures(stores: PostgresStores, told: list[str]) -> None:
    patient = Patience(30, told.append).around_stores(stores)
    assert patient.media.all() == []
    assert patient.fusion is stores.fusion
    assert patient.metrics is stores.metrics
    assert patient.jobs is not stores.jobs


@pytest.fixture
def proxy(database: str) -> Iterator[Proxy]:
    where = make_url(database)
    with proxy_to(where.host or "", where.port or 5432) as running:
        yield running


def test_a_database_that_comes_back_is_waited_for(database: str, proxy: Proxy, told: list[str]) -> None:
    url = make_url(database).set(port=proxy.port).render_as_string(hide_password=False)
    with PostgresStores.open(url) as stores:
        patient = Patience(30, told.append).around_stores(stores)
        patient.jobs.ended()
        proxy.refuse()
        back = threading.Timer(0.5, proxy.pass_on)
        back.start()
        assert patient.media.all() == []
        back.join()
    assert len(told) == 2
    assert f"127.0.0.1:{proxy.port} does not answer" in told[0]
    assert f"127.0.0.1:{proxy.port} answers again" in told[1]


def test_connections_that_were_reset_while_idle_are_replaced_in_silence(
    database: str, proxy: Proxy, told: list[str]
) -> None:
    url = make_url(database).set(port=proxy.port).render_as_string(hide_password=False)
    with PostgresStores.open(url) as stores:
        patient = Patience(30, told.append).around_stores(stores)
        patient.jobs.ended()
        proxy.reset()
        assert patient.media.all() == []
    assert told == []
