"""Who plays the users of a run: what is asked for, checked before anything is sent, and opened."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from harness.models.local_names import is_local
from harness.models.opened import Opening, OpenModel, open_model
from harness.runs.record import ModelVariant, RunRecord, UserRecord
from harness.runs.store import RunError
from harness.users.by_model import ModelUser
from harness.users.prompt import PROMPT_VERSION
from harness.users.scripted import ScriptedUser
from harness.users.user import User
from scenarios.exam import Exam

_NAMED = 3
"""So many scenarios are named."""


@dataclass(frozen=True, kw_only=True)
class OpenUser:
    user: User
    model: OpenModel | None = None
    """Who plays them; None for scripts."""
    gone: Callable[[], Exception | None] = lambda: None
    """Why it can never be asked again, if so."""


def user_record(
    asked: ModelVariant | None, models: tuple[ModelVariant, ...], exams: Mapping[str, Exam]
) -> UserRecord | None:
    """What a run keeps of its user; None where no scenario simulates one.

    Raises `RunError` where somebody has to play it and nobody is named. Reference models alone need nobody:
    for them the user makes its gold calls.
    """
    simulated = [exam.scenario for exam in exams.values() if exam.scenario.user is not None]
    if not simulated:
        return None
    if asked is not None:
        return UserRecord(model=asked, prompt=PROMPT_VERSION)
    unscripted = [one.name for one in simulated if one.user is not None and one.user.script is None]
    if unscripted and any(model.wire != "reference" for model in models):
        more = f" and {len(unscripted) - _NAMED} more" if len(unscripted) > _NAMED else ""
        raise RunError(
            f"{', '.join(unscripted[:_NAMED])}{more}: the user has no script, so a model has to play it; "
            "name one with --user-model, or as `user_model` in a study"
        )
    return UserRecord()


@asynccontextmanager
async def open_user(record: RunRecord, opening: Opening) -> AsyncIterator[OpenUser]:
    """Who plays the users, until the block ends. Raises `ModelError`."""
    variant = record.user.model if record.user is not None else None
    if variant is None:
        yield OpenUser(user=ScriptedUser())
        return
    variant, opening = _beside_the_models(variant, record, opening)
    async with open_model(variant, opening) as opened:
        yield OpenUser(user=ModelUser(model=opened.model), model=opened, gone=opened.gone)


def _beside_the_models(
    variant: ModelVariant, record: RunRecord, opening: Opening
) -> tuple[ModelVariant, Opening]:
    """Of the models that we serve one is up at a time, and the user's has to stay: it gets servers of its
    own, unless every other of ours is served as it is, but for calls that can be forced.
    """
    ours = [model for model in record.models if is_local(model) and model.base_url is None]
    if opening.servers is not None and is_local(variant):
        for one in (variant, *(variant.model_copy(update={"first_call": it.first_call}) for it in ours)):
            if all(opening.servers.alike(one, other) for other in ours):
                return one, opening
    return variant, replace(opening, servers=None)
