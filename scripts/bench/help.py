"""CPU seconds of `longspan --help`, each time in a fresh process; the budget is 0.4.

    python scripts/bench/help.py [--runs 10]

The least of the runs counts. The first run of all compiles the sources and is not among them.
"""

import argparse
import resource
import subprocess
import sys

BUDGET = 0.4


def cpu_seconds() -> float:
    """What one call costs, of user and of system time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "harness.cli", "--help"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 # our own command
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=10)
    runs = parser.parse_args().runs
    cpu_seconds()
    spent = sorted(cpu_seconds() for _ in range(runs))
    print(
        f"longspan --help: {spent[0]:.3f} s of CPU, {spent[runs // 2]:.3f} s in the middle of {runs} runs; "
        f"budget {BUDGET} s"
    )


if __name__ == "__main__":
    main()
