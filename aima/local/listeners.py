"""Which ports the local servers have open, and the firewall rule for those that others can reach."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from aima.local.home import Home
from aima.local.process import family_of, marked


@dataclass(frozen=True, order=True)
class Listener:
    """A TCP port that a process of a server listens on."""

    port: int
    address: str
    program: str

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        address = ipaddress.ip_address(self.address)
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return (mapped or address).is_loopback


def listeners(home: Home, server: str) -> list[Listener]:
    """Every port of a server's processes and their descendants, sorted."""
    return sorted(set(_listeners(home, server)))


def firewall_rule(ports: list[int]) -> str:
    """Commands that close these ports to other machines, for nftables and for iptables."""
    listed = [str(port) for port in sorted(set(ports))]
    nft = f"nft add rule inet filter input iifname != lo tcp dport '{{ {', '.join(listed)} }}' drop"
    return f"{nft}  (or: iptables -A INPUT ! -i lo -p tcp -m multiport --dports {','.join(listed)} -j DROP)"


def _listeners(home: Home, server: str) -> Iterator[Listener]:
    for process in family_of(marked(home.root, server)):
        with contextlib.suppress(psutil.Error):
            for link in process.net_connections(kind="tcp"):
                if link.status == psutil.CONN_LISTEN:
                    yield Listener(link.laddr.port, link.laddr.ip, process.name())
