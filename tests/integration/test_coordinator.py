"""The tick: what wakes it, how often it comes, and what reaches a charger on the wire."""

import logging
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from homeassistant.util import dt as dt_util

from custom_components.smart_charging.coordinator import KEPT_TICKS, TickResult
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.engine.model.reason import ReasonCode

from .home import GARAGE, METER, Home, commands


def count_ticks(home: Home) -> list[TickResult]:
    """Collect the ticks from now on."""
    ticks: list[TickResult] = []
    home.coordinator.async_add_listener(lambda: ticks.append(home.coordinator.data))
    return ticks


async def test_a_meter_report_wakes_the_tick_at_once_and_more_are_joined(home: Home) -> None:
    await home.set_up()
    await home.meter(500)
    await home.pass_s(2)
    ticks = count_ticks(home)
    await home.meter(1000)
    assert len(ticks) == 1
    for watts in (1100, 1200, 1300):
        await home.meter(watts)
    assert len(ticks) == 1
    await home.pass_s(1)
    assert len(ticks) == 2
    assert ticks[-1].snapshot.meters["site"].current_a[Phase.L1] == pytest.approx(1300 / 230)
    await home.pass_s(5)
    assert len(ticks) == 2


async def test_the_tick_comes_every_ten_seconds_whatever_happens(home: Home) -> None:
    await home.set_up()
    await home.meter(500)
    await home.pass_s(60)
    ticks = count_ticks(home)
    await home.pass_s(60)
    assert len(ticks) in {5, 6}


async def test_a_tick_falls_on_the_moment_when_the_meter_becomes_unknown(home: Home) -> None:
    await home.set_up()
    await home.pass_s(3)
    await home.meter(500)
    ticks = count_ticks(home)
    await home.pass_s(9)
    assert all(tick.decision.headroom["site"].known for tick in ticks)
    await home.pass_s(2)
    assert not ticks[-1].decision.headroom["site"].known


async def test_a_silent_meter_brings_the_charger_to_its_failsafe_current_on_the_wire(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(40, watts=1000)
        assert commands(peer)[-1] == 16
        assert home.setpoint().reason.code is ReasonCode.AT_MAXIMUM
        await home.pass_s(12)
        await home.until(lambda: commands(peer)[-1] == 6)
        assert home.setpoint().reason.code is ReasonCode.METER_SILENT


async def test_the_charger_gives_way_within_the_second(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(40, watts=1000)
        await peer.meter({"value": "16", "measurand": "Current.Import", "phase": "L1", "unit": "A"}, connector_id=1)
        await home.meter(16 * 230 + 3450)
        await home.pass_s(1)
        await home.until(lambda: commands(peer)[-1] < 10)


async def test_a_limit_is_renewed_while_it_lasts(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(40, watts=1000)
        before = len(commands(peer))
        await home.pass_s(120, watts=1000)
        assert commands(peer)[before:] == [16] * 4


async def test_a_mode_acts_at_once_and_is_kept(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(40, watts=1000)
        assert home.coordinator.mode(GARAGE) is Mode.FAST
        await home.coordinator.async_set_mode(GARAGE, Mode.OFF)
        await home.pass_s(1)
        await home.until(lambda: commands(peer)[-1] == 0)
        await home.pass_s(2)
        await home.hass.config_entries.async_reload(home.entry.entry_id)
        await home.hass.async_block_till_done()
        assert home.coordinator.mode(GARAGE) is Mode.OFF


async def test_a_tick_that_fails_is_told_once_and_the_next_one_comes(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await home.set_up()
    async with home.station() as peer:
        await home.charge(peer)
        await home.pass_s(40, watts=1000)
        sent = len(commands(peer))

        def fail(*_: Any) -> None:
            raise ZeroDivisionError("oops")

        with monkeypatch.context() as patch:
            patch.setattr("custom_components.smart_charging.coordinator.step", fail)
            await home.pass_s(60, watts=1000)
        assert not home.ticks_well()
        assert isinstance(home.coordinator.last_exception, ZeroDivisionError)
        errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert [record.getMessage() for record in errors] == ["A tick failed; it is tried again"]
        # What nobody renews runs out in the charger.
        assert len(commands(peer)) == sent
        await home.pass_s(2, watts=1000)
        assert home.ticks_well()
        assert len(commands(peer)) > sent


async def test_the_last_ticks_are_kept(home: Home) -> None:
    await home.set_up()
    await home.pass_s(KEPT_TICKS + 20, watts=500)
    ticks = home.coordinator.ticks
    assert len(ticks) == KEPT_TICKS
    assert dt_util.utcnow() - ticks[-1].snapshot.at <= timedelta(seconds=1)
    # Each begins with the state that the one before left.
    assert all(later.state == before.decision.next_state for before, later in pairwise(ticks))


async def test_a_session_s_energy_survives_a_restart(home: Home) -> None:
    await home.set_up()
    async with home.station() as peer:
        transaction_id = await home.charge(peer)
        await home.pass_s(5, watts=1000)
        await peer.meter(3500, transactionId=transaction_id)
        await home.pass_s(2, watts=1000)
        assert home.coordinator.data.sessions[GARAGE].energy_kwh == pytest.approx(2.5)
        await home.hass.config_entries.async_reload(home.entry.entry_id)
        await home.hass.async_block_till_done()
        assert home.coordinator.data.sessions[GARAGE].energy_kwh == pytest.approx(2.5)


async def test_a_report_that_changes_nothing_is_a_sign_of_life(home: Home) -> None:
    await home.set_up()
    await home.pass_s(60, watts=500)
    assert home.coordinator.data.decision.headroom["site"].known
    assert home.hass.states.get(METER) is not None
