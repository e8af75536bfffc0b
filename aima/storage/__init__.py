"""Files that AIMA keeps: observations and crops."""
