"""Actions that ask something of a charger itself: restart, unlock, settings, logs, firmware, certificates, its display."""

import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

import voluptuous as vol
from homeassistant.const import UnitOfElectricCurrent, UnitOfPower
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util

from .actions import async_find_chargers, next_moment
from .const import DOMAIN
from .engine.model.operation import Operation
from .firmware import async_install_file, async_install_from
from .logs import async_fetch_log
from .operations import async_ask, async_reservations, new_number
from .runtime import SmartChargingConfigEntry

_ADDRESS: Final = vol.All(cv.string, vol.Match(re.compile(r"(ftp|ftps|sftp|http|https)://\S+", re.IGNORECASE)))
_WHEN: Final = vol.Any(cv.time, cv.datetime)
_TEXT: Final = vol.All(cv.string, vol.Length(min=1))
_USES: Final = vol.In(["csms", "manufacturer", "v2g", "mobility_operator"])
_LARGEST_COST: Final = 100_000
_SHORTEST_H: Final = 1 / 60

type _Place = tuple[SmartChargingConfigEntry, str]
"""The charger's entry, and its id."""
type _Handler = Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]


def _schema(fields: Mapping[Any, Any] | None = None) -> Any:
    return cv.make_entity_service_schema(dict(fields or {}))


@callback
def async_register_charger_actions(hass: HomeAssistant) -> None:
    """Offer the actions, whether a site is set up or not. What can open a charger to strangers is for administrators."""
    for name, (handler, schema, response) in _ACTIONS.items():
        hass.services.async_register(DOMAIN, name, handler, schema=schema, supports_response=response)
    for name, (handler, schema, response) in _ADMIN_ACTIONS.items():
        async_register_admin_service(hass, DOMAIN, name, handler, schema=schema, supports_response=response)


def _places(call: ServiceCall) -> list[_Place]:
    chargers = async_find_chargers(call.hass, call.data)
    return [(coordinator.config_entry, evse_id) for coordinator, evse_id in chargers]


def _place(call: ServiceCall) -> _Place:
    """Give the one charger that is meant: an answer is one charger's."""
    places = _places(call)
    if len(places) > 1:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="one_charger")
    return places[0]


async def _ask_each(call: ServiceCall, operation: Operation, work: Callable[[Any], Awaitable[object]]) -> None:
    for entry, evse_id in _places(call):
        await async_ask(entry, evse_id, operation, work)


async def _restart(call: ServiceCall) -> None:
    await _ask_each(call, Operation.RESTART, lambda charger: charger.restart(at_once=call.data["at_once"]))


async def _unlock(call: ServiceCall) -> None:
    await _ask_each(call, Operation.UNLOCK, lambda charger: charger.unlock())


async def _set_availability(call: ServiceCall) -> None:
    available = call.data["available"]
    await _ask_each(call, Operation.AVAILABILITY, lambda charger: charger.set_available(available=available))


async def _reserve(call: ServiceCall) -> ServiceResponse:
    entry, evse_id = _place(call)
    until, number = next_moment(call.data["until"]), new_number()
    assert until is not None  # noqa: S101 -- the schema requires it
    card, group = call.data["card"], call.data.get("group")
    await async_ask(entry, evse_id, Operation.RESERVATION, lambda charger: charger.reserve(number, until, card, group))
    async_reservations(call.hass)[evse_id] = number
    return {"reservation_id": number}


async def _cancel_reservation(call: ServiceCall) -> None:
    reservations = async_reservations(call.hass)
    for entry, evse_id in _places(call):
        number = call.data.get("reservation_id", reservations.get(evse_id))
        if number is None:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="no_reservation",
                translation_placeholders={"charger": entry.runtime_data.coordinator.name_of(evse_id)},
            )
        await async_ask(entry, evse_id, Operation.RESERVATION, partial(_cancel, number))
        reservations.pop(evse_id, None)


async def _cancel(number: int, charger: Any) -> None:
    await charger.cancel_reservation(number)


async def _get_configuration(call: ServiceCall) -> ServiceResponse:
    entry, evse_id = _place(call)
    keys = call.data.get("keys")
    settings = await async_ask(entry, evse_id, Operation.SETTINGS, lambda charger: charger.read_settings(keys))
    return {"configuration": dict(sorted(settings.items()))}


async def _set_configuration(call: ServiceCall) -> ServiceResponse:
    entry, evse_id = _place(call)
    key, value = call.data["key"], call.data["value"]
    later = await async_ask(entry, evse_id, Operation.SETTINGS, lambda charger: charger.write_setting(key, value))
    return {"restart_needed": later}


async def _get_limits(call: ServiceCall) -> ServiceResponse:
    entry, evse_id = _place(call)
    duration_s = round(call.data["hours"] * 3600)
    found = await async_ask(entry, evse_id, Operation.LIMITS, lambda charger: charger.limits(duration_s))
    return {
        "limits": [
            {
                "at": dt_util.as_local(stated.at).isoformat(),
                "limit": stated.limit,
                "unit": UnitOfPower.WATT if stated.in_w else UnitOfElectricCurrent.AMPERE,
                "phases": stated.phases,
            }
            for stated in found
        ]
    }


async def _get_log(call: ServiceCall) -> ServiceResponse:
    entry, evse_id = _place(call)
    kind, since, address = call.data["kind"], _utc(call.data.get("since")), call.data.get("address")
    if address is not None:
        number = new_number()
        name = await async_ask(
            entry, evse_id, Operation.LOG, lambda charger: charger.request_log(kind, number, address, since)
        )
        return {"file": name}
    log = await async_fetch_log(call.hass, entry, evse_id, kind, since)
    return {
        "file": log.file.name,
        "path": str(log.file.path),
        "size_bytes": log.file.size_bytes,
        "link": log.link,
    }


async def _update_firmware(call: ServiceCall) -> None:
    data = call.data
    certificate, signature = data.get("signing_certificate"), data.get("signature")
    signed = (certificate, signature) if certificate and signature else None
    at = next_moment(data.get("at"))
    for entry, evse_id in _places(call):
        if "address" in data:
            await async_install_from(entry, evse_id, data["address"], at=at, signature=signed)
        else:
            await async_install_file(call.hass, entry, evse_id, data["file"], at=at, signature=signed)


async def _trigger_message(call: ServiceCall) -> None:
    await _ask_each(call, Operation.TRIGGER, lambda charger: charger.trigger(call.data["message"]))


async def _clear_cache(call: ServiceCall) -> None:
    await _ask_each(call, Operation.CACHE, lambda charger: charger.clear_cache())


async def _send_data(call: ServiceCall) -> ServiceResponse:
    entry, evse_id = _place(call)
    vendor, message, data = call.data["vendor"], call.data.get("message"), call.data.get("data")
    word, answer = await async_ask(
        entry, evse_id, Operation.DATA, lambda charger: charger.send_data(vendor, message, data)
    )
    return {"status": word, "data": answer}  # type: ignore[dict-item]  # whatever came out of JSON goes into it


async def _install_certificate(call: ServiceCall) -> None:
    use, pem = call.data["use"], call.data["certificate"].strip() + "\n"
    await _ask_each(call, Operation.CERTIFICATES, lambda charger: charger.install_certificate(use, pem))


async def _get_certificates(call: ServiceCall) -> ServiceResponse:
    entry, evse_id = _place(call)
    use = call.data["use"]
    found = await async_ask(entry, evse_id, Operation.CERTIFICATES, lambda charger: charger.certificates(use))
    return {"certificates": [dict(certificate) for certificate in found]}


async def _delete_certificate(call: ServiceCall) -> None:
    use, serial = call.data["use"], call.data["serial"]
    await _ask_each(call, Operation.CERTIFICATES, lambda charger: charger.delete_certificate(use, serial))


async def _show_message(call: ServiceCall) -> None:
    text, until = call.data.get("text"), next_moment(call.data.get("until"))
    if text:
        await _ask_each(call, Operation.DISPLAY, lambda charger: charger.show_message(text, until))
    else:
        await _ask_each(call, Operation.DISPLAY, lambda charger: charger.clear_message())


async def _show_cost(call: ServiceCall) -> None:
    await _ask_each(call, Operation.COST, lambda charger: charger.tell_cost(call.data["cost"]))


def _utc(moment: datetime | None) -> datetime | None:
    """Take a time without a zone as one on the wall."""
    if moment is None:
        return None
    zone = moment.tzinfo or dt_util.get_default_time_zone()
    return dt_util.as_utc(moment.replace(tzinfo=zone))


_ACTIONS: Final[Mapping[str, tuple[_Handler, Any, SupportsResponse]]] = {
    "restart": (_restart, _schema({vol.Optional("at_once", default=False): cv.boolean}), SupportsResponse.NONE),
    "unlock_connector": (_unlock, _schema(), SupportsResponse.NONE),
    "set_availability": (_set_availability, _schema({vol.Required("available"): cv.boolean}), SupportsResponse.NONE),
    "reserve": (
        _reserve,
        _schema({vol.Required("until"): _WHEN, vol.Required("card"): _TEXT, vol.Optional("group"): _TEXT}),
        SupportsResponse.OPTIONAL,
    ),
    "cancel_reservation": (
        _cancel_reservation,
        _schema({vol.Optional("reservation_id"): cv.positive_int}),
        SupportsResponse.NONE,
    ),
    "get_limits": (
        _get_limits,
        _schema({vol.Optional("hours", default=1): vol.All(vol.Coerce(float), vol.Range(min=_SHORTEST_H, max=24))}),
        SupportsResponse.ONLY,
    ),
    "trigger_message": (_trigger_message, _schema({vol.Required("message"): _TEXT}), SupportsResponse.NONE),
    "clear_cache": (_clear_cache, _schema(), SupportsResponse.NONE),
    "show_message": (
        _show_message,
        _schema({vol.Optional("text"): cv.string, vol.Optional("until"): _WHEN}),
        SupportsResponse.NONE,
    ),
    "show_cost": (
        _show_cost,
        _schema({vol.Required("cost"): vol.All(vol.Coerce(float), vol.Range(min=0, max=_LARGEST_COST))}),
        SupportsResponse.NONE,
    ),
}

_ADMIN_ACTIONS: Final[Mapping[str, tuple[_Handler, Any, SupportsResponse]]] = {
    "get_configuration": (
        _get_configuration,
        _schema({vol.Optional("keys"): vol.All(cv.ensure_list, [_TEXT])}),
        SupportsResponse.ONLY,
    ),
    "set_configuration": (
        _set_configuration,
        _schema({vol.Required("key"): _TEXT, vol.Required("value"): cv.string}),
        SupportsResponse.OPTIONAL,
    ),
    "get_log": (
        _get_log,
        _schema(
            {
                vol.Optional("kind", default="diagnostics"): vol.In(["diagnostics", "security"]),
                vol.Optional("since"): cv.datetime,
                vol.Optional("address"): _ADDRESS,
            }
        ),
        SupportsResponse.OPTIONAL,
    ),
    "update_firmware": (
        _update_firmware,
        vol.All(
            _schema(
                {
                    vol.Exclusive("file", "source"): _TEXT,
                    vol.Exclusive("address", "source"): _ADDRESS,
                    vol.Optional("at"): _WHEN,
                    vol.Inclusive("signing_certificate", "signed"): _TEXT,
                    vol.Inclusive("signature", "signed"): _TEXT,
                }
            ),
            cv.has_at_least_one_key("file", "address"),
        ),
        SupportsResponse.NONE,
    ),
    "send_data": (
        _send_data,
        _schema({vol.Required("vendor"): _TEXT, vol.Optional("message"): _TEXT, vol.Optional("data"): object}),
        SupportsResponse.OPTIONAL,
    ),
    "install_certificate": (
        _install_certificate,
        _schema({vol.Required("use"): _USES, vol.Required("certificate"): _TEXT}),
        SupportsResponse.NONE,
    ),
    "get_certificates": (_get_certificates, _schema({vol.Required("use"): _USES}), SupportsResponse.ONLY),
    "delete_certificate": (
        _delete_certificate,
        _schema({vol.Required("use"): _USES, vol.Required("serial"): _TEXT}),
        SupportsResponse.NONE,
    ),
}
