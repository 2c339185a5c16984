"""A suite as it is loaded, wherever it comes from."""

from dataclasses import dataclass

from scenarios.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class Suite:
    name: str
    title: str
    needs: str
    """What has to be installed beside Longspan, in one line with the command; empty where nothing has."""
    scenarios: tuple[Scenario, ...]
