"""One file per model task; each adds columns and knows no other."""
