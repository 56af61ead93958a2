"""On which phases a car is taken to charge."""

from datetime import datetime
from itertools import pairwise

import pytest

from custom_components.smart_charging.engine.control.phases import active_phases, note_phases
from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.model.evse import EvseStatus, EvState
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState, EvseMemory
from tests.engine.builders import LONG_AGO, NOW, PLAIN, charger, later, reading, site, status

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
    view = EvseView(evse=ROTATED, status=of, memory=memory, now=NOW, policy=PLAIN)
    view.memory = note_phases(view)
    assert active_phases(view) == expected


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        pytest.param(status(draws=[15, 0, 0], measured_at=None), (Phase.L3,), id="nothing measured since: as seen"),
        pytest.param(status(EvState.B, draws=[0, 0, 0]), (Phase.L3,), id="paused: it is still that car"),
        pytest.param(status(draws=[15, 14, 0]), (Phase.L3, Phase.L1), id="it is seen on one more"),
        pytest.param(status(draws=[15, 1, 0]), ALL, id="something flows on another one: all"),
        pytest.param(status(EvState.A, draws=[0, 0, 0]), ALL, id="it has left: all"),
        pytest.param(status(draws=[15, 0, 0], reachable=False), (Phase.L3,), id="lost: as seen"),
    ],
)
def test_what_was_seen_of_a_car_holds_until(of: EvseStatus, expected: tuple[Phase, ...]):
    memory = EvseMemory(target_a=16.0, target_since=LONG_AGO, seen_phases=(Phase.L3,))
    view = EvseView(evse=ROTATED, status=of, memory=memory, now=NOW, policy=PLAIN)
    view.memory = note_phases(view)
    assert active_phases(view) == expected


def test_what_was_seen_of_a_car_holds_while_it_follows_a_new_offer():
    """Two one-phase cars on different phases do not stand in each other's way, also in the seconds after a rise."""
    place = site(
        charger("a", phases=(Phase.L1, Phase.L2, Phase.L3), maximum_a=16),
        charger("b", phases=(Phase.L2, Phase.L3, Phase.L1), maximum_a=16),
        limit_a=20,
        phases=3,
    )
    memory, offered = ControlState(), {"a": 6.0, "b": 6.0}
    since = dict.fromkeys(offered, later(-100))
    told: list[dict[str, float]] = []
    for second in range(60):
        at = later(second)
        seen = {
            name: status(offered_a=value, draws=[value, 0, 0], measured_at=at, offered_at=since[name])
            for name, value in offered.items()
        }
        load = reading(offered["a"], offered["b"], 0, at=at)
        decision = step(place, SiteSnapshot(at=at, meters={"site": load}, evses=seen), memory, {})
        memory = decision.next_state
        for name, item in decision.setpoints.items():
            if item.current_a is not None and item.current_a != offered[name]:
                offered[name], since[name] = item.current_a, at
        told.append(dict(offered))
    assert told[-1] == {"a": 16, "b": 16}
    falls = [(one, two) for one, two in pairwise(told) if two["a"] < one["a"] or two["b"] < one["b"]]
    assert falls == [], "nothing is taken back"
