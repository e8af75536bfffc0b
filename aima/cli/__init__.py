"""The command `aima`."""
