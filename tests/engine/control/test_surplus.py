"""What the chargers that follow the sun may share."""

import math

import pytest

from custom_components.smart_charging.engine.control.draw import Draw
from custom_components.smart_charging.engine.control.freshness import MeterView
from custom_components.smart_charging.engine.control.surplus import battery_w, measure_surplus, unit_w, with_grid_w
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.model.battery import BatteryReading
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.policy import ControlPolicy
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.solar import SolarPolicy
from custom_components.smart_charging.engine.model.state import EvseMemory, SunMemory
from tests.engine.builders import LONG_AGO, NOW, PLAIN, amps, charger, later, mains, rating, reading, site, status

CHARGER = charger()


def view(*, measures: bool = True, settled: bool = True) -> EvseView:
    return EvseView(
        evse=CHARGER,
        status=status(draws=[10.0] if measures else None, measured_at=NOW if measures else None),
        memory=EvseMemory(target_a=16.0, target_since=LONG_AGO if settled else later(-1)),
        now=NOW,
        policy=PLAIN,
    )


def draw(least: float, most: float) -> Draw:
    return Draw(least_a=amps(least), most_a=amps(most))


def known(meter: MeterReading) -> dict[str, MeterView]:
    return {"site": MeterView(reading=meter, known=True, silent_s=0.0)}


def sunny(**policy: object) -> Site:
    return Site(
        circuits=(mains(rating(40)),),
        evses=(CHARGER,),
        policy=ControlPolicy(solar=SolarPolicy(**policy)),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("grid_a", "least", "most", "expected"),
    [
        pytest.param(-10, 0, 0, (2300, 2300), id="export alone"),
        pytest.param(0, 10, 10, (2300, 2300), id="the car takes all of it"),
        pytest.param(4, 10, 10, (1380, 1380), id="the car takes more than there is"),
        pytest.param(12, 10, 10, (-460, -460), id="the home takes more than the sun gives"),
        pytest.param(0, 6, 10, (1380, 2300), id="the car is on its way from 10 A to 6 A"),
    ],
)  # fmt: skip
def test_surplus_is_export_and_what_the_cars_take(
    grid_a: float, least: float, most: float, expected: tuple[float, float]
):
    snapshot = SiteSnapshot(at=NOW)
    found = measure_surplus(site(CHARGER), snapshot, known(reading(grid_a)), [(view(), draw(least, most))], (None, 0.0))
    assert found is not None
    assert (found.least_w, found.most_w) == expected
    assert found.average_w == found.likely_w == sum(expected) / 2


def test_a_car_that_is_not_measured_is_taken_to_draw_its_offer_once_it_had_the_time():
    snapshot, meters = SiteSnapshot(at=NOW), known(reading(0))
    settled = measure_surplus(site(CHARGER), snapshot, meters, [(view(measures=False), draw(0, 16))], (None, 0.0))
    under_way = measure_surplus(
        site(CHARGER), snapshot, meters, [(view(measures=False, settled=False), draw(0, 16))], (None, 0.0)
    )
    assert settled is not None
    assert under_way is not None
    assert settled.least_w == settled.most_w == 16 * 230
    assert (under_way.least_w, under_way.most_w) == (0, 16 * 230)


def test_the_average_comes_up_with_its_time_constant():
    snapshot, meters = SiteSnapshot(at=NOW), known(reading(-10))
    found = measure_surplus(sunny(average_s=60), snapshot, meters, [], (0.0, 60.0))
    assert found is not None
    assert found.average_w == pytest.approx(2300 * (1 - math.exp(-1)))
    at_once = measure_surplus(sunny(average_s=0), snapshot, meters, [], (0.0, 60.0))
    assert at_once is not None
    assert at_once.average_w == 2300


@pytest.mark.parametrize(
    "meters",
    [
        pytest.param({}, id="not metered"),
        pytest.param({"site": MeterView(reading=None, known=False, silent_s=None)}, id="never spoke"),
        pytest.param({"site": MeterView(reading=reading(-10), known=False, silent_s=99)}, id="silent"),
    ],
)  # fmt: skip
def test_without_the_meter_nobody_knows(meters: dict[str, MeterView]):
    assert measure_surplus(site(CHARGER), SiteSnapshot(at=NOW), meters, [], (None, 0.0)) is None


@pytest.mark.parametrize(
    ("policy", "power_w", "soc", "expected"),
    [
        pytest.param({}, 2000, 0.4, 0, id="battery first: what it takes is no surplus"),
        pytest.param({"battery_first": False}, 2000, 0.4, 2000, id="car first: it is"),
        pytest.param({}, -2000, 0.9, -2000, id="what it gives is no surplus"),
        pytest.param({"battery_first": False}, -2000, 0.9, -2000, id="nor with the car first"),
        pytest.param({"battery_floor_soc": 0.5}, -2000, 0.9, 0, id="above its floor it helps"),
        pytest.param({"battery_floor_soc": 0.5}, 2000, 0.9, 2000, id="and what it takes may go to the car"),
        pytest.param({"battery_floor_soc": 0.5}, -2000, 0.5, -2000, id="at its floor no more"),
        pytest.param({"battery_floor_soc": 0.5}, -2000, None, -2000, id="nor when nobody knows how full it is"),
        pytest.param({"battery_first": False}, math.nan, 0.5, 0, id="it says nonsense"),
    ],
)  # fmt: skip
def test_the_home_battery(policy: dict[str, object], power_w: float, soc: float | None, expected: float):
    snapshot = SiteSnapshot(at=NOW, battery=BatteryReading(at=NOW, power_w=power_w, soc=soc))
    assert battery_w(snapshot, sunny(**policy)) == expected


def test_a_battery_that_fell_silent_counts_as_none():
    snapshot = SiteSnapshot(at=NOW, battery=BatteryReading(at=later(-91), power_w=-2000))
    assert battery_w(snapshot, sunny()) == 0


@pytest.mark.parametrize(
    ("share", "power_w", "expected"),
    [(0.0, 1000, 1000), (0.5, 1000, 2000), (0.5, -1000, -1000), (1.0, 1000, 1_000_000)],
)  # fmt: skip
def test_a_part_may_come_from_the_grid(share: float, power_w: float, expected: float):
    assert with_grid_w(power_w, SolarPolicy(grid_share=share)) == pytest.approx(expected)


def test_a_car_that_takes_95_percent_takes_so_much_per_ampere():
    seen = view()
    seen.memory = EvseMemory(sun=SunMemory(takes=0.95))
    assert unit_w(seen, 3, site(CHARGER)) == pytest.approx(0.95 * 3 * 230)


def test_of_a_switched_charger_only_its_first_phase_counts():
    evse = charger(phases=ALL_PHASES, can_switch_phases=True)
    seen = EvseView(
        evse=evse,
        status=status(draws=[10, 0, 0], offered_phases=1),
        memory=EvseMemory(target_a=10.0, target_since=later(-1)),
        now=NOW,
        policy=PLAIN,
    )
    bounds = Draw(least_a=amps(6, 0, 0), most_a=dict.fromkeys(Phase, 16.0))
    three = Site(circuits=(mains(rating(40), phases=3),), evses=(evse,))
    found = measure_surplus(three, SiteSnapshot(at=NOW), known(reading(0, 0, 0)), [(seen, bounds)], (None, 0.0))
    assert found is not None
    assert (found.least_w, found.most_w) == (6 * 230, 16 * 230)
