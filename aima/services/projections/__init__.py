"""Projections: what documents and vectors say of the truth, and how they follow it."""
