"""What a home battery takes first, drawn hour by hour, and by properties."""

from collections.abc import Sequence
from datetime import timedelta
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.engine.accounting.home_battery import store_first
from custom_components.smart_charging.engine.model.home_battery import EFFICIENCY, HomeBattery
from custom_components.smart_charging.engine.model.outlook import Outlook, OutlookStep

from ..builders import NOW

HOUR = timedelta(hours=1)

type Hours = Sequence[tuple[float | None, float | None]]
"""Base load and sun of each hour, kW."""


def steps(hours: Hours) -> list[OutlookStep]:
    return [
        OutlookStep(start=NOW + number * HOUR, end=NOW + (number + 1) * HOUR, base_kw=base, margin_kw=0, solar_kw=solar)
        for number, (base, solar) in enumerate(hours)
    ]


def stored(hours: Hours, battery: HomeBattery) -> list[float]:
    return [step.stored_kw for step in store_first(steps(hours), battery)]


SUNNY: Hours = [(1, 4), (1, 4), (1, 4), (1, 4)]


@pytest.mark.parametrize(
    ("hours", "battery", "expected"),
    [
        pytest.param(
            SUNNY, HomeBattery(capacity_kwh=5.7, soc=0), [3, 3, 0, 0], id="empty: all of it, until it is full"
        ),
        pytest.param(SUNNY, HomeBattery(capacity_kwh=5.7, soc=0.5), [3, 0, 0, 0], id="half full"),
        pytest.param(SUNNY, HomeBattery(capacity_kwh=5.7, soc=1), [0, 0, 0, 0], id="full: nothing"),
        pytest.param(SUNNY, HomeBattery(capacity_kwh=5.7), [3, 3, 0, 0], id="of unknown charge: as if it were empty"),
        pytest.param(SUNNY, HomeBattery(capacity_kwh=5.7, soc=7), [0, 0, 0, 0], id="more than full is full"),
        pytest.param(
            SUNNY, HomeBattery(capacity_kwh=5.7, soc=0, charge_kw=2), [2, 2, 2, 0], id="no faster than it can"
        ),
        pytest.param(SUNNY, HomeBattery(capacity_kwh=None, soc=0), [0, 0, 0, 0], id="of unknown capacity: nothing"),
        pytest.param(SUNNY, HomeBattery(capacity_kwh=0, soc=0), [0, 0, 0, 0], id="of no capacity"),
        pytest.param(SUNNY, HomeBattery(capacity_kwh=nan, soc=0), [0, 0, 0, 0], id="of no number"),
        pytest.param(SUNNY, HomeBattery(capacity_kwh=inf, soc=0), [0, 0, 0, 0], id="without end"),
        pytest.param(
            [(1.9, 0), (1.9, None), (1, 4), (1, 4)],
            HomeBattery(capacity_kwh=5.7, soc=1),
            [0, 0, 3, 4 / EFFICIENCY**2 - 3 - 0.2 / EFFICIENCY**2],
            id="at night it serves the house, in the morning it has room",
        ),
        pytest.param(
            [(1.9, 0), (1, 9)],
            HomeBattery(capacity_kwh=5.7, soc=1, discharge_kw=0.95),
            [0, 1 / EFFICIENCY],
            id="... no faster than it can",
        ),
        pytest.param([(1, 0), (1, 3)], HomeBattery(capacity_kwh=1.9, soc=0), [0, 2], id="empty, it serves nobody"),
        pytest.param([(None, 9), (1, 9)], HomeBattery(capacity_kwh=1.9, soc=0), [0, 2], id="a house that is not known"),
    ],
)
def test_what_the_battery_takes_first(hours: Hours, battery: HomeBattery, expected: list[float]) -> None:
    assert stored(hours, battery) == pytest.approx(expected)


def test_a_car_may_count_on_what_is_left() -> None:
    outlook = Outlook(steps=tuple(store_first(steps(SUNNY), HomeBattery(capacity_kwh=5.7, soc=0, charge_kw=2))))
    assert outlook.surplus_kw(NOW, NOW + HOUR) == pytest.approx(1)
    assert outlook.surplus_kw(NOW, NOW + 4 * HOUR) == pytest.approx(6 / 4)


KW = st.floats(0, 20)
BATTERIES = st.builds(
    HomeBattery,
    capacity_kwh=st.none() | st.floats(0.1, 50),
    soc=st.none() | st.floats(0, 1),
    charge_kw=st.none() | KW,
    discharge_kw=st.none() | KW,
)


@given(st.lists(st.tuples(st.none() | KW, st.none() | KW), max_size=12), BATTERIES)
def test_it_takes_no_more_than_there_is_and_than_it_holds(
    hours: list[tuple[float | None, float | None]], battery: HomeBattery
) -> None:
    taken = stored(hours, battery)
    for (base, solar), kw in zip(hours, taken, strict=True):
        assert 0 <= kw <= max(0.0, (solar or 0) - (base or 0)) + 1e-9
        assert battery.charge_kw is None or kw <= battery.charge_kw
    served = sum(max(0.0, (base or 0) - (solar or 0)) for base, solar in hours)
    assert sum(taken) * EFFICIENCY <= (battery.capacity_kwh or 0) + served / EFFICIENCY + 1e-6


@given(st.lists(st.tuples(KW, KW), max_size=12), st.floats(0.1, 50), st.floats(0, 0.5))
def test_a_fuller_battery_leaves_cars_no_less(hours: list[tuple[float, float]], capacity: float, soc: float) -> None:
    emptier = stored(hours, HomeBattery(capacity_kwh=capacity, soc=soc))
    fuller = stored(hours, HomeBattery(capacity_kwh=capacity, soc=soc + 0.5))
    assert sum(fuller) <= sum(emptier) + 1e-6
