"""Observations to tracks, persons and appearances; plain functions."""
