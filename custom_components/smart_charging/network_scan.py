"""Looks for chargers in the local network, once, when somebody asks for it. Nothing is written to anything."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Interface
from typing import Final

from homeassistant.components.network import async_get_adapters
from homeassistant.core import HomeAssistant

from .const import CONF_HOST, CONF_KIND, CONF_PORT
from .network_trial import TrialError, async_read_once

HTTP_PORT: Final = 80
"""Where all kinds listen that tell themselves apart."""

_CONNECTIONS: Final = 64
"""How many addresses are tried at once."""
_CONNECT_S: Final = 0.5
_READERS: Final = 8
_PREFIX: Final = 24
"""Of a larger network only the part around our own address is searched: 254 addresses."""
_MOST_PLACES: Final = 1024
_TELL_EACH: Final = 20
"""How many times progress is told."""

type Place = tuple[str, int]
"""An address and a port."""

_KINDS: Final[Mapping[str, frozenset[str]]] = {
    "go_e": frozenset(),
    "warp": frozenset({"api_off"}),
    "openevse": frozenset(),
    "smartevse": frozenset(),
    "nrgkick": frozenset({"api_off"}),
}
"""What can be told by what it answers, and how else than by an answer that is right: in these words no other device says no."""

_PEBLAR: Final = "peblar"
"""This one tells nothing without its token; but only its own address wants one, and nothing else that is asked for does."""

_SILENT: Final = frozenset({"charger_silent", "charger_unreachable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A charger of this kind answers there."""

    kind: str
    host: str
    port: int


async def async_places(hass: HomeAssistant) -> list[Place]:
    """List where a charger may be: each address of the networks that Home Assistant uses, but for its own."""
    own = [
        IPv4Interface(f"{ip['address']}/{max(ip['network_prefix'], _PREFIX)}")
        for adapter in await async_get_adapters(hass)
        if adapter["enabled"]
        for ip in adapter["ipv4"]
    ]
    own = [ip for ip in own if ip.is_private and not ip.is_loopback and not ip.is_link_local]
    ours = {ip.ip for ip in own}
    hosts = dict.fromkeys(host for ip in own for host in ip.network.hosts() if host not in ours)
    return [(str(host), HTTP_PORT) for host in hosts][:_MOST_PLACES]


async def async_scan(
    hass: HomeAssistant, places: Sequence[Place], tell: Callable[[float], None] = lambda _: None
) -> tuple[Found, ...]:
    """Look at all places, and give what was found in their order. `tell` is called with how much of it is done, up to 1."""
    connections, readers = asyncio.Semaphore(_CONNECTIONS), asyncio.Semaphore(_READERS)
    done = 0

    async def look(host: str, port: int) -> Found | None:
        nonlocal done
        async with connections:
            listens = await _listens(host, port)
        found = None
        if listens:
            async with readers:
                found = await _recognise(hass, host, port)
        done += 1
        if done * _TELL_EACH // len(places) != (done - 1) * _TELL_EACH // len(places):
            tell(done / len(places))
        return found

    looked = await asyncio.gather(*(look(host, port) for host, port in places))
    return tuple(found for found in looked if found is not None)


async def _listens(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(_CONNECT_S):
            _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


async def _recognise(hass: HomeAssistant, host: str, port: int) -> Found | None:
    """Ask as each kind is asked, one after the other."""
    wants_password: list[str] = []
    for kind in (*_KINDS, _PEBLAR):
        try:
            await async_read_once(hass, {CONF_KIND: kind, CONF_HOST: host, CONF_PORT: port})
        except TrialError as error:
            if error.key in _SILENT:
                return None
            if error.key == "key_refused":
                wants_password.append(kind)
            if error.key not in _KINDS.get(kind, ()):
                continue
        return Found(kind=kind, host=host, port=port)
    return Found(kind=_PEBLAR, host=host, port=port) if wants_password == [_PEBLAR] else None
