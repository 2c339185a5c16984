"""How one model lies on several GPUs: `tp8+ep` in a study, numbers here.

Tensor parallelism (tp) cuts each layer, pipeline parallelism (pp) deals out whole layers, data parallelism
(dp) repeats the attention with requests of its own. Expert parallelism (ep) gives each GPU whole experts
where tp alone would cut every expert. Decode context parallelism (dcp) splits the cache over GPUs that tp
has already, and so takes no further ones.
"""

import re
from typing import Self

from pydantic import PositiveInt, model_validator

from scenarios.record import Record

_PART = re.compile(r"(?P<name>tp|pp|dp|dcp)(?P<size>[1-9]\d*)")
_EXPERTS = "ep"


class Parallel(Record):
    """One server's layout."""

    tp: PositiveInt = 1
    pp: PositiveInt = 1
    dp: PositiveInt = 1
    ep: bool = False
    """Each GPU of tp × dp holds whole experts."""
    dcp: PositiveInt = 1
    """Parts into which the GPUs of tp split the cache of a token."""

    @model_validator(mode="after")
    def _context_reuses_tensor_ranks(self) -> Self:
        if self.tp % self.dcp:
            raise ValueError(f"dcp{self.dcp} splits tp{self.tp} unevenly; dcp has to divide tp")
        return self

    @classmethod
    def parse(cls, text: str) -> "Parallel":
        """The layout that `tp8+ep` means; raises `ValueError` with what is wrong with the text."""
        found: dict[str, int | bool] = {}
        for part in text.split("+"):
            match = _PART.fullmatch(part)
            if match is None and part != _EXPERTS:
                raise ValueError(
                    f"{text!r} is no layout; write such as tp4, tp8+ep, dp8+ep, tp8+pp2, tp8+dcp2"
                )
            name = match["name"] if match else _EXPERTS
            if name in found:
                raise ValueError(f"{text!r} says {name} twice")
            found[name] = int(match["size"]) if match else True
        return cls.model_validate(found)

    @property
    def gpus(self) -> int:
        """GPUs that one server takes."""
        return self.tp * self.pp * self.dp

    @property
    def expert_ranks(self) -> int:
        """GPUs over which the experts of one layer are dealt out; 1 where each is cut instead."""
        return self.tp * self.dp if self.ep else 1

    def __str__(self) -> str:
        """The layout as a study writes it: `tp4`, `dp8+ep`; a single GPU is `tp1`."""
        sizes = (("tp", self.tp), ("dp", self.dp), ("pp", self.pp), ("dcp", self.dcp))
        parts = [f"{name}{size}" for name, size in sizes if size > 1]
        return "+".join([*(parts or ["tp1"]), *([_EXPERTS] if self.ep else [])])
