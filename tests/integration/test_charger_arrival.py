"""What a person is told who adds a charger: where it has to call, and why it was turned away when it did."""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import network
from homeassistant.components.network.models import Adapter
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.data_entry_flow import EVENT_DATA_ENTRY_FLOW_PROGRESSED, FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry
from websockets.exceptions import WebSocketException

from custom_components.smart_charging.central import async_find_central
from custom_components.smart_charging.csms.refusals import Refusal, TurnedAway
from custom_components.smart_charging.flows.calls import calls_in_words, word_for
from custom_components.smart_charging.flows.reach import Doubt, Reach, reachable_hosts
from custom_components.smart_charging.flows.vendor_hints import VENDOR_HINTS
from tests.csms.conftest import until
from tests.csms.peer import station_at

from .flow_helpers import Result, add_site, fields, options_of, pass_time, say
from .home import charger, subentry

NOTHING = "Nothing has called yet."


@pytest.fixture
async def site(
    hass: HomeAssistant, enable_custom_integrations: None, free_port: int, freezer: FrozenDateTimeFactory
) -> AsyncIterator[MockConfigEntry]:
    """A site that runs, with a charger that has a password, and one that has to encrypt; both ports are open."""
    del enable_custom_integrations, freezer
    say(hass, "sensor.grid", "500")
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        tls_port = attempt.getsockname()[1]
    entry = add_site(
        hass,
        subentry("left", "Left", charger("CP2", key="the-right-one")),
        subentry("right", "Right", charger("CP3", wiring=["l2"], key="the-right-one", security="tls")),
        port=free_port,
        tls="own",
        tls_port=tls_port,
    )
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    yield entry
    await hass.config_entries.async_remove(entry.entry_id)


async def answer(hass: HomeAssistant, flow: Result, answers: dict[str, Any] | None = None) -> Result:
    return await hass.config_entries.subentries.async_configure(flow["flow_id"], answers)


async def show_address(hass: HomeAssistant, site: MockConfigEntry) -> Result:
    flow = await hass.config_entries.subentries.async_init((site.entry_id, "charger"), context={"source": SOURCE_USER})
    return await answer(hass, flow, {"next_step_id": "address"})


async def wait(hass: HomeAssistant, site: MockConfigEntry, **answers: Any) -> Result:
    flow = await answer(hass, await show_address(hass, site), answers)
    assert flow["type"] is FlowResultType.SHOW_PROGRESS
    return flow


async def told(hass: HomeAssistant, flow: Result) -> str:
    """What the page says of those that called, when it looks now."""
    text: str = (await answer(hass, flow))["description_placeholders"]["calls"]
    return text


# Where it has to call.


async def test_the_address_as_text_and_as_a_picture(hass: HomeAssistant, site: MockConfigEntry) -> None:
    plain, encrypted = (
        f"{kind}://127.0.0.1:{site.data[port]}/" for kind, port in (("ws", "port"), ("wss", "tls_port"))
    )
    flow = await show_address(hass, site)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "address")
    assert fields(flow) == ["vendor", "address_code", "encrypted"]
    _, code, apart = flow["data_schema"].schema.values()
    assert code.config["data"] == plain
    (code,) = apart.schema.schema.values()
    assert code.config["data"] == encrypted
    assert flow["description_placeholders"] == {
        "addresses": f"- **{plain}**: only programs on this machine can reach it\n"
        f"- **{encrypted}**: for chargers that encrypt; only programs on this machine can reach it"
    }
    flow = await answer(hass, flow, {})
    assert flow["description_placeholders"]["address"] == f"{plain} · {encrypted}"


async def test_where_nobody_encrypts_there_is_one_address(hass: HomeAssistant, site: MockConfigEntry) -> None:
    data = {key: value for key, value in site.data.items() if not key.startswith("tls")}
    hass.config_entries.async_remove_subentry(site, "right")
    hass.config_entries.async_update_entry(site, data={**data, "host": "0.0.0.0"})
    await hass.async_block_till_done()
    flow = await show_address(hass, site)
    assert fields(flow) == ["vendor", "address_code"]
    address = await network.async_get_source_ip(hass)
    assert flow["description_placeholders"] == {"addresses": f"- **ws://{address}:{site.data['port']}/**"}


def adapter(name: str, *ips: str, enabled: bool = True) -> Adapter:
    return Adapter(
        name=name,
        index=0,
        enabled=enabled,
        auto=enabled,
        default=enabled,
        ipv4=[{"address": ip, "network_prefix": 24} for ip in ips if ":" not in ip],
        ipv6=[{"address": ip, "flowinfo": 0, "scope_id": 0, "network_prefix": 64} for ip in ips if ":" in ip],
    )


@pytest.mark.parametrize(
    ("host", "adapters", "hosts"),
    [
        pytest.param("192.168.1.5", [], [("192.168.1.5", None)], id="it listens on one only"),
        pytest.param("127.0.0.1", [], [("127.0.0.1", Doubt.LOOPBACK)], id="nobody else can call"),
        pytest.param(
            "0.0.0.0",
            [adapter("lo", "127.0.0.1", "::1", enabled=False), adapter("eth0", "192.168.1.5", "fe80::1")],
            [("192.168.1.5", None)],
            id="an ordinary machine",
        ),
        pytest.param(
            "0.0.0.0",
            [
                adapter("docker0", "172.30.232.1", enabled=False),
                adapter("tailscale0", "100.101.102.103", enabled=False),
                adapter("wlan0", "192.168.1.6", enabled=False),
                adapter("end0", "192.168.1.5"),
                adapter("hassio", "172.30.32.1", enabled=False),
            ],
            [("192.168.1.5", None), ("192.168.1.6", None), ("100.101.102.103", Doubt.TUNNEL)],
            id="Home Assistant OS with two networks and a tunnel",
        ),
        pytest.param(
            "0.0.0.0",
            [adapter("wg0", "10.6.0.2"), adapter("eth0", "192.168.1.5", enabled=False)],
            [("192.168.1.5", None), ("10.6.0.2", Doubt.TUNNEL)],
            id="the tunnel is no better for being first",
        ),
        pytest.param(
            "0.0.0.0", [adapter("eth0", "169.254.7.7")], [("169.254.7.7", Doubt.LINK_LOCAL)], id="there is no router"
        ),
        pytest.param(
            "::",
            [adapter("eth0", "192.168.1.5", "2001:db8::5", "fe80::1")],
            [("2001:db8::5", None), ("fe80::1", Doubt.LINK_LOCAL)],
            id="the new kind of addresses",
        ),
        pytest.param(
            "0.0.0.0", [adapter("docker0", "172.17.0.1")], [("172.17.0.1", None)], id="nothing better is known"
        ),
    ],
)
async def test_addresses_the_best_first(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    adapters: list[Adapter],
    hosts: list[tuple[str, Doubt | None]],
) -> None:
    async def found(_hass: HomeAssistant) -> list[Adapter]:
        return adapters

    monkeypatch.setattr(network, "async_get_adapters", found)
    assert await reachable_hosts(hass, host) == tuple(Reach(host=ip, doubt=doubt) for ip, doubt in hosts)


async def test_an_address_inside_of_a_container_helps_nobody(hass: HomeAssistant) -> None:
    # As Home Assistant's own network integration finds out.
    ir.async_create_issue(
        hass,
        "network",
        "docker_host_network",
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key="docker_host_network",
    )
    assert await reachable_hosts(hass, "172.17.0.2") == (Reach(host="172.17.0.2", doubt=Doubt.CONTAINER),)


async def test_every_doubt_has_its_words(
    hass: HomeAssistant, site: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def doubtful(_hass: HomeAssistant, _host: str) -> tuple[Reach, ...]:
        return tuple(Reach(host="10.0.0.1", doubt=doubt) for doubt in Doubt)

    monkeypatch.setattr("custom_components.smart_charging.flows.arrival.reachable_hosts", doubtful)
    lines = (await show_address(hass, site))["description_placeholders"]["addresses"].splitlines()
    assert len({line.partition("**: ")[2] for line in lines}) == 2 * len(Doubt)


async def test_where_the_address_goes_in_this_charger(hass: HomeAssistant, site: MockConfigEntry) -> None:
    flow = await show_address(hass, site)
    names = options_of(flow, "vendor")
    assert list(names.values()) == ["Another one", *(hint.name for hint in VENDOR_HINTS)]
    hints = set()
    for vendor in names:
        flow = await wait(hass, site, vendor=vendor)
        hints.add(flow["description_placeholders"]["hint"])
        hass.config_entries.subentries.async_abort(flow["flow_id"])
    assert len(hints) == len(names)


# What happens while it waits.


async def plain_text(port: int, text: bytes) -> None:
    """Send something that no station sends, and read what comes, until the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(text)
    try:
        await reader.read()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def distrust(port: int) -> None:
    """Begin to encrypt, and say that the certificate will not do."""

    def shake_hands() -> None:
        with socket.create_connection(("127.0.0.1", port)) as plain, pytest.raises(ssl.SSLCertVerificationError):
            ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")

    await asyncio.to_thread(shake_hands)


async def call(port: int, identity: str = "CP1", *, encrypted: bool = False, **how: Any) -> None:
    """Try to come in."""
    tls = None
    if encrypted:
        tls = ssl.create_default_context()
    try:
        async with station_at(port, identity, tls=tls, **how):
            pytest.fail("it was let in")
    except OSError, EOFError, WebSocketException:
        pass


REFUSED: dict[str, tuple[Callable[[Any], Coroutine[Any, Any, None]], str]] = {
    "TLS on the plain port": (
        lambda site: call(site["port"], encrypted=True),
        "A device at 127.0.0.1 asked for an encrypted connection on the port for plain ones.",
    ),
    "plain on the port for TLS": (
        lambda site: call(site["tls_port"]),
        "A device at 127.0.0.1 asked for a plain connection on the port for encrypted ones.",
    ),
    "it does not trust us": (
        lambda site: distrust(site["tls_port"]),
        "A device at 127.0.0.1 does not trust the certificate of Smart Charging.",
    ),
    "no identity": (
        lambda site: call(site["port"], path="/ocpp/a%20b/?key=secret"),
        "A device at 127.0.0.1 asked for the path `/ocpp/a%20b/`, which does not end with an identity.",
    ),
    "a path that wants to be more": (
        lambda site: plain_text(
            site["port"],
            b"GET /[x](http://evil)`<b>` HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        ),
        "A device at 127.0.0.1 asked for the path `/[x](http://evil)<b>`, which does not end with an identity.",
    ),
    "a wrong password": (
        lambda site: call(site["port"], "CP2", key="a-wrong-one"),
        "Charger `CP2` at 127.0.0.1 brought a wrong password, or none.",
    ),
    "no password": (
        lambda site: call(site["port"], "CP2"),
        "Charger `CP2` at 127.0.0.1 brought a wrong password, or none.",
    ),
    "not encrypted": (
        lambda site: call(site["port"], "CP3", key="the-right-one"),
        "Charger `CP3` at 127.0.0.1 came without encryption, which it has to use.",
    ),
    "another version": (
        lambda site: call(site["port"], subprotocols=("ocpp1.5",)),
        "Charger `CP1` at 127.0.0.1 speaks no version of OCPP that is spoken here.",
    ),
    "SOAP": (
        lambda site: plain_text(site["port"], b"POST /CP1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
        "A device at 127.0.0.1 speaks no version of OCPP that is spoken here.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_why_it_was_turned_away_is_said_at_once(
    hass: HomeAssistant, site: MockConfigEntry, freezer: FrozenDateTimeFactory, case: str
) -> None:
    attempt, words = REFUSED[case]
    flow = await wait(hass, site)
    central = async_find_central(hass, site.entry_id)
    assert central is not None
    assert await told(hass, flow) == NOTHING
    changes: list[Event] = []

    @callback
    def note(change: Event) -> None:
        changes.append(change)

    hass.bus.async_listen(EVENT_DATA_ENTRY_FLOW_PROGRESSED, note)

    await attempt(site.data)
    await until(lambda: central.turned_away)
    await pass_time(hass, freezer, 1)

    # The page is told to look again.
    assert [change.data["flow_id"] for change in changes] == [flow["flow_id"]]
    assert (await told(hass, flow)).startswith(f"{words} ")
    # The same once more is no news.
    await attempt(site.data)
    await pass_time(hass, freezer, 1)
    assert (await told(hass, flow)).startswith(f"{words} ")
    assert len(changes) == 1


async def test_who_was_turned_away_before_does_not_matter_until_it_comes_again(
    hass: HomeAssistant, site: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await call(site.data["port"], "CP2")
    freezer.tick(1)
    flow = await show_address(hass, site)
    await call(site.data["port"], "CP3")
    # A page that is loaded again, and the time that it takes to type, lose nothing.
    freezer.tick(200)
    await answer(hass, flow)
    flow = await answer(hass, flow, {})
    assert re.findall("`(.*?)`", await told(hass, flow)) == ["CP3"]
    await pass_time(hass, freezer, 299)
    assert (await answer(hass, flow))["type"] is FlowResultType.SHOW_PROGRESS
    await call(site.data["port"], "CP2")
    await pass_time(hass, freezer, 1)

    # Time is up: the same is said, the latest first, and there is another try, which begins with nothing.
    flow = await answer(hass, flow)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.MENU, "waiting_over")
    assert flow["menu_options"] == ["waiting", "address", "station"]
    assert re.findall("`(.*?)`", flow["description_placeholders"]["calls"]) == ["CP2", "CP3"]
    freezer.tick(1)
    flow = await answer(hass, flow, {"next_step_id": "waiting"})
    assert await told(hass, flow) == NOTHING


async def test_a_charger_that_came_is_said_to_be_there(
    hass: HomeAssistant, site: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    flow = await show_address(hass, site)
    # It may come while its owner still reads.
    async with station_at(site.data["port"]):
        flow = await answer(hass, flow, {})
        assert await told(hass, flow) == "Charger `CP1` is connected, and is being asked what it is."
        await pass_time(hass, freezer, 1)
        await pass_time(hass, freezer, 10)
        assert (await answer(hass, flow))["step_id"] == "details"


async def test_a_site_that_is_removed_waits_no_more(
    hass: HomeAssistant, site: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    flow = await wait(hass, site)
    central = async_find_central(hass, site.entry_id)
    assert central is not None
    central.detach(site.entry_id)
    await pass_time(hass, freezer, 301)
    flow = await answer(hass, flow)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "entry_not_loaded")


async def test_every_refusal_has_its_words(hass: HomeAssistant, site: MockConfigEntry) -> None:
    del site
    texts = set()
    for refusal in Refusal:
        turned = TurnedAway(identity="CP1", address="192.168.1.40", refusal=refusal, at=dt_util.utcnow())
        text = await calls_in_words(hass, (turned,), ())
        assert text.startswith("Charger `CP1` at 192.168.1.40 "), refusal
        assert not {"{", "}"} & set(text)
        texts.add(text)
    assert len(texts) == len(Refusal) == len({word_for(refusal) for refusal in Refusal})


async def test_a_page_does_not_grow_without_end(hass: HomeAssistant, site: MockConfigEntry) -> None:
    del site
    turned = tuple(
        TurnedAway(identity=f"CP{number}", address="::1", refusal=Refusal.UNKNOWN, at=dt_util.utcnow())
        for number in range(30)
    )
    text = await calls_in_words(hass, turned, ())
    assert re.findall("`(.*?)`", text) == ["CP29", "CP28", "CP27", "CP26", "CP25", "CP24"]
