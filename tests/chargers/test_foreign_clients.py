"""The emulators, judged by clients that others wrote for the same chargers: what these read and set is what happens there."""

from collections.abc import AsyncIterator

import aiohttp
import httpx
import pytest
from lektricowifi import Device as LektricoDevice
from nrgkick_api import NRGkickAPI
from openevsehttp.client import OpenEVSE
from peblar import PeblarApi
from pytrydan import Trydan
from yarl import URL

from custom_components.smart_charging.engine.model.evse import EvState

from .emulators.emulator import Emulator
from .emulators.lektrico import LektricoEmulator
from .emulators.nrgkick import NrgKickEmulator
from .emulators.openevse import OpenEvseEmulator
from .emulators.peblar import TOKEN, PeblarEmulator
from .emulators.v2c import TrydanEmulator


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def charging[E: Emulator](emulator: E) -> E:
    """It is switched on, and a car takes 9.5 A on each phase."""
    emulator.state, emulator.current_a = EvState.C, 9.5
    await emulator.start()
    return emulator


def host(emulator: Emulator) -> str:
    return f"127.0.0.1:{emulator.port}"


async def test_an_nrgkick(session: aiohttp.ClientSession) -> None:
    emulator = await charging(NrgKickEmulator())
    try:
        client = NRGkickAPI(host=host(emulator), username="nrg", password="kick", session=session)
        values = await client.get_values()
        assert values["powerflow"]["total_active_power"] == pytest.approx(6555)
        assert values["powerflow"]["l2"]["current"] == 9.5
        assert await client.set_current(10.0) == 10.0
        assert emulator.limit_a == 10
    finally:
        await emulator.stop()


async def test_a_trydan() -> None:
    emulator = await charging(TrydanEmulator())
    try:
        async with httpx.AsyncClient() as web:
            client = Trydan(host(emulator), web)
            told = await client.get_data()
            assert told.charge_power == pytest.approx(6555)
            assert told.intensity == 6
            await client.intensity(10)
            assert emulator.limit_a == 10
            await client.pause()
            assert emulator.limit_a == 0
            await client.resume()
            assert emulator.limit_a == 10
    finally:
        await emulator.stop()


async def test_an_openevse(session: aiohttp.ClientSession) -> None:
    emulator = await charging(OpenEvseEmulator())
    try:
        client = OpenEVSE(host(emulator), session=session)
        await client.update()
        assert client.status == "charging"
        assert client.current_power == pytest.approx(6555)
        assert client.usage_total == 1000
        await client.set_override(state="active", charge_current=10)
        assert emulator.limit_a == 10
        await client.set_override(state="disabled")
        assert emulator.limit_a == 0
    finally:
        await emulator.stop()


async def test_a_peblar(session: aiohttp.ClientSession) -> None:
    emulator = await charging(PeblarEmulator())
    try:
        client = PeblarApi(host="127.0.0.1", token=TOKEN, session=session)
        client.url = URL(f"http://{host(emulator)}/api/wlac/v1/")
        assert (await client.system()).phase_count == 3
        meter = await client.meter()
        assert (meter.power_total, meter.current_phase_3, meter.energy_total) == (6555, 9500, 1_000_000)
        offer = await client.ev_interface(charge_current_limit=10_000)
        assert (offer.charge_current_limit, offer.cp_state) == (10_000, "State C")
        assert emulator.limit_a == 10
    finally:
        await emulator.stop()


async def test_a_lektrico() -> None:
    emulator = await charging(LektricoEmulator())
    try:
        async with httpx.AsyncClient() as web:
            client = LektricoDevice(host(emulator), asyncClient=web)
            config = await client.device_info("3p22k")
            assert config["instant_power"] == pytest.approx(6555)
            await client.set_dynamic_current(10)
            assert emulator.limit_a == 10
    finally:
        await emulator.stop()
