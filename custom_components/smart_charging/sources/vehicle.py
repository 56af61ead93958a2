"""A vehicle: the states of its entities, turned into one reading. It is only listened to; who wakes it is `car_calls`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_HOME,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    UnitOfLength,
)
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from .power import finite
from .vehicle_catalogue import VehicleRole

_FULL_PCT: Final = 100.0
_KILOMETRES: Final[Mapping[str | None, float]] = {UnitOfLength.KILOMETERS: 1.0, UnitOfLength.MILES: 1.609344}
_PLUGGED: Final = frozenset({STATE_ON, "connected", "plugged"})
_UNPLUGGED: Final = frozenset({STATE_OFF, "disconnected", "unplugged"})
"""Other words, such as `fault`, tell neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleReading:
    """What is known of a vehicle; None is unknown. `soc` and `charge_limit` are from 0 to 1, and as old as `at`, UTC."""

    at: datetime
    soc: float | None = None
    charge_limit: float | None = None
    range_km: float | None = None


class VehicleSource:
    """Reads one vehicle. `refs` are ids of the entity registry, or entity ids, by role."""

    def __init__(self, hass: HomeAssistant, refs: Mapping[VehicleRole, str], stale_after: timedelta) -> None:
        self._hass = hass
        self._refs = dict(refs)
        self._stale_after = stale_after
        self._unsubscribe: Callable[[], None] = lambda: None

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to listen; `on_change` is called when one of its entities says something else."""

        @callback
        def changed(_event: Event[EventStateChangedData]) -> None:
            on_change()

        entity_ids = [entity_id for role in self._refs if (entity_id := self._entity_id(role)) is not None]
        if entity_ids:
            self._unsubscribe = async_track_state_change_event(self._hass, entity_ids, changed)

    @callback
    def stop(self) -> None:
        """Listen no more."""
        self._unsubscribe()

    @property
    def plugged_since(self) -> datetime | None:
        """Since when it says that it is plugged in, UTC, however old its state of charge is; None where it does not, or is away."""
        plugged = self._state(VehicleRole.PLUGGED)
        if plugged is None or plugged.state not in _PLUGGED or self.away_at is not None:
            return None
        return plugged.last_changed

    @property
    def away_at(self) -> datetime | None:
        """When it last said that it is not plugged in, or not at home, UTC; None where it does not say so."""
        plugged, location = self._state(VehicleRole.PLUGGED), self._state(VehicleRole.LOCATION)
        denied: list[datetime] = []
        if plugged is not None and plugged.state in _UNPLUGGED:
            denied.append(plugged.last_reported)
        if location is not None and location.state != STATE_HOME:
            denied.append(location.last_reported)
        return max(denied, default=None)

    @property
    def wakes_by(self) -> str | None:
        """The entity that wakes it, by its id; None where it has none, or none that can be reached now."""
        entity_id = self._entity_id(VehicleRole.WAKE)
        state = None if entity_id is None else self._hass.states.get(entity_id)
        return None if state is None or state.state == STATE_UNAVAILABLE else entity_id

    def reading(self, at: datetime) -> VehicleReading | None:
        """What it said by `at`, UTC; None where that is too long ago, or nothing."""
        own = self._state(VehicleRole.SOC)
        if own is None:
            return None
        told_at = self._told_at(own)
        if not timedelta() <= at - told_at <= self._stale_after:
            return None
        return VehicleReading(
            at=told_at,
            soc=_share(own),
            charge_limit=_share(self._state(VehicleRole.CHARGE_LIMIT)),
            range_km=_kilometres(self._state(VehicleRole.RANGE)),
        )

    def _state(self, role: VehicleRole) -> State | None:
        entity_id = self._entity_id(role)
        state = self._hass.states.get(entity_id) if entity_id is not None else None
        return None if state is None or state.state in {STATE_UNAVAILABLE, STATE_UNKNOWN} else state

    def _entity_id(self, role: VehicleRole) -> str | None:
        ref = self._refs.get(role)
        return None if ref is None else er.async_resolve_entity_id(er.async_get(self._hass), ref)

    def _told_at(self, own: State) -> datetime:
        """When the vehicle told it, where it says so: an integration may repeat what a sleeping one said long ago."""
        as_of = self._state(VehicleRole.AS_OF)
        told_at = dt_util.parse_datetime(as_of.state) if as_of is not None else None
        if told_at is None or told_at.tzinfo is None:
            return own.last_reported
        return min(told_at, own.last_reported)


def _share(state: State | None) -> float | None:
    percent = finite(state)
    return percent / _FULL_PCT if percent is not None and 0 <= percent <= _FULL_PCT else None


def _kilometres(state: State | None) -> float | None:
    if state is None or (factor := _KILOMETRES.get(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))) is None:
        return None
    value = finite(state)
    return None if value is None else value * factor
