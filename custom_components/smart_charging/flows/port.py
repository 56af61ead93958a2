"""Where chargers connect to: which addresses there are, whether one can be listened on, and what a charger is told."""

import errno
import ipaddress
import socket
from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components import network
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..configuration.rules.encryption import encryption_errors
from ..const import CONF_HOST, CONF_PORT, CONF_TLS_PORT, DEFAULT_HOST, DOMAIN
from ..encrypted_port import LISTEN_KEYS

_LARGEST_PORT: Final = 65535

_FIELDS: Final = {"port_in_use": CONF_PORT, "port_forbidden": CONF_PORT, "not_our_address": CONF_HOST}
"""Which answer is to be changed."""


async def own_addresses(hass: HomeAssistant) -> list[str]:
    """List this machine's addresses in the networks that Home Assistant uses."""
    return [str(address) for address in await network.async_get_enabled_source_ips(hass) if not address.is_link_local]


async def charger_url(hass: HomeAssistant, host: str, port: int, *, encrypted: bool = False) -> str:
    """Write the address that is entered in a charger, which adds its own identity to it."""
    if ipaddress.ip_address(host).is_unspecified:
        host = await network.async_get_source_ip(hass)
    return url_of(host, port, encrypted=encrypted)


def url_of(host: str, port: int, *, encrypted: bool = False) -> str:
    """Write an address in figures as a charger wants it."""
    return f"{'wss' if encrypted else 'ws'}://{f'[{host}]' if ':' in host else host}:{port}/"


def port_errors(hass: HomeAssistant, host: str, port: int, own: ConfigEntry | None = None) -> dict[str, str]:
    """Try to listen there, and say what is in the way, by field; empty when nothing is.

    Where Smart Charging listens itself is free to be used by it. `own` is the site that moves: it leaves its port first.
    """
    if not 1 <= port <= _LARGEST_PORT:
        return {CONF_PORT: "port_out_of_range"}
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return {CONF_HOST: "not_an_address"}
    loaded = hass.config_entries.async_loaded_entries(DOMAIN)
    if any((entry.data[CONF_HOST], entry.data[CONF_PORT]) == (host, port) for entry in loaded):
        return {}
    number = _listen_once(host, port)
    if number is None or (
        number == errno.EADDRINUSE and [entry for entry in loaded if entry.data[CONF_PORT] == port] == [own]
    ):
        return {}
    key = LISTEN_KEYS.get(number, "cannot_listen")
    return {_FIELDS.get(key, "base"): key}


def tls_port_errors(site: Mapping[str, Any], own: ConfigEntry) -> dict[str, str]:
    """Try to listen where chargers of a site that changes are to encrypt, and say what is in the way, by field.

    `own` is the site as it is: where it listens already is free.
    """
    errors = {field: error for field, error in encryption_errors(site).items() if field == CONF_TLS_PORT}
    port = site[CONF_TLS_PORT]
    if errors or port == own.data.get(CONF_TLS_PORT):
        return errors
    number = _listen_once(site.get(CONF_HOST, DEFAULT_HOST), port)
    return {} if number is None else {CONF_TLS_PORT: LISTEN_KEYS.get(number, "cannot_listen")}


def _listen_once(host: str, port: int) -> int | None:
    """Try to listen, and stop at once; the number of the system's error, None when there was none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            attempt.bind((host, port))
            attempt.listen(1)
    except OSError as error:
        return error.errno or 0
    return None
