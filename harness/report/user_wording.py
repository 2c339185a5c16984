"""What reports say of who played the simulated users, and of what that cost beside all other figures."""

from collections.abc import Iterator, Mapping, Sequence

from harness.report.figures import ModelFigures
from harness.report.markdown_table import escaped, table
from harness.report.user_figures import UserFigures
from harness.report.wording import UNKNOWN, at_least, label, took, whole


def users_said(models: Sequence[ModelFigures]) -> Iterator[str]:
    """A few sentences for each model whose users were simulated."""
    for model in models:
        for user in model.users:
            yield (
                f"{label(model)}: its users were played by {user.model}{_served(user)} ({took(user)}). How "
                f"{whole(user.trials)} conversations ended: {_ended(user) or 'none by the user'}."
                + (f" Excluded, since the user broke its part: {_counts(user.broken)}." * bool(user.broken))
                + (f" Counted, though it broke its part: {_counts(user.noted)}." * bool(user.noted))
            )


def user_table(models: Sequence[ModelFigures]) -> Iterator[str]:
    """The same as a table in Markdown; nothing where no user was simulated."""
    rows = [_row(model, user) for model in models for user in model.users]
    if rows:
        yield (
            "Who played the users, and what that took; it is in no other figure. Excluded: trials that the "
            "user broke, by how. Noted: trials that count although it broke its part, since another "
            "benchmark's verdicts are kept."
        )
        heads = ["Model", "Users played by", "Conversations", "Requests", "Input", "Output", "Cost"]
        yield table([*heads, "How they ended", "Excluded", "Noted"], rows)


def _row(model: ModelFigures, user: UserFigures) -> list[str]:
    counts = (user.trials, user.requests, user.usage.input, user.usage.output)
    ends = (_ended(user), _counts(user.broken), _counts(user.noted))
    return [
        *(escaped(label(model)), escaped(user.model), *map(whole, counts)),
        at_least(user.cost_usd, user.unpriced) if user.requests else UNKNOWN,
        *(escaped(said) or UNKNOWN for said in ends),
    ]


def _ended(user: UserFigures) -> str:
    """By a signal, or in any other way, such as the limits of the scenario."""
    others = user.trials - sum(user.stopped.values()) - sum(user.broken.values())
    return ", ".join(filter(None, (_counts(user.stopped), f"otherwise {whole(others)}" if others else "")))


def _counts(found: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {whole(n)}" for name, n in found.items())


def _served(user: UserFigures) -> str:
    """By what, and on what, where it is a model of ours."""
    on = user.hosting
    machine = (
        "" if on is None or on.gpus is None else f"{on.gpus} × {on.kind or 'GPU'}" if on.gpus else "a CPU"
    )
    said = [f"by {user.engine}" if user.engine else "", f"on {machine}" if machine else ""]
    return f", served {' '.join(filter(None, said))}" if any(said) else ""
