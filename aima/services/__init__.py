"""Use cases by noun."""
