import socket
import subprocess
import sys
from pathlib import Path

import pytest

from aima.local.home import home_at
from aima.local.listeners import Listener, firewall_rule, listeners
from aima.local.process import clean_environment

SERVE = """
import socket, time
server = socket.create_server(("0.0.0.0", 0))
print(server.getsockname()[1], flush=True)
time.sleep(60)
"""


def test_a_port_open_to_others_is_found(tmp_path: Path) -> None:
    environment = clean_environment(tmp_path, "test")
    with subprocess.Popen([sys.executable, "-c", SERVE], env=environment, text=True, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        (found,) = listeners(home_at(tmp_path), "test")
        server.kill()
    assert (found.port, found.address, found.is_loopback) == (port, "0.0.0.0", False)
    assert "python" in found.program


def test_ports_of_others_are_none_of_ours(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)):
        assert listeners(home_at(tmp_path), "test") == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::", False),
        ("0.0.0.0", False),
        ("192.0.2.7", False),
    ],
)
def test_loopback_is_told_apart(address: str, expected: bool) -> None:
    assert Listener(1, address, "x").is_loopback is expected


def test_the_rule_names_each_port_once() -> None:
    rule = firewall_rule([8, 7, 8])
    assert "tcp dport '{ 7, 8 }' drop" in rule
    assert "--dports 7,8 -j DROP" in rule
