"""Firmware for chargers, out of the folder that the user put it in."""

from datetime import datetime

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .engine.model.evse import EvseInfo
from .engine.model.operation import Operation, Progress, Stage
from .file_exchange import OFFERED_FOR, async_exchange, async_file_url
from .kept_files import OfferedFirmware, find_firmware, newest_firmware
from .operations import async_ask, async_expect_http, async_watch, connection_of, new_number
from .runtime import SmartChargingConfigEntry

type Signature = tuple[str, str]
"""The signing certificate (PEM), and the signature (Base64)."""


async def async_find_offered(hass: HomeAssistant, info: EvseInfo) -> OfferedFirmware | None:
    """Tell the newest firmware that the user has put into the folder for this kind of charger."""
    return await hass.async_add_executor_job(newest_firmware, hass.config.config_dir, info.manufacturer, info.model)


async def async_install_file(
    hass: HomeAssistant,
    entry: SmartChargingConfigEntry,
    evse_id: str,
    name: str,
    *,
    at: datetime | None = None,
    signature: Signature | None = None,
) -> None:
    """Let a charger fetch this file of the folder, now or later, and install it.

    Raises:
        HomeAssistantError: there is no such file, or the charger said no.

    """
    path = await hass.async_add_executor_job(find_firmware, hass.config.config_dir, name)
    if path is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_such_file", translation_placeholders={"file": name}
        )
    await async_expect_http(entry, evse_id, Operation.FIRMWARE)
    exchange = async_exchange(hass)
    offer = exchange.offer(path, (at or dt_util.utcnow()) + OFFERED_FOR)
    url = await async_file_url(hass, connection_of(entry, evse_id).address, offer.token, path.name)
    try:
        await async_install_from(entry, evse_id, url, at=at, signature=signature)
    except BaseException:
        # Raised again; but what a charger does not want, nobody is to fetch.
        exchange.withdraw(offer)
        raise

    @callback
    def take(progress: Progress) -> None:
        if progress.operation is Operation.FIRMWARE and progress.stage in {Stage.DONE, Stage.FAILED}:
            exchange.withdraw(offer)

    entry.async_on_unload(async_watch(entry, evse_id, take))


async def async_install_from(
    entry: SmartChargingConfigEntry,
    evse_id: str,
    url: str,
    *,
    at: datetime | None = None,
    signature: Signature | None = None,
) -> None:
    """Let a charger fetch firmware from somewhere, now or later, and install it.

    Raises:
        HomeAssistantError: it said no.

    """
    number, when = new_number(), at or dt_util.utcnow()
    await async_ask(
        entry,
        evse_id,
        Operation.FIRMWARE,
        lambda charger: charger.update_firmware(number, url, when, signature),
    )
