"""The languages that scenarios speak."""

from typing import Literal

Language = Literal["en", "zh"]
