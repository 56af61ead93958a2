"""Since when a car has been there, and how much time it has to spare."""

from datetime import datetime

import pytest

from custom_components.smart_charging.engine.control.urgency import laxity_s, note_arrival
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.model.evse import EvseStatus, EvState
from custom_components.smart_charging.engine.model.goal import Goal
from custom_components.smart_charging.engine.model.state import EvseMemory
from tests.engine.builders import LONG_AGO, NOW, PLAIN, charger, later, site, status

HOUR_S = 3600


@pytest.mark.parametrize(
    ("goal", "maximum_a", "phases", "expected_s"),
    [
        pytest.param(Goal(departure=later(4 * HOUR_S), energy_kwh=7.36), 32, 1, 3 * HOUR_S, id="an hour of charging, four to go"),
        pytest.param(Goal(departure=later(4 * HOUR_S), energy_kwh=7.36), 16, 1, 2 * HOUR_S, id="half as fast takes twice as long"),
        pytest.param(Goal(departure=later(4 * HOUR_S), energy_kwh=22.08), 16, 3, 2 * HOUR_S, id="on three phases"),
        pytest.param(Goal(departure=later(0), energy_kwh=7.36), 32, 1, -HOUR_S, id="it will be late"),
        pytest.param(Goal(departure=later(HOUR_S), energy_kwh=0), 32, 1, None, id="it has all it needs"),
        pytest.param(Goal(departure=later(HOUR_S)), 32, 1, None, id="nobody said how much"),
        pytest.param(Goal(energy_kwh=10), 32, 1, None, id="nobody said until when"),
        pytest.param(Goal(departure=later(HOUR_S), energy_kwh=10), 0, 1, None, id="it wants nothing"),
    ],
)  # fmt: skip
def test_laxity(goal: Goal, maximum_a: float, phases: int, expected_s: float | None):
    assert laxity_s(goal, maximum_a, phases, site(charger()), NOW) == pytest.approx(expected_s)


@pytest.mark.parametrize(
    ("seen", "known", "expected"),
    [
        pytest.param(status(), None, LONG_AGO, id="since its pilot says so"),
        pytest.param(status(session_started_at=later(-7200)), None, later(-7200), id="since its session began"),
        pytest.param(status(since=later(-5), state_at=None), None, NOW, id="seen just now"),
        pytest.param(status(EvState.B), later(-9000), later(-9000), id="a change of its state is no arrival"),
        pytest.param(status(EvState.A), later(-9000), None, id="it left"),
        pytest.param(status(EvState.F), later(-9000), None, id="a fault: nobody knows whether it is there"),
        pytest.param(status(None), later(-9000), later(-9000), id="nothing is said"),
        pytest.param(status(reachable=False), later(-9000), later(-9000), id="out of reach"),
        pytest.param(None, later(-9000), later(-9000), id="never heard of"),
    ],
)
def test_arrival(seen: EvseStatus | None, known: datetime | None, expected: datetime | None):
    view = EvseView(evse=charger(), status=seen, memory=EvseMemory(arrived_at=known), now=NOW, policy=PLAIN)
    assert note_arrival(view).arrived_at == expected
