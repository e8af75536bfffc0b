import socket

import pytest

from aima.errors import PortTaken
from aima.local.ports import choose, free_ports, is_free


def test_the_last_port_is_kept_while_it_is_free() -> None:
    last = free_ports(1)[0]
    assert choose(0, "AIMA_X", last) == last
    with socket.create_server(("127.0.0.1", last)):
        assert not is_free(last)
        assert choose(0, "AIMA_X", last) not in {0, last}


def test_a_fixed_port_is_never_replaced() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)) as caught:
            choose(port, "AIMA_X", None)
    assert "AIMA_X" in caught.value.remedy
    assert choose(port, "AIMA_X", 1) == port


def test_free_ports_differ() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert all(is_free(port) for port in ports)
