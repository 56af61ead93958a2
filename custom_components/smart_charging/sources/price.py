"""Prices from another integration: the attributes of its entities, or what its action answers.

What was told stays known when the integration falls silent: prices that were published do not go away.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event, async_track_time_interval
from homeassistant.util import dt as dt_util

from ..engine.model.tariff import PriceSlot
from .price_catalogue import ANY, Blank, Call, KnownPrices, Place, Shape, factor_of
from .price_finder import Anchor, entities_of, find_known
from .price_rows import merged, read_hours, read_rows

_LOGGER: Final = logging.getLogger(__name__)

LOOK: Final = timedelta(minutes=1)
"""How often it is looked whether an action is due, and whether the source has other entities now."""
AGAIN: Final = timedelta(minutes=10)
"""How soon an action is called again that had not all that it should have by then."""
PUBLISHED_HOUR: Final = 13
"""By this local hour the prices of tomorrow may be known."""
_CLOSE: Final = timedelta(hours=2)
"""A market's day ends as much before the home's at the most, where theirs are not the same."""
KEPT: Final = timedelta(days=2)
"""What ended longer ago is of no use any more."""


class PriceSource:
    """Reads one source. `anchor` is an id of the entity registry, or an entity id."""

    def __init__(self, hass: HomeAssistant, key: str, anchor: str, known: tuple[PriceSlot, ...] = ()) -> None:
        """Make it; `known` is what was known before a restart."""
        self._hass = hass
        self._key = key
        self._anchor = anchor
        self._slots = known
        self._tracked: tuple[str, ...] = ()
        self._called_at: datetime | None = None
        self._calling = False
        self._on_change: Callable[[], None] = lambda: None
        self._untrack: Callable[[], None] = lambda: None
        self._stop_clock: Callable[[], None] = lambda: None

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to listen; `on_change` is called when prices are other ones than before."""
        self._on_change = on_change
        self._stop_clock = async_track_time_interval(self._hass, self._look, LOOK, cancel_on_shutdown=True)
        self._look(dt_util.utcnow())

    @callback
    def stop(self) -> None:
        """Listen no more."""
        self._stop_clock()
        self._untrack()
        self._tracked = ()
        self._on_change = lambda: None

    def reading(self, at: datetime) -> tuple[PriceSlot, ...]:
        """List what is known at `at`, UTC, in order and without overlap, per kWh as that integration tells it."""
        return tuple(slot for slot in self._slots if slot.end > at - KEPT)

    async def async_ask(self) -> tuple[PriceSlot, ...]:
        """Read it at once, and call its action if it has one: for who wants to know before it is set up."""
        found = find_known(self._hass, self._key, self._anchor)
        if found is not None and found[0].call is not None:
            await self._call(*found, found[0].call)
        self._take(self._heard())
        return self.reading(dt_util.utcnow())

    @callback
    def _look(self, now: datetime) -> None:
        found = find_known(self._hass, self._key, self._anchor)
        if found is None:
            return
        known, anchor = found
        if known.call is None:
            self._track(tuple(entity_id for _, entity_id in entities_of(self._hass, known, anchor)))
        elif not self._calling and self._is_due(now, known, known.call):
            self._hass.async_create_background_task(
                self._call(known, anchor, known.call), f"smart_charging prices of {known.key}"
            )

    @callback
    def _track(self, entity_ids: tuple[str, ...]) -> None:
        if entity_ids == self._tracked:
            return
        self._untrack()
        self._tracked = entity_ids
        self._untrack = async_track_state_change_event(self._hass, entity_ids, self._changed)
        if self._take(self._heard()):
            self._on_change()

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old is not None and new is not None and old.attributes == new.attributes:
            return
        if self._take(self._heard()):
            self._on_change()

    def _heard(self) -> tuple[PriceSlot, ...]:
        """Read the attributes of the source's entities; of one with an action nothing."""
        found = find_known(self._hass, self._key, self._anchor)
        if found is None or found[0].call is not None:
            return ()
        known, anchor = found
        heard: tuple[PriceSlot, ...] = ()
        for place, entity_id in entities_of(self._hass, known, anchor):
            state = self._hass.states.get(entity_id)
            if state is not None:
                heard = merged(heard, _marked(self._in_attributes(known, place, state), estimated=place.estimated))
        return heard

    def _in_attributes(self, known: KnownPrices, place: Place, state: State) -> tuple[PriceSlot, ...]:
        factor = known.factor if known.factor is not None else factor_of(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))
        zone = dt_util.get_default_time_zone()
        slots: tuple[PriceSlot, ...] = ()
        for number, attribute in enumerate(tuple(state.attributes) if known is ANY else place.attributes):
            if known.shape is Shape.BY_HOUR:
                day = dt_util.as_local(state.last_updated).date() + timedelta(days=number)
                told = read_hours(state.attributes, attribute, day, zone, factor)
            else:
                told = read_rows(state.attributes.get(attribute), known, zone, factor)
            slots = merged(slots, told)
        return slots

    def _take(self, told: tuple[PriceSlot, ...]) -> bool:
        """Note what was told; whether that is news."""
        before = self._slots
        oldest = dt_util.utcnow() - KEPT
        self._slots = tuple(slot for slot in merged(before, told) if slot.end > oldest)
        return told != () and self._slots != tuple(slot for slot in before if slot.end > oldest)

    def _is_due(self, now: datetime, known: KnownPrices, call: Call) -> bool:
        if not self._hass.services.has_service(known.platform, call.action):
            return False
        wait = min(AGAIN, call.every) if self._misses(now) else call.every
        return self._called_at is None or now >= self._called_at + wait

    def _misses(self, now: datetime) -> bool:
        """Tell whether it lacks what should be published."""
        today = dt_util.start_of_local_day(dt_util.as_local(now))
        days = 2 if dt_util.as_local(now).hour >= PUBLISHED_HOUR else 1
        wanted = dt_util.start_of_local_day(today.date() + timedelta(days=days)) - _CLOSE
        known = max((slot.end for slot in self._slots), default=now)
        return known < wanted

    async def _call(self, known: KnownPrices, anchor: Anchor, call: Call) -> None:
        self._calling = True
        self._called_at = dt_util.utcnow()
        told: tuple[PriceSlot, ...] = ()
        try:
            for day in self._days(call):
                told = merged(told, await self._ask(known, anchor, call, day))
        finally:
            self._calling = False
        if self._take(told):
            self._on_change()

    def _days(self, call: Call) -> list[date]:
        """List the days to ask for: those that today and, once it may be known, tomorrow have a part of."""
        now = dt_util.now()
        if not call.by_day:
            return [now.date()]
        zone = dt_util.get_default_time_zone() if call.zone is None else ZoneInfo(call.zone)
        ahead = 2 if now.hour >= PUBLISHED_HOUR else 1
        first = dt_util.start_of_local_day(now)
        last = dt_util.start_of_local_day(now.date() + timedelta(days=ahead)) - timedelta(seconds=1)
        begin, end = first.astimezone(zone).date(), last.astimezone(zone).date()
        return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]

    async def _ask(self, known: KnownPrices, anchor: Anchor, call: Call, day: date) -> tuple[PriceSlot, ...]:
        try:
            answer: Any = await self._hass.services.async_call(
                known.platform,
                call.action,
                {key: _filled(value, anchor, day) for key, value in call.data.items()},
                blocking=True,
                return_response=True,
            )
        except Exception as error:  # noqa: BLE001 whatever its integration raises, it is asked again
            _LOGGER.debug("%s.%s did not tell prices of %s: %s", known.platform, call.action, day, error)
            return ()
        rows = _inside(answer, call.path, anchor)
        factor = 1.0 if known.factor is None else known.factor
        slots = read_rows(rows, known, dt_util.get_default_time_zone(), factor)
        return _marked(slots, estimated=call.estimated)


def _filled(value: object, anchor: Anchor, day: date) -> object:
    if not isinstance(value, Blank):
        return value
    return {
        Blank.ENTRY: anchor.entry_id,
        Blank.DEVICE: anchor.device_id,
        Blank.DEVICE_NAME: anchor.device_name,
        Blank.ID: anchor.group,
        Blank.IDS: [anchor.group],
        Blank.DAY: day.isoformat(),
        Blank.FROM: dt_util.start_of_local_day(day).isoformat(),
        Blank.TO: dt_util.start_of_local_day(day + timedelta(days=2)).isoformat(),
    }[value]


def _inside(answer: Any, path: tuple[str, ...], anchor: Anchor) -> Any:
    """Go down into an answer. Where it is sorted by what has another name there, the only one is meant."""
    names = {Blank.ID: anchor.group, Blank.DEVICE_NAME: anchor.device_name}
    for part in path:
        if not isinstance(answer, Mapping):
            return None
        name = names[part] if isinstance(part, Blank) else part
        if name not in answer and isinstance(part, Blank) and len(answer) == 1:
            name = next(iter(answer))
        answer = answer.get(name)
    return answer


def _marked(slots: tuple[PriceSlot, ...], *, estimated: bool) -> tuple[PriceSlot, ...]:
    if not estimated:
        return slots
    return tuple(
        PriceSlot(start=slot.start, end=slot.end, price_per_kwh=slot.price_per_kwh, estimated=True) for slot in slots
    )
