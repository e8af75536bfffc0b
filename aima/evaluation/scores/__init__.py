"""Scores: truth and answers in, figures and mistakes out; plain functions."""
