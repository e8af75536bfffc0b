"""Times as people read them."""

from __future__ import annotations


def seconds(us: int) -> float:
    """Microseconds as seconds."""
    return us / 1_000_000


def clock(us: int) -> str:
    """Microseconds as m:ss.s or h:mm:ss.s."""
    tenths = round(us / 100_000)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    text = f"{minutes:02d}:{rest / 10:04.1f}" if hours else f"{minutes}:{rest / 10:04.1f}"
    return f"{hours}:{text}" if hours else text
