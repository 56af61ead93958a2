"""What is said of a night at its end: a line for each half hour, drawn as a bar, and one for each car."""

from collections.abc import Mapping, Sequence
from typing import Final

from .supply import Supply
from .visits import HalfHour, VisitFigures

WIDTH: Final = 45
"""Characters of a bar that reaches the supply's limit."""
HOUSE: Final = "░"
MARKS: Final = "█▓▒"
"""Of the cars, in turn."""


def night_lines(
    half_hours: Sequence[HalfHour], visits: Mapping[str, VisitFigures], supply: Supply, currency: str = "€"
) -> list[str]:
    """For people. `visits` are by the cars' names, in the order of the half hours' cars."""
    marks = {car: MARKS[place % len(MARKS)] for place, car in enumerate(visits)}
    limit_kw = supply.limit_w / 1000
    cost, saving = sum(it.cost for it in visits.values()), sum(it.saving for it in visits.values())
    legend = ", ".join([f"{HOUSE} house", *(f"{mark} {car}" for car, mark in marks.items())])
    return [
        f"The night by half hours, mean power of {limit_kw:g} kW at the most: {legend}",
        *(_row(row, list(marks.values()), limit_kw) for row in half_hours),
        *(_visit(car, figures, currency) for car, figures in visits.items()),
        f"in all {cost:.2f} {currency}, {saving:.2f} {currency} less than charging at once",
    ]


def _row(row: HalfHour, marks: Sequence[str], limit_kw: float) -> str:
    # Each part ends where the sum so far does: rounding parts by themselves would make bars of other lengths.
    bar, sum_kw = "", 0.0
    for mark, power_kw in zip([HOUSE, *marks], [row.house_kw, *row.cars_kw], strict=True):
        sum_kw += power_kw
        bar += mark * (round(sum_kw / limit_kw * WIDTH) - len(bar))
    return f"  {row.begins:%H:%M}  {row.price:.2f}  {bar:<{WIDTH}}| {row.house_kw:4.1f} + {sum(row.cars_kw):3.1f} kW"


def _visit(car: str, figures: VisitFigures, currency: str) -> str:
    ready = f"ready {figures.ready}" if figures.ready else "NOT READY" if figures.missed else "not yet ready"
    return (
        f"{car}: {figures.arrived} to {figures.leaves}, wanted {figures.wanted_kwh:.1f} kWh, "
        f"got {figures.got_kwh:.1f} kWh ({figures.soc:.0%}), {ready}; {figures.energy_kwh:.1f} kWh for "
        f"{figures.cost:.2f} {currency}, {figures.saving:.2f} {currency} less than at once"
    )
