"""The examples of docs/home-battery.md, held to the engine."""

import re
from pathlib import Path

import pytest

from ..engine.control.test_home_battery import Battery

PAGE = (Path(__file__).parents[2] / "docs" / "home-battery.md").read_text(encoding="utf-8")
HOUSE_W = 500.0


def rows() -> list[tuple[float, float, str]]:
    """What the car takes and the sun gives, kW, and what becomes of the battery."""
    table = PAGE.partition("| the car takes | the sun gives | the battery |")[2].partition("\n\n")[0]
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return [(_kw(car), _kw(sun), battery) for car, sun, battery in found]


def _kw(cell: str) -> float:
    return 0.0 if cell == "nothing" else float(cell.removesuffix(" kW"))


@pytest.mark.parametrize(("car_kw", "sun_kw", "told"), rows())
def test_while_a_car_charges(car_kw: float, sun_kw: float, told: str) -> None:
    """By itself the battery makes the grid's power nothing, with 2 kW at the most."""
    over_w = 1000 * (sun_kw - car_kw) - HOUSE_W
    battery_w = max(-2000.0, min(2000.0, over_w))
    battery = Battery()
    way, _ = battery.ticks(30, draws=(1000 * car_kw,), battery_w=battery_w, grid_w=battery_w - over_w)
    name = re.match(r"\*\*(\w+(?: \w+)?)\*\*", told)
    assert name is not None
    assert name[1] == {"hold": "held", "by_itself": "by itself"}[way.value]
    if taken := re.search(r"takes ([\d.]+) kW", told):
        assert battery_w == 1000 * float(taken[1])
