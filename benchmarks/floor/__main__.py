"""``python -m benchmarks.floor``."""

from benchmarks.floor.command import main

if __name__ == "__main__":
    raise SystemExit(main())
