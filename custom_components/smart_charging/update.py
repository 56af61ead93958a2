"""Firmware updates for chargers: there as soon as the user has put a file for that kind of charger into the folder."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.components.update import (
    UpdateDeviceClass,
    UpdateEntity,
    UpdateEntityDescription,
    UpdateEntityFeature,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_time_interval

from .engine.model.evse import EvseInfo
from .engine.model.operation import Operation, Progress, Stage
from .entity import ChargerEntity, ChargerPlace, async_charger_places
from .file_exchange import OFFERED_FOR
from .firmware import async_find_offered, async_install_file
from .kept_files import OfferedFirmware, version_numbers
from .operations import async_watch, offers
from .runtime import SmartChargingConfigEntry

PARALLEL_UPDATES = 0

LOOK_EVERY: Final = timedelta(minutes=5)
"""How often the folder is looked into."""

FIRMWARE_DESCRIPTION: Final = UpdateEntityDescription(key="firmware_update", device_class=UpdateDeviceClass.FIRMWARE)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Look into the folder now, whenever a charger says what it is, and every few minutes."""
    places = [
        place for place in async_charger_places(hass, entry) if offers(entry, place.evse.evse_id, Operation.FIRMWARE)
    ]
    shelf = _Shelf(hass, entry, places, async_add_entities)
    await shelf.async_look()
    entry.async_on_unload(async_track_time_interval(hass, shelf.async_look, LOOK_EVERY))
    entry.async_on_unload(entry.runtime_data.coordinator.async_add_listener(shelf.notice))


class _Shelf:
    """The firmware that there is for the chargers of a site, and their entities."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SmartChargingConfigEntry,
        places: Sequence[ChargerPlace],
        add: AddConfigEntryEntitiesCallback,
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._places = places
        self._add = add
        self._entities: dict[str, FirmwareUpdate] = {}
        self._known: dict[str, EvseInfo] = {}

    @callback
    def notice(self) -> None:
        """Look again where a charger says that it is something else than before."""
        if self._read_infos() != self._known:
            self._entry.async_create_background_task(
                self._hass, self.async_look(), name="smart_charging: firmware", eager_start=False
            )

    async def async_look(self, _now: datetime | None = None) -> None:
        """See what there is by now."""
        self._known = self._read_infos()
        for place in self._places:
            info = self._known.get(place.evse.evse_id)
            if info is not None:
                self._show(place, await async_find_offered(self._hass, info))

    def _read_infos(self) -> dict[str, EvseInfo]:
        statuses = self._entry.runtime_data.coordinator.data.snapshot.evses
        return {evse_id: status.info for evse_id, status in statuses.items() if status.info is not None}

    @callback
    def _show(self, place: ChargerPlace, offered: OfferedFirmware | None) -> None:
        entity = self._entities.get(place.evse.evse_id)
        if entity is not None:
            entity.offer(offered)
        elif offered is not None:
            entity = FirmwareUpdate(self._entry, FIRMWARE_DESCRIPTION, place, offered)
            self._entities[place.evse.evse_id] = entity
            self._add([entity], config_subentry_id=place.subentry_id)


class FirmwareUpdate(ChargerEntity, UpdateEntity):
    """The newest file for a charger beside what it runs."""

    _attr_supported_features = UpdateEntityFeature.INSTALL | UpdateEntityFeature.PROGRESS

    def __init__(
        self,
        entry: SmartChargingConfigEntry,
        description: UpdateEntityDescription,
        place: ChargerPlace,
        offered: OfferedFirmware,
    ) -> None:
        super().__init__(entry, description, place)
        self._offered: OfferedFirmware | None = offered
        self._began_at: datetime | None = None

    @callback
    def offer(self, offered: OfferedFirmware | None) -> None:
        """Take what is in the folder now, which may be nothing any more."""
        self._offered = offered
        self._handle_coordinator_update()

    @property
    @override
    def available(self) -> bool:
        return super().available and self._offered is not None and self.view.reachable is not None

    @property
    @override
    def installed_version(self) -> str | None:
        status = self.view.status
        return status.info.firmware or None if status is not None and status.info is not None else None

    @property
    @override
    def latest_version(self) -> str | None:
        return None if self._offered is None else self._offered.version

    @property
    @override
    def release_summary(self) -> str | None:
        return None if self._offered is None else self._offered.name

    @property
    @override
    def in_progress(self) -> bool:
        # A charger that never tells how it ended is not waited for without end.
        return self._began_at is not None and self.view.at - self._began_at < OFFERED_FOR

    @override
    def version_is_newer(self, latest_version: str, installed_version: str) -> bool:
        # Makers write the same version in several ways: "v2.1.3-r", "ACME 2.1.3".
        return version_numbers(latest_version) > version_numbers(installed_version)

    @override
    async def async_install(self, version: str | None, backup: bool, **kwargs: Any) -> None:
        offered = self._offered
        if offered is None:
            return
        await async_install_file(self.hass, self.coordinator.config_entry, self._evse.evse_id, offered.name)
        self._began_at = self.view.at
        self._handle_coordinator_update()

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(async_watch(self.coordinator.config_entry, self._evse.evse_id, self._take))

    @callback
    def _take(self, progress: Progress) -> None:
        if progress.operation is not Operation.FIRMWARE:
            return
        if progress.stage is not Stage.RUNNING:
            self._began_at = None
        elif self._began_at is None:
            self._began_at = self.view.at
        self._handle_coordinator_update()

    @override
    def _shows(self) -> object:
        return self.installed_version, self.latest_version, self.in_progress
