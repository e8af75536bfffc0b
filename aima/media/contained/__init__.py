"""The contained child: the only process that parses untrusted bytes.

`process` starts it and talks to it, `child` is its main loop, `sandbox` its walls, `wire` the messages and `ring`
the shared memory between both.
"""
