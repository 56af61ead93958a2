"""The local network is searched for chargers when somebody asks for it, and for nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.network.models import Adapter
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging import network_scan
from custom_components.smart_charging.flows import charger_scan
from custom_components.smart_charging.network_scan import Found, Place, async_places, async_scan
from tests.chargers.emulators.emulator import Emulator
from tests.chargers.emulators.evse_wifi import EvseWifiEmulator
from tests.chargers.emulators.go_e import GoEEmulator
from tests.chargers.emulators.nrgkick import NrgKickEmulator
from tests.chargers.emulators.openevse import OpenEvseEmulator
from tests.chargers.emulators.peblar import TOKEN, PeblarEmulator
from tests.chargers.emulators.smartevse import SmartEvseEmulator
from tests.chargers.emulators.warp import WarpEmulator

from .flow_helpers import Result, options_of, suggested
from .test_charger_flow import DETAILS, answer, chargers, choose, site, start
from .test_charger_network import hasty, lives

__all__ = ["hasty", "site"]

pytestmark = pytest.mark.usefixtures("site")


class Street:
    """What is switched on in the network."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._stack = AsyncExitStack()
        self.places: list[Place] = []

        async def places(_: HomeAssistant) -> list[Place]:
            return self.places

        monkeypatch.setattr(charger_scan, "async_places", places)

    async def add[E: Emulator](self, emulator: E) -> E:
        await emulator.start()
        self._stack.push_async_callback(emulator.stop)
        self.places.append(("127.0.0.1", emulator.port))
        return emulator

    async def add_other(self, answer: bytes) -> None:
        """Something that takes connections and answers each with this, then hangs up."""

        async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(answer)
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        self._stack.callback(server.close)
        self.places.append(server.sockets[0].getsockname()[:2])

    async def close(self) -> None:
        await self._stack.aclose()


@pytest.fixture
async def street(site: MockConfigEntry, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Street]:
    del site
    street = Street(monkeypatch)
    yield street
    await street.close()


def open_nrgkick() -> NrgKickEmulator:
    """One without a password."""
    emulator = NrgKickEmulator()
    emulator.authorization = None  # type: ignore[assignment]
    return emulator


async def search(hass: HomeAssistant, flow: Result) -> Result:
    flow = await choose(hass, flow, "scan")
    for _ in range(500):
        if flow["type"] is not FlowResultType.SHOW_PROGRESS:
            return flow
        assert flow["progress_action"] == "scanning"
        # The clock stands still: nothing but turns are waited for.
        for _ in range(20):
            await asyncio.sleep(0)
        flow = await answer(hass, flow)
    raise AssertionError("it did not end")


async def test_a_single_charger_is_taken_at_once(hass: HomeAssistant, site: MockConfigEntry, street: Street) -> None:
    go_e = await street.add(GoEEmulator())
    flow = await search(hass, await start(hass, site))
    assert flow["step_id"] == "network_details"
    assert flow["description_placeholders"] == {"kind": "go-e (HTTP API v2)", "host": "127.0.0.1"}
    assert go_e.commands == []
    await answer(hass, flow, DETAILS)
    await hass.async_block_till_done()
    assert list(chargers(site)) == [f"network:127.0.0.1:{go_e.port}"]
    # Those that are set up are not asked again.
    flow = await search(hass, await start(hass, site))
    assert (flow["type"], flow["step_id"]) == (FlowResultType.MENU, "scan_found_nothing")


async def test_each_kind_is_told_apart_and_nothing_is_written(
    hass: HomeAssistant, site: MockConfigEntry, street: Street
) -> None:
    emulators: list[Any] = [
        await street.add(emulator)
        for emulator in (
            PeblarEmulator(),
            open_nrgkick(),
            SmartEvseEmulator(),
            OpenEvseEmulator(),
            WarpEmulator(),
            GoEEmulator(),
        )
    ]
    flow = await search(hass, await start(hass, site))
    assert flow["step_id"] == "scan_done"
    assert list(options_of(flow, "charger").values()) == [
        f"{name}: 127.0.0.1:{emulator.port}"
        for name, emulator in zip(
            [
                "Peblar (REST)",
                "NRGkick Gen2 (JSON API)",
                "SmartEVSE-3 (REST)",
                "OpenEVSE (WiFi firmware 4)",
                "WARP Charger (Tinkerforge, HTTP)",
                "go-e (HTTP API v2)",
            ],
            emulators,
            strict=True,
        )
    ]
    assert [emulator.commands for emulator in emulators] == [[]] * len(emulators)
    # What it wants to know besides is asked where an address is entered.
    flow = await answer(hass, flow, {"charger": "0"})
    assert (flow["step_id"], flow["errors"]) == ("network", {"base": "key_refused"})
    assert suggested(flow)["host"] == "127.0.0.1"
    more = {"port": emulators[0].port, "secret": TOKEN}
    flow = await answer(hass, flow, {"kind": "peblar", "host": "127.0.0.1", "more": more})
    assert flow["step_id"] == "network_details"


async def test_one_whose_interface_is_off_is_told_so(
    hass: HomeAssistant, site: MockConfigEntry, street: Street
) -> None:
    (await street.add(WarpEmulator())).external_enabled = False
    flow = await search(hass, await start(hass, site))
    assert (flow["step_id"], flow["errors"]) == ("network", {"base": "api_off"})


async def test_whatever_else_is_there_is_no_charger(hass: HomeAssistant, site: MockConfigEntry, street: Street) -> None:
    # It guards all that it has, as a router does; so nothing tells that it is one.
    await street.add(NrgKickEmulator())
    await street.add(EvseWifiEmulator())
    (await street.add(GoEEmulator())).garbage = b"<html>"
    await street.add_other(b"")
    await street.add_other(b"SSH-2.0-OpenSSH\r\n")
    await street.add_other(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
    street.places.append(("127.0.0.1", 1))
    flow = await search(hass, await start(hass, site))
    assert flow["step_id"] == "scan_found_nothing"
    assert list(flow["menu_options"]) == ["scan", "network"]
    # It may have been switched on meanwhile.
    await street.add(GoEEmulator())
    assert (await search(hass, flow))["step_id"] == "network_details"


async def test_a_charger_that_left_meanwhile(hass: HomeAssistant, site: MockConfigEntry, street: Street) -> None:
    emulators = [await street.add(GoEEmulator()), await street.add(GoEEmulator())]
    flow = await search(hass, await start(hass, site))
    await emulators[1].stop()
    flow = await answer(hass, flow, {"charger": "1"})
    assert (flow["step_id"], flow["errors"]) == ("network", {"base": "charger_unreachable"})


async def test_progress_is_told_in_steps(hass: HomeAssistant, street: Street) -> None:
    go_e = await street.add(GoEEmulator())
    told: list[float] = []
    found = await async_scan(hass, [*street.places, *[("127.0.0.1", 1)] * 199], told.append)
    assert found == (Found(kind="go_e", host="127.0.0.1", port=go_e.port),)
    assert told == pytest.approx([step / 20 for step in range(1, 21)])
    assert await async_scan(hass, []) == ()


async def test_not_too_many_at_once(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once: list[int] = []
    now = 0

    async def listens(_host: str, _port: int) -> bool:
        nonlocal now
        now += 1
        at_once.append(now)
        await asyncio.sleep(0)
        now -= 1
        return False

    monkeypatch.setattr(network_scan, "_listens", listens)
    await async_scan(hass, [("127.0.0.1", 1)] * 500)
    assert max(at_once) == 64


async def test_an_address_that_does_not_answer_is_not_waited_for(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncio, "open_connection", lambda *_: asyncio.Event().wait())
    scan = asyncio.ensure_future(async_scan(hass, [("127.0.0.1", 1)]))
    await lives(freezer, scan.done)
    assert scan.result() == ()


def adapter(*addresses: tuple[str, int], enabled: bool = True) -> Adapter:
    return Adapter(
        name="eth0",
        index=1,
        enabled=enabled,
        auto=True,
        default=True,
        ipv6=[],
        ipv4=[{"address": address, "network_prefix": prefix} for address, prefix in addresses],
    )


@pytest.mark.parametrize(
    ("adapters", "first", "number"),
    [
        ([adapter(("192.168.1.10", 24))], "192.168.1.1", 253),
        ([adapter(("10.0.7.1", 8))], "10.0.7.2", 253),
        ([adapter(("192.168.1.10", 29))], "192.168.1.9", 5),
        ([adapter(("192.168.1.10", 24), ("192.168.1.11", 24))], "192.168.1.1", 252),
        ([adapter((f"10.0.{network}.1", 24)) for network in range(9)], "10.0.0.2", 1024),
        ([adapter(("192.168.1.10", 24), enabled=False)], None, 0),
        # Not a home's own network: the internet, this machine itself, nobody's, a carrier's or a tunnel's.
        ([adapter(("8.8.8.8", 24), ("127.0.0.1", 8), ("169.254.1.1", 16), ("100.64.0.1", 10))], None, 0),
    ],
)
async def test_where_it_searches(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    adapters: list[Adapter],
    first: str | None,
    number: int,
) -> None:
    async def adapters_of(_: HomeAssistant) -> list[Adapter]:
        return adapters

    monkeypatch.setattr(network_scan, "async_get_adapters", adapters_of)
    places = await async_places(hass)
    assert len(set(places)) == len(places) == number
    assert places[:1] == ([] if first is None else [(first, 80)])
