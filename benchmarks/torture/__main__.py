"""``python -m benchmarks.torture``."""

from benchmarks.torture.command import main

if __name__ == "__main__":
    raise SystemExit(main())
