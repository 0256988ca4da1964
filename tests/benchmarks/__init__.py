"""Speed and memory beside peers in the same run: `python -m tests.benchmarks` prints the table of the README."""
