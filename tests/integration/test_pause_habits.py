"""Cars that did not go on after a pause: how that is learned, kept, and forgotten."""

from datetime import timedelta

import pytest
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smart_charging.engine.model.decision import Decision, Setpoint
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.pause_habit import PauseHabit
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode
from custom_components.smart_charging.engine.model.state import Appetite, ControlState, EvseMemory
from custom_components.smart_charging.foresight.pause_habits import PauseHabits
from custom_components.smart_charging.store import SiteStore
from tests.engine.builders import NOW, later

from .home import GARAGE, Home
from .parts import charger, part, vehicle
from .test_vehicle_home import shown

ZOE = {"garage": "zoe"}
PAUSED = Appetite(paused_since=later(-2000), wakes=3)
BEARS = PauseHabit(continuous=False, configured=False)
LEARNED = PauseHabit(continuous=True, configured=False, seen_at=NOW)


def decided(code: ReasonCode = ReasonCode.ASLEEP, appetite: Appetite = PAUSED, *, here: bool = True) -> Decision:
    """What a tick decided of the garage."""
    memory = EvseMemory(appetite=appetite, arrived_at=later(-9000) if here else None)
    return Decision(
        at=NOW,
        setpoints={"garage": Setpoint(evse_id="garage", current_a=6.0, reason=Reason(code=code))},
        headroom={},
        next_state=ControlState(evses={"garage": memory, "carport": EvseMemory()}),
    )


RESUMED = decided(ReasonCode.AT_MAXIMUM, Appetite(drew=True, resumed=True))


@pytest.fixture(name="store")
def _store(hass: HomeAssistant) -> SiteStore:
    return SiteStore(hass, "entry")


def habits(store: SiteStore, *, configured: bool = False) -> PauseHabits:
    return PauseHabits({"zoe": configured}, store)


def test_one_that_could_not_be_woken_after_a_pause_is_charged_in_one_go(store: SiteStore) -> None:
    zoe = habits(store)
    zoe.note(decided(ReasonCode.WAKING), ZOE, ZOE)
    assert (zoe.of("zoe"), zoe.is_continuous("garage", "zoe")) == (BEARS, False)
    zoe.note(decided(), ZOE, ZOE)
    assert (zoe.of("zoe"), zoe.is_continuous("garage", "zoe")) == (LEARNED, True)
    # Wherever it is, and for good.
    assert habits(store).is_continuous("carport", "zoe")


def test_one_that_never_drew_says_nothing_about_pauses(store: SiteStore) -> None:
    zoe = habits(store)
    zoe.note(decided(appetite=Appetite(wakes=3)), ZOE, ZOE)
    assert zoe.of("zoe") == BEARS


@pytest.mark.parametrize("vehicles", [ZOE, {}], ids=["it may be full", "a guest's"])
def test_of_one_of_which_too_little_is_known_it_holds_until_it_is_unplugged(
    store: SiteStore, vehicles: dict[str, str]
) -> None:
    zoe = habits(store)
    zoe.note(decided(), vehicles, {})
    assert zoe.is_continuous("garage", vehicles.get("garage"))
    assert store.pause_habits == {}
    zoe.note(decided(ReasonCode.NO_CAR, Appetite(), here=False), {}, {})
    assert not zoe.is_continuous("garage", None)


def test_it_is_forgotten_when_it_goes_on_by_itself(store: SiteStore) -> None:
    zoe = habits(store)
    zoe.note(decided(), ZOE, ZOE)
    zoe.note(RESUMED, ZOE, ZOE)
    assert (zoe.of("zoe"), zoe.is_continuous("garage", "zoe")) == (BEARS, False)
    zoe.note(RESUMED, {}, {})


def test_a_person_knows_better(store: SiteStore) -> None:
    zoe = habits(store)
    zoe.note(decided(), ZOE, ZOE)
    zoe.choose("zoe", "garage", continuous=False)
    # It goes on sleeping, and is not learned from twice.
    zoe.note(decided(), ZOE, ZOE)
    assert not zoe.is_continuous("garage", "zoe")
    zoe.choose("zoe", None, continuous=True)
    zoe.note(RESUMED, ZOE, ZOE)
    assert zoe.of("zoe") == PauseHabit(continuous=True, configured=False)


def test_what_is_set_up_holds_again_once_it_is_changed(store: SiteStore) -> None:
    zoe = habits(store, configured=True)
    zoe.choose("zoe", None, continuous=False)
    zoe.note(decided(), ZOE, ZOE)
    assert zoe.of("zoe") == PauseHabit(continuous=False, configured=True)
    assert habits(store).of("zoe") == BEARS
    zoe.choose("zoe", None, continuous=True)
    assert zoe.of("zoe") == PauseHabit(continuous=True, configured=True)
    assert store.pause_habits == {}


async def test_it_is_learned_in_a_home_that_ticks(home: Home) -> None:
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    zoe = vehicle(entities={"soc": "sensor.zoe"}, usual_charger=GARAGE)
    home.entry = home.make_entry(part("charger", GARAGE, charger(), "Garage"), part("vehicle", "zoe", zoe, "Zoe"))
    home.hass.states.async_set("sensor.zoe", "40")
    await home.set_up()

    async def pass_fast(minutes: int) -> None:
        for _ in range(minutes * 6):
            home.freezer.tick(timedelta(seconds=10))
            await home.meter(500)
            async_fire_time_changed(home.hass)
            await home.turn()

    async with home.station() as peer:
        await home.charge(peer)
        await peer.meter({"value": "10", "measurand": "Current.Import", "unit": "A"}, connector_id=1)
        await home.pass_s(5, watts=500)
        await home.coordinator.async_set_mode(GARAGE, Mode.OFF)
        await peer.status("SuspendedEVSE")
        await peer.meter({"value": "0", "measurand": "Current.Import", "unit": "A"}, connector_id=1)
        await pass_fast(5)
        await peer.status("SuspendedEV")
        await home.coordinator.async_set_mode(GARAGE, Mode.FAST)
        assert shown(home, "switch.zoe_charge_in_one_go") == "off"
        await pass_fast(18)
        assert home.setpoint().reason.code is ReasonCode.ASLEEP
        assert shown(home, "switch.zoe_charge_in_one_go") == "on"
