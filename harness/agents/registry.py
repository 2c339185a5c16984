"""The agents that there are, and which models each may be put in front of."""

import asyncio
import importlib.util
from collections.abc import Iterable, Mapping

from harness.agents.agent import Agent
from harness.agents.native import Native
from harness.models.wanted import ModelError
from harness.runs.record import NATIVE, ModelVariant
from scenarios.problem import choices

QWEN, NOUS = "qwen-agent", "qwen-agent:nous"
AGENTS: Mapping[str, str] = {
    NATIVE: "our own loop",
    QWEN: "Qwen-Agent's Assistant; tools and calls as the wire format has them",
    NOUS: "Qwen-Agent's Assistant; tools in the system prompt, calls as <tool_call> in the text",
}
_NEEDED = ("qwen_agent", "soundfile", "tqdm", "dateutil")
_INSTALL = "pip install 'longspan[qwen-agent]'"


def played_by(variant: ModelVariant, agent: str) -> ModelVariant:
    """The variant with its turns played by an agent. Raises `ModelError`, saying what stands in the way."""
    if agent not in AGENTS:
        raise ModelError(f"no agent is called {agent!r}; {choices(agent, tuple(AGENTS))}")
    if agent == NATIVE:
        return variant
    if absent := [name for name in _NEEDED if importlib.util.find_spec(name) is None]:
        raise ModelError(f"{agent} needs {', '.join(absent)}; run {_INSTALL}")
    if agent == NOUS and variant.first_call == "required":
        raise ModelError(f"{variant.label}: {NOUS} can force no call, since it offers no tools; use {QWEN}")
    if agent == NOUS and variant.wire == "reference":
        raise ModelError(f"{variant.label} writes no <tool_call>, which {NOUS} reads; use {QWEN}")
    return variant.model_copy(update={"agent": agent, "label": f"{variant.label}+{agent}"})


def packages_of(agent: str) -> tuple[str, ...]:
    """The distributions whose versions shape what an agent does."""
    return ("qwen-agent",) if agent in (QWEN, NOUS) else ()


async def open_agents(names: Iterable[str]) -> dict[str, Agent]:
    """The agents by name, always ours among them. Raises `ModelError` for one that cannot be imported."""
    opened: dict[str, Agent] = {NATIVE: Native()}
    for name in names:
        if name in (QWEN, NOUS):
            # Imported in a thread that is not the main one, it leaves the handlers of Ctrl-C alone.
            opened[name] = await asyncio.to_thread(_qwen_agent, name)
    return opened


def _qwen_agent(name: str) -> Agent:
    try:
        from harness.agents.qwen_agent import QwenAgent  # noqa: PLC0415 # heavy and optional: 4 s, 100 MiB
    except ImportError as error:
        raise ModelError(f"{name} cannot be imported: {error}; run {_INSTALL}") from error
    return QwenAgent(template="nous" if name == NOUS else "native")
