"""Down at once, up only when it lasts: each test is a short story, told second by second."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from custom_components.smart_charging.engine.control.damping import claims, quantise
from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.model.decision import Setpoint
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.goal import Goal
from custom_components.smart_charging.engine.model.reason import ReasonCode
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState, EvseMemory
from custom_components.smart_charging.engine.model.strategy import Strategy
from tests.engine.builders import NOW, PLAIN, charger, later, reading, site, status
from tests.engine.flat import Flat


class Story:
    """A house with one charger and a car that follows its offer within the second, and is measured each second."""

    def __init__(self, place: Site, *, offered_a: float | None = 0.0, state: EvState = EvState.C) -> None:
        self.site = place
        self.state = ControlState()
        self.offered_a = offered_a
        self.offered_at = later(-1000)
        self.ev_state = state
        self.second = 0
        self.acknowledges = True
        self.last: Setpoint | None = None

    def status(self) -> EvseStatus:
        drawn = (self.offered_a or 0.0) if self.ev_state is EvState.C else 0.0
        return status(
            self.ev_state,
            offered_a=self.offered_a,
            draws=[drawn],
            measured_at=later(self.second),
            offered_at=self.offered_at,
        )

    def live(self, seconds: int, *, house_a: float) -> list[float]:
        """Give the setpoint of each second."""
        told: list[float] = []
        for _ in range(seconds):
            now_status = self.status()
            drawn = (now_status.current_a or (0.0,))[0]
            snapshot = SiteSnapshot(
                at=later(self.second),
                meters={"site": reading(house_a + drawn, at=later(self.second))},
                evses={"a": now_status},
            )
            decision = step(self.site, snapshot, self.state, {})
            self.state, self.last = decision.next_state, decision.setpoints["a"]
            current = self.last.current_a
            assert current is not None
            told.append(current)
            if self.acknowledges and current != self.offered_a:
                self.offered_a, self.offered_at = current, later(self.second)
            self.second += 1
        return told

    @property
    def why(self) -> ReasonCode:
        assert self.last is not None
        return self.last.reason.code

    @property
    def params(self) -> Mapping[str, Any]:
        assert self.last is not None
        return self.last.reason.params


def home(**changes: Any) -> Story:
    story_keys = {key: changes.pop(key) for key in ("offered_a", "state") if key in changes}
    return Story(site(charger(**changes), limit_a=40), **story_keys)


def test_a_car_waits_for_room_to_last_and_then_gets_all_of_it():
    story = home()
    told = story.live(12, house_a=20)
    assert told == [0] * 10 + [20, 20]
    assert story.why is ReasonCode.LIMITED


def test_a_rise_is_announced():
    story = home()
    story.live(4, house_a=20)
    assert story.why is ReasonCode.RESUMING
    assert story.params == {"target_a": 20, "at": later(10).isoformat()}
    story = home(offered_a=19.0)
    story.live(4, house_a=20)
    assert story.why is ReasonCode.RISING
    assert story.params == {"target_a": 20, "at": later(5).isoformat()}


def test_a_rise_goes_to_the_least_room_there_was():
    story = home()
    story.live(5, house_a=20)
    story.live(1, house_a=26)
    assert story.live(6, house_a=20)[-1] == 14


def test_a_reduction_is_told_in_the_tick_that_needs_it():
    story = home(offered_a=20.0)
    assert story.live(1, house_a=25) == [15]


def test_a_car_that_is_following_a_cut_is_not_cut_twice():
    story = home(offered_a=20.0)
    story.live(3, house_a=20)
    story.acknowledges = False
    assert story.live(1, house_a=28) == [12]
    # Acknowledged, but the car still draws 20 A: the meter shows 48 A.
    cut = status(offered_a=12, draws=[20], measured_at=later(3), offered_at=later(4))
    snapshot = SiteSnapshot(at=later(4), meters={"site": reading(48, at=later(4))}, evses={"a": cut})
    decision = step(story.site, snapshot, story.state, {})
    assert decision.setpoints["a"].current_a == 12
    # Six seconds later it should have followed: what is still too much is the house.
    snapshot = SiteSnapshot(at=later(11), meters={"site": reading(48, at=later(11))}, evses={"a": cut})
    assert step(story.site, snapshot, decision.next_state, {}).setpoints["a"].current_a == 0


def test_no_room_for_the_minimum_pauses():
    story = home(offered_a=20.0)
    assert story.live(1, house_a=35) == [0]
    assert story.why is ReasonCode.NO_ROOM
    assert story.params == {"source": "rating", "circuit": "site", "limit_a": 40, "phase": "l1", "minimum_a": 6}


def test_a_pause_lasts_until_there_was_room_for_a_while_and_a_little_more_than_the_minimum():
    story = home(offered_a=20.0)
    story.live(1, house_a=35)
    assert set(story.live(90, house_a=33.7)) == {0}, "6.3 A are not enough to resume"
    told = story.live(17, house_a=30)
    assert told == [0] * 15 + [10, 10]


def test_small_change_is_not_worth_a_command():
    story = home(offered_a=20.0)
    story.live(30, house_a=20)
    assert set(story.live(30, house_a=19.2)) == {20}
    assert story.live(12, house_a=19)[-1] == 21


def test_but_the_last_ampere_to_all_it_wants_is():
    story = home(offered_a=31.5, step_a=0.5)
    assert story.live(12, house_a=0)[-1] == 32
    assert story.why is ReasonCode.AT_MAXIMUM


def test_room_that_goes_again_starts_the_wait_anew():
    story = home(offered_a=10.0)
    story.live(30, house_a=30)
    story.live(4, house_a=29)
    story.live(1, house_a=30)
    assert set(story.live(5, house_a=29)) == {10}
    assert story.live(2, house_a=29) == [11, 11]


def test_a_charger_that_may_not_be_written_often_rises_seldom_and_falls_at_once():
    story = home(write_interval_s=60.0)
    assert story.live(12, house_a=25)[-1] == 15
    assert set(story.live(55, house_a=20)) == {15}
    assert story.live(6, house_a=20)[-1] == 20
    assert story.live(1, house_a=30) == [10]


def test_a_rise_that_is_never_acknowledged_is_not_taken_for_granted():
    story = home(offered_a=10.0)
    story.acknowledges = False
    assert story.live(3, house_a=20)[-1] == 20
    assert set(story.live(14, house_a=20)) == {20}, "it is given time to answer"
    assert story.live(1, house_a=20) == [10]


def test_a_new_car_may_at_once_have_what_the_charger_offers_by_itself():
    story = home(offered_a=6.0, state=EvState.A)
    assert set(story.live(5, house_a=10)) == {0}
    assert story.why is ReasonCode.NO_CAR
    story.offered_a, story.ev_state = 6.0, EvState.C
    assert story.live(1, house_a=10) == [6]


def test_a_new_car_does_not_wait_because_the_one_before_it_was_paused():
    story = home(offered_a=20.0)
    story.live(1, house_a=35)
    story.ev_state = EvState.A
    story.live(1, house_a=10)
    story.ev_state = EvState.C
    assert story.live(12, house_a=10)[-1] > 0


@pytest.mark.parametrize("offered_a", [None, 16.0])
def test_the_first_tick_does_not_raise_a_charger_whose_offer_is_not_known(offered_a: float | None):
    place = site(charger(), limit_a=40)
    seen = status(offered_a=offered_a, draws=[15.2])
    decision = step(
        place, SiteSnapshot(at=later(0), meters={"site": reading(20)}, evses={"a": seen}), ControlState(), {}
    )
    assert decision.setpoints["a"].current_a == (offered_a or 15)


def test_a_car_that_draws_less_than_its_minimum_offer_is_not_paused_at_a_start():
    place = site(charger(failsafe_a=8), limit_a=60)
    seen = status(offered_a=None, draws=[5.7])
    decision = step(
        place, SiteSnapshot(at=later(0), meters={"site": reading(20)}, evses={"a": seen}), ControlState(), {}
    )
    assert decision.setpoints["a"].current_a == 6


def test_nothing_known_of_a_charging_car_means_its_failsafe_current():
    place = site(charger(failsafe_a=8), limit_a=60)
    seen = status(offered_a=None, current_a=None, measured_at=None)
    decision = step(
        place, SiteSnapshot(at=later(0), meters={"site": reading(20)}, evses={"a": seen}), ControlState(), {}
    )
    assert decision.setpoints["a"].current_a == 8


def test_a_newcomer_rises_only_into_what_the_other_has_given_up():
    place = site(charger("a"), charger("b"), limit_a=32)
    both = {"a": status(offered_a=32, draws=[32]), "b": status(EvState.C, offered_a=0, draws=[0])}
    state = ControlState()
    told: list[list[float | None]] = []
    why = None
    for second in range(12):
        at = later(second)
        seen = {
            name: status(of.state, offered_a=of.offered_a, draws=of.current_a, measured_at=at)
            for name, of in both.items()
        }
        decision = step(place, SiteSnapshot(at=at, meters={"site": reading(32, at=at)}, evses=seen), state, {})
        state = decision.next_state
        why = decision.setpoints["b"].reason.code
        told.append([decision.setpoints[name].current_a for name in "ab"])
    assert told[0] == [16, 0], "the one that has it gives it back at once"
    assert told[-1] == [16, 0], "but has not acknowledged it, so it is not there yet"
    assert why is ReasonCode.WAITING_FOR_OTHERS


@pytest.mark.parametrize(
    ("evse", "current_a", "quantised"),
    [
        pytest.param(charger(), 15.99, 15, id="down, never up"),
        pytest.param(charger(), 16.0, 16, id="on the step"),
        pytest.param(charger(step_a=0.1), 0.1 + 0.2 + 15.7, 16, id="binary fractions are forgiven"),
        pytest.param(charger(step_a=0.5), 15.9, 15.5, id="half amperes"),
        pytest.param(charger(), 5.9, 0, id="below the minimum"),
        pytest.param(charger(can_pause=False), 2, 6, id="a charger that cannot pause"),
        pytest.param(charger(), 40, 32, id="above the maximum"),
        pytest.param(charger(), -10.7, -10, id="discharging: towards zero"),
    ],
)
def test_quantise(evse: Evse, current_a: float, quantised: float):
    assert quantise(evse, current_a, 6) == pytest.approx(quantised)


class TestTheMoreThereIsToGainTheShorterTheWait:
    @pytest.mark.parametrize(
        ("gain_a", "seconds"),
        [pytest.param(1, 5, id="1 A"), pytest.param(2, 3, id="2 A"), pytest.param(10, 2, id="10 A: two readings")],
    )
    def test_a_running_car(self, gain_a: float, seconds: int):
        story = home(offered_a=10.0)
        story.live(30, house_a=30)
        told = story.live(seconds + 1, house_a=30 - gain_a)
        assert told == [10] * seconds + [10 + gain_a]

    def test_half_an_ampere_is_worth_ten_seconds(self):
        story = home(offered_a=10.0, step_a=0.1)
        story.live(30, house_a=30)
        assert story.live(11, house_a=29.5) == pytest.approx([10] * 10 + [10.5])


class TestRegrets:
    """An appliance that pulses: 10 A for five seconds, then five without it."""

    def pulse(self, story: Story) -> list[float]:
        return story.live(5, house_a=20) + story.live(5, house_a=30)

    def test_a_rise_that_is_taken_back_at_once_makes_the_next_one_wait_twice_as_long(self):
        story = home(offered_a=10.0)
        story.live(30, house_a=30)
        assert self.pulse(story) == [10, 10, 20, 20, 20, 10, 10, 10, 10, 10]
        assert self.pulse(story) == [10, 10, 10, 10, 20, 10, 10, 10, 10, 10], "4 s"
        assert set(self.pulse(story) + self.pulse(story)) == {10}, "8 s: it is not run after any more"

    def test_it_is_forgotten_after_two_minutes(self):
        story = home(offered_a=10.0)
        story.live(30, house_a=30)
        self.pulse(story)
        story.live(115, house_a=30)
        assert self.pulse(story)[:3] == [10, 10, 20]

    def test_a_reduction_is_never_waited_for_however_many_there_were(self):
        story = home(offered_a=10.0)
        story.live(30, house_a=30)
        for _ in range(3):
            self.pulse(story)
        story.live(200, house_a=20)
        assert story.live(1, house_a=25) == [15]

    def test_a_rise_that_lasted_is_not_regretted(self):
        story = home(offered_a=10.0)
        story.live(30, house_a=30)
        story.live(20, house_a=20)
        story.live(5, house_a=30)
        assert story.live(3, house_a=20) == [10, 10, 20]

    def test_a_start_that_ends_in_a_pause_within_a_minute_is(self):
        story = home()
        story.live(12, house_a=20)
        story.live(40, house_a=20)
        assert story.live(1, house_a=35) == [0]
        assert set(story.live(29, house_a=20)) == {0}, "twice a quarter of a minute"
        assert story.live(2, house_a=20)[-1] == 20

    def test_they_are_counted_up_to_a_bound(self):
        story = home(offered_a=10.0)
        story.live(30, house_a=30)
        for _ in range(7):
            for _ in range(200):
                if story.live(1, house_a=20) == [20]:
                    break
            story.live(1, house_a=30)
        assert story.state.evses["a"].regrets <= 5
        assert story.live(66, house_a=20)[-1] == 20, "2 s, doubled five times at the most"


class TestStarts:
    def test_never_all_at_once(self):
        flat = Flat(evses=[charger(name) for name in "abc"], house_a=35)
        flat.live(60)
        assert flat.car_a == [0, 0, 0]
        flat.house_a = 0
        started: dict[str, int] = {}
        for second in range(60):
            flat.live(1)
            for name, current_a in flat.offered_a.items():
                if current_a > 0:
                    started.setdefault(name, second)
        assert sorted(started) == ["a", "b", "c"]
        one, two, three = sorted(started.values())
        assert two - one >= 5
        assert three - two >= 5

    def test_nothing_is_claimed_by_one_that_has_no_hope(self):
        flat = Flat(evses=[charger("a"), charger("b")], offered_a={"a": 16.0, "b": 16.0}, house_a=29)
        flat.live(200)
        assert flat.car_a == [11, 0]

    def test_one_whose_share_is_just_its_minimum_starts_where_others_would_give_way_before_it(self):
        policy: dict[str, object] = {"strategy": Strategy.PRIORITY}
        evses = [charger("a", priority=1), charger("b")]
        flat = Flat(evses=evses, offered_a={"a": 16.0, "b": 16.0}, house_a=29, policy=policy)
        flat.live(60)
        assert flat.car_a == [11, 0]
        flat.house_a = 2
        flat.live(60)
        assert flat.car_a == [32, 6]


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        pytest.param(EvseMemory(), True, id="nothing is known: a fresh start"),
        pytest.param(EvseMemory(setpoint_a=10), True, id="it charges"),
        pytest.param(EvseMemory(setpoint_a=0), True, id="a newcomer, which was not paused"),
        pytest.param(EvseMemory(setpoint_a=0, paused_at=NOW), False, id="paused, and there is no room"),
        pytest.param(EvseMemory(setpoint_a=0, paused_at=NOW, rise_since=later(-4)), False, id="it starts in eleven seconds"),
        pytest.param(EvseMemory(setpoint_a=0, paused_at=NOW, rise_since=later(-5)), True, id="it starts in ten"),
        pytest.param(EvseMemory(setpoint_a=0, paused_at=NOW, rise_since=later(-5), regrets=1, regretted_at=NOW), False, id="it starts in 25, for it was a mistake before"),
    ],
)  # fmt: skip
def test_whether_the_others_make_room_for_one_that_has_nothing(memory: EvseMemory, expected: bool):
    view = EvseView(evse=charger(), status=status(offered_a=memory.setpoint_a), memory=memory, now=NOW, policy=PLAIN)
    assert claims(view) is expected


class TestTurns:
    """11 A for two cars, of which each wants 6 at the least."""

    def test_they_take_turns(self):
        flat = Flat(evses=[charger("a"), charger("b")], house_a=29, policy={"turn_s": 300})
        flat.live(60)
        assert flat.car_a == [11, 0]
        assert flat.decision is not None
        assert flat.decision.setpoints["b"].reason.code is ReasonCode.WAITING_FOR_TURN
        starts: list[tuple[int, str]] = []
        for second in range(60, 2400):
            before = dict(flat.offered_a)
            flat.live(1)
            starts += [(second, name) for name, value in flat.offered_a.items() if value > 0 == before[name]]
        assert [name for _, name in starts] == list("bababab")
        gaps = [later_s - earlier_s for (earlier_s, _), (later_s, _) in pairwise(starts)]
        assert all(300 <= gap <= 360 for gap in gaps), "as few starts as turns of five minutes take"

    def test_two_that_are_equally_urgent_do_not_swap_by_the_minute(self):
        flat = Flat(evses=[charger("a"), charger("b")], house_a=29)
        needed_kwh = {"a": 10.0, "b": 10.0}
        starts = 0
        for _ in range(1200):
            flat.goals = {
                name: Goal(departure=later(8 * 3600), energy_kwh=needed) for name, needed in needed_kwh.items()
            }
            before = dict(flat.offered_a)
            flat.live(1)
            for name, value in flat.offered_a.items():
                needed_kwh[name] -= value * 230 / 3.6e6
                starts += value > 0 == before[name]
        assert starts <= 2

    def test_the_one_that_will_be_late_goes_first(self):
        flat = Flat(evses=[charger("a"), charger("b")], house_a=29)
        flat.goals = {"b": Goal(departure=later(3600), energy_kwh=20)}
        flat.live(30)
        assert flat.car_a == [0, 11]


def test_a_car_that_is_not_charging_has_nothing_if_nothing_is_known():
    place = site(charger(failsafe_a=8), limit_a=60)
    seen = status(EvState.B, offered_a=None, current_a=None, measured_at=None)
    looks = SiteSnapshot(at=later(0), meters={"site": reading(20)}, evses={"a": seen})
    assert step(place, looks, ControlState(), {}).setpoints["a"].current_a == 0


def test_the_next_rise_that_is_due_is_told():
    story = home(offered_a=19.0)
    place, now = story.site, later(0)
    looks = SiteSnapshot(at=now, meters={"site": reading(39, at=now)}, evses={"a": story.status()})
    decision = step(place, looks, ControlState(), {})
    assert decision.next_at == later(5), "for one ampere"
    full = SiteSnapshot(at=now, meters={"site": reading(40, at=now)}, evses={"a": story.status()})
    assert step(place, full, ControlState(), {}).next_at is None
