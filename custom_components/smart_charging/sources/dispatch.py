"""The times at which a supplier lets the car charge at its low price, as an entity of Octopus Energy tells them.

Its attributes are those of `binary_sensor…_intelligent_dispatching` in BottlecapDave/HomeAssistant-OctopusEnergy. What the
owner asked for beyond that ("bump", "boost") is not cheap.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

ATTRIBUTES: Final = ("planned_dispatches", "started_dispatches")
_DEAR: Final = ("bump", "boost")

type Times = tuple[tuple[datetime, datetime], ...]


class DispatchSource:
    """Reads one entity."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        self._hass = hass
        self._entity_id = entity_id
        self._on_change: Callable[[], None] = lambda: None
        self._unsubscribe: Callable[[], None] = lambda: None

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to listen; `on_change` is called when other times are planned."""
        self._on_change = on_change
        self._unsubscribe = async_track_state_change_event(self._hass, self._entity_id, self._changed)

    @callback
    def stop(self) -> None:
        """Listen no more."""
        self._unsubscribe()

    def reading(self) -> Times:
        """List the times that are planned, UTC, in order and without overlap; none while it is silent: that is the dearer side."""
        state = self._hass.states.get(self._entity_id)
        return () if state is None else _times(state.attributes)

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old is None or new is None or _times(old.attributes) != _times(new.attributes):
            self._on_change()


def _times(attributes: Mapping[str, Any]) -> Times:
    rows = [row for attribute in ATTRIBUTES for row in attributes.get(attribute) or () if isinstance(row, Mapping)]
    found: list[tuple[datetime, datetime]] = []
    for start, end in sorted(span for row in rows if (span := _span(row)) is not None):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return tuple(found)


def _span(row: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
    if any(word in str(row.get("source") or "").lower() for word in _DEAR):
        return None
    start, end = (_moment(row.get(key)) for key in ("start", "end"))
    return (start, end) if start is not None and end is not None and start < end else None


def _moment(value: Any) -> datetime | None:
    told = dt_util.parse_datetime(value) if isinstance(value, str) else value
    return dt_util.as_utc(told) if isinstance(told, datetime) else None
