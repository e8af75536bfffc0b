"""The whole job in a process of its own: `python -m tests.benchmarks.engine.job CLIP`, settings on standard input."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from aima.bootstrap import open_services
from aima.settings import Settings
from tests.benchmarks.engine.bare import WANTED


def main() -> None:
    """Analyze the clip as `aima analyze` does where no fleet lives; say what it took by analyzer."""
    clip = Path(sys.argv[1])
    with open_services(Settings(**json.load(sys.stdin))) as services:
        report = services.analyses.analyze([clip], WANTED)
    assert report.whole, report
    print(json.dumps(report.cpu_s))


if __name__ == "__main__":
    main()
