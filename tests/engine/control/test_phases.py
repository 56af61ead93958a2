"""On which phases a car is taken to charge."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import pytest

from custom_components.smart_charging.engine.control.phases import (
    active_phases,
    likely_phases,
    note_car_phases,
    note_phases,
    possible_phases,
)
from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.model.evse import EvseStatus, EvState
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState, EvseMemory, PhaseMemory
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


# A charger that can be told on how many phases to charge.

SWITCHER = charger(phases=ALL, can_switch_phases=True)


def switcher(of: EvseStatus | None, **phases: object) -> EvseView:
    memory = EvseMemory(target_a=16.0, target_since=LONG_AGO, phases=PhaseMemory(**phases))  # type: ignore[arg-type]
    return EvseView(evse=SWITCHER, status=of, memory=memory, now=NOW, policy=PLAIN)


@pytest.mark.parametrize(
    ("told", "says", "draws", "expected"),
    [
        pytest.param(None, None, (15, 0, 0), ALL, id="it does not say: all"),
        pytest.param(1, None, (15, 0, 0), ALL, id="told, but it does not say: all"),
        pytest.param(None, 1, (15, 0, 0), ALL[:1], id="it says one, its own first"),
        pytest.param(1, 1, (15, 0, 0), ALL[:1], id="told, and it says so"),
        pytest.param(1, 3, (15, 0, 0), ALL, id="told, and it has not said so yet"),
        pytest.param(3, 1, (15, 0, 0), ALL, id="told to go back: all at once"),
        pytest.param(1, 1, (15, 0, 9), ALL, id="it says one, and measures more"),
        pytest.param(1, 1, (15, 0, 0.4), ALL[:1], id="standby is no current"),
        pytest.param(1, 0, (0, 0, 0), ALL[:1], id="none is one"),
    ],
)  # fmt: skip
def test_on_which_phases_a_current_can_flow(
    told: int | None, says: int | None, draws: Sequence[float], expected: tuple[Phase, ...]
):
    assert possible_phases(switcher(status(draws=draws, offered_phases=says), told=told)) == expected


def test_one_that_cannot_switch_may_say_what_it_likes():
    view = EvseView(
        evse=ROTATED, status=status(draws=[1, 1, 1], offered_phases=1), memory=EvseMemory(), now=NOW, policy=PLAIN
    )
    assert possible_phases(view) == ALL
    assert possible_phases(switcher(None)) == ALL


@pytest.mark.parametrize(
    ("ago_s", "expected"),
    [
        pytest.param(3, ALL[:1], id="before it had time to switch"),
        pytest.param(6, ALL, id="when it has switched"),
    ],
)
def test_what_was_measured_before_a_switch_tells_nothing(ago_s: float, expected: tuple[Phase, ...]):
    view = switcher(status(draws=[15, 15, 15], offered_phases=1), told=1, switched=(later(-ago_s),))
    assert possible_phases(view) == expected


@pytest.mark.parametrize(("ago_s", "expected"), [(59, ALL), (60, ALL[:1])])
def test_after_a_switch_a_car_counts_on_all_phases_until_it_surely_charges_on_them(
    ago_s: float, expected: tuple[Phase, ...]
):
    view = switcher(status(draws=[15, 0, 0], offered_phases=3), told=3, switched=(later(-ago_s),))
    view.memory = note_phases(view)
    assert active_phases(view) == expected


def test_how_many_phases_a_car_uses_is_known_only_when_it_could_use_several():
    assert note_car_phases(switcher(status(draws=[15, 0, 0], offered_phases=1), told=1)).car is None
    assert note_car_phases(switcher(status(draws=[15, 0, 0], offered_phases=3))).car == 1
    assert note_car_phases(switcher(status(draws=[15, 15, 0], offered_phases=3))).car == 2
    assert note_car_phases(switcher(status(draws=[15, 15, 15], offered_phases=3), car=1)).car == 3
    assert note_car_phases(switcher(status(EvState.B, draws=[0, 0, 0], offered_phases=3), car=2)).car == 2
    assert note_car_phases(switcher(status(draws=[15, 1, 0], offered_phases=3), car=2)).car == 2
    assert note_car_phases(switcher(None, car=2)).car == 2


def test_a_paused_car_most_likely_uses_what_it_used_before():
    paused = status(EvState.B, draws=[0, 0, 0], offered_phases=3)
    assert likely_phases(switcher(paused)) == ALL
    assert likely_phases(switcher(paused, car=2)) == ALL[:2]
