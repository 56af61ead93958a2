"""Files to and from chargers, which fetch and send them by themselves over Home Assistant's own HTTP server.

A charger cannot log in there. What protects a file is its address: 128 random bits that only this charger is told, good
for one file and for a while.
"""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

import yarl
from homeassistant.components import network
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.network import is_ip_address

from .const import DOMAIN
from .kept_files import KeptFile, LogFolder

PATH: Final = f"/api/{DOMAIN}/file"

_TOKEN_BYTES: Final = 16

OFFERED_FOR: Final = timedelta(hours=6)
"""How long a charger may take to begin with its download, and to try again; some wait for the car to leave."""


@dataclass(slots=True, kw_only=True)
class Upload:
    """A file that a charger was asked for. `taken`: one comes right now."""

    token: str
    charger_id: str
    received: asyncio.Future[KeptFile]
    taken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A file that a charger may fetch until `until`."""

    token: str
    path: Path
    until: datetime


@dataclass(slots=True)
class FileExchange:
    """What may come and go at the moment."""

    logs: LogFolder
    uploads: dict[str, Upload] = field(default_factory=dict[str, Upload])
    offers: dict[str, Offer] = field(default_factory=dict[str, Offer])

    @contextmanager
    def expect(self, charger_id: str) -> Iterator[Upload]:
        """Let a charger send one file, as long as this lasts."""
        upload = Upload(
            token=secrets.token_urlsafe(_TOKEN_BYTES),
            charger_id=charger_id,
            received=asyncio.get_running_loop().create_future(),
        )
        self.uploads[upload.token] = upload
        try:
            yield upload
        finally:
            del self.uploads[upload.token]
            upload.received.cancel()

    def offer(self, path: Path, until: datetime) -> Offer:
        """Let a charger fetch this file until then."""
        now = dt_util.utcnow()
        self.offers = {token: offer for token, offer in self.offers.items() if offer.until > now}
        offer = Offer(token=secrets.token_urlsafe(_TOKEN_BYTES), path=path, until=until)
        self.offers[offer.token] = offer
        return offer

    def withdraw(self, offer: Offer) -> None:
        """The charger has it, or is not to have it any more."""
        self.offers.pop(offer.token, None)

    def offered(self, token: str) -> Path | None:
        """What may be fetched there now."""
        offer = self.offers.get(token)
        return offer.path if offer is not None and offer.until > dt_util.utcnow() else None


_EXCHANGE: Final[HassKey[FileExchange]] = HassKey(f"{DOMAIN}_files")


def async_exchange(hass: HomeAssistant) -> FileExchange:
    """Give what files may come and go in this Home Assistant."""
    if _EXCHANGE not in hass.data:
        hass.data[_EXCHANGE] = FileExchange(LogFolder(hass.config.config_dir))
    return hass.data[_EXCHANGE]


async def async_file_url(hass: HomeAssistant, charger_address: str | None, token: str, name: str = "") -> str:
    """Write the address of a file, as the charger at `charger_address` can reach it.

    Raises:
        HomeAssistantError: nobody can reach this Home Assistant by HTTP.

    """
    base = await _base_url(hass, charger_address)
    # A folder's address: chargers add the file's name to it, or do not.
    return f"{base}{PATH}/{token}/{quote(name)}"


async def _base_url(hass: HomeAssistant, charger_address: str | None) -> str:
    """Write how a charger reaches this Home Assistant: as the user said, or at the address that faces the charger."""
    if hass.config.internal_url:
        url = yarl.URL(hass.config.internal_url)
        # Hardly a charger understands names that are made up on the spot (mDNS).
        if url.host and not url.host.endswith(".local"):
            return str(url.origin())
    api = hass.config.api
    if api is None:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="no_http")
    target = charger_address if charger_address and is_ip_address(charger_address) else None
    host = await (network.async_get_source_ip(hass, target) if target else network.async_get_source_ip(hass))
    return str(yarl.URL.build(scheme="https" if api.use_ssl else "http", host=host, port=api.port))
