"""Ports to the databases and their adapters."""
