"""What the speed promises are measured with: ``python -m benchmarks`` prints them, ``docs/benchmarks.md`` explains."""
