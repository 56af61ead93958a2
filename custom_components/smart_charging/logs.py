"""The logs of chargers: asked for, waited for, and kept for people to download."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN
from .engine.model.operation import Operation, Progress, Stage
from .file_exchange import Upload, async_exchange, async_file_url
from .file_views import LOG_PATH
from .kept_files import KeptFile
from .operations import async_ask, async_expect_http, async_watch, connection_of, new_number
from .runtime import SmartChargingConfigEntry

WAIT_S: Final = 300.0
"""A charger that has not sent its log by then is not waited for any longer, s: some take minutes to pack it."""

WAIT_UNNAMED_S: Final = 60.0
"""Likewise, where the charger names no file: in OCPP 1.6 that says that there is none (GetDiagnostics.conf), and some
send one all the same."""

LINK_LASTS: Final = timedelta(hours=24)
"""How long the address of a log can be opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedLog:
    """A log that a charger sent. `link` is where it can be downloaded for a while, without logging in."""

    file: KeptFile
    link: str


async def async_fetch_log(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, evse_id: str, kind: str, since: datetime | None
) -> ReceivedLog:
    """Let a charger send us a log ("diagnostics" or "security"), and wait for it.

    Raises:
        HomeAssistantError: it did not, and why.

    """
    await async_expect_http(entry, evse_id, Operation.LOG)
    number = new_number()
    with async_exchange(hass).expect(evse_id) as upload:
        url = await async_file_url(hass, connection_of(entry, evse_id).address, upload.token)
        failed: asyncio.Future[str] = hass.loop.create_future()

        @callback
        def take(progress: Progress) -> None:
            ours = progress.operation is Operation.LOG and progress.request_id in {None, number}
            if ours and progress.stage is Stage.FAILED and not failed.done():
                failed.set_result(progress.word)

        stop = async_watch(entry, evse_id, take)
        try:
            name = await async_ask(
                entry, evse_id, Operation.LOG, lambda charger: charger.request_log(kind, number, url, since)
            )
            wait_s = WAIT_S if name else WAIT_UNNAMED_S
            file = await _arrival(entry.runtime_data.coordinator.name_of(evse_id), upload, failed, wait_s)
        finally:
            stop()
    link = async_sign_path(hass, f"{LOG_PATH}/{evse_id}/{file.name}", LINK_LASTS, use_content_user=True)
    return ReceivedLog(file=file, link=link)


async def _arrival(charger: str, upload: Upload, failed: asyncio.Future[str], wait_s: float) -> KeptFile:
    """Wait for what was asked for, or for the news that it does not come."""
    ends: tuple[asyncio.Future[Any], ...] = (upload.received, failed)
    await asyncio.wait(ends, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
    if upload.received.done():
        return upload.received.result()
    if failed.done():
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="log_failed",
            translation_placeholders={"charger": charger, "word": failed.result()},
        )
    raise HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="log_missing",
        translation_placeholders={"charger": charger, "minutes": f"{wait_s / 60:.0f}"},
    )


@callback
def async_forget_old_logs(hass: HomeAssistant) -> None:
    """Delete the logs of chargers that there are no more."""
    here = {subentry_id for entry in hass.config_entries.async_entries(DOMAIN) for subentry_id in entry.subentries}
    hass.async_create_background_task(_forget(hass, here), name="smart_charging: old logs", eager_start=False)


async def _forget(hass: HomeAssistant, here: set[str]) -> None:
    await hass.async_add_executor_job(async_exchange(hass).logs.forget_others, here)
