from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from aima.stores.postgres.listening import heard, own


def test_only_what_is_notified_is_heard(stores):
    with own(stores.engine) as ears, stores.engine.connect() as mouth:
        ears.execute(text("LISTEN here"))
        mouth.execute(text("NOTIFY elsewhere"))
        begins = time.monotonic()
        assert not heard(ears, 0.2)
        assert time.monotonic() - begins >= 0.2
        mouth.execute(text("NOTIFY here"))
        assert heard(ears, 20.0)


def listen_and_fail(stores):
    with own(stores.engine) as ears:
        ears.execute(text("LISTEN here"))
        raise KeyError


def test_a_connection_that_still_listens_does_not_go_back_after_an_error(stores):
    with pytest.raises(KeyError):
        listen_and_fail(stores)
    with stores.engine.connect() as again:
        assert again.exec_driver_sql("SELECT * FROM pg_listening_channels()").all() == []
