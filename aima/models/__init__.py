"""Models: the catalogue, how weights are fetched, checked and converted, and what runs them."""

from aima.models.loader import load
from aima.models.model import Calibration, Model, Runtime

__all__ = ["Calibration", "Model", "Runtime", "load"]
