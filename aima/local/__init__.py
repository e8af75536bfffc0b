"""Supervises the servers of the local stack."""
