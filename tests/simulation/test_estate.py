"""Days and evenings of a flat with three chargers, two circuits and a boiler, through the engine and the real dispatcher."""

import math
from collections.abc import Callable
from functools import partial

import pytest

from custom_components.smart_charging.engine.model.reason import ReasonCode
from demo.scenario import make_scenario
from demo.trace import HOUSE_EVENING, HouseLoad, read_trace
from tests.simulation.clock import run
from tests.simulation.estate import Estate
from tests.simulation.houses import busy_day
from tests.simulation.world import FAILSAFE_A

HOUR_S = 3600
FLAT = make_scenario("flat-with-three-chargers")


def evening(**changes: int) -> Estate:
    trace = read_trace(HOUSE_EVENING)
    return Estate(FLAT, HouseLoad(trace, start=trace.start_at(FLAT.start), phases=3), **changes)  # type: ignore[arg-type]


def test_an_evening():
    figures = run(evening().live(2 * HOUR_S))
    assert figures.trips == 0
    assert figures.longest_overload_s <= 15
    assert figures.share >= 0.8
    assert min(figures.given_kwh.values()) > 0.5, "nobody is left out"
    assert figures.switched >= 1, "the boiler gives way"
    assert figures.commands <= 3 * 120


def test_a_whole_day_behind_a_meter_of_ten_seconds():
    """Each hour something fails: a charger, the meter, Home Assistant itself."""
    estate = Estate(FLAT, busy_day(2, phases=3, largest_w=7000), meter_s=10)
    chargers = list(estate.drivers.values())
    happens: dict[int, Callable[[], None]] = {}
    for hour in range(1, 24):
        at, charger = hour * HOUR_S, chargers[hour % 3]
        happens[at] = partial(charger.reach, reachable=False)
        happens[at + 20 * hour] = partial(charger.reach, reachable=True)
        happens[at + 1200] = partial(estate.let_meter_say, [None, math.nan, 1e7, -1e7][hour % 4])
        happens[at + 1230 + hour] = estate.mend_meter
        happens[at + 2400] = estate.restart
    figures = run(estate.live(24 * HOUR_S, happens))
    assert figures.trips == 0
    assert figures.longest_overload_s <= 15 + 10
    assert all(outlet.car is not None and outlet.car.full for outlet in estate.outlets), "by the end of the day"
    assert figures.switched <= 48
    assert figures.commands <= 3 * 24 * 30, "thirty an hour and charger"


class TestFaults:
    def test_a_bad_evening(self):
        """Everything at once: chargers drop out, the meter falls silent and talks nonsense, Home Assistant starts anew."""
        estate = evening()
        left, yard = estate.drivers["garage-left"], estate.drivers["yard"]
        figures = run(
            estate.live(
                2 * HOUR_S,
                {
                    600: lambda: left.reach(reachable=False),
                    645: lambda: left.reach(reachable=True),
                    1000: lambda: estate.let_meter_say(None),
                    1100: estate.mend_meter,
                    1500: lambda: estate.let_meter_say(math.nan),
                    1560: estate.mend_meter,
                    1800: lambda: yard.reach(reachable=False),
                    2100: lambda: yard.reach(reachable=True),
                    2400: estate.restart,
                    2700: lambda: estate.let_meter_say(1e7),
                    2730: estate.mend_meter,
                    3000: lambda: estate.let_meter_say(-1e7),
                    3060: estate.mend_meter,
                    3300: estate.restart,
                    3301: lambda: estate.let_meter_say(None),
                    3400: estate.mend_meter,
                    3600: lambda: left.reach(reachable=False),
                    3601: lambda: yard.reach(reachable=False),
                    3900: lambda: left.reach(reachable=True),
                    3901: lambda: yard.reach(reachable=True),
                },
            )
        )
        assert figures.trips == 0
        assert figures.longest_overload_s <= 30, "the failsafe currents beside the house are not ours to lower"
        assert figures.share >= 0.7

    def test_without_a_meter_every_charger_comes_to_its_failsafe_current(self):
        estate = evening()
        run(estate.live(900, {600: lambda: estate.let_meter_say(None)}))
        assert all(driver.status.offered_a is not None for driver in estate.drivers.values())
        assert max(driver.status.offered_a or 0 for driver in estate.drivers.values()) <= FAILSAFE_A
        codes = {setpoint.reason.code for setpoint in estate.figures.decisions[-1].setpoints.values()}
        assert codes == {ReasonCode.METER_SILENT}

    def test_what_is_lost_on_the_way_is_told_again(self):
        estate = evening()
        left = estate.drivers["garage-left"]
        run(estate.live(400, {200: lambda: left.reach(reachable=False), 260: lambda: left.reach(reachable=True)}))
        setpoint = estate.figures.decisions[-1].setpoints["garage-left"].current_a
        assert setpoint is not None
        assert left.status.offered_a == pytest.approx(setpoint, abs=1.0)
