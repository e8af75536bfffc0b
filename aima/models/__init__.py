"""Models: the catalogue, how weights are fetched, checked and converted, and what runs them."""
