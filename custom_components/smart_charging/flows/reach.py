"""Which addresses of this machine a charger can be given: the best first, each with what speaks against it."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from homeassistant.components import network
from homeassistant.components.network.const import DOMAIN as NETWORK
from homeassistant.components.network.models import Adapter
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

type _Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

_BRIDGES: Final = ("docker", "br-", "veth", "hassio", "podman", "cni", "virbr", "vnet", "lxcbr", "lxdbr")
"""How adapters are called that lead to containers and virtual machines on this machine, and to nobody else."""

_TUNNELS: Final = ("tun", "tap", "wg", "tailscale", "ppp", "zt")

_SHARED: Final = ipaddress.ip_network("100.64.0.0/10")
"""Carriers' shared addresses (RFC 6598); at home they are Tailscale's."""


class Doubt(StrEnum):
    """Why a charger may not reach an address. A text each in the translations (`address_note`)."""

    LOOPBACK = "loopback"
    CONTAINER = "container"
    LINK_LOCAL = "link_local"
    TUNNEL = "tunnel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """An address of this machine, as figures."""

    host: str
    doubt: Doubt | None = None


async def reachable_hosts(hass: HomeAssistant, host: str) -> tuple[Reach, ...]:
    """List what chargers can be told, the best first; never empty. `host` is what the server listens on.

    That is as Home Assistant found its networks when it started. Whether the router may give this machine another
    address one day is not known here: the same is to be said of all.
    """
    listens = ipaddress.ip_address(host)
    contained = ir.async_get(hass).async_get_issue(NETWORK, "docker_host_network") is not None
    if not listens.is_unspecified:
        return (Reach(host=host, doubt=_doubt(listens, "", contained=contained)),)
    best = await network.async_get_source_ip(hass)
    found = [
        (Reach(host=str(ip), doubt=_doubt(ip, adapter["name"], contained=contained)), adapter["enabled"])
        for adapter in await network.async_get_adapters(hass)
        for ip in _addresses(adapter)
        if ip.version == listens.version and not adapter["name"].startswith(_BRIDGES)
    ]
    found.sort(key=lambda each: (each[0].doubt is not None, each[0].host != best, not each[1]))
    return tuple(reach for reach, _ in found if reach.doubt is not Doubt.LOOPBACK) or (Reach(host=best),)


def _addresses(adapter: Adapter) -> Iterator[_Ip]:
    for ipv4 in adapter["ipv4"]:
        yield ipaddress.IPv4Address(ipv4["address"])
    for ipv6 in adapter["ipv6"]:
        yield ipaddress.IPv6Address(ipv6["address"])


def _doubt(ip: _Ip, adapter: str, *, contained: bool) -> Doubt | None:
    if ip.is_loopback:
        return Doubt.LOOPBACK
    if contained:
        return Doubt.CONTAINER
    if ip.is_link_local:
        return Doubt.LINK_LOCAL
    return Doubt.TUNNEL if adapter.startswith(_TUNNELS) or ip in _SHARED else None
