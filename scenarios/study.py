"""A study file: which models, on which suites, how often. It is kept with the results."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, JsonValue, model_validator

from scenarios.currency import Currency, ExchangeRate
from scenarios.documents.length import Length
from scenarios.fields import as_list
from scenarios.reading import Layout
from scenarios.record import Record
from scenarios.serving import Serving
from scenarios.thinking import Settings
from scenarios.validation import read_record
from scenarios.yaml_file import read_yaml

Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class ModelLimits(Record):
    """What one model may be asked, instead of what the registry says; what is left out stays as it says."""

    requests_a_minute: Rate | None = None
    tokens_a_minute: Rate | None = None
    """Of prompt and output together."""
    concurrency: Annotated[int, Field(ge=1)] | None = None
    """Requests at a time."""


class StudyPatience(Record):
    """Seconds that each part of a request may take, instead of what is known of its provider."""

    connect: Seconds | None = None
    first_byte: Seconds | None = None
    idle: Seconds | None = None
    total: Seconds | None = None


class StudyModel(Record):
    """A model with the settings that it is asked with."""

    name: str
    """`reference/NAME`, `local/NAME`, a name of the registry, or `FORMAT:ID@BASE_URL`."""
    sampling: dict[str, JsonValue] = {}
    """Sent with every request as it stands, such as `temperature: 0`."""
    first_call: Literal["auto", "required"] = "auto"
    """`required` forces a call in the first request of every turn that has gold calls."""
    thinking: Settings = ()
    """`off`, `on`, `adaptive`, a number of tokens or an effort, or a list of such: one row for each."""
    agent: Annotated[tuple[str, ...], BeforeValidator(as_list)] = ("native",)
    """Who plays its turns: `native`, `qwen-agent`, `qwen-agent:nous`, or a list of such: one row for each."""
    provider: str | None = None
    """Whose dialect an endpoint speaks, where its address does not tell, such as `vllm`."""
    limits: ModelLimits = ModelLimits()
    serve: Serving = Serving()
    """How a model of ours is served; what is left out is chosen by what fits."""

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class StudyLimits(Record):
    concurrency: Annotated[int, Field(ge=1)] = 8
    """Trials at a time."""
    max_cost: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """Dollars that the run may cost in all, however often it goes on."""
    max_tokens: Annotated[int, Field(ge=0)] | None = None
    """Tokens, prompts and output together, that the run may use in all."""
    patience: StudyPatience = StudyPatience()


class Study(Record):
    """The typed form of a `study.yaml`."""

    models: Annotated[tuple[StudyModel, ...], Field(min_length=1)]
    suites: Annotated[tuple[str, ...], Field(min_length=1)]
    """Names of the library, `SUITE/SCENARIO`, or folders; one that starts with `.` is beside this file."""
    repeats: Annotated[int, Field(ge=1)] = 1
    """How often each model plays each scenario."""
    seed: int = 0
    """Of everything that is drawn at random."""
    limits: StudyLimits = StudyLimits()
    exchange: dict[Currency, ExchangeRate] = {}
    """What a unit of another currency is worth: prices in it count in no sum of dollars without."""
    sizing: str | None = None
    """The tokenizer that sizes the documents, so that all models read the same bytes: `o200k_base`,
    `cl100k_base`, `qwen`, `deepseek`, or the path of a tokenizer.json."""
    layout: Annotated[tuple[Layout, ...], BeforeValidator(as_list)] = ()
    """How documents are read, instead of what their suites say."""
    tokens: Annotated[tuple[Length, ...], BeforeValidator(as_list)] = ()
    """Lengths of generated documents, instead of what their suites say."""
    filler: str | None = None
    """What facts are hidden in: `synthetic`, `python-docs`, or a folder of texts."""
    user_model: StudyModel | None = None
    """Who plays simulated users: a model, or `scripted` (as without) where scenarios bring scripts."""
    judge_model: StudyModel | None = None
    """Who is asked about assertions that no rule can decide; None: nobody."""
    tau2_data: Path | None = None
    """A newer checkout of tau2-bench, beside this file or anywhere, whose data is read; None: the installed
    package's."""

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a study; a suite that starts with `.` is a folder beside the file. Raises `ScenarioError`."""
        study = read_record(cls, read_yaml(file))
        suites = (str(file.parent / suite) if suite.startswith(".") else suite for suite in study.suites)
        data = study.tau2_data and file.parent / study.tau2_data
        return study.model_copy(update={"suites": tuple(suites), "tau2_data": data})
