"""What a person asks of a charger beyond a current: handed to its driver, and its failures said in words."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util.hass_dict import HassKey

from .chargers.errors import (
    ChargerBusyError,
    ChargerError,
    ChargerIdleError,
    ChargerLacksError,
    ChargerLacksRoomError,
    ChargerRefusedError,
    ChargerSilentError,
)
from .chargers.operations import ChargerOperations
from .const import DOMAIN
from .engine.model.operation import Connection, Operation, Progress
from .engine.model.security import SecurityReport
from .runtime import SmartChargingConfigEntry

_LARGEST_NUMBER: Final = 2**31 - 1

_RESERVATIONS: Final[HassKey[dict[str, int]]] = HassKey(f"{DOMAIN}_reservations")
"""The last reservation of each charger, by its id; a restart forgets them, and they end by themselves."""


@callback
def offers(entry: SmartChargingConfigEntry, evse_id: str, operation: Operation) -> bool:
    """Tell whether a charger may be asked for this, as far as its kind is known."""
    driver = entry.runtime_data.drivers.get(evse_id)
    return driver is not None and driver.operations is not None and operation in driver.capabilities.operations


async def async_ask[Answer](
    entry: SmartChargingConfigEntry,
    evse_id: str,
    operation: Operation,
    work: Callable[[ChargerOperations], Awaitable[Answer]],
) -> Answer:
    """Let a charger do this, and give its answer.

    Raises:
        HomeAssistantError: it did not, and why, for people to read.

    """
    driver, name = entry.runtime_data.drivers.get(evse_id), entry.runtime_data.coordinator.name_of(evse_id)
    if driver is None or driver.operations is None or operation not in driver.capabilities.operations:
        raise _lacks(name)
    try:
        return await work(driver.operations)
    except ChargerError as error:
        raise _in_words(name, error) from error


@callback
def async_watch(entry: SmartChargingConfigEntry, evse_id: str, listener: Callable[[Progress], None]) -> CALLBACK_TYPE:
    """Call this for every news of a log or of firmware of a charger; returns what ends it."""
    driver = entry.runtime_data.drivers.get(evse_id)
    operations = None if driver is None else driver.operations
    return (lambda: None) if operations is None else operations.on_progress(listener)


@callback
def async_watch_security(
    entry: SmartChargingConfigEntry, evse_id: str, listener: Callable[[SecurityReport], None]
) -> CALLBACK_TYPE:
    """Call this for whatever a charger reports of its security; returns what ends it."""
    driver = entry.runtime_data.drivers.get(evse_id)
    operations = None if driver is None else driver.operations
    return (lambda: None) if operations is None else operations.on_security(listener)


@callback
def connection_of(entry: SmartChargingConfigEntry, evse_id: str) -> Connection:
    """Tell what is known of the way to a charger."""
    driver = entry.runtime_data.drivers.get(evse_id)
    return Connection() if driver is None else driver.connection


async def async_expect_http(entry: SmartChargingConfigEntry, evse_id: str, operation: Operation) -> None:
    """See that a charger can send and fetch files by HTTP.

    Raises:
        HomeAssistantError: it says that it cannot, or did not answer.

    """
    protocols = await async_ask(entry, evse_id, operation, lambda charger: charger.file_protocols())
    if protocols and protocols.isdisjoint({"HTTP", "HTTPS"}):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_http_there",
            translation_placeholders={
                "charger": entry.runtime_data.coordinator.name_of(evse_id),
                "protocols": ", ".join(sorted(protocols)),
            },
        )


def new_number() -> int:
    """Make a number that hardly any request or reservation had before."""
    return secrets.randbelow(_LARGEST_NUMBER) + 1


@callback
def async_reservations(hass: HomeAssistant) -> dict[str, int]:
    """Give the last reservation of each charger that was not cancelled since."""
    return hass.data.setdefault(_RESERVATIONS, {})


def _lacks(charger: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key="charger_lacks", translation_placeholders={"charger": charger}
    )


_KEYS: Final[Mapping[type[ChargerError], str]] = {
    ChargerLacksError: "charger_lacks",
    ChargerIdleError: "charger_idle",
    ChargerLacksRoomError: "charger_lacks_room",
    ChargerRefusedError: "charger_refused",
    ChargerSilentError: "charger_silent",
    ChargerBusyError: "charger_busy",
}

# What was asked for cannot be; the others are the charger's doing.
_MISTAKES: Final = (ChargerLacksError, ChargerIdleError, ChargerLacksRoomError)


def _in_words(charger: str, error: ChargerError) -> HomeAssistantError:
    """Say it in the user's language."""
    placeholders = {"charger": charger}
    if isinstance(error, ChargerLacksRoomError):
        placeholders["longest"] = str(error.longest)
    if isinstance(error, ChargerRefusedError):
        placeholders["word"] = error.word or "-"
    kind = ServiceValidationError if isinstance(error, _MISTAKES) else HomeAssistantError
    return kind(
        translation_domain=DOMAIN,
        translation_key=_KEYS.get(type(error), "charger_unreachable"),
        translation_placeholders=placeholders,
    )
