"""`longspan run`: play and grade suites with models, then report."""

import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from harness.agents.registry import AGENTS, played_by
from harness.environment import read_environment
from harness.evaluation import evaluate
from harness.models.local_names import LOCAL
from harness.models.notices import key_notices, notices
from harness.models.variants import find_variants
from harness.models.wanted import ModelError, Wanted
from harness.progress import watch
from harness.registry.knowledge import Knowledge, load_knowledge
from harness.request import Request
from harness.runs.addresses import place_of
from harness.runs.record import NATIVE, FirstCall, ModelVariant
from harness.users.user import SCRIPTED
from harness.verbs.documents import (
    FillerOption,
    LayoutOption,
    SizingOption,
    TokensOption,
    document_settings,
)
from harness.verbs.foreign import Tau2DataOption, foreign_data
from harness.verbs.planning import (
    MaxCostOption,
    MaxTokensOption,
    RegistryOption,
    ThinkingOption,
    WindowOption,
    caps_of,
    patient,
    tell_skipped,
    thinking_settings,
    window_tokens,
)
from harness.verbs.reporting import tell_outcome
from harness.verbs.serving import ServeOption, parse_serving, serving_by_label
from harness.verbs.setting import JsonFlag, RunsOption, consoles, run_async, spoken_errors
from scenarios.problem import Problem, ScenarioError
from scenarios.scenario import Transport
from scenarios.serving import Serving
from scenarios.study import Study, StudyModel

ExecutorOption = Annotated[
    Literal["local", "ray"],
    typer.Option("--executor", help="Who plays the trials: this process, or many on a Ray cluster."),
]
RayAddressOption = Annotated[
    str,
    typer.Option(help="`local`: a cluster on this machine for this run; `auto` or HOST:PORT: one that runs."),
]

UserModelOption = Annotated[
    str | None,
    typer.Option(
        "--user-model",
        help="Who plays simulated users: a model as in --model, or `scripted` (if not said).",
    ),
]

JudgeModelOption = Annotated[
    str | None,
    typer.Option(
        "--judge-model",
        help="Who judges assertions that no rule can decide: a model as in --model; nobody if not said.",
    ),
]

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)

AgentOption = Annotated[
    str | None,
    typer.Option(help=f"Who plays the turns: {', '.join(AGENTS)}; commas make one row of each."),
]


@app.command(
    epilog="Example: longspan run shop travel -m chat:qwen3-30b-a3b@http://127.0.0.1:8000/v1 --repeats 4"
)
def run(  # noqa: PLR0913 # one parameter for each option of the command line
    what: Annotated[
        list[str], typer.Argument(help="Suites (a name, SUITE/SCENARIO or a folder), or one study.yaml.")
    ],
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            "-m",
            help="reference/NAME, local/NAME, qwen3.7-plus …, or FORMAT:ID@BASE_URL; repeatable.",
        ),
    ] = None,
    *,
    repeats: Annotated[
        int | None, typer.Option(min=1, help="Trials of each scenario; 1 if not said.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many scenarios of each suite.")] = None,
    concurrency: Annotated[int | None, typer.Option(min=1, help="Trials at a time; 8 if not said.")] = None,
    first_call: Annotated[
        FirstCall, typer.Option(help="`required` forces a call in the first request of turns that need one.")
    ] = "auto",
    thinking: ThinkingOption = None,
    serve: ServeOption = None,
    agent: AgentOption = None,
    user_model: UserModelOption = None,
    judge_model: JudgeModelOption = None,
    transport: Annotated[Transport, typer.Option(help="How built-in worlds are reached.")] = "memory",
    seed: Annotated[int | None, typer.Option(help="Of all that is drawn at random; 0 if not said.")] = None,
    layout: LayoutOption = None,
    tokens: TokensOption = None,
    sizing: SizingOption = None,
    filler: FillerOption = None,
    shuffle: Annotated[
        bool, typer.Option("--shuffle", help="Ask about documents in a random order, against every cache.")
    ] = False,
    allow_cold: Annotated[
        bool, typer.Option("--allow-cold", help="Go on although the provider's cache does not hit.")
    ] = False,
    tau2_data: Tau2DataOption = None,
    max_cost: MaxCostOption = None,
    max_tokens: MaxTokensOption = None,
    window: WindowOption = None,
    registry: RegistryOption = None,
    executor: ExecutorOption = "local",
    ray_address: RayAddressOption = "local",
    runs: RunsOption = "runs",
    new: Annotated[
        bool, typer.Option("--new", help="Start another run of the same instead of going on.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Play and grade; the same command resumes, more repeats extend, a finished run answers at once."""
    command = shlex.join(["longspan", *sys.argv[1:]])
    out, err = consoles()
    with spoken_errors(resume=command):
        beside = Beside(user=user_model, judge=judge_model)
        study = asked_study(what, model or [], first_call, thinking, agent, serve, beside)
        catalog = read_environment().catalog
        known = load_knowledge(registry, datetime.now(UTC).date(), catalog)
        known = patient(known, study.limits.patience)
        models = variants_of(study.models, known)
        everybody = (*study.models, *filter(None, [study.user_model, study.judge_model]))
        by_name = [(one, variants_of([one], known)) for one in everybody if one.name != SCRIPTED]
        request = Request(
            suites=study.suites,
            data=foreign_data(tau2_data or study.tau2_data),
            models=models,
            user=user_variant(study.user_model, known),
            judge=judge_variant(study.judge_model, known),
            repeats=repeats or study.repeats,
            limit=limit,
            concurrency=concurrency or study.limits.concurrency,
            seed=study.seed if seed is None else seed,
            transport=transport,
            executor=executor,
            ray_address=ray_address,
            runs=place_of(runs),
            new=new,
            command=command,
            documents=document_settings(study, layout, tokens, sizing, filler),
            shuffled=shuffle,
            allow_cold=allow_cold,
            caps=caps_of(study, max_cost, max_tokens, by_name),
            exchange=study.exchange,
            window=window_tokens(window),
            serving=serving_by_label(by_name),
            say=lambda text: err.print(text, markup=False, highlight=False, soft_wrap=True),
            known=known,
        )
        environment = read_environment(providers=known.providers)
        for notice in (*notices(models, known), *key_notices(models, environment, known)):
            err.print(f"Note: {notice}.", markup=False, highlight=False, soft_wrap=True)
        with watch(err, time.monotonic) as progress:
            outcome = run_async(evaluate(request, environment, progress))
        tell_skipped(outcome.record, err)
        tell_outcome(outcome, out=out, err=err, as_json=as_json)


@dataclass(frozen=True, kw_only=True)
class Beside:
    """The models that are asked beside those under test, by name."""

    user: str | None = None
    judge: str | None = None

    def models(self) -> dict[str, StudyModel]:
        """By the study's word for each."""
        named = {"user_model": self.user, "judge_model": self.judge}
        return {field: StudyModel(name=name) for field, name in named.items() if name is not None}


NOBODY = Beside()


def asked_study(
    what: list[str],
    models: list[str],
    first_call: FirstCall,
    thinking: str | None = None,
    agent: str | None = None,
    serve: Sequence[str] | None = None,
    beside: Beside = NOBODY,
) -> Study:
    """What the arguments ask for, as a study. Raises `ModelError` and `ScenarioError`."""
    files = [name for name in what if name.endswith((".yaml", ".yml"))]
    if not files:
        if not models:
            raise ModelError("name a model to ask: --model reference/oracle, --model chat:ID@BASE_URL, …")
        settings = () if thinking is None else thinking_settings(thinking)
        agents = (NATIVE,) if agent is None else tuple(agent.split(","))
        asked = {"first_call": first_call, "thinking": settings, "agent": agents}
        serving = parse_serving(serve or ())
        served = {name: serving for name in models if name.startswith(LOCAL)}
        if serve and not served:
            raise ModelError("--serve is for models of ours, which are called local/NAME; leave it out")
        named = (
            StudyModel.model_validate({"name": name, **asked, "serve": served.get(name, Serving())})
            for name in models
        )
        study = Study(models=tuple(named), suites=tuple(what))
        return study.model_copy(update=beside.models())
    if len(what) > 1 or models or first_call != "auto" or any((thinking, agent, serve, beside.models())):
        message = "a study names its own suites and models, and how each is asked; give it alone"
        raise ScenarioError([Problem(file=Path(files[0]), message=message)])
    return Study.read(Path(files[0]))


def user_variant(asked: StudyModel | None, known: Knowledge) -> ModelVariant | None:
    """Who plays the users; None: nobody. Raises `ModelError` for a name that means nothing, or several."""
    if asked is None or asked.name == SCRIPTED:
        return None
    return _only(asked, known, "cannot play the users", f"; or write {SCRIPTED}")


def judge_variant(asked: StudyModel | None, known: Knowledge) -> ModelVariant | None:
    """Who judges; None: nobody. Raises `ModelError` for a name that means nothing, or several."""
    return None if asked is None else _only(asked, known, "cannot judge", "")


def _only(asked: StudyModel, known: Knowledge, cannot: str, otherwise: str) -> ModelVariant:
    """The one model that a name means."""
    found = variants_of([asked], known)
    if len(found) > 1 or found[0].agent != NATIVE or found[0].wire == "reference":
        raise ModelError(
            f"{asked.name} {cannot}: that takes one model with one setting of thinking, no agent and no "
            f"reference model{otherwise}"
        )
    return found[0]


def variants_of(models: Sequence[StudyModel], known: Knowledge) -> tuple[ModelVariant, ...]:
    """What the names mean. Raises `ModelError` with a line for every name that means nothing."""
    found: list[ModelVariant] = []
    wrong: list[str] = []
    for asked in models:
        wanted = Wanted(
            first_call=asked.first_call,
            sampling=asked.sampling,
            thinking=asked.thinking,
            provider=asked.provider,
            serving=asked.serve,
        )
        try:
            variants = find_variants(asked.name, wanted, known)
            found += [played_by(variant, agent) for variant in variants for agent in asked.agent]
        except ModelError as error:
            wrong.append(str(error))
    if wrong:
        raise ModelError("\n".join(wrong))
    return tuple(found)
