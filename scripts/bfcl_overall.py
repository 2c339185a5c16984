"""BFCL's leaderboard number of a run, beside what it leaves out.

    python scripts/bfcl_overall.py RUN

A category counts with every trial that was graded; the last line of a model says what was not played.
"""

import argparse
import json
import sys
from pathlib import Path

from scenarios.bfcl.record import CATEGORIES
from scoring.bfcl.overall import Played, board

_BY_SUITE = {f"bfcl-{category.replace('_', '-')}": category for category in CATEGORIES}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, help="a run's folder")
    report = json.loads((parser.parse_args().run / "report.json").read_text(encoding="utf-8"))
    found = False
    for model in report["models"]:
        played = {
            _BY_SUITE[suite["suite"]]: Played(accuracy=_mean(suite["success"]), tasks=suite["n"])
            for suite in model["suites"]
            if suite["suite"] in _BY_SUITE and suite["n"]
        }
        if not played:
            continue
        found = True
        made = board(played)
        print(f"{model['model']}: {made.overall:.2%} of at most {made.weight_played:.2%} that was played")
        for name, value in made.groups.items():
            print(f"  {name:12} {value:.2%}")
        print(f"  not played, and zero for BFCL: {', '.join(made.missing) or 'nothing'}")
    if not found:
        print("no suite of BFCL is in this run")
    return 0 if found else 1


def _mean(success: float | dict[str, float]) -> float:
    return success["mean"] if isinstance(success, dict) else success


if __name__ == "__main__":
    sys.exit(main())
