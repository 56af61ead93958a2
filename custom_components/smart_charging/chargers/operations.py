"""What a person, or an automation, may ask of a charger beyond a current. A driver overrides what its chargers can do."""

# ruff: noqa: ARG002 -- what is not overridden needs none of its arguments

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from ..engine.model.operation import Progress, StatedLimit
from ..engine.model.security import SecurityReport
from .errors import ChargerLacksError

REDACTED: Final = "**REDACTED**"
"""What is told in place of a secret."""


class ChargerOperations:
    """Each method asks the charger, and raises a `ChargerError`. Only those are called that `Capabilities.operations` names.

    Addresses (`url`) are where the charger sends to, or fetches from, by itself. `request_id` is whatever tells one request
    from another.
    """

    async def restart(self, *, at_once: bool) -> bool:
        """Start anew, the session that runs ended if `at_once`. Returns whether it does so later, when it is idle."""
        raise _lacks("restart")

    async def unlock(self) -> None:
        """Release the plug."""
        raise _lacks("unlock the plug")

    async def set_available(self, *, available: bool) -> bool:
        """Go into service, or out of it. Returns whether it does so later, when the session that runs has ended."""
        raise _lacks("be taken out of service")

    async def reserve(self, reservation_id: int, until: datetime, card: str, group: str | None) -> None:
        """Let only this card, or one of its group, begin to charge until then."""
        raise _lacks("be reserved")

    async def cancel_reservation(self, reservation_id: int) -> None:
        """Let anybody charge again."""
        raise _lacks("be reserved")

    async def read_settings(self, names: Sequence[str] | None) -> Mapping[str, str]:
        """Tell these settings, or all; what it does not know is left out, and secrets are `REDACTED`."""
        raise _lacks("tell its settings")

    async def write_setting(self, name: str, value: str) -> bool:
        """Change a setting. Returns whether it holds only after a restart."""
        raise _lacks("change its settings")

    async def file_protocols(self) -> frozenset[str]:
        """By which protocols it sends and fetches files, in capitals; empty where it does not say."""
        return frozenset()

    async def request_log(self, kind: str, request_id: int, url: str, since: datetime | None) -> str:
        """Send a log there: `kind` is "diagnostics" or "security". Returns the file's name, empty where it tells none."""
        raise _lacks("send a log")

    async def update_firmware(
        self, request_id: int, url: str, at: datetime, signature: tuple[str, str] | None = None
    ) -> None:
        """Fetch firmware from there, from then on. `signature`: the signing certificate (PEM), and the signature (Base64)."""
        raise _lacks("be given firmware")

    async def trigger(self, message: str) -> None:
        """Send this message of its protocol now."""
        raise _lacks("be asked for a message")

    async def clear_cache(self) -> None:
        """Forget which cards it has seen."""
        raise _lacks("forget cards")

    async def send_data(self, vendor: str, message: str | None, data: object) -> tuple[str, object]:
        """Take a maker's own message. Returns its word, and its data."""
        raise _lacks("take messages of its maker's")

    async def install_certificate(self, use: str, pem: str) -> None:
        """Trust this root certificate for "csms", "manufacturer", "v2g" or "mobility_operator"."""
        raise _lacks("be given certificates")

    async def certificates(self, use: str) -> Sequence[Mapping[str, str]]:
        """Tell the root certificates that it trusts for this: `serial`, `issuer_name`, `issuer_key`, `algorithm`."""
        raise _lacks("tell its certificates")

    async def delete_certificate(self, use: str, serial: str) -> None:
        """Trust the root certificate with this serial number no more."""
        raise _lacks("forget certificates")

    async def show_message(self, text: str, until: datetime | None) -> None:
        """Show a text on its display, in place of the one before."""
        raise _lacks("show a text")

    async def clear_message(self) -> None:
        """Show the text no more."""
        raise _lacks("show a text")

    async def tell_cost(self, total: float) -> None:
        """Show what the session that runs has cost so far, in the charger's own currency."""
        raise _lacks("show a cost")

    async def limits(self, duration_s: int) -> Sequence[StatedLimit]:
        """Tell what it would offer for so long from now, after all that limits it, whoever that came from."""
        raise _lacks("tell its limits")

    def on_security(self, listener: Callable[[SecurityReport], None]) -> Callable[[], None]:
        """Call this, in the event loop, for whatever happens to its security; returns what ends it."""
        return lambda: None

    def on_progress(self, listener: Callable[[Progress], None]) -> Callable[[], None]:
        """Call this, in the event loop, for every news of a log or of firmware; returns what ends it."""
        return lambda: None


def _lacks(what: str) -> ChargerLacksError:
    return ChargerLacksError(f"it cannot {what}")
