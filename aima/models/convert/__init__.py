"""Recipes: what packages ship becomes ONNX, once, in a child process, with the same bytes each time."""
