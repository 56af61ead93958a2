"""Chargers that draw more than they are told."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.smart_charging.engine.control.demand import demand
from custom_components.smart_charging.engine.control.obedience import (
    impose,
    is_helpless,
    note_obedience,
    restrain,
)
from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.control.view import EvseView
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.decision import Setpoint
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState, Means
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState, Disobedience, EvseMemory, PastTarget
from tests.engine.builders import LONG_AGO, NOW, PLAIN, charger, later, mains, rating, reading, site, status
from tests.engine.cars import SimCar, SimCharger, World

ALL_MEANS = tuple(Means)
TOLD_9 = EvseMemory(setpoint_a=9.0, target_a=9.0, target_since=LONG_AGO)


def view(of: EvseStatus, memory: EvseMemory = TOLD_9, *, evse: Evse | None = None) -> EvseView:
    return EvseView(evse=evse or charger(means=ALL_MEANS), status=of, memory=memory, now=NOW, policy=PLAIN)


def judge(seen: EvseView, *, exceeded: bool = False) -> Disobedience | None:
    return note_obedience(seen, lambda _: exceeded).disobedience


def cut(seconds_ago: float) -> EvseMemory:
    """Told 9 A instead of 16 A so many seconds ago."""
    when = later(-seconds_ago)
    return EvseMemory(
        setpoint_a=9.0, target_a=9.0, target_since=when, past_targets=(PastTarget(current_a=16.0, ended=when),)
    )


@pytest.mark.parametrize(
    ("of", "memory", "found"),
    [
        pytest.param(status(offered_a=9, draws=[16]), TOLD_9, (16, 9), id="it draws 16 A though told 9 A"),
        pytest.param(status(offered_a=9, draws=[9.9]), TOLD_9, None, id="nearly what it was told"),
        pytest.param(status(offered_a=32, draws=[33.5]), replace(TOLD_9, setpoint_a=32.0), None, id="5 % more than it was told"),
        pytest.param(status(offered_a=32, draws=[34]), replace(TOLD_9, setpoint_a=32.0), (34, 32), id="more than that"),
        pytest.param(status(offered_a=9, draws=[16]), cut(15), None, id="told 15 s ago: it may not have followed, or measured, yet"),
        pytest.param(status(offered_a=9, draws=[16]), cut(17), (16, 9), id="told 17 s ago"),
        pytest.param(status(offered_a=9, draws=[16], measured_at=later(-5)), cut(17), None, id="measured too soon after it was told"),
        pytest.param(status(offered_a=9, draws=[16], measured_at=later(-95)), TOLD_9, None, id="measured too long ago"),
        pytest.param(status(offered_a=9, current_a=None), TOLD_9, None, id="not measured"),
        pytest.param(status(offered_a=16, current_a=None), TOLD_9, None, id="not measured, nor acknowledged"),
        pytest.param(status(offered_a=None, draws=[16]), TOLD_9, None, id="nobody knows what it was offered"),
        pytest.param(status(offered_a=None, draws=[36]), TOLD_9, (36, 32), id="more than it ever may"),
        pytest.param(status(offered_a=-10, draws=[5]), replace(TOLD_9, setpoint_a=-10.0), (5, 0), id="told to discharge"),
        pytest.param(status(offered_a=-10, draws=[-5]), replace(TOLD_9, setpoint_a=-10.0), None, id="it discharges less than it was told"),
        pytest.param(status(offered_a=16, draws=[16]), TOLD_9, None, id="it has not acknowledged 9 A yet"),
        pytest.param(status(offered_a=16, draws=[16]), replace(TOLD_9, refused_since=later(-32)), (16, 9), id="nor in half a minute"),
        pytest.param(status(offered_a=16, draws=[16]), replace(TOLD_9, setpoint_a=None), None, id="it was told nothing yet"),
        pytest.param(status(EvState.A, offered_a=6, draws=[16]), replace(TOLD_9, setpoint_a=None), (16, 6), id="nobody is there, and yet it draws"),
        pytest.param(status(offered_a=9, draws=[16], reachable=False), TOLD_9, None, id="it cannot be heard"),
    ],
)  # fmt: skip
def test_who_disobeys(of: EvseStatus, memory: EvseMemory, found: tuple[float, float] | None):
    past = judge(view(of, memory))
    assert (None if past is None else (past.drawn_a, past.told_a)) == found
    assert past is None or (past.means, past.seen_at, past.over_since) == (Means.OFFER, NOW, None)


@pytest.mark.parametrize(
    ("measured_s", "obeys"),
    [
        pytest.param(-2, True, id="before it was told so"),
        pytest.param(14, True, id="it may still be following what it was told before our time"),
        pytest.param(15, False, id="by now it should have"),
    ],
)
def test_after_a_start_nobody_knows_what_it_was_told_before(measured_s: float, obeys: bool):
    place = site(charger(means=ALL_MEANS), limit_a=40)
    told = status(offered_a=6, offered_at=later(-1), draws=[15], measured_at=later(-2))
    first = step(place, SiteSnapshot(at=NOW, meters={"site": reading(25)}, evses={"a": told}), ControlState(), {})
    assert first.setpoints["a"].reason.code is not ReasonCode.DISOBEDIENT
    at = later(max(measured_s, 1))
    seen = replace(told, measured_at=later(measured_s))
    snapshot = SiteSnapshot(at=at, meters={"site": reading(25, at=at)}, evses={"a": seen})
    memory = step(place, snapshot, first.next_state, {}).next_state.evses["a"]
    assert (memory.disobedience is None) is obeys


def test_since_when_a_setpoint_is_refused():
    refuses, takes = status(offered_a=16), status(offered_a=9, draws=[9])
    assert note_obedience(view(refuses), bool).refused_since == NOW
    known = replace(TOLD_9, refused_since=later(-5))
    assert note_obedience(view(refuses, known), bool).refused_since == later(-5)
    assert note_obedience(view(takes, known), bool).refused_since is None


SEEN = Disobedience(seen_at=later(-1), drawn_a=16.0, told_a=9.0, means_since=later(-60))


def remembers(**changes: Any) -> EvseMemory:
    return replace(TOLD_9, disobedience=replace(SEEN, **changes))


DRAWS_16 = status(offered_a=9, draws=[16])


@pytest.mark.parametrize(
    ("memory", "exceeded", "means"),
    [
        pytest.param(remembers(), False, Means.OFFER, id="nothing is exceeded: it is let be"),
        pytest.param(remembers(), True, Means.OFFER, id="exceeded just now"),
        pytest.param(remembers(over_since=later(-14)), True, Means.OFFER, id="for 14 s"),
        pytest.param(remembers(over_since=later(-15)), True, Means.PAUSE, id="for 15 s"),
        pytest.param(replace(remembers(), setpoint_a=0.0), True, Means.PAUSE, id="it was paused for want of room anyway"),
        pytest.param(remembers(over_since=later(-15)), False, Means.OFFER, id="for 15 s, and no more"),
        pytest.param(remembers(over_since=later(-60), means=Means.PAUSE, means_since=later(-16)), True, Means.STOP, id="a pause did not help"),
        pytest.param(remembers(over_since=later(-60), means=Means.PAUSE, means_since=later(-15)), True, Means.PAUSE, id="it has not had time to follow the pause"),
        pytest.param(remembers(over_since=later(-60), means=Means.STOP, means_since=later(-16)), True, Means.DISABLE, id="nor did the end of the transaction"),
        pytest.param(remembers(over_since=later(-60), means=Means.DISABLE, means_since=later(-60)), True, Means.DISABLE, id="there is nothing beyond the last"),
    ],
)  # fmt: skip
def test_one_means_for_each_deadline(memory: EvseMemory, exceeded: bool, means: Means):
    past = judge(view(DRAWS_16, memory), exceeded=exceeded)
    assert past is not None
    assert past.means is means
    assert past.means_since == (
        NOW if memory.disobedience and means is not memory.disobedience.means else past.means_since
    )


@pytest.mark.parametrize(
    ("evse", "told_a", "means"),
    [
        pytest.param(charger(means=(Means.OFFER, Means.PAUSE)), 9, Means.PAUSE, id="a plain charger"),
        pytest.param(charger(means=(Means.OFFER,)), 9, Means.OFFER, id="one that knows offers only"),
        pytest.param(charger(means=ALL_MEANS, can_pause=False), 9, Means.STOP, id="one that cannot pause"),
        pytest.param(charger(means=ALL_MEANS), 0, Means.STOP, id="one that was told 0 A already"),
        pytest.param(charger(means=(Means.OFFER, Means.DISABLE)), 9, Means.DISABLE, id="one that can only be disabled"),
    ],
)
def test_the_next_means_is_one_that_makes_a_difference(evse: Evse, told_a: float, means: Means):
    memory = replace(remembers(over_since=later(-20)), setpoint_a=told_a)
    past = judge(view(status(offered_a=told_a, draws=[16]), memory, evse=evse), exceeded=True)
    assert past is not None
    assert past.means is means


@pytest.mark.parametrize(
    ("past", "helpless"),
    [
        pytest.param(None, False, id="it obeys"),
        pytest.param(SEEN, False, id="it did not, a moment ago"),
        pytest.param(replace(SEEN, seen_at=NOW), False, id="it does no harm"),
        pytest.param(replace(SEEN, seen_at=NOW, over_since=later(-60)), False, id="there are other means"),
        pytest.param(replace(SEEN, seen_at=NOW, over_since=later(-14), means=Means.DISABLE), False, id="the last means has time yet"),
        pytest.param(replace(SEEN, seen_at=NOW, over_since=later(-15), means=Means.DISABLE), True, id="the last means did not help"),
    ],
)  # fmt: skip
def test_when_a_person_has_to_be_called(past: Disobedience | None, helpless: bool):
    assert is_helpless(charger(means=ALL_MEANS), EvseMemory(disobedience=past), NOW) is helpless


OBEYS = status(offered_a=0, draws=[0.2])
HELD = replace(SEEN, means=Means.STOP, times=1, over_since=later(-30))


@pytest.mark.parametrize(
    ("of", "past", "means"),
    [
        pytest.param(OBEYS, replace(SEEN, seen_at=later(-1)), None, id="it obeys, and nothing was needed for that"),
        pytest.param(OBEYS, replace(HELD, seen_at=later(-299)), Means.STOP, id="held for 299 s"),
        pytest.param(OBEYS, replace(HELD, seen_at=later(-300)), Means.OFFER, id="held for 5 min: trusted again"),
        pytest.param(OBEYS, replace(HELD, seen_at=later(-300), times=2), Means.STOP, id="the second time it takes twice as long"),
        pytest.param(OBEYS, replace(HELD, seen_at=later(-600), times=2), Means.OFFER, id="and not longer"),
        pytest.param(OBEYS, replace(HELD, seen_at=later(-19_300), times=40), Means.OFFER, id="never longer than 5 h 20 min"),
        pytest.param(OBEYS, replace(SEEN, seen_at=later(-80_000), times=2), Means.OFFER, id="what it did is remembered for a day"),
        pytest.param(OBEYS, replace(SEEN, seen_at=later(-90_000), times=2), None, id="and not longer"),
        pytest.param(status(EvState.A, offered_a=0), replace(HELD, seen_at=later(-20)), None, id="the car has gone"),
        pytest.param(status(EvState.E, offered_a=0, draws=[0]), replace(HELD, seen_at=later(-20), means=Means.DISABLE), Means.DISABLE, id="out of service, as it was told"),
    ],
)  # fmt: skip
def test_trust_comes_back(of: EvseStatus, past: Disobedience, means: Means | None):
    memory = replace(TOLD_9, setpoint_a=0.0, disobedience=past)
    found = judge(view(of, memory), exceeded=False)
    assert (None if found is None else found.means) is means
    assert found is None or found.over_since is None


class TestWhatIsCommanded:
    def demand(self, seen: EvseView, mode: Mode = Mode.FAST):
        return restrain(seen, demand(seen, mode, None))

    def test_a_charger_that_obeys_gets_what_it_wants(self):
        assert self.demand(view(DRAWS_16)).maximum_a == 32

    def test_so_does_one_that_disobeys_where_it_does_no_harm(self):
        assert self.demand(view(DRAWS_16, remembers())).maximum_a == 32

    @pytest.mark.parametrize("means", [Means.PAUSE, Means.STOP, Means.DISABLE])
    def test_beyond_an_offer_it_gets_nothing(self, means: Means):
        wanted = self.demand(view(DRAWS_16, remembers(means=means)))
        assert (wanted.maximum_a, wanted.reason.code) == (0, ReasonCode.DISOBEDIENT)
        assert wanted.reason.params == {"drawn_a": 16, "setpoint_a": 9}

    def test_one_that_cannot_pause_gets_its_minimum(self):
        firm = charger(means=ALL_MEANS, can_pause=False)
        assert self.demand(view(DRAWS_16, remembers(means=Means.STOP), evse=firm)).maximum_a == 6

    def test_one_that_cannot_be_reached_cannot_be_told(self):
        lost = view(status(reachable=False), remembers(means=Means.STOP))
        assert self.demand(lost).reason.code is ReasonCode.OFFLINE

    @pytest.mark.parametrize(
        ("current_a", "past", "means", "told"),
        [
            pytest.param(9.0, None, Means.OFFER, False, id="it obeys"),
            pytest.param(9.0, replace(SEEN, seen_at=NOW), Means.OFFER, True, id="it draws too much now"),
            pytest.param(9.0, SEEN, Means.OFFER, False, id="it did a moment ago"),
            pytest.param(0.0, replace(SEEN, means=Means.STOP), Means.STOP, True, id="and is held for that"),
            pytest.param(None, replace(SEEN, means=Means.STOP), Means.OFFER, False, id="nothing is commanded"),
        ],
    )
    def test_the_setpoint_says_so(self, current_a: float | None, past: Disobedience | None, means: Means, told: bool):
        setpoint = Setpoint(evse_id="a", current_a=current_a, reason=Reason(code=ReasonCode.SHARED))
        found = impose(setpoint, EvseMemory(disobedience=past), NOW)
        assert (found.current_a, found.means) == (current_a, means)
        assert (found.reason.code is ReasonCode.DISOBEDIENT) is told


def world(*cars: SimCar, limit_a: float = 32.0, circuits: Sequence[Circuit] = (), **changes: Any) -> World:
    """Some cars that charge with 16 A each on 1 A steps; the house takes 5 A, unless told otherwise."""
    changes = {"means": ALL_MEANS, "maximum_a": 16.0, **changes}
    evses = [charger(name, **changes) for name in "abc"[: len(cars)]]
    tree = (mains(rating(limit_a)), *circuits)
    return World(site(*evses, circuits=tree), [SimCharger(evse, car) for evse, car in zip(evses, cars, strict=True)])


def means_of(outlet: SimCharger) -> list[Means]:
    """In which order it was told by which means."""
    used = [Means.OFFER]
    for _, setpoint in outlet.told:
        if setpoint.means is not used[-1]:
            used.append(setpoint.means)
    return used


class TestThroughWholeTicks:
    """A car charges with 16 A; then the house takes so much that 7 A are left for it, or none."""

    @pytest.mark.parametrize(
        ("heeds", "used", "within_s"),
        [
            pytest.param(Means.OFFER, [Means.OFFER], 5, id="it obeys"),
            pytest.param(Means.PAUSE, [Means.OFFER], 15, id="it ignores lower offers: what it draws too much leaves it nothing"),
            pytest.param(Means.STOP, [Means.OFFER, Means.PAUSE, Means.STOP], 50, id="it ignores a pause"),
            pytest.param(Means.DISABLE, [Means.OFFER, Means.PAUSE, Means.STOP, Means.DISABLE], 80, id="it ignores the end of the transaction"),
        ],
    )  # fmt: skip
    def test_the_next_means_is_taken_until_one_helps(self, heeds: Means, used: list[Means], within_s: int):
        place = world(SimCar(heeds=heeds))
        place.house_a = lambda second: 25.0 if second >= 100 else 5.0
        place.run(300)
        assert place.totals_a[99] == 21
        assert place.overload_s(32) <= within_s
        assert place.totals_a[-1] <= 32
        assert means_of(place.chargers[0]) == used

    def test_what_nothing_helps_against_ends_with_the_last_means(self):
        place = world(SimCar(heeds=None))
        place.house_a = lambda second: 25.0 if second >= 100 else 5.0
        place.run(240)
        setpoint = place.setpoint()
        assert (setpoint.current_a, setpoint.means, setpoint.reason.code) == (0, Means.DISABLE, ReasonCode.DISOBEDIENT)
        assert setpoint.reason.params["drawn_a"] == 16
        disobedience = place.memory().disobedience
        assert disobedience is not None
        assert disobedience.seen_at == later(239), "and it is seen to draw on"
        assert place.decision is not None
        assert place.decision.helpless == {"a"}

    def test_a_charger_that_knows_of_no_more_than_a_pause_calls_for_a_person(self):
        place = world(SimCar(heeds=None), means=(Means.OFFER, Means.PAUSE))
        place.house_a = lambda second: 25.0 if second >= 100 else 5.0
        place.run(240)
        assert place.decision is not None
        assert place.setpoint().means is Means.PAUSE
        assert place.decision.helpless == {"a"}

    def test_where_nothing_is_exceeded_it_is_only_told(self):
        place = world(SimCar(heeds=None), limit_a=60)
        place.run(60)
        place.modes["a"] = Mode.OFF
        place.run(200)
        setpoint = place.setpoint()
        assert (setpoint.current_a, setpoint.means, setpoint.reason.code) == (0, Means.OFFER, ReasonCode.DISOBEDIENT)

    @pytest.mark.parametrize(
        ("heeds", "means"),
        [
            pytest.param(Means.PAUSE, Means.PAUSE, id="one that takes 16 A of any offer"),
            pytest.param(Means.STOP, Means.STOP, id="one that does not stop for a pause either"),
        ],
    )
    def test_it_is_trusted_again_each_time_later(self, heeds: Means, means: Means):
        place = world(SimCar(heeds=heeds, stubborn=True, maximum_a=16))
        place.house_a = lambda second: 25.0 if second >= 100 else 5.0
        place.run(3600)
        held = [second for second, setpoint in place.chargers[0].told if setpoint.means is means]
        gaps = [after - before for before, after in pairwise(held)]
        assert len(held) >= 3
        assert gaps[0] >= 300
        assert all(after >= 1.7 * before for before, after in pairwise(gaps))
        assert place.overload_s(32) <= 60

    def test_what_it_draws_too_much_is_not_given_to_another(self):
        place = world(SimCar(heeds=None), SimCar())
        place.house_a = lambda second: 12.0 if second >= 100 else 0.0
        place.run(400)
        assert place.overload_s(32) <= 20
        assert place.totals_a[-1] <= 32

    def test_nor_where_no_meter_sees_it(self):
        garage = Circuit(circuit_id="garage", phases=mains().phases, limits=(rating(26),), parent_id="site")
        place = world(SimCar(heeds=None), SimCar(), limit_a=100, circuits=[garage], circuit_id="garage")
        place.run(60)
        assert [outlet.car.drawn_a for outlet in place.chargers] == [13, 13]
        place.chargers[0].car.drawn_a = 16.0
        place.run(60)
        assert sum(outlet.car.drawn_a for outlet in place.chargers) <= 26

    def test_nor_beyond_what_an_operator_allows_the_chargers(self):
        dimmed = Limit(source=LimitSource.OPERATOR, power_w=26 * 230.0, chargers_only=True)
        place = world(SimCar(heeds=None), SimCar(), circuits=[])
        place.site = site(*place.site.evses, circuits=[mains(rating(100), dimmed)])
        place.run(60)
        assert [outlet.car.drawn_a for outlet in place.chargers] == [13, 13]
        place.chargers[0].car.drawn_a = 16.0
        place.run(60)
        assert sum(outlet.car.drawn_a for outlet in place.chargers) <= 26

    def test_a_garage_without_a_meter_is_exceeded_by_what_its_chargers_measure(self):
        garage = Circuit(circuit_id="garage", phases=mains().phases, limits=(rating(12),), parent_id="site")
        place = world(SimCar(heeds=Means.STOP), limit_a=100, circuits=[garage], circuit_id="garage")
        place.run(60)
        place.chargers[0].car.drawn_a = 16.0
        place.run(120)
        assert place.chargers[0].car.drawn_a == 0
        assert means_of(place.chargers[0])[-1] is Means.STOP

    def test_a_charger_whose_status_lies_is_counted_by_what_it_measures(self):
        place = world(SimCar(), SimCar())
        place.chargers[0].says = EvState.B
        place.run(200)
        assert place.overload_s(32) == 0
        assert place.chargers[1].car.drawn_a == pytest.approx(13.5, abs=0.6)
        assert place.chargers[0].car.drawn_a == pytest.approx(13.5, abs=0.6)

    def test_one_that_says_that_nobody_is_there_is_held_like_a_car(self):
        place = world(SimCar(), limit_a=20)
        place.chargers[0].says = EvState.A
        place.house_a = lambda second: 10.0 if second >= 100 else 5.0
        place.run(300)
        assert place.overload_s(20) <= 8


@given(
    heeds=st.lists(st.sampled_from([*Means, None]), min_size=1, max_size=3),
    house=st.lists(st.floats(0, 40), min_size=2, max_size=5),
    late_s=st.integers(0, 5),
    measures_s=st.sampled_from([1, 5, 10]),
)
@settings(max_examples=25, deadline=None)
def test_an_overload_ends_in_bounded_time_as_far_as_the_chargers_can_end_it(
    heeds: list[Means | None], house: list[float], late_s: int, measures_s: int
):
    place = world(*(SimCar(heeds=means, late_s=late_s) for means in heeds))
    for outlet in place.chargers:
        outlet.measures_s = measures_s
    place.house_a = lambda second: house[min(second // 150, len(house) - 1)]
    place.run(150 * len(house) + 50)
    can_end = all(means is not None for means in heeds)
    steps = max(len(Means) if means is None else ALL_MEANS.index(means) for means in heeds)
    bound_s = late_s + 4 if steps == 0 else steps * (16 + 15 + measures_s + late_s) + 20
    if can_end:
        chargers_share = [
            max(0.0, total - max(32.0, load)) for total, load in zip(place.totals_a, _loads(place), strict=True)
        ]
        assert _longest(chargers_share) <= bound_s
    for outlet in place.chargers:
        assert all(setpoint.current_a is not None for _, setpoint in outlet.told)


def _loads(place: World) -> list[float]:
    return [place.house_a(second) for second in range(len(place.totals_a))]


def _longest(excess_a: Sequence[float]) -> int:
    longest = now = 0
    for value in excess_a:
        now = now + 1 if value > 0.5 else 0
        longest = max(longest, now)
    return longest
