"""A mixed-integer linear program, built column by column and row by row; a solver's own words are in `highs.py`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

FREE: Final = float("inf")


@dataclass(slots=True)
class Matrix:
    """Make `costs · x + constant` as low as can be, with `lows <= x <= highs` and each row between its bounds."""

    costs: list[float] = field(default_factory=list)
    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    row_lows: list[float] = field(default_factory=list)
    row_highs: list[float] = field(default_factory=list)
    row_starts: list[int] = field(default_factory=lambda: [0])
    columns: list[int] = field(default_factory=list)
    factors: list[float] = field(default_factory=list)
    constant: float = 0.0

    def column(self, cost: float = 0.0, low: float = 0.0, high: float = FREE, *, whole: bool = False) -> int:
        """Add a variable; returns its number."""
        self.costs.append(cost)
        self.lows.append(low)
        self.highs.append(high)
        self.whole.append(whole)
        return len(self.costs) - 1

    def row(self, terms: Iterable[tuple[int, float]], low: float = -FREE, high: float = FREE) -> int:
        """Add a constraint, as pairs of a variable and its factor; returns its number."""
        for column, factor in terms:
            self.columns.append(column)
            self.factors.append(factor)
        self.row_starts.append(len(self.columns))
        self.row_lows.append(low)
        self.row_highs.append(high)
        return len(self.row_lows) - 1
