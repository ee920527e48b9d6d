"""`python -m geo`: the library for scripts, checks and nightly jobs."""

from __future__ import annotations

import sys

from geo.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
