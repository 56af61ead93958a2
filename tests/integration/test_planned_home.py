"""A car in a home that ticks, with a charger that speaks OCPP, a tariff with cheap hours, and somebody who leaves in the morning."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.smart_charging.engine.model.goal_set import GoalSet, OneOff, Target, TargetKind
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.plan import Plan
from custom_components.smart_charging.engine.model.reason import ReasonCode

from ..csms.peer import Peer
from .home import GARAGE, Home, commands
from .parts import charger, part, vehicle
from .tariff_data import hp_hc

EVENING = datetime(2026, 1, 15, 21, 20, tzinfo=UTC)
"""22:20 in Paris: ten minutes before the cheap hours."""


@asynccontextmanager
async def plugged_in(
    home: Home, *, kwh: float | None = 10.0, leaves_in_h: float = 8.0, **tariff: Any
) -> AsyncIterator[Peer]:
    """A Zoe of 50 kWh is plugged in, wants so much by its departure, and charges smartly; it was 40 % full."""
    await home.hass.config.async_set_time_zone("Europe/Paris")
    home.freezer.move_to(EVENING)
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    home.entry = home.make_entry(
        part("charger", GARAGE, charger(), "Garage"),
        part("vehicle", "zoe", vehicle(entities={"soc": "sensor.zoe"}, usual_charger=GARAGE), "Zoe"),
        part("tariff", "tariff", hp_hc(**tariff), "HP/HC"),
    )
    home.hass.states.async_set("sensor.zoe", "40")
    await home.set_up()
    await home.coordinator.async_set_mode(GARAGE, Mode.SMART)
    once = OneOff(at=home.now() + timedelta(hours=leaves_in_h))
    if kwh is not None:
        home.entry.runtime_data.goals.set("zoe", GoalSet(target=Target(kind=TargetKind.ENERGY, amount=kwh), once=once))
    async with home.station() as peer:
        await home.charge(peer)
        await planned(home)
        yield peer


async def planned(home: Home) -> None:
    """Let the plan be made, and be taken by a tick."""
    await home.pass_s(1, watts=300)
    await home.hass.async_block_till_done(wait_background_tasks=True)
    await home.pass_s(2, watts=300)


def plan(home: Home) -> Plan:
    found: Plan = home.coordinator.data.ahead.plans[GARAGE]
    return found


def reason(home: Home) -> ReasonCode:
    code: ReasonCode = home.coordinator.data.decision.setpoints[GARAGE].reason.code
    return code


async def test_it_waits_for_the_cheap_hours_and_charges_in_them(home: Home) -> None:
    async with plugged_in(home) as peer:
        assert commands(peer)[-1] == 0
        assert reason(home) is ReasonCode.PLAN_WAITS
        assert plan(home).starts_at == datetime(2026, 1, 15, 21, 30, tzinfo=UTC)
        home.freezer.move_to(datetime(2026, 1, 15, 21, 29, 50, tzinfo=UTC))
        await home.pass_s(5, watts=300)
        assert commands(peer)[-1] == 0
        await home.pass_s(40, watts=300)
        assert reason(home) is ReasonCode.PLANNED
        assert commands(peer)[-1] == 16


async def test_a_month_s_peak_is_guarded_while_a_quarter_of_an_hour_runs(home: Home) -> None:
    """Nobody foresaw that the house takes 3.9 kW; 2.5 kW are billed anyway."""
    async with plugged_in(home, peak="flanders", peak_price=50.0) as peer:
        home.freezer.move_to(datetime(2026, 1, 15, 21, 30, 5, tzinfo=UTC))
        await home.pass_s(40, watts=300)
        assert commands(peer)[-1] >= 6
        await home.pass_s(120, watts=17 * 230)
        assert (commands(peer)[-1], reason(home)) == (0, ReasonCode.MONTH_PEAK)
        watch = home.coordinator.data.snapshot.peak
        assert watch is not None
        assert watch.target_kw >= 2.5
        assert watch.used_kwh == pytest.approx(3.91 * 120 / 3600, abs=0.1)


async def test_a_peak_that_nobody_wants_guarded_is_not(home: Home) -> None:
    async with plugged_in(home, peak="flanders", peak_price=50.0, peak_guard=False) as peer:
        home.freezer.move_to(datetime(2026, 1, 15, 21, 30, 5, tzinfo=UTC))
        await home.pass_s(40, watts=300)
        await home.pass_s(120, watts=17 * 230)
        assert commands(peer)[-1] >= 6
        assert home.coordinator.data.snapshot.peak is None


async def test_limits_are_law_and_a_plan_is_a_wish(home: Home) -> None:
    async with plugged_in(home) as peer:
        home.freezer.move_to(datetime(2026, 1, 15, 21, 30, 5, tzinfo=UTC))
        # The oven and the kettle leave 8 A, less what is kept free.
        await home.pass_s(40, watts=17 * 230)
        assert commands(peer)[-1] == 7.5


async def test_who_leaves_soon_is_charged_at_once_whatever_it_costs(home: Home) -> None:
    async with plugged_in(home, kwh=5.0, leaves_in_h=2.0) as peer:
        await home.pass_s(40, watts=300)
        assert reason(home) is ReasonCode.PLANNED
        assert commands(peer)[-1] == 16


async def test_a_car_of_which_nobody_wants_anything_charges_where_the_tariff_is_cheap(home: Home) -> None:
    async with plugged_in(home, kwh=None) as peer:
        assert home.coordinator.data.ahead.plans == {}
        assert reason(home) is ReasonCode.PEAK
        assert commands(peer)[-1] == 0
        home.freezer.move_to(datetime(2026, 1, 15, 21, 30, 5, tzinfo=UTC))
        await home.pass_s(40, watts=300)
        assert commands(peer)[-1] == 16


async def test_a_plan_that_cannot_be_told_leaves_the_limits_kept(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with plugged_in(home) as peer:
        foresight = home.entry.runtime_data.foresight

        def fail(*_: object) -> None:
            raise ArithmeticError

        with monkeypatch.context() as patch:
            patch.setattr(foresight, "look", fail)
            await home.pass_s(40, watts=17 * 230)
            # As its mode says where nobody knows anything: it charges, within the limit.
            assert commands(peer)[-1] == 7.5
            assert home.ticks_well()
        assert caplog.text.count("What is planned could not be told") == 1
        await home.pass_s(20, watts=300)
        assert reason(home) is ReasonCode.PLAN_WAITS


async def test_power_that_has_a_price_is_seen_by_the_meter(home: Home) -> None:
    async with plugged_in(home, peak="flanders", peak_price=50.0):
        await home.pass_s(5, watts=2300)
        peaks = home.entry.runtime_data.peaks
        assert peaks is not None
        assert peaks.window_kw == pytest.approx(0.5, abs=2.0)
        assert home.hass.states.get("sensor.home_peak_of_this_month") is not None


async def test_what_is_kept_of_it_goes_with_the_site(home: Home, hass_storage: dict[str, Any]) -> None:
    async with plugged_in(home, peak="flanders", peak_price=50.0):
        await home.pass_s(5, watts=2300)
    entry_id = home.entry.entry_id
    await home.hass.config_entries.async_unload(entry_id)
    assert [name for name in hass_storage if entry_id in name]
    await home.hass.config_entries.async_remove(entry_id)
    assert not [name for name in hass_storage if entry_id in name]
