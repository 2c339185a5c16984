"""Worlds of other benchmarks, by the names that their scenarios give them.

They are made when a scenario first asks for one, since that is when their packages are imported.
"""

from tools.tau2.worlds import NAMES, tau2_world
from tools.world import World


def foreign_world(name: str) -> World | None:
    """The world of another benchmark; None where nobody has it. Raises `ImportError` without its package."""
    return tau2_world(name) if name in NAMES else None


def in_our_process(name: str | None) -> bool:
    """Whether it is a world that always lives in our process."""
    return name in NAMES
