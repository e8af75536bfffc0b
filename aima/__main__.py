"""Entry point of `aima` and of `python -m aima`."""

from __future__ import annotations


def main() -> None:
    """Run the command."""
    from aima.cli.app import app

    app()


if __name__ == "__main__":
    main()
