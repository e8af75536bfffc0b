"""Logs, and places at which tests end a process."""
