"""What the grid emits, from the entities of another integration: rows in their attributes, and what they say of now.

What was told stays known, as it does of prices. Figures are kg per kWh, handled as prices.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from typing import Final

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event, async_track_utc_time_change
from homeassistant.util import dt as dt_util

from ..engine.model.tariff import PriceSlot
from ..tariffs.slots import filled
from .carbon_rows import MOST_KG, QUARTER, kg_of, quarter_of, read_emissions
from .power import finite
from .price_rows import merged

KEPT: Final = timedelta(days=2)
"""What ended longer ago is of no use any more."""

type Slots = tuple[PriceSlot, ...]


class CarbonSource:
    """Reads some entities, by their ids; `known` is what was known before a restart."""

    def __init__(self, hass: HomeAssistant, entity_ids: Sequence[str], known: Slots = ()) -> None:
        self._hass = hass
        self._entity_ids = tuple(entity_ids)
        self._slots = known
        self._on_change: Callable[[], None] = lambda: None
        self._untrack: list[Callable[[], None]] = []

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to listen; `on_change` is called when something else is known than before."""
        self._on_change = on_change
        self._untrack = [
            async_track_state_change_event(self._hass, self._entity_ids, self._changed),
            # What is said of now holds for the quarter of an hour; of each one it is asked.
            async_track_utc_time_change(self._hass, self._look, minute=(0, 15, 30, 45), second=0),
        ]
        self._look(dt_util.utcnow())

    @callback
    def stop(self) -> None:
        """Listen no more."""
        for untrack in self._untrack:
            untrack()
        self._untrack = []

    def reading(self, at: datetime) -> Slots:
        """List what is known at `at`, UTC, in order and without overlap."""
        return tuple(slot for slot in self._slots if slot.end > at - KEPT)

    @callback
    def ask(self) -> None:
        """Read at once: for who wants to know before it is set up."""
        self._take(dt_util.utcnow())

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        del event
        self._look(dt_util.utcnow())

    @callback
    def _look(self, now: datetime) -> None:
        if self._take(now):
            self._on_change()

    def _take(self, now: datetime) -> bool:
        """Note what is told; whether that is news."""
        before = self._slots
        self._slots = tuple(slot for slot in merged(before, self._told(now)) if slot.end > now - KEPT)
        return self._slots != before

    def _told(self, now: datetime) -> Slots:
        states = [state for entity_id in self._entity_ids if (state := self._hass.states.get(entity_id)) is not None]
        rows: Slots = reduce(merged, map(_rows, states), ())
        present = (_present(state, now) for state in states)
        return reduce(filled, ((slot,) for slot in present if slot is not None), rows)


def _factor(state: State) -> float | None:
    return kg_of(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))


def _rows(state: State) -> Slots:
    factor, zone = _factor(state), dt_util.get_default_time_zone()
    if factor is None:
        return ()
    day = dt_util.as_local(state.last_updated).date()
    told: Slots = ()
    for raw in state.attributes.values():
        told = merged(told, read_emissions(raw, day, zone, factor))
    return told


def _present(state: State, now: datetime) -> PriceSlot | None:
    """What it says of now, for the quarter of an hour."""
    factor, told = _factor(state), finite(state)
    if factor is None or told is None or not 0 <= told * factor <= MOST_KG:
        return None
    start = quarter_of(now)
    return PriceSlot(start=start, end=start + QUARTER, price_per_kwh=told * factor)
