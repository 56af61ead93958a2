"""The port for chargers that encrypt, beside the one in the clear of the same server."""

import asyncio
import errno
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .csms.errors import ListenError
from .csms.server import CentralSystem
from .csms.tls import TlsPort
from .encryption import Encryption, EncryptionError, async_make_certify, async_make_context

LISTEN_KEYS: Final = {
    errno.EADDRINUSE: "port_in_use",
    errno.EACCES: "port_forbidden",
    errno.EADDRNOTAVAIL: "not_our_address",
}
"""Why nobody can listen, as keys of `exceptions` and `issues`, and of the flows' errors; `cannot_listen` for all else."""


def listen_key(error: ListenError) -> str:
    """Name what keeps the server from listening, as a translation key."""
    cause = error.__cause__
    number = cause.errno if isinstance(cause, OSError) else None
    return LISTEN_KEYS.get(number or 0, "cannot_listen")


class EncryptedPort:
    """Opens, renews and closes it as it is wanted. What is in the way is told as an issue, and leaves the port as it was.

    Certificates that worked an hour ago are better than none, and chargers in the clear better than no charger.
    """

    def __init__(self, hass: HomeAssistant, csms: CentralSystem, host: str) -> None:
        self._hass = hass
        self._csms = csms
        self._host = host
        self._lock = asyncio.Lock()
        self._is: tuple[Encryption, bool] | None = None
        self._issue_id: str | None = None

    async def update(self, wanted: Encryption | None, *, ask_stations: bool, anew: bool = False) -> None:
        """Make it as it is wanted, None for not at all; `anew`: with other certificates even where nothing changed."""
        async with self._lock:
            if wanted is None:
                await self._csms.stop_tls()
                self.forget()
            elif anew or self._is != (wanted, ask_stations):
                await self._open(wanted, ask_stations=ask_stations)

    def forget(self) -> None:
        """The server has stopped, or nobody encrypts."""
        self._is = None
        self._csms.certification.certify = None
        self._clear_issue()

    async def _open(self, wanted: Encryption, *, ask_stations: bool) -> None:
        try:
            context = await async_make_context(self._hass, wanted, self._host, ask_stations=ask_stations)
            if self._csms.tls_port == wanted.port:
                self._csms.renew_tls(context)
            else:
                await self._csms.start_tls(self._host, TlsPort(port=wanted.port, context=context))
        except EncryptionError as error:
            await self._raise_issue(wanted.port, error.key)
        except ListenError as error:
            await self._raise_issue(wanted.port, listen_key(error))
        else:
            self._is = wanted, ask_stations
            # Where somebody else signs stations' certificates, ours would not let them in.
            self._csms.certification.certify = await async_make_certify(self._hass) if wanted.stations is None else None
            self._clear_issue()

    async def _raise_issue(self, port: int, key: str) -> None:
        self._clear_issue()
        errors = await async_get_translations(self._hass, self._hass.config.language, "config", [DOMAIN])
        self._issue_id = f"encryption_{self._host}_{port}"
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key="encryption_failed",
            translation_placeholders={
                "port": str(port),
                "reason": errors.get(f"component.{DOMAIN}.config.error.{key}", key),
            },
        )

    def _clear_issue(self) -> None:
        if self._issue_id is not None:
            ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)
            self._issue_id = None
