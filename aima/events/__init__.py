"""Events: carries what has changed in the truth to whoever follows it."""

from aima.events.relay import Drained, Relay

__all__ = ["Drained", "Relay"]
