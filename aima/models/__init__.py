"""The catalogue of pretrained models: fetch, verify, convert, load, run."""
