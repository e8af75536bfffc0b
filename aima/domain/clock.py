"""Times as people read them."""

from __future__ import annotations

import re
from typing import Final

_CLOCK: Final = re.compile(
    r"(?:(?:(\d{1,4}):(?=[0-5]\d:))?(\d{1,6}):(?=[0-5]\d(?:\.|$)))?(\d{1,9}(?:\.\d{1,9})?)", re.ASCII
)


def seconds(us: int) -> float:
    """Microseconds as seconds."""
    return us / 1_000_000


def from_clock(text: str) -> int:
    """Microseconds of a time as people write it: seconds, m:ss or h:mm:ss, each with or without decimals.

    Raises:
        ValueError: it is no such time.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no time such as 75, 1:15 or 0:01:15.5")
    hours, minutes, rest = (float(part or 0) for part in match.groups())
    return round((hours * 3600 + minutes * 60 + rest) * 1_000_000)


def clock(us: int) -> str:
    """Microseconds as m:ss.s or h:mm:ss.s."""
    tenths = round(us / 100_000)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    text = f"{minutes:02d}:{rest / 10:04.1f}" if hours else f"{minutes}:{rest / 10:04.1f}"
    return f"{hours}:{text}" if hours else text
