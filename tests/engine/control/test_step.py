"""The tick as a whole: what it says, and for whom."""

import pytest

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.decision import Decision
from custom_components.smart_charging.engine.model.evse import EvState
from custom_components.smart_charging.engine.model.goal import Goal
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.policy import ControlPolicy
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import Appetite, ControlState, EvseMemory
from custom_components.smart_charging.engine.model.strategy import Strategy
from tests.engine.builders import LONG_AGO, charger, contract, later, mains, rating, reading, site, status


def run(place: Site, snapshot: SiteSnapshot, seconds: int = 1, state: ControlState | None = None) -> Decision:
    """Look at the same scene for so many seconds."""
    decision = step(place, snapshot, state or ControlState(), {})
    for second in range(1, seconds):
        at = later(second)
        meters = {
            name: reading(*meter.current_a.values(), at=at, power_w=meter.power_w)
            for name, meter in snapshot.meters.items()
        }
        scene = SiteSnapshot(at=at, meters=meters, evses=snapshot.evses, modes=snapshot.modes)
        decision = step(place, scene, decision.next_state, {})
    return decision


def test_one_car_on_three_phases_is_held_by_the_fullest_phase():
    place = site(charger(phases=ALL_PHASES), circuits=[mains(rating(25), phases=3)])
    scene = SiteSnapshot(
        at=later(0),
        meters={"site": reading(16 + 4, 16 + 12, 16 + 2)},
        evses={"a": status(draws=[16, 16, 16])},
    )
    setpoint = run(place, scene).setpoints["a"]
    assert setpoint.current_a == 13
    assert setpoint.reason.code is ReasonCode.LIMITED
    assert setpoint.reason.params == {
        "source": "rating",
        "circuit": "site",
        "limit_a": 25,
        "phase": "l2",
        "others_a": 12,
        "wanted_a": 32,
    }


def test_two_cars_share_and_are_told_so():
    place = site(charger("a"), charger("b"), limit_a=40)
    scene = SiteSnapshot(
        at=later(0),
        meters={"site": reading(16 + 16 + 14)},
        evses={"a": status(draws=[16]), "b": status(draws=[16])},
    )
    setpoints = run(place, scene).setpoints
    assert [setpoints[name].current_a for name in "ab"] == [13, 13]
    assert setpoints["a"].reason.code is ReasonCode.SHARED
    assert setpoints["a"].reason.params["chargers"] == 2


def test_a_limit_in_total_names_itself_in_w():
    place = site(charger(), circuits=[mains(contract(4200))])
    scene = SiteSnapshot(at=later(0), meters={"site": reading(power_w=16 * 230 + 1150)}, evses={"a": status()})
    reason = run(place, scene).setpoints["a"].reason
    assert reason.code is ReasonCode.LIMITED
    assert reason.params == {"source": "subscribed", "circuit": "site", "limit_w": 4200, "wanted_a": 32}


def test_two_one_phase_cars_on_different_phases_do_not_stand_in_each_others_way():
    place = site(
        charger("a", phases=(Phase.L1,)), charger("b", phases=(Phase.L2,)), circuits=[mains(rating(25), phases=3)]
    )
    scene = SiteSnapshot(
        at=later(0),
        meters={"site": reading(20, 20, 0)},
        evses={"a": status(offered_a=20, draws=[20]), "b": status(offered_a=20, draws=[20])},
    )
    setpoints = run(place, scene, seconds=12).setpoints
    assert [setpoints[name].current_a for name in "ab"] == [25, 25]


def test_a_one_phase_car_at_a_three_phase_charger_leaves_the_other_phases_to_others():
    place = site(
        charger("a", phases=ALL_PHASES), charger("b", phases=(Phase.L2,)), circuits=[mains(rating(25), phases=3)]
    )
    scene = SiteSnapshot(
        at=later(0),
        meters={"site": reading(20, 10, 0)},
        evses={"a": status(offered_a=20, draws=[20, 0, 0]), "b": status(offered_a=10, draws=[10])},
    )
    assert run(place, scene, seconds=12).setpoints["b"].current_a == 25


def test_every_charger_has_a_setpoint_with_a_reason_in_the_order_of_the_site():
    place = site(charger("c"), charger("a"), charger("b"))
    decision = run(place, SiteSnapshot(at=later(0), meters={"site": reading(0)}, evses={"a": status(EvState.A)}))
    assert list(decision.setpoints) == ["c", "a", "b"]
    assert [decision.setpoints[name].reason.code for name in "cab"] == [
        ReasonCode.OFFLINE,
        ReasonCode.NO_CAR,
        ReasonCode.OFFLINE,
    ]


def test_a_mode_that_nobody_set_is_fast():
    place = site(charger(), limit_a=40)
    scene = SiteSnapshot(at=later(0), meters={"site": reading(16)}, evses={"a": status()})
    assert run(place, scene, seconds=12).setpoints["a"].current_a == 32


def test_off_ends_a_session_at_once():
    place = site(charger(), limit_a=40)
    scene = SiteSnapshot(at=later(0), meters={"site": reading(16)}, evses={"a": status()}, modes={"a": Mode.OFF})
    setpoint = run(place, scene).setpoints["a"]
    assert (setpoint.current_a, setpoint.reason.code) == (0, ReasonCode.OFF)


def test_a_car_that_draws_more_than_its_offer_takes_it_from_itself():
    """The excess is in the meter and cannot be given away: the offers make room for it."""
    place = site(charger(), limit_a=20)
    scene = SiteSnapshot(at=later(0), meters={"site": reading(20)}, evses={"a": status(offered_a=16, draws=[18])})
    assert run(place, scene).setpoints["a"].current_a == 16
    scene = SiteSnapshot(at=later(0), meters={"site": reading(22)}, evses={"a": status(offered_a=16, draws=[18])})
    assert run(place, scene).setpoints["a"].current_a == 14


def test_a_car_that_is_done_leaves_its_share_to_the_others():
    place = site(charger("a"), charger("b"), limit_a=26)
    scene = SiteSnapshot(
        at=later(0),
        meters={"site": reading(13)},
        evses={"a": status(offered_a=13, draws=[13]), "b": status(EvState.B, offered_a=13)},
    )
    done = ControlState(evses={"b": EvseMemory(appetite=Appetite(done_at=LONG_AGO))})
    setpoints = run(place, scene, seconds=12, state=done).setpoints
    assert [setpoints[name].current_a for name in "ab"] == [26, 0]
    assert setpoints["b"].reason == Reason(code=ReasonCode.NOT_TAKING, params={"minimum_a": 0})


@pytest.mark.parametrize("names", ["ab", "ba"])
def test_when_not_all_minimums_fit_priority_decides_not_the_order(names: str):
    chargers = {"a": charger("a"), "b": charger("b", priority=1)}
    place = site(*(chargers[name] for name in names), limit_a=11)
    scene = SiteSnapshot(
        at=later(0),
        meters={"site": reading(0)},
        evses={"a": status(offered_a=0), "b": status(offered_a=0)},
    )
    setpoints = run(place, scene, seconds=12).setpoints
    assert [setpoints[name].current_a for name in "ab"] == [0, 11]
    assert setpoints["a"].reason.code is ReasonCode.NO_ROOM


def test_the_goal_and_the_departure_say_who_is_in_a_hurry():
    place = Site(
        circuits=(mains(rating(40)),),
        evses=(charger("a"), charger("b")),
        policy=ControlPolicy(strategy=Strategy.LAXITY),
    )
    scene = SiteSnapshot(
        at=later(0),
        meters={"site": reading(40)},
        evses={"a": status(offered_a=20, draws=[20]), "b": status(offered_a=20, draws=[20])},
        goals={
            "a": Goal(departure=later(3600), energy_kwh=7.36),
            "b": Goal(departure=later(3600 * 12), energy_kwh=7.36),
        },
    )
    setpoints = run(place, scene).setpoints
    assert [setpoints[name].current_a for name in "ab"] == [20, 8]


def test_a_limit_that_holds_for_now_is_named_like_any_other():
    """The grid operator dims the chargers to 4.2 kW, whatever the house does."""
    dimmed = Limit(source=LimitSource.OPERATOR, power_w=4200, chargers_only=True)
    place = site(charger(phases=ALL_PHASES), circuits=[mains(rating(35), phases=3)])
    scene = SiteSnapshot(
        at=later(0),
        meters={"site": reading(30, 30, 30)},
        evses={"a": status(draws=[16, 16, 16])},
        limits={"site": (dimmed,), "nowhere": (dimmed,)},
    )
    setpoint = run(place, scene).setpoints["a"]
    assert setpoint.current_a == 6
    assert setpoint.reason.code is ReasonCode.LIMITED
    assert setpoint.reason.params == {"source": "operator", "circuit": "site", "limit_w": 4200, "wanted_a": 32}


def test_the_chargers_that_others_have_and_the_house_are_told_as_others():
    place = site(charger("a"), charger("b"), limit_a=40)
    scene = SiteSnapshot(
        at=later(0),
        meters={"site": reading(14 + 13 + 13)},
        evses={"a": status(offered_a=13, draws=[13]), "b": status(offered_a=13, draws=[13])},
    )
    params = run(place, scene).setpoints["a"].reason.params
    assert (params["others_a"], params["wanted_a"]) == (27, 32), "40 A, of which the house has 14 and the other car 13"


def test_how_far_phases_may_differ_is_named():
    place = site(
        charger("a"),
        circuits=[mains(rating(63), phases=3, unbalance_a=20)],
    )
    scene = SiteSnapshot(at=later(0), meters={"site": reading(32, 2, 2)}, evses={"a": status(offered_a=30, draws=[30])})
    setpoint = run(place, scene).setpoints["a"]
    assert setpoint.current_a == 20
    assert setpoint.reason.params["source"] == "unbalance"
    assert setpoint.reason.params["limit_a"] == 20


def test_what_the_meters_said_is_remembered_with_the_time():
    place = site(charger(), limit_a=40)
    scene = SiteSnapshot(at=later(0), meters={"site": reading(16)}, evses={"a": status()})
    state = run(place, scene).next_state
    assert state.at == later(0)
    assert state.meters == {"site": reading(16)}
    assert state.circuits["site"].heat == pytest.approx({"l1": 0.16})
