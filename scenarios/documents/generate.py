"""`generate:` in a suite.yaml: which documents a suite is made of."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field, JsonValue, ValidationError

from scenarios.documents.length import Length, spell_length
from scenarios.documents.shelf import DocumentSettings
from scenarios.documents.tasks.registry import TASKS
from scenarios.fields import Id, as_list
from scenarios.language import Language
from scenarios.problem import choices
from scenarios.reading import Generated, Layout
from scenarios.record import Record


class Generate(Record):
    """Documents of one task, in every combination of language and length."""

    task: str
    """`longspan list tasks` names them."""
    name: Id | None = None
    """What its documents are called; the task's name if not said. Needed where a suite has two entries of one
    task."""
    language: Annotated[tuple[Language, ...], Field(min_length=1), BeforeValidator(as_list)] = ("en",)
    tokens: Annotated[tuple[Length, ...], Field(min_length=1), BeforeValidator(as_list)]
    """Lengths of the documents by the sizing tokenizer: `4k`, `1M`."""
    documents: Annotated[int, Field(ge=1)] = 1
    """How many of each language and length."""
    parts: Annotated[int, Field(ge=1)] = 1
    """Parts of each document, for the layouts that read it part by part."""
    permutations: Annotated[int, Field(ge=1)] = 1
    """In how many orders of its parts each document is read, where the task's gold does not hang on it."""
    independent: Annotated[int, Field(ge=0)] = 0
    """So many documents more of each language and length that hold one question's facts alone: what the
    company of other facts costs is the difference."""
    seed: int = 0
    filler: str = "synthetic"
    """`synthetic`, `python-docs`, or a folder of texts."""
    depths: Annotated[int, Field(ge=1)] | None = None
    """For tasks that vary it: how many depths."""
    options: dict[str, JsonValue] = {}
    """What else the task varies."""

    def problems(self) -> Iterator[tuple[str, str]]:
        """(field, message) of what the task does not take."""
        if self.task not in TASKS:
            yield "task", f"no task is called {self.task!r}; {choices(self.task, TASKS)}"
            return
        if self.depths is not None and "depths" in self.options:
            yield "options.depths", "`depths` is said beside it; leave one of them out"
            return
        fields = TASKS[self.task].options.model_fields
        for name in self.told:
            if name not in fields:
                yield f"options.{name}", f"{self.task} has no such option; {choices(name, fields)}"
                return
        try:
            TASKS[self.task].options.model_validate(self.told)
        except ValidationError as error:
            for detail in error.errors():
                yield f"options.{'.'.join(map(str, detail['loc']))}", str(detail["msg"])

    @property
    def told(self) -> dict[str, JsonValue]:
        """The options with those that have a field of their own."""
        return self.options | ({} if self.depths is None else {"depths": self.depths})

    def sources(self, settings: DocumentSettings) -> Iterator[tuple[str, Generated]]:
        """Every document with its name, shorter ones first."""
        for tokens in dict.fromkeys(settings.tokens or self.tokens):
            for language in dict.fromkeys(self.language):
                yield from self._of_one_length(settings, tokens, language)

    def _of_one_length(
        self, settings: DocumentSettings, tokens: int, language: Language
    ) -> Iterator[tuple[str, Generated]]:
        for number in range(self.documents + self.independent):
            alone = number >= self.documents
            for permutation in range(1 if alone else self.permutations):
                name = f"{self.name or self.task}-{language}-{spell_length(tokens)}-{number + 1}"
                name += f"-o{permutation + 1}" if permutation else ""
                yield (
                    f"{name}-alone" if alone else name,
                    Generated(
                        task=self.task,
                        language=language,
                        tokens=tokens,
                        parts=self.parts,
                        number=number,
                        permutation=permutation,
                        seed=self.seed + settings.seed,
                        filler=settings.filler or self.filler,
                        sizing=settings.sizing,
                        options=self.told | ({"independent": True} if alone else {}),
                    ),
                )


def layouts_of(asked: Sequence[Layout], settings: DocumentSettings) -> tuple[Layout, ...]:
    """The layouts in which a suite's documents are read."""
    return settings.layouts or tuple(asked) or ("single",)
