"""The entities of one charger: followed when they are renamed, and known to be gone when they are removed."""

from collections.abc import Callable, Mapping

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import (
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event, async_track_state_report_event

from .row import Role


class EntityLinks:
    """Entities by role. `refs` are ids of the entity registry, or entity ids of those that are not in it."""

    def __init__(self, hass: HomeAssistant, refs: Mapping[Role, str]) -> None:
        self._hass = hass
        self._refs = dict(refs)
        self._entity_ids: dict[Role, str] = {}
        self._on_change: Callable[[Role], None] = lambda _: None
        self._on_report: Callable[[Role], None] = lambda _: None
        self._unsubscribe: list[Callable[[], None]] = []
        self._resolve()

    @property
    def roles(self) -> frozenset[Role]:
        """Those that it has an entity for, there or not."""
        return frozenset(self._refs)

    @property
    def gone(self) -> frozenset[Role]:
        """Those whose entity was removed, or switched off."""
        return frozenset(self._refs.keys() - self._entity_ids.keys())

    def entity_id(self, role: Role) -> str | None:
        """What the entity is called now."""
        return self._entity_ids.get(role)

    def state(self, role: Role) -> State | None:
        """What it says; None where it is not there."""
        entity_id = self._entity_ids.get(role)
        state = None if entity_id is None else self._hass.states.get(entity_id)
        return None if state is None or state.state == STATE_UNAVAILABLE else state

    def groups(self, known_groups: Callable[[str, str], Mapping[str, str]]) -> Mapping[str, str]:
        """What the unique id of its first entity that has such tells."""
        registry = er.async_get(self._hass)
        for ref in self._refs.values():
            entry = registry.async_get(ref) or registry.entities.get_entry(ref)
            if entry is not None and (groups := known_groups(entry.domain, entry.unique_id)):
                return groups
        return {}

    @callback
    def start(self, on_change: Callable[[Role], None], on_report: Callable[[Role], None]) -> None:
        """Begin to listen: `on_change` when an entity's state changed, `on_report` when it said the same again."""
        self._on_change, self._on_report = on_change, on_report
        self._resolve()
        self._listen()

    @callback
    def stop(self) -> None:
        """Listen no more."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe = []

    def _resolve(self) -> None:
        registry = er.async_get(self._hass)
        found = {}
        for role, ref in self._refs.items():
            entity_id = er.async_resolve_entity_id(registry, ref)
            entry = registry.async_get(entity_id) if entity_id is not None else None
            if entity_id is not None and (entry is None or not entry.disabled):
                found[role] = entity_id
        self._entity_ids = found

    def _listen(self) -> None:
        self.stop()
        entity_ids = list(self._entity_ids.values())
        self._unsubscribe = [
            async_track_state_change_event(self._hass, entity_ids, self._changed),
            async_track_state_report_event(self._hass, entity_ids, self._reported),
            self._hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, self._registered),
        ]

    def _roles_of(self, entity_id: str) -> list[Role]:
        return [role for role, own in self._entity_ids.items() if own == entity_id]

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        for role in self._roles_of(event.data["entity_id"]):
            self._on_change(role)

    @callback
    def _reported(self, event: Event[EventStateReportedData]) -> None:
        for role in self._roles_of(event.data["entity_id"]):
            self._on_report(role)

    @callback
    def _registered(self, _: Event[er.EventEntityRegistryUpdatedData]) -> None:
        before = self._entity_ids
        self._resolve()
        if self._entity_ids == before:
            return
        self._listen()
        for role in self._refs:
            if before.get(role) != self._entity_ids.get(role):
                self._on_change(role)
