"""How an untrusted child process is contained: its walls (`sandbox`), its messages (`wire`), its parent (`process`).

Knows nothing of media. What the child does stands in `aima.media.child` and `aima.media.serving`.
"""
