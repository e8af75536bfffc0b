"""The child process that converts: `python -m aima.models.convert RECIPE DIRECTORY MEMBER...`.

Files of packages are parsed here and nowhere else, under limits on memory and CPU, so that a malicious or broken one
takes nothing down.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

MEMORY_BYTES = 4 << 30
CPU_SECONDS = 300


def main(recipe: str, output: str, *members: str) -> int:
    """Convert and write into the directory `output`; a failure is one line on standard error and exit code 1."""
    # Before the libraries and the file are touched.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from aima.models.convert.recipes import build

    try:
        built = build(recipe, {Path(m).name: Path(m).read_bytes() for m in members})
    # Parsers raise anything on hostile bytes; the parent wants one line.
    except Exception as error:
        sys.stderr.write(f"{type(error).__name__}: {' '.join(str(error).split())}\n")
        return 1
    for name, content in built.items():
        (Path(output) / name).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
