"""Meters that say the same for too long."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import override

import pytest

from custom_components.smart_charging.engine.control.stillness import stand_still
from custom_components.smart_charging.engine.model.battery import BatteryReading
from custom_components.smart_charging.engine.model.evse import EvState
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.reason import ReasonCode
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState, Stillness
from tests.engine.builders import charger, later, mains, rating, reading, site, status
from tests.engine.cars import SimCar, SimCharger, World

TWO = site(charger("a"), charger("b"), circuits=[mains(rating(40))])
SLOW = site(charger("a"), charger("b"), circuits=[mains(rating(40), meter_period_s=30.0, stale_after_s=95.0)])

type Draws = Callable[[int], tuple[float, ...]]


def watch(
    place: Site,
    draws: Draws,
    *,
    seconds: int = 200,
    load: Callable[[int], float] = lambda _: 20.0,
    battery: Callable[[int], float] | None = None,
    measures_s: int = 1,
) -> Stillness:
    """Look for so many seconds at a meter that says `load`, above two chargers that measure what they draw."""
    state = ControlState()
    for second in range(seconds):
        measured = second // measures_s * measures_s
        said = reading(load(second), at=later(second))
        snapshot = SiteSnapshot(
            at=later(second),
            meters={"site": said},
            evses={
                name: status(draws=[drawn], measured_at=later(measured))
                for name, drawn in zip("ab", draws(measured), strict=True)
            },
            battery=None if battery is None else BatteryReading(at=later(second), power_w=battery(second)),
        )
        still = stand_still(place.circuits[0], place, snapshot, state, said)
        state = ControlState(meters={"site": said}, stills={"site": still})
    return state.stills["site"]


def drop_at(when: int, *, to: float = 10.0) -> Draws:
    """The first charger falls from 16 A."""
    return lambda second: (16.0 if second < when else to, 6.0)


@pytest.mark.parametrize(
    ("place", "draws", "seconds", "frozen"),
    [
        pytest.param(TWO, lambda _: (16.0, 6.0), 200, False, id="nothing changed"),
        pytest.param(TWO, drop_at(40), 200, True, id="a charger fell by 6 A"),
        pytest.param(TWO, drop_at(40), 60, False, id="but not for a minute yet"),
        pytest.param(TWO, drop_at(40), 61, True, id="now it is a minute"),
        pytest.param(TWO, drop_at(100), 110, False, id="the change is 10 s old: the meter may be late"),
        pytest.param(TWO, drop_at(100), 111, True, id="more than that"),
        pytest.param(TWO, drop_at(100, to=14.1), 200, False, id="a change that may be lost in the last digit"),
        pytest.param(TWO, lambda second: (16.0, 6.0) if second < 100 else (10.0, 12.0), 200, False, id="what one gave up the other took"),
        pytest.param(TWO, lambda second: (16.0, 6.0) if not 100 <= second < 105 else (0.0, 6.0), 200, False, id="it was back before the meter had time"),
        pytest.param(TWO, drop_at(5), 200, False, id="it fell just before the meter said so: that is what it says"),
        pytest.param(SLOW, drop_at(40), 150, False, id="a slow meter has five periods"),
        pytest.param(SLOW, drop_at(40), 151, True, id="and not more"),
        pytest.param(SLOW, drop_at(120), 180, False, id="and two to show a change"),
    ],
)  # fmt: skip
def test_who_is_frozen(place: Site, draws: Draws, seconds: int, frozen: bool):
    assert watch(place, draws, seconds=seconds).frozen is frozen


def test_one_that_moves_lives():
    assert watch(TWO, drop_at(100), load=lambda second: 20.0 + second % 50 // 49).frozen is False
    assert watch(TWO, drop_at(40), seconds=150, load=lambda second: 20.0 if second < 149 else 20.1) == Stillness(
        since=later(149)
    )


def test_frozen_is_frozen_though_the_charger_comes_back():
    assert watch(TWO, lambda second: (16.0 if second < 40 or second > 80 else 6.0, 6.0)).frozen


def test_a_battery_that_keeps_the_meter_at_zero_is_no_frozen_meter():
    assert not watch(TWO, drop_at(40), battery=lambda second: -2000 if second < 40 else -620).frozen
    assert watch(TWO, drop_at(40), battery=lambda _: -2000).frozen


def test_slow_chargers_are_enough():
    assert watch(TWO, drop_at(40), seconds=200, measures_s=30).frozen


@pytest.mark.parametrize(
    "changes",
    [{"reachable": False}, {"current_a": None}, {"measured_at": None}, {"measured_at": later(5)}],
    ids=["lost", "measures nothing", "never measured", "measured before"],
)
def test_only_what_chargers_measured_since_counts(changes: dict[str, object]):
    said = reading(20, at=later(100))
    still = Stillness(since=later(0), drawn_a={"a": 16.0, "b": 6.0})
    state = ControlState(meters={"site": said}, stills={"site": still})
    silent = replace(status(draws=[0.0], measured_at=later(90)), **changes)  # type: ignore[arg-type]
    snapshot = SiteSnapshot(at=later(100), evses={"a": silent})
    assert stand_still(TWO.circuits[0], TWO, snapshot, state, said) == still


def test_a_reading_from_before_begins_anew():
    still = Stillness(since=later(50))
    state = ControlState(meters={"site": reading(20)}, stills={"site": still})
    said = reading(20, at=later(40))
    assert stand_still(TWO.circuits[0], TWO, SiteSnapshot(at=later(40)), state, said).since == later(40)


class FrozenWorld(World):
    """Its meter goes on reporting the value of one second."""

    frozen_at: int = 100
    thaws_at: int = 10_000
    kept: MeterReading | None = None

    @override
    def read(self, at: datetime, reading_: MeterReading) -> MeterReading:
        if not self.frozen_at <= self.second < self.thaws_at:
            return reading_
        self.kept = self.kept or reading_
        return replace(self.kept, at=at)


def test_below_a_frozen_meter_chargers_go_to_their_failsafe_current_until_it_moves():
    outlet = SimCharger(charger(failsafe_a=8.0), SimCar())
    world = FrozenWorld(site(charger(failsafe_a=8.0), limit_a=40), [outlet])
    world.thaws_at = 400
    world.run(120)
    assert world.setpoint().current_a == 32
    outlet.car.maximum_a = 20.0
    world.run(80)
    assert (world.setpoint().current_a, world.setpoint().reason.code) == (8, ReasonCode.METER_SILENT)
    world.run(190)
    assert world.setpoint().current_a == 8
    outlet.car.maximum_a = 32.0
    world.run(60)
    assert world.setpoint().current_a == 32
    assert outlet.state is EvState.C
