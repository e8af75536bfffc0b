"""AIMA: who appears when in an archive of video, sound and pictures, with the evidence."""

__version__ = "0.1.0"
