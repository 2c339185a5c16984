"""What reports say of who played the simulated users, and of what that cost beside all other figures."""

from collections.abc import Iterator, Sequence

from harness.money import dollars_text
from harness.report.figures import ModelFigures
from harness.report.user_figures import UserFigures
from harness.report.wording import label, whole


def users_said(models: Sequence[ModelFigures]) -> Iterator[str]:
    """A sentence or two for each model whose users were simulated."""
    for model in models:
        for user in model.users:
            ended = [f"{name} {n}" for name, n in (*user.stopped.items(), *user.broken.items())]
            yield (
                f"{label(model)}: its users were played by {user.model}{_served(user)} ({_took(user)}). How "
                f"{whole(user.trials)} conversations ended: {', '.join(ended) or 'none by the user'}."
            )


def _took(user: UserFigures) -> str:
    if not user.requests:
        return "no requests"
    cost = "at a cost that nobody knows" if user.cost_usd is None else dollars_text(user.cost_usd)
    tokens = f"{whole(user.usage.input)} input and {whole(user.usage.output)} output tokens"
    return f"{whole(user.requests)} requests, {tokens}, {cost}; in no other figure here"


def _served(user: UserFigures) -> str:
    """By what, and on what, where it is a model of ours."""
    on = user.hosting
    machine = (
        "" if on is None or on.gpus is None else f"{on.gpus} × {on.kind or 'GPU'}" if on.gpus else "a CPU"
    )
    said = [f"by {user.engine}" if user.engine else "", f"on {machine}" if machine else ""]
    return f", served {' '.join(filter(None, said))}" if any(said) else ""
