"""What holds without a meter: the limits of the chargers alone."""

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.evse import Evse
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.engine.model.reason import ReasonCode
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState
from tests.engine.builders import charger, later, reading, site, status

DIMMED = Limit(source=LimitSource.OPERATOR, power_w=4200, chargers_only=True)
PER_PHASE = Limit(source=LimitSource.USER, current_a=10, chargers_only=True)


def blind(
    *evses: Evse, limits: tuple[Limit, ...], offered_a: float = 16.0
) -> dict[str, tuple[float | None, ReasonCode]]:
    """Let the meter speak once and then be silent for a minute; give setpoints and reasons."""
    place = site(*evses, limit_a=100, phases=3)
    draws = [offered_a] * 3
    memory, told = ControlState(), dict[str, tuple[float | None, ReasonCode]]()
    for second in (0, 60):
        at = later(second)
        seen = {evse.evse_id: status(offered_a=offered_a, draws=draws, measured_at=at) for evse in evses}
        meters = {"site": reading(40, 40, 40)}
        held = {"site": limits} if second else {}
        decision = step(place, SiteSnapshot(at=at, meters=meters, evses=seen, limits=held), memory, {})
        memory = decision.next_state
        told = {name: (item.current_a, item.reason.code) for name, item in decision.setpoints.items()}
    return told


def three(name: str = "a", **changes: float) -> Evse:
    return charger(name, phases=ALL_PHASES, **changes)


def test_an_operator_dims_a_charger_though_the_meter_is_silent():
    assert blind(three(failsafe_a=10), limits=(DIMMED,)) == {"a": (6, ReasonCode.LIMITED)}


def test_without_such_a_limit_it_has_its_failsafe_current():
    assert blind(three(failsafe_a=10), limits=()) == {"a": (10, ReasonCode.METER_SILENT)}


def test_two_that_do_not_both_fit_are_dimmed_to_one():
    told = blind(three("a", failsafe_a=10), three("b", failsafe_a=10), limits=(DIMMED,))
    assert [told[name][0] for name in "ab"] == [6, 0]


def test_a_limit_per_phase_is_shared():
    told = blind(three("a", failsafe_a=6, step_a=0.1), three("b", failsafe_a=16, step_a=0.1), limits=(PER_PHASE,))
    assert sum(current_a or 0 for current_a, _ in told.values()) <= 10


def test_a_loose_one_changes_nothing():
    loose = Limit(source=LimitSource.OPERATOR, power_w=40_000, chargers_only=True)
    assert blind(three(failsafe_a=10), limits=(loose,)) == {"a": (10, ReasonCode.METER_SILENT)}


def test_one_that_cannot_be_reached_is_counted_with_its_budget():
    place = site(three("a", failsafe_a=6), three("b", failsafe_a=6), limit_a=100, phases=3)
    lost = status(offered_a=6, draws=[6, 6, 6], reachable=False)
    seen = {"a": lost, "b": status(offered_a=6, draws=[6, 6, 6], measured_at=later(60))}
    meters = {"site": reading(40, 40, 40)}
    memory = step(place, SiteSnapshot(at=later(0), meters=meters, evses=seen), ControlState(), {}).next_state
    dimmed = SiteSnapshot(at=later(60), meters=meters, evses=seen, limits={"site": (DIMMED,)})
    told = step(place, dimmed, memory, {}).setpoints
    assert told["a"].current_a is None
    assert told["b"].current_a == 0
