"""What a benchmark hands back, and how it says that it cannot run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

type Cell = str | float | bool | None
type Row = Mapping[str, Cell]


class BenchError(Exception):
    """A benchmark cannot run; the message is one line for the person at the terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchResult:
    """`rows` are what was measured, one flat mapping each; `summary` is what is followed from release to release."""

    rows: Sequence[Row]
    summary: Mapping[str, float]
