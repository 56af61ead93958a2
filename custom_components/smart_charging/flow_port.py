"""Where chargers connect to: which addresses there are, whether one can be listened on, and what a charger is told."""

import errno
import ipaddress
import socket
from typing import Final

from homeassistant.components import network
from homeassistant.core import HomeAssistant

from .const import CONF_HOST, CONF_PORT, DOMAIN

_LARGEST_PORT: Final = 65535

_ERRORS: Final = {
    errno.EADDRINUSE: {CONF_PORT: "port_in_use"},
    errno.EACCES: {CONF_PORT: "port_forbidden"},
    errno.EADDRNOTAVAIL: {CONF_HOST: "not_our_address"},
}


async def own_addresses(hass: HomeAssistant) -> list[str]:
    """List this machine's addresses in the networks that Home Assistant uses."""
    return [str(address) for address in await network.async_get_enabled_source_ips(hass) if not address.is_link_local]


async def charger_url(hass: HomeAssistant, host: str, port: int) -> str:
    """Write the address that is entered in a charger, which adds its own identity to it."""
    if ipaddress.ip_address(host).is_unspecified:
        host = await network.async_get_source_ip(hass)
    return f"ws://[{host}]:{port}/" if ":" in host else f"ws://{host}:{port}/"


def port_errors(hass: HomeAssistant, host: str, port: int) -> dict[str, str]:
    """Try to listen there, and say what is in the way, by field; empty when nothing is.

    A port that Smart Charging itself listens on already is free to be used by it.
    """
    if not 1 <= port <= _LARGEST_PORT:
        return {CONF_PORT: "port_out_of_range"}
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return {CONF_HOST: "not_an_address"}
    if any(
        (entry.data.get(CONF_HOST), entry.data.get(CONF_PORT)) == (host, port)
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
    ):
        return {}
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004 IPv4
    try:
        with socket.socket(family, socket.SOCK_STREAM) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            attempt.bind((host, port))
            attempt.listen(1)
    except OSError as error:
        return _ERRORS.get(error.errno or 0, {"base": "cannot_listen"})
    return {}
