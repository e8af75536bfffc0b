"""Bytes to arrays: gate, probe, segments, frames, pictures."""
