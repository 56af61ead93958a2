"""What a house takes by what meter, chargers and battery say; who is silent makes it unknown."""

from dataclasses import replace
from datetime import timedelta
from math import nan
from typing import Any

import pytest

from custom_components.smart_charging.engine.accounting.house_power import FRESH, house_kw, house_kw_by_phase
from custom_components.smart_charging.engine.model.battery import BatteryReading
from custom_components.smart_charging.engine.model.evse import EvseStatus, EvState
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot

from ..builders import NOW, charger, mains, site

OLD = NOW - FRESH - timedelta(seconds=1)
SUPPLY = mains(phases=3)
AMPERES = {Phase.L1: 10.0, Phase.L2: 5.0, Phase.L3: -5.0}


def charging(**changes: Any) -> EvseStatus:
    return replace(EvseStatus(reachable=True, state=EvState.C, measured_at=NOW, power_w=3000.0), **changes)


def snapshot(meter: MeterReading | None, *evses: EvseStatus, battery: BatteryReading | None = None) -> SiteSnapshot:
    return SiteSnapshot(
        at=NOW,
        meters={} if meter is None else {SUPPLY.circuit_id: meter},
        evses={str(number): status for number, status in enumerate(evses)},
        battery=battery,
    )


METER = MeterReading(at=NOW, power_w=5000.0)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(snapshot(METER), 5.0, id="no charger"),
        pytest.param(snapshot(METER, charging()), 2.0, id="less what a car takes"),
        pytest.param(snapshot(METER, charging(), charging(power_w=1000.0)), 1.0, id="... or two"),
        pytest.param(snapshot(METER, charging(power_w=-3000.0)), 8.0, id="a car that gives"),
        pytest.param(
            snapshot(METER, charging(power_w=None, current_a=(6.0,))), 3.62, id="a charger that tells amperes"
        ),
        pytest.param(snapshot(METER, charging(power_w=None)), None, id="a charger that tells neither"),
        pytest.param(snapshot(METER, charging(measured_at=OLD)), None, id="a charger that told long ago"),
        pytest.param(snapshot(METER, charging(measured_at=None)), None, id="a charger that never told"),
        pytest.param(
            snapshot(METER, charging(state=EvState.B, measured_at=OLD)), 5.0, id="a car that waits takes nothing"
        ),
        pytest.param(snapshot(METER, charging(state=None)), 2.0, id="a charger of unknown state that measures"),
        pytest.param(snapshot(METER, charging(reachable=False)), None, id="a charger that is out of reach"),
        pytest.param(snapshot(METER, charging(power_w=nan)), None, id="a charger that tells no number"),
        pytest.param(snapshot(None), None, id="no meter"),
        pytest.param(snapshot(replace(METER, at=OLD)), None, id="a silent meter"),
        pytest.param(snapshot(replace(METER, power_w=nan)), None, id="a meter that tells no number"),
        pytest.param(snapshot(MeterReading(at=NOW, current_a=AMPERES)), 2.3, id="a meter that tells amperes"),
        pytest.param(snapshot(MeterReading(at=NOW, current_a={Phase.L1: 10.0})), None, id="... of one phase only"),
        pytest.param(snapshot(MeterReading(at=NOW)), None, id="a meter that tells nothing"),
        pytest.param(snapshot(replace(METER, power_w=-500.0)), -0.5, id="a house that gives"),
    ],
)
def test_what_the_house_takes(seen: SiteSnapshot, expected: float | None) -> None:
    told = house_kw(seen, SUPPLY, 230.0, has_battery=False)
    assert told == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("battery", "expected"),
    [
        pytest.param(BatteryReading(at=NOW, power_w=2000.0), 3.0, id="it fills"),
        pytest.param(BatteryReading(at=NOW, power_w=-2000.0), 7.0, id="it serves the house"),
        pytest.param(BatteryReading(at=OLD, power_w=0.0), None, id="it is silent"),
        pytest.param(None, None, id="it never spoke"),
    ],
)
def test_what_the_battery_does_is_not_the_house(battery: BatteryReading | None, expected: float | None) -> None:
    told = house_kw(snapshot(METER, battery=battery), SUPPLY, 230.0, has_battery=True)
    assert told == (None if expected is None else pytest.approx(expected))


L1, L2, L3 = ALL_PHASES
BY_PHASE = MeterReading(at=NOW, current_a={L1: 20.0, L2: 10.0, L3: 4.0})


def drawing(*current_a: float, **changes: Any) -> EvseStatus:
    return charging(current_a=current_a, **changes)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(snapshot(BY_PHASE, drawing(10.0)), (4.6, 0.0, 0.92), id="a car on the charger's first phase, L2"),
        pytest.param(snapshot(BY_PHASE, drawing(9.0, 3.0, 16.0)), (0.92, 0.23, 0.23), id="one on all three, rotated"),
        pytest.param(snapshot(BY_PHASE, drawing(10.1)), (4.6, 0.0, 0.92), id="a hair less than nothing is nothing"),
        pytest.param(snapshot(BY_PHASE, drawing(12.0)), None, id="a phase that gives: there is a roof"),
        pytest.param(snapshot(BY_PHASE, charging(state=EvState.B)), (4.6, 2.3, 0.92), id="a car that waits"),
        pytest.param(snapshot(BY_PHASE, charging()), None, id="a charger that tells no amperes"),
        pytest.param(snapshot(BY_PHASE, drawing(9.0, measured_at=OLD)), None, id="a charger that told long ago"),
        pytest.param(snapshot(BY_PHASE, drawing(9.0, reachable=False)), None, id="a charger that is out of reach"),
        pytest.param(snapshot(BY_PHASE, drawing(nan)), None, id="a charger that tells no number"),
        pytest.param(snapshot(BY_PHASE), None, id="a charger of which nothing is known"),
        pytest.param(snapshot(METER, drawing(9.0)), None, id="a meter that tells the total alone"),
        pytest.param(snapshot(replace(BY_PHASE, at=OLD), drawing(9.0)), None, id="a silent meter"),
        pytest.param(snapshot(None, drawing(9.0)), None, id="no meter"),
    ],
)
def test_what_the_house_takes_on_each_phase(seen: SiteSnapshot, expected: tuple[float, ...] | None) -> None:
    home = site(charger("0", phases=(L2, L3, L1)), circuits=(SUPPLY,))
    told = house_kw_by_phase(seen, home, SUPPLY, has_battery=False)
    assert told == (None if expected is None else pytest.approx(dict(zip(ALL_PHASES, expected, strict=True))))


@pytest.mark.parametrize(
    ("battery", "known"),
    [
        pytest.param(BatteryReading(at=NOW, power_w=-50.0), True, id="it rests"),
        pytest.param(BatteryReading(at=NOW, power_w=-51.0), False, id="it works, on phases that nobody knows"),
        pytest.param(BatteryReading(at=NOW, power_w=nan), False, id="it tells no number"),
        pytest.param(BatteryReading(at=OLD, power_w=0.0), False, id="it is silent"),
        pytest.param(None, False, id="it never spoke"),
    ],
)
def test_phases_beside_a_battery(battery: BatteryReading | None, known: bool) -> None:
    told = house_kw_by_phase(snapshot(BY_PHASE, battery=battery), site(circuits=(SUPPLY,)), SUPPLY, has_battery=True)
    assert (told is not None) is known
