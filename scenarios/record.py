"""The base of every value that is written to disk: immutable, and strict about unknown fields."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A typo in a file is an error, and a value once read is never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")
