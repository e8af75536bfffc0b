"""Bytes to arrays: the gate for untrusted files, fixed segments, and frames out of a contained decoder.

`gate.inspect` says what a file is, `segments.plan_segments` cuts it, `reader.SegmentReader` reads it. Nothing is
imported here: the contained child starts from this package and must start fast.
"""
