"""Plain types of AIMA: no I/O, no model, no store."""
