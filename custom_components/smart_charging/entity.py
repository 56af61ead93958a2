"""What all entities share: their device, their unique id, and that they are views of the tick's result."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN, ROOT_CIRCUIT
from .coordinator import SiteCoordinator, TickResult
from .engine.accounting.session import SessionEnergy
from .engine.model.decision import Headroom, Setpoint
from .engine.model.evse import Evse, EvseStatus
from .engine.model.load import LoadStatus
from .engine.model.mode import Mode
from .engine.model.operation import Connection
from .engine.model.override import Override
from .engine.model.policy import ControlPolicy
from .engine.model.reason import Reason
from .runtime import SmartChargingConfigEntry
from .sources.limit import LimitReading


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerView:
    """What a tick tells of one charger."""

    evse: Evse
    policy: ControlPolicy
    at: datetime
    mode: Mode
    """The one that is kept."""
    wish: Override | None
    """What goes before it just this once."""
    status: EvseStatus | None
    setpoint: Setpoint | None
    session: SessionEnergy | None
    connection: Connection

    @property
    def effective_mode(self) -> Mode:
        """How the charger is asked to charge at the moment."""
        return self.mode if self.wish is None else self.wish.mode

    @property
    def reachable(self) -> EvseStatus | None:
        """The charger's status, or None while it cannot be reached."""
        return self.status if self.status is not None and self.status.reachable else None

    @property
    def measured(self) -> EvseStatus | None:
        """The charger's status where its measurement still tells something."""
        status = self.reachable
        if status is None or status.measured_at is None:
            return None
        fresh = self.at - status.measured_at <= timedelta(seconds=self.policy.measured_max_age_s)
        return status if fresh else None

    @property
    def idle(self) -> bool:
        """Whether no power flows by the charger's state: many measure only while a car charges."""
        status = self.reachable
        return status is not None and status.state is not None and not status.state.power_flows


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteView:
    """What a tick tells of the site: its root circuit, and every charger's setpoint; and its circuits' names by id."""

    headroom: Headroom
    setpoints: tuple[Setpoint, ...]
    circuit_names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadView:
    """What a tick tells of one appliance."""

    status: LoadStatus | None
    reason: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A subentry's device, where its entities belong."""

    subentry_id: str
    device_info: DeviceInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerPlace(Place):
    """A charger and where its entities belong. Its id is that of its subentry."""

    evse: Evse


class SmartChargingEntity(CoordinatorEntity[SiteCoordinator]):
    """A view of the tick's result. A tick comes each second; a state is written only when it shows something else."""

    _attr_has_entity_name = True
    _shown: object = None

    def __init__(
        self, coordinator: SiteCoordinator, description: EntityDescription, owner_id: str, device_info: DeviceInfo
    ) -> None:
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_unique_id = f"{owner_id}_{description.key}"
        self._attr_device_info = device_info

    @property
    def tick(self) -> TickResult:
        """The last tick's result."""
        return self.coordinator.data

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        shows = (self.available, self._shows())
        if shows != self._shown:
            self._shown = shows
            self.async_write_ha_state()

    @abstractmethod
    def _shows(self) -> object:
        """Give what the state is made of, to compare."""


class ChargerEntity(SmartChargingEntity):
    """A view of one charger."""

    def __init__(self, entry: SmartChargingConfigEntry, description: EntityDescription, place: ChargerPlace) -> None:
        super().__init__(entry.runtime_data.coordinator, description, place.evse.evse_id, place.device_info)
        self._evse = place.evse
        self._policy = entry.runtime_data.setup.site.policy

    @property
    def view(self) -> ChargerView:
        """What the last tick tells of this charger."""
        evse_id, tick = self._evse.evse_id, self.tick
        return ChargerView(
            evse=self._evse,
            policy=self._policy,
            at=tick.snapshot.at,
            mode=self.coordinator.mode(evse_id),
            wish=self.coordinator.wish(evse_id),
            status=tick.snapshot.evses.get(evse_id),
            setpoint=tick.decision.setpoints.get(evse_id),
            session=tick.sessions.get(evse_id),
            connection=tick.connections.get(evse_id, Connection()),
        )

    async def async_set_mode(self, mode: Mode) -> None:
        """Ask the charger to charge so. Everything that shows the mode shows it at once; its effect comes with the next tick."""
        await self.coordinator.async_set_mode(self._evse.evse_id, mode)
        self.coordinator.async_update_listeners()


class LoadEntity(SmartChargingEntity):
    """A view of one appliance that gives way."""

    def __init__(self, entry: SmartChargingConfigEntry, description: EntityDescription, place: Place) -> None:
        super().__init__(entry.runtime_data.coordinator, description, place.subentry_id, place.device_info)
        self._load_id = place.subentry_id

    @property
    def view(self) -> LoadView:
        """What the last tick tells of this appliance."""
        tick = self.tick
        return LoadView(
            status=tick.snapshot.loads.get(self._load_id), reason=tick.decision.load_reasons.get(self._load_id)
        )


class LimitEntity(SmartChargingEntity):
    """A view of one limit that comes and goes."""

    def __init__(self, entry: SmartChargingConfigEntry, description: EntityDescription, place: Place) -> None:
        super().__init__(entry.runtime_data.coordinator, description, place.subentry_id, place.device_info)
        self._limit_id = place.subentry_id

    @property
    def view(self) -> LimitReading | None:
        """How the last tick found this limit."""
        return self.tick.limits.get(self._limit_id)


class CircuitEntity(SmartChargingEntity):
    """A view of one circuit below the supply."""

    def __init__(self, entry: SmartChargingConfigEntry, description: EntityDescription, place: Place) -> None:
        super().__init__(entry.runtime_data.coordinator, description, place.subentry_id, place.device_info)
        self._circuit_id = place.subentry_id

    @property
    def view(self) -> Headroom | None:
        """What the last tick tells of this circuit."""
        return self.tick.decision.headroom.get(self._circuit_id)


class SiteEntity(SmartChargingEntity):
    """A view of the site as a whole."""

    def __init__(self, entry: SmartChargingConfigEntry, description: EntityDescription) -> None:
        super().__init__(entry.runtime_data.coordinator, description, entry.entry_id, _site_device(entry))

    @property
    def view(self) -> SiteView:
        """What the last tick tells of the site."""
        decision = self.tick.decision
        return SiteView(
            headroom=decision.headroom[ROOT_CIRCUIT],
            setpoints=tuple(decision.setpoints.values()),
            circuit_names={ROOT_CIRCUIT: self.coordinator.config_entry.title} | dict(self.coordinator.circuit_names),
        )


@callback
def async_charger_places(hass: HomeAssistant, entry: SmartChargingConfigEntry) -> list[ChargerPlace]:
    """List the chargers of a site."""
    return [
        ChargerPlace(evse=evse, subentry_id=evse.evse_id, device_info=_device(hass, entry, evse.evse_id))
        for evse in entry.runtime_data.setup.site.evses
    ]


@callback
def async_load_places(hass: HomeAssistant, entry: SmartChargingConfigEntry) -> list[Place]:
    """List the appliances of a site."""
    return [
        Place(subentry_id=load_id, device_info=_device(hass, entry, load_id))
        for load_id in entry.runtime_data.setup.loads
    ]


@callback
def async_limit_places(hass: HomeAssistant, entry: SmartChargingConfigEntry) -> list[Place]:
    """List the limits of a site that come and go."""
    return [
        Place(subentry_id=limit_id, device_info=_device(hass, entry, limit_id))
        for limit_id in entry.runtime_data.setup.limits
    ]


@callback
def async_circuit_places(hass: HomeAssistant, entry: SmartChargingConfigEntry) -> list[Place]:
    """List the circuits below the supply that have a meter of their own; of the others nothing is known."""
    return [
        Place(subentry_id=circuit_id, device_info=_device(hass, entry, circuit_id))
        for circuit_id in entry.runtime_data.setup.meters
        if circuit_id != ROOT_CIRCUIT
    ]


@callback
def async_place(hass: HomeAssistant, entry: SmartChargingConfigEntry, subentry_id: str) -> Place:
    """Say where the entities of one subentry belong."""
    return Place(subentry_id=subentry_id, device_info=_device(hass, entry, subentry_id))


@callback
def _device(hass: HomeAssistant, entry: SmartChargingConfigEntry, subentry_id: str) -> DeviceInfo:
    """Describe a subentry's device. The site's is made first: the others name it as what they hang on."""
    site = dr.async_get(hass).async_get_or_create(config_entry_id=entry.entry_id, **_site_device(entry))
    return DeviceInfo(
        identifiers={(DOMAIN, subentry_id)}, name=entry.subentries[subentry_id].title, via_device_id=site.id
    )


def _site_device(entry: SmartChargingConfigEntry) -> DeviceInfo:
    return DeviceInfo(identifiers={(DOMAIN, entry.entry_id)}, name=entry.title, entry_type=DeviceEntryType.SERVICE)


@callback
def async_forget_others(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, platform: str, entities: Sequence[SmartChargingEntity]
) -> None:
    """Remove what a platform no longer has: a charger that was wired anew has currents on other phases."""
    registry = er.async_get(hass)
    kept = {entity.unique_id for entity in entities}
    for registered in er.async_entries_for_config_entry(registry, entry.entry_id):
        if registered.domain == platform and registered.unique_id not in kept:
            registry.async_remove(registered.entity_id)
