"""`python -m tests.benchmarks.engine`: AIMA against its peers on the same work, in interleaved pairs."""
