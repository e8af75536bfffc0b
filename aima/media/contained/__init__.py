"""How an untrusted child process is contained.

Its walls (`sandbox`), its messages (`wire`), its parent's side (`process`), the process that forks it (`nursery`) and
that one's parent's side (`keeper`).

Knows nothing of media. What the child does stands in `aima.media.child` and `aima.media.serving`.
"""
