"""The base of every value that is written to disk: immutable, and strict about unknown fields."""

from typing import Any

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer


class Record(BaseModel):
    """A typo in a file is an error, and a value once read is never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Kind(Record):
    """One of several records that may stand in a place; its `kind` is written even where defaults are not."""

    @model_serializer(mode="wrap")
    def _with_its_kind(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {"kind": getattr(self, "kind", None), **write(self)}
