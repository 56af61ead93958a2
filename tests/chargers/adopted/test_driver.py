"""The driver over real entities: inverted pauses, selects, buttons, fixed currents, phases, faults, rivals."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.smart_charging.chargers.adopted.row import Role
from custom_components.smart_charging.chargers.errors import (
    ChargerLacksError,
    ChargerRefusedError,
    ChargerSilentError,
    ChargerUnreachableError,
)
from custom_components.smart_charging.chargers.offers import FIGHTS
from custom_components.smart_charging.engine.model.evse import EvState, Means
from custom_components.smart_charging.engine.model.shortcoming import Shortcoming

from ..bench import EVSE
from .bench import AdoptedBench, adopted_bench, chargepoint, goecharger_mqtt, nexblue, nrgkick, peblar, v2c
from .found import FIXED, reachable, state_of

MAKERS = {
    "nrgkick": nrgkick,
    "peblar": peblar,
    "v2c": v2c,
    "chargepoint": chargepoint,
    "nexblue": nexblue,
    "goecharger_mqtt": goecharger_mqtt,
}


@pytest.fixture
async def bench(hass: HomeAssistant, request: pytest.FixtureRequest) -> AsyncIterator[AdoptedBench]:
    """A charger that is connected, with a car that charges; the parameter names its integration."""
    platform, evse = request.param if isinstance(request.param, tuple) else (request.param, EVSE)
    async with adopted_bench(hass, platform, MAKERS[platform], evse) as bench:
        await bench.driver.start(bench.woken)
        await bench.connect()
        await bench.charge()
        yield bench


def entity_id_of(bench: AdoptedBench, role: Role) -> str:
    entity_id = bench.driver._links.entity_id(role)
    assert entity_id is not None
    return entity_id


@pytest.mark.parametrize("bench", ["v2c"], indirect=True)
async def test_a_switch_may_be_on_while_it_pauses(bench: AdoptedBench):
    await bench.driver.apply(0)
    assert bench.paused()
    assert bench.driver.status.offered_a == 0
    await bench.driver.apply(10)
    assert not bench.paused()
    assert bench.charger.limit_a == 10
    # The limit first: at no time had it more than it was to have.
    assert bench.commands() == [0, 0, 10]


@pytest.mark.parametrize("bench", ["v2c"], indirect=True)
async def test_binary_sensors_tell_the_state(bench: AdoptedBench):
    for state in (EvState.A, EvState.B, EvState.C, EvState.A):
        bench.clock.advance(60)
        await bench.turn(state)
        assert state_of(bench.driver) is state
        assert bench.driver.status.state_at == bench.clock.at
    assert bench.driver.status.session_started_at is None


@pytest.mark.parametrize("bench", ["v2c"], indirect=True)
async def test_one_number_says_nothing_of_three_phases(bench: AdoptedBench):
    await bench.driver.apply(16)
    await bench.measure(10, 1000)
    # They may as well be 16 A, 14 A and none.
    assert bench.driver.status.current_a is None
    assert bench.driver.status.power_w == pytest.approx(6900)
    assert bench.driver.status.energy_kwh is None


@pytest.mark.parametrize("bench", ["nrgkick", "peblar", "goecharger_mqtt"], indirect=True)
async def test_phases_are_switched(bench: AdoptedBench):
    can = bench.driver.capabilities.can_switch_phases
    await bench.driver.apply(10, 1)
    assert bench.charger.phases == (1 if can else 3)
    assert bench.driver.status.offered_phases == 1
    await bench.shown()
    await bench.driver.apply(10, 3)
    assert bench.charger.phases == 3


@pytest.mark.parametrize("bench", ["nexblue", ("nexblue", FIXED)], indirect=True)
async def test_a_fixed_current_is_what_it_gives_whatever_it_was_told(bench: AdoptedBench):
    assert bench.driver.status.offered_a == EVSE.maximum_a
    await bench.driver.apply(0)
    await bench.shown()
    assert bench.driver.status.offered_a == 0
    assert bench.paused()
    await bench.driver.apply(10)
    assert bench.driver.status.offered_a == EVSE.maximum_a
    assert not bench.paused()
    assert bench.driver.capabilities.means == (Means.OFFER, Means.PAUSE)


@pytest.mark.parametrize("bench", ["nexblue"], indirect=True)
async def test_a_switch_that_shows_whether_it_charges_is_off_for_other_reasons_too(bench: AdoptedBench):
    await bench.driver.apply(16)
    bench.charger.paused = True
    await bench.turn(EvState.B)
    bench.clock.advance(600)
    await bench.shown()
    assert bench.driver.status.offered_a == EVSE.maximum_a
    # It was turned on while we paused it: that is seen.
    await bench.driver.apply(0)
    bench.clock.advance(600)
    bench.charger.paused = False
    await bench.turn(EvState.C)
    assert bench.driver.status.offered_a == EVSE.maximum_a


@pytest.mark.parametrize("bench", ["nexblue"], indirect=True)
async def test_without_a_car_there_is_nothing_to_go_on_with(bench: AdoptedBench):
    await bench.driver.apply(0)
    await bench.turn(EvState.A)
    before = len(bench.commands())
    await bench.driver.apply(16)
    assert len(bench.commands()) == before


@pytest.mark.parametrize("bench", ["nexblue"], indirect=True)
async def test_a_car_is_started_that_somebody_wants_to_charge(bench: AdoptedBench):
    await bench.driver.apply(16)
    bench.charger.paused = True
    await bench.turn(EvState.B)
    before = len(bench.commands())
    await bench.driver.apply(16)
    assert len(bench.commands()) == before
    bench.driver.begin()
    await bench.driver.apply(16)
    assert not bench.paused()
    await bench.driver.apply(16)
    assert len(bench.commands()) == before + 1


@pytest.mark.parametrize("bench", ["chargepoint"], indirect=True)
async def test_a_select_of_currents_gets_the_next_lower_one(bench: AdoptedBench):
    bench.charger.limit_a = 16
    await bench.shown()
    assert bench.driver.status.offered_a == 16
    await bench.driver.apply(15)
    assert bench.charger.limit_a == 12
    assert bench.driver.status.offered_a == 15
    bench.clock.advance(600)
    await bench.shown()
    assert bench.driver.status.offered_a == 15
    with pytest.raises(ChargerRefusedError):
        await bench.driver.apply(6)
    bench.charger.limit_a = 16
    await bench.shown()
    assert bench.driver.status.offered_a == 16


@pytest.mark.parametrize("bench", ["chargepoint"], indirect=True)
async def test_buttons_pause_and_go_on(bench: AdoptedBench):
    await bench.driver.apply(12)
    await bench.driver.apply(0)
    assert bench.paused()
    await bench.turn(EvState.B)
    assert state_of(bench.driver) is EvState.B
    assert bench.driver.status.offered_a == 0
    await bench.driver.apply(12)
    assert not bench.paused()
    bench.driver.begin()
    await bench.driver.apply(12)
    assert bench.commands()[-1] == 12


@pytest.mark.parametrize("bench", ["peblar"], indirect=True)
async def test_the_end_of_the_call_is_a_yes_where_it_shows_later(bench: AdoptedBench):
    bench.charger.deaf = True
    await bench.driver.apply(12)
    assert bench.driver.status.offered_a == 12
    # It goes on to show what it did before, until its next poll.
    bench.charger.limit_a = 6
    bench.clock.advance(5)
    await bench.measure(6, 1000)
    assert bench.driver.status.offered_a == 12
    # And one that never does it is not believed for long.
    bench.clock.advance(60)
    await bench.measure(6, 1001)
    assert bench.driver.status.offered_a == 6


@pytest.mark.parametrize("bench", ["nrgkick"], indirect=True)
async def test_one_that_shows_at_once_is_waited_for(bench: AdoptedBench):
    bench.charger.deaf = True
    telling = asyncio.create_task(bench.driver.apply(12))
    await asyncio.sleep(0.05)
    assert not telling.done()
    await bench.shown()
    await telling
    assert bench.driver.status.offered_a == 12


@pytest.mark.parametrize("bench", ["nrgkick"], indirect=True)
async def test_one_that_does_not_show_it_was_not_told(bench: AdoptedBench):
    await bench.driver.apply(12)
    bench.charger.deaf = True
    bench.driver._patience_s = 0.05
    with pytest.raises(ChargerSilentError):
        await bench.driver.apply(6)
    assert bench.driver.status.offered_a == 12


@pytest.mark.parametrize("bench", ["peblar"], indirect=True)
@pytest.mark.parametrize("error", [ConnectionError("gone"), TimeoutError(), ValueError("?")])
async def test_whatever_its_integration_lets_out_it_may_have_done_it(bench: AdoptedBench, error: Exception):
    await bench.driver.apply(12)
    bench.charger.failing = error
    with pytest.raises(ChargerSilentError):
        await bench.driver.apply(16)
    assert bench.driver.status.offered_a == 16


@pytest.mark.parametrize("bench", ["peblar"], indirect=True)
async def test_one_that_does_not_answer_is_silent_in_time(bench: AdoptedBench):
    await bench.driver.apply(12)
    bench.charger.hangs = True
    bench.driver._patience_s = 0.05
    with pytest.raises(ChargerSilentError):
        await bench.driver.apply(6)
    assert bench.driver.status.offered_a == 12


@pytest.mark.parametrize("bench", ["peblar"], indirect=True)
async def test_who_gives_up_waiting_does_not_know_either(bench: AdoptedBench):
    await bench.driver.apply(12)
    bench.charger.hangs = True
    telling = asyncio.create_task(bench.driver.apply(16))
    await asyncio.sleep(0.05)
    telling.cancel()
    with suppress(asyncio.CancelledError):
        await telling
    assert bench.driver.status.offered_a == 16


@pytest.mark.parametrize("bench", ["peblar"], indirect=True)
async def test_an_action_that_is_not_there_is_a_charger_that_is_not_there(hass: HomeAssistant, bench: AdoptedBench):
    hass.services.async_remove("number", "set_value")
    with pytest.raises(ChargerUnreachableError):
        await bench.driver.apply(10)


@pytest.mark.parametrize("bench", ["peblar"], indirect=True)
async def test_a_limit_that_somebody_else_sets_is_seen(bench: AdoptedBench):
    for tries in range(FIGHTS):
        await bench.driver.apply(10)
        bench.clock.advance(61)
        bench.charger.limit_a = 16
        await bench.shown()
        assert bench.driver.status.offered_a == 16
        fought = Shortcoming.LIMIT_FOUGHT_OVER in bench.driver.shortcomings
        assert fought is (tries == FIGHTS - 1)
    bench.clock.advance(601)
    assert Shortcoming.LIMIT_FOUGHT_OVER not in bench.driver.shortcomings


@pytest.mark.parametrize("bench", ["peblar"], indirect=True)
async def test_a_pause_that_somebody_else_makes_is_seen_and_ended(bench: AdoptedBench):
    await bench.driver.apply(10)
    bench.clock.advance(61)
    bench.charger.paused = True
    await bench.shown()
    assert bench.driver.status.offered_a == 0
    await bench.driver.apply(10)
    assert not bench.paused()


@pytest.mark.parametrize("bench", ["peblar"], indirect=True)
async def test_a_renamed_entity_is_followed(hass: HomeAssistant, bench: AdoptedBench):
    registry = er.async_get(hass)
    registry.async_update_entity(entity_id_of(bench, Role.LIMIT), new_entity_id="number.renamed")
    await hass.async_block_till_done()
    assert reachable(bench.driver)
    await bench.driver.apply(10)
    assert bench.charger.limit_a == 10
    bench.clock.advance(61)
    bench.charger.limit_a = 14
    await bench.shown()
    assert bench.driver.status.offered_a == 14
    # What has nothing to do with it changes nothing.
    registry.async_get_or_create("sensor", "other", "1")
    await hass.async_block_till_done()
    assert reachable(bench.driver)


@pytest.mark.parametrize("bench", ["peblar"], indirect=True)
@pytest.mark.parametrize("removed", [True, False])
async def test_an_entity_that_is_gone_is_told(hass: HomeAssistant, bench: AdoptedBench, removed: bool):
    registry, entity_id = er.async_get(hass), entity_id_of(bench, Role.LIMIT)
    bench.clock.advance(10)
    woken = bench.woken.count
    if removed:
        registry.async_remove(entity_id)
    else:
        registry.async_update_entity(entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.async_block_till_done()
    assert not reachable(bench.driver)
    assert bench.driver.status.reachable_since == bench.clock.at
    assert bench.woken.count > woken
    assert bench.driver.details["gone"] == [Role.LIMIT]
    assert "limit" in bench.driver.details["roles"]
    with pytest.raises(ChargerUnreachableError):
        await bench.driver.apply(6)


@pytest.mark.parametrize("bench", ["peblar"], indirect=True)
async def test_the_same_again_is_a_sign_of_life(bench: AdoptedBench):
    await bench.measure(6, 1000)
    bench.clock.advance(30)
    woken = bench.woken.count
    await bench.measure(6, 1000)
    assert bench.driver.status.measured_at == bench.clock.at
    assert bench.driver.connection.last_message_at == bench.clock.at
    assert bench.woken.count == woken


@pytest.mark.parametrize("bench", ["peblar"], indirect=True)
async def test_a_fault_is_told_in_its_own_word(bench: AdoptedBench):
    await bench.turn(EvState.F)
    assert state_of(bench.driver) is EvState.F
    assert bench.driver.status.fault == "fault"


@pytest.mark.parametrize("bench", ["peblar"], indirect=True)
async def test_it_cannot_be_told_more_than_to_pause(bench: AdoptedBench):
    with pytest.raises(ChargerLacksError):
        await bench.driver.interrupt(Means.STOP)
    await bench.driver.release()
    assert bench.commands() == []


@pytest.mark.parametrize("bench", ["peblar"], indirect=True)
async def test_what_cannot_be_brought_down_at_last_is_logged(bench: AdoptedBench, caplog: pytest.LogCaptureFixture):
    await bench.driver.apply(16)
    bench.refuse()
    await bench.driver.stop()
    assert "keeps 16" in caplog.text


@pytest.mark.parametrize("bench", ["peblar"], indirect=True)
async def test_what_we_never_told_is_left_alone(bench: AdoptedBench):
    bench.charger.limit_a = 16
    await bench.shown()
    await bench.driver.stop()
    assert bench.commands() == []
