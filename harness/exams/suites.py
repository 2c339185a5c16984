"""Suites by name, with those of other benchmarks whose data lies under the home of Longspan."""

from pathlib import Path

from scenarios.bfcl.suites import BENCHMARK, BfclSuites
from scenarios.foreign_suites import BUILT_IN, Loaders, foreign_loaders


def suite_loaders(home: Path) -> Loaders:
    """Every loader of suites that are not in a folder. Raises `ScenarioError` when two share a name."""
    return foreign_loaders({**BUILT_IN, BENCHMARK: BfclSuites(home=home)})
