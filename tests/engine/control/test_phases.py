"""On which phases a car is taken to charge."""

from datetime import datetime

import pytest

from custom_components.smart_charging.engine.control.phases import active_phases
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.model.evse import EvseStatus, EvState
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.engine.model.state import EvseMemory
from tests.engine.builders import LONG_AGO, NOW, PLAIN, charger, later, status

ROTATED = charger(phases=(Phase.L3, Phase.L1, Phase.L2))
ALL = (Phase.L3, Phase.L1, Phase.L2)


@pytest.mark.parametrize(
    ("of", "since", "expected"),
    [
        pytest.param(status(draws=[15, 0.1, 0]), LONG_AGO, (Phase.L3,), id="a one-phase car at a rotated charger"),
        pytest.param(status(draws=[15, 14, 0]), LONG_AGO, (Phase.L3, Phase.L1), id="a two-phase car"),
        pytest.param(status(draws=[15, 15, 15]), LONG_AGO, ALL, id="a three-phase car"),
        pytest.param(status(draws=[15, 1.2, 0]), LONG_AGO, ALL, id="not clear: all"),
        pytest.param(status(draws=[0.1, 0.1, 0.1]), LONG_AGO, ALL, id="it takes nothing: all"),
        pytest.param(status(draws=[-15, 0, 0]), LONG_AGO, (Phase.L3,), id="a one-phase car that discharges"),
        pytest.param(status(EvState.B, draws=[0, 0, 0]), LONG_AGO, ALL, id="it does not charge yet: all"),
        pytest.param(status(draws=[15, 0, 0]), later(-3), ALL, id="it has not settled yet: all"),
        pytest.param(status(draws=[15, 0, 0]), None, ALL, id="nobody knows since when: all"),
        pytest.param(status(draws=[15, 0, 0], measured_at=later(-120)), LONG_AGO, ALL, id="measured too long ago: all"),
        pytest.param(status(draws=[15, 0, 0], reachable=False), LONG_AGO, ALL, id="lost: all"),
        pytest.param(None, LONG_AGO, ALL, id="unknown: all"),
    ],
)  # fmt: skip
def test_active_phases(of: EvseStatus | None, since: datetime | None, expected: tuple[Phase, ...]):
    memory = EvseMemory(target_a=16.0, target_since=since)
    assert active_phases(EvseView(evse=ROTATED, status=of, memory=memory, now=NOW, policy=PLAIN)) == expected
