"""Measures AIMA on a labelled folder: what is right, what is not, and what to look at."""
