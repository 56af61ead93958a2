"""Sensors are views of a tick's result."""

from dataclasses import replace
from datetime import timedelta

import pytest
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.engine.accounting.session import SessionEnergy
from custom_components.smart_charging.engine.model.decision import Headroom
from custom_components.smart_charging.engine.model.evse import EvseStatus, EvState
from custom_components.smart_charging.engine.model.load import LoadStatus
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.override import Override, OverrideEnd
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode

from .entities import (
    BARN,
    BLIND,
    CHARGING,
    GARAGE,
    HEADROOM,
    LIMITED,
    NO_CAR,
    NOW,
    OFFLINE,
    OPERATOR,
    RATING,
    SUBSCRIBED,
    TOTAL,
    WHOLE_SITE,
    ToldSite,
    load,
    site_limited_by,
    tick,
)

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

SESSION = SessionEnergy(started_at=NOW - timedelta(hours=2), energy_kwh=7.12345, running=True)

MEASURED = ("power", "current_l1", "current_l2", "current_l3")


async def loaded(hass: HomeAssistant) -> ToldSite:
    return await load(hass, Platform.SENSOR, tick(session=SESSION))


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_all_sensors(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, snapshot: SnapshotAssertion
) -> None:
    site = await loaded(hass)
    await snapshot_platform(hass, entity_registry, snapshot, site.entry.entry_id)


async def test_a_site_limited_in_total_tells_watts(hass: HomeAssistant) -> None:
    headroom = replace(HEADROOM, limits=(OPERATOR,), headroom_a={}, headroom_w=-1665.2)
    site = await load(hass, Platform.SENSOR, tick(headroom=headroom), site=site_limited_by(OPERATOR))
    assert site.state("sensor.home_limit") == "9200.0"
    assert site.state("sensor.home_headroom") == "-1665"
    assert hass.states.get("sensor.home_limit_per_phase") is None
    assert hass.states.get("sensor.home_headroom_l1") is None
    assert site.state("sensor.home_load_l1") == "12.0"
    limit = hass.states.get("sensor.home_limit")
    assert limit is not None
    assert limit.attributes["source"] == "operator"


async def test_a_meter_that_knows_only_the_total_has_no_phases(hass: HomeAssistant) -> None:
    headroom = replace(HEADROOM, load_a={}, headroom_a={})
    site = await load(hass, Platform.SENSOR, tick(headroom=headroom), channels=TOTAL)
    assert site.state("sensor.home_load") == "10865"
    assert site.state("sensor.home_limit_per_phase") == "39.0"
    assert hass.states.get("sensor.home_load_l1") is None
    assert hass.states.get("sensor.home_headroom_l1") is None


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param(
            CHARGING, ["6789", "9.9", "9.8", "9.9"], id="charging, by the site's phases: the charger is rotated"
        ),
        pytest.param(OFFLINE, [STATE_UNAVAILABLE] * 4, id="offline"),
        pytest.param(
            replace(CHARGING, measured_at=NOW - timedelta(seconds=91)),
            [STATE_UNAVAILABLE] * 4,
            id="measured too long ago",
        ),
        pytest.param(replace(CHARGING, measured_at=None), [STATE_UNAVAILABLE] * 4, id="measured at no known time"),
        pytest.param(EvseStatus(reachable=True), [STATE_UNAVAILABLE] * 4, id="nothing is known but that it is there"),
        pytest.param(EvseStatus(reachable=True, state=EvState.B), ["0", "0.0", "0.0", "0.0"], id="no power flows"),
        pytest.param(
            replace(CHARGING, state=EvState.B, power_w=4.2, current_a=(0.02, 0.0, 0.0)),
            ["4", "0.0", "0.0", "0.0"],
            id="no power flows, measured",
        ),
        pytest.param(
            replace(CHARGING, current_a=(9.8,), power_w=None),
            [STATE_UNKNOWN, STATE_UNKNOWN, "9.8", STATE_UNKNOWN],
            id="charging, only one current is measured",
        ),
        pytest.param(
            replace(CHARGING, current_a=(-9.8, -9.8, -9.8), power_w=-6762.0),
            ["-6762", "-9.8", "-9.8", "-9.8"],
            id="discharging",
        ),
    ],
)
async def test_what_a_charger_measures(hass: HomeAssistant, status: EvseStatus, expected: list[str]) -> None:
    site = await loaded(hass)
    await site.tell(tick(status))
    assert [site.state(f"sensor.garage_{key}") for key in MEASURED] == expected


async def test_a_charger_that_is_offline_still_tells_why(hass: HomeAssistant) -> None:
    site = await loaded(hass)
    await site.tell(tick(OFFLINE, setpoint_a=None, reason=Reason(code=ReasonCode.OFFLINE, params={"budget_a": 16.0})))
    for key in ("state", "offered", "session_energy"):
        assert site.state(f"sensor.garage_{key}") == STATE_UNAVAILABLE
    assert site.state("sensor.garage_setpoint") == STATE_UNKNOWN
    assert site.state("sensor.garage_reason") == "The charger cannot be reached: up to 16 A is kept free for it"


async def test_a_charger_of_which_nothing_is_known_yet(hass: HomeAssistant) -> None:
    first = tick()
    site = await load(
        hass,
        Platform.SENSOR,
        replace(
            first,
            snapshot=replace(first.snapshot, evses={}),
            decision=replace(first.decision, setpoints={}),
            sessions={},
        ),
    )
    assert site.state("sensor.garage_state") == STATE_UNAVAILABLE
    assert site.state("sensor.garage_reason") == STATE_UNKNOWN
    assert site.state("sensor.garage_setpoint") == STATE_UNKNOWN


async def test_a_charger_without_a_register_has_no_session_energy(hass: HomeAssistant) -> None:
    site = await load(hass, Platform.SENSOR, tick(session=SessionEnergy(started_at=NOW, running=True)))
    assert site.state("sensor.garage_session_energy") == STATE_UNKNOWN


async def test_a_silent_meter_leaves_the_limit(hass: HomeAssistant) -> None:
    site = await loaded(hass)
    await site.tell(tick(headroom=BLIND))
    for key in ("load", "load_l1", "headroom_l1"):
        assert site.state(f"sensor.home_{key}") == STATE_UNAVAILABLE
    assert site.state("sensor.home_limit_per_phase") == "39.0"
    assert site.state("sensor.home_active_limitation") == "meter_silent"


@pytest.mark.parametrize(
    ("reason", "headroom", "expected"),
    [
        pytest.param(NO_CAR, HEADROOM, "nothing", id="no car"),
        pytest.param(LIMITED, HEADROOM, "subscribed", id="limited"),
        pytest.param(
            replace(LIMITED, params={**LIMITED.params, "source": "operator"}),
            Headroom(known=True, limits=(SUBSCRIBED, OPERATOR)),
            "operator",
            id="the limit that binds, not the first one",
        ),
        pytest.param(
            replace(LIMITED, params={**LIMITED.params, "source": "rating"}), HEADROOM, "rating", id="of another circuit"
        ),
    ],
)
async def test_what_limits_now(hass: HomeAssistant, reason: Reason, headroom: Headroom, expected: str) -> None:
    site = await loaded(hass)
    await site.tell(tick(reason=reason, headroom=headroom))
    assert site.state("sensor.home_active_limitation") == expected


async def test_the_reason_carries_its_code_and_numbers(hass: HomeAssistant) -> None:
    site = await loaded(hass)
    reason = hass.states.get("sensor.garage_reason")
    assert reason is not None
    assert reason.attributes["code"] == "limited"
    assert reason.attributes["limit_a"] == 39.0
    unrecorded = hass.states.get("sensor.garage_reason")
    assert unrecorded is not None
    assert unrecorded.state_info is not None
    assert "*" in unrecorded.state_info["unrecorded_attributes"]
    assert site.state("sensor.garage_reason") == "Held at 10 A: the subscribed power allows 39 A on L2"


async def test_a_reason_that_says_the_same_is_not_written_again(hass: HomeAssistant) -> None:
    """The silence grows each second; the sentence tells it in steps."""
    site = await loaded(hass)

    async def written(silent_s: float) -> object:
        silent = Reason(code=ReasonCode.METER_SILENT, params={"failsafe_a": 6.0, "silent_s": silent_s})
        await site.tell(tick(setpoint_a=6.0, reason=silent, headroom=BLIND))
        state = hass.states.get("sensor.garage_reason")
        assert state is not None
        return state.last_updated, state.state

    first = await written(11.0)
    assert await written(14.0) == first
    assert await written(21.0) != first


SHARED = Reason(
    code=ReasonCode.SHARED, params={"source": "subscribed", "circuit": "site", "limit_a": 39.0, "chargers": 2.0}
)
RISING = Reason(code=ReasonCode.RISING, params={"target_a": 12.0, "at": "2026-03-01T12:00:10+00:00"})


async def test_a_reason_that_comes_and_goes_is_told_when_it_stays(hass: HomeAssistant) -> None:
    site = await loaded(hass)

    async def codes(*reasons: Reason, setpoint_a: float = 10.0, from_s: int) -> list[str]:
        told: list[str] = []
        for second, reason in enumerate(reasons, start=from_s):
            await site.tell(tick(setpoint_a=setpoint_a, reason=reason, at=NOW + timedelta(seconds=second)))
            state = hass.states.get("sensor.garage_reason")
            assert state is not None
            told.append(state.attributes["code"])
        return told

    assert await codes(LIMITED, SHARED, LIMITED, RISING, SHARED, from_s=0) == ["limited"] * 5
    assert await codes(*[SHARED] * 5, from_s=5) == [*["limited"] * 4, "shared"], "it has held since second 4"
    assert await codes(RISING, from_s=10) == ["shared"]
    assert await codes(LIMITED, setpoint_a=9.0, from_s=11) == ["limited"], "at once, as the setpoint moved"
    assert await codes(Reason(code=ReasonCode.OFF), setpoint_a=9.0, from_s=12) == ["off"], "and what is of another kind"


async def test_a_charger_that_was_wired_anew_forgets_its_old_phases(
    hass: HomeAssistant, entity_registry: er.EntityRegistry
) -> None:
    site = await loaded(hass)
    old = entity_registry.async_get_or_create(
        SENSOR_DOMAIN, DOMAIN, "carport_id_current_l1", config_entry=site.entry, config_subentry_id="carport_id"
    )
    await hass.config_entries.async_unload_platforms(site.entry, [Platform.SENSOR])
    await hass.config_entries.async_forward_entry_setups(site.entry, [Platform.SENSOR])
    assert entity_registry.async_get(old.entity_id) is None
    assert entity_registry.async_get("sensor.carport_current_l3") is not None


async def test_a_circuit_tells_its_tightest_phase_and_how_near_it_is_to_a_trip(hass: HomeAssistant) -> None:
    barn = replace(HEADROOM, limits=(RATING, OPERATOR), headroom_w=-20.4, nearness=0.256)
    site = await load(hass, Platform.SENSOR, tick(barn=barn), site=WHOLE_SITE)
    headroom = hass.states.get("sensor.barn_headroom")
    assert headroom is not None
    assert (headroom.state, headroom.attributes["phase"]) == ("0.8", "l2")
    assert site.state("sensor.barn_headroom_in_total") == "-20"
    assert site.state("sensor.barn_near_to_a_trip") == "26"
    await site.tell(tick(barn=replace(BLIND, limits=(RATING, OPERATOR))))
    for key in ("headroom", "headroom_in_total", "near_to_a_trip"):
        assert site.state(f"sensor.barn_{key}") == STATE_UNAVAILABLE
    await site.tell(tick())
    assert site.state("sensor.barn_headroom") == STATE_UNAVAILABLE


async def test_a_circuit_whose_phases_are_not_told_has_no_tightest_one(hass: HomeAssistant) -> None:
    barn = replace(HEADROOM, headroom_a={})
    site = await load(hass, Platform.SENSOR, tick(barn=barn), site=WHOLE_SITE)
    assert site.state("sensor.barn_headroom") == STATE_UNAVAILABLE
    assert site.state("sensor.barn_near_to_a_trip") == "0"


async def test_the_site_tells_how_near_it_is_to_a_trip(hass: HomeAssistant) -> None:
    site = await load(hass, Platform.SENSOR, tick(headroom=replace(HEADROOM, nearness=0.5)))
    assert site.state("sensor.home_near_to_a_trip") == "50"
    await site.tell(tick(headroom=BLIND))
    assert site.state("sensor.home_near_to_a_trip") == STATE_UNAVAILABLE


async def test_an_appliance_says_why_it_is_off(hass: HomeAssistant) -> None:
    reason = Reason(
        code=ReasonCode.LOAD_SHED, params={"source": "rating", "circuit": BARN, "limit_a": 20.0, "phase": "l1"}
    )
    off = LoadStatus(reachable=True, on=False, shed=True)
    site = await load(hass, Platform.SENSOR, tick(boiler=(off, reason)), site=WHOLE_SITE)
    state = hass.states.get("sensor.boiler_reason")
    assert state is not None
    assert state.state == "Switched off: circuit Barn allows 20 A on L1"
    assert state.attributes["code"] == "load_shed"
    await site.tell(tick())
    assert site.state("sensor.boiler_reason") == STATE_UNKNOWN


async def test_circuits_have_names_in_sentences(hass: HomeAssistant) -> None:
    reason = replace(LIMITED, params={**LIMITED.params, "source": "rating", "circuit": BARN})
    site = await load(hass, Platform.SENSOR, tick(reason=reason), site=WHOLE_SITE)
    assert site.state("sensor.garage_reason") == "Held at 10 A: circuit Barn allows 39 A on L2"
    limitation = hass.states.get("sensor.home_active_limitation")
    assert limitation is not None
    assert limitation.attributes["circuits"] == ["Barn"]


async def test_what_is_wanted_just_this_once_is_shown(hass: HomeAssistant) -> None:
    site = await load(hass, Platform.SENSOR, tick(session=SESSION))
    assert site.state("sensor.garage_just_this_once") == "As usual"
    await site.coordinator.async_set_wish(GARAGE, Override(mode=Mode.FAST, since=NOW, end=OverrideEnd.FULL))
    await site.tell(tick(session=SESSION))
    state = hass.states.get("sensor.garage_just_this_once")
    assert state is not None
    assert state.state == "Charging now until the car is full"
    assert (state.attributes["mode"], state.attributes["end"]) == ("fast", "full")
