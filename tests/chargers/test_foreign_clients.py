"""The emulators, judged by clients that others wrote for the same chargers: what these read and set is what happens there."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import override

import aiohttp
import httpx
import pytest
from goecharger_api_lite import GoeCharger  # type: ignore[import-untyped]
from lektricowifi import Device as LektricoDevice
from nrgkick_api import NRGkickAPI
from openevsehttp.client import OpenEVSE
from peblar import PeblarApi
from pytrydan import Trydan
from technove import TechnoVE
from wattpilot_api import AuthenticationError, CommandError
from wattpilot_api import Wattpilot as WattpilotClient
from yarl import URL

from custom_components.smart_charging.engine.model.evse import EvState

from .emulators.digest import Digest
from .emulators.emulator import Emulator
from .emulators.go_e import GoEEmulator
from .emulators.lektrico import LektricoEmulator
from .emulators.nrgkick import NrgKickEmulator
from .emulators.openevse import OpenEvseEmulator
from .emulators.peblar import TOKEN, PeblarEmulator
from .emulators.technove import TechnoVeEmulator
from .emulators.v2c import TrydanEmulator
from .emulators.warp import REALM, WarpEmulator
from .emulators.wattpilot import PASSWORD, WattpilotEmulator


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


async def test_a_go_e() -> None:
    emulator = await charging(GoEEmulator())

    def judge() -> None:
        """Its client waits by itself, on a loop of its own thread."""

        async def make() -> GoeCharger:
            return GoeCharger(host(emulator))

        with asyncio.Runner() as runner:
            client = runner.run(make())
            told = client.get_status(("car", "err", "nrg", "amp", "ama", "frc", "psm", "var"))
            assert (told["car_state"], told["error"], told["ampere_allowed"]) == ("Charging", None, 6)
            assert told["energy"]["current"] == {"L1": 9.5, "L2": 9.5, "L3": 9.5}
            assert told["energy"]["power"]["total"] == pytest.approx(6555)
            assert client.get_status(GoeCharger.STATUS_MINIMUM)["charging_mode"] == "neutral"
            client.set_ampere(10)
            assert (emulator.limit_a, client.get_ampere()) == (10, {"ampere_allowed": 10})
            client.set_phase_mode(client.SettableValueEnum.PhaseMode.one)
            assert (emulator.psm, client.get_phase_mode()) == (1, {"phase_mode": "one"})
            client.set_charging_mode(client.SettableValueEnum.ChargingMode.off)
            assert emulator.limit_a == 0
            # It closes its own session when it is gone, which has to be before the loop is.
            del client

    try:
        await asyncio.to_thread(judge)
    finally:
        await emulator.stop()


async def test_the_password_of_a_warp() -> None:
    """By another client's digest authentication than that of our driver."""
    emulator = WarpEmulator()
    emulator.login = Digest(REALM, "warp", "drive-9")
    await emulator.start()
    url = f"http://{host(emulator)}/evse/external_current"
    try:
        async with httpx.AsyncClient() as web:
            assert (await web.get(url)).status_code == httpx.codes.UNAUTHORIZED
            assert (await web.get(url, auth=("warp", "drive-9"))).status_code == httpx.codes.UNAUTHORIZED
            wrong = httpx.DigestAuth("warp", "drive-8")
            assert (await web.get(url, auth=wrong)).status_code == httpx.codes.UNAUTHORIZED
            right = httpx.DigestAuth("warp", "drive-9")
            assert (await web.post(url, json={"current": 10_000}, auth=right)).is_success
            assert (await web.get(url, auth=right)).json() == {"current": 10_000}
    finally:
        await emulator.stop()


class PortEighty(aiohttp.abc.AbstractResolver):
    """Finds a name on the loopback, on a port of its own: some clients know no other than 80."""

    def __init__(self, port: int) -> None:
        self._port = port

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        return [{"hostname": host, "host": "127.0.0.1", "port": self._port, "family": family, "proto": 0, "flags": 0}]

    @override
    async def close(self) -> None:
        """There is nothing to close."""


async def test_a_technove() -> None:
    emulator = await charging(TechnoVeEmulator())
    try:
        connector = aiohttp.TCPConnector(resolver=PortEighty(emulator.port))
        async with aiohttp.ClientSession(connector=connector) as session:
            client = TechnoVE("station.test", session=session)
            info = (await client.update()).info
            assert (info.status.value, info.current, info.voltage_in) == ("plugged_charging", 9.5, 240)
            assert (info.max_current, info.energy_total, info.is_session_active) == (8, 1000, True)
            await client.set_max_current(10)
            assert emulator.limit_a == 10
            await client.set_auto_charge(enabled=False)
            await client.update()
            await client.set_charging_enabled(enabled=False)
            assert emulator.limit_a == 0
            await client.set_charging_enabled(enabled=True)
            assert emulator.limit_a == 10
    finally:
        await emulator.stop()


@pytest.mark.parametrize(("device_type", "kind"), [("wattpilot", "pbkdf2"), ("wattpilot_flex", "bcrypt")])
async def test_a_wattpilot(device_type: str, kind: str) -> None:
    emulator = await charging(WattpilotEmulator(device_type, kind))
    try:
        async with WattpilotClient(host(emulator), PASSWORD, auto_reconnect=False) as client:
            assert (client.serial, client.device_type, client.car_state) == (emulator.serial, device_type, 2)
            assert client.power == pytest.approx(6.555)
            assert (client.amps2, client.energy_counter_total) == (9.5, 1_000_000)
            await client.set_current(10)
            assert (emulator.limit_a, client.amp) == (10, 10)
            await client.set_property("frc", 1)
            assert emulator.limit_a == 0
            with pytest.raises(CommandError):
                await client.set_property("amp", 40)
    finally:
        await emulator.stop()


async def test_a_wattpilot_does_not_take_a_wrong_password() -> None:
    emulator = await charging(WattpilotEmulator())
    try:
        with pytest.raises(AuthenticationError, match="Wrong password"):
            await WattpilotClient(host(emulator), "moonlight", auto_reconnect=False).connect()
    finally:
        await emulator.stop()
