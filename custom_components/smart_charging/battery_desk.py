"""Steers the home battery through its entity: as it is ordered, and never against what a person set.

- Only what differs from what the entity shows is sent; what does not follow is told again, more and more seldom.
- Who sets it by hand is heeded until something else is wanted. A state that nobody named here is left alone.
- What it was told is kept in the store until it is back, so that a restart leaves no hold behind.
"""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant, State, callback

from .configuration.battery import BatteryHandle
from .const import DOMAIN
from .engine.model.battery_order import BatteryCause, BatteryOrder, BatteryWay
from .loads import async_call
from .sources.appliance import is_reachable
from .sources.battery_handle import can_set, is_set, number_call, settable, way_call, way_of
from .store import HeldBattery, SiteStore

_LOGGER: Final = logging.getLogger(__name__)

PATIENCE: Final = timedelta(seconds=60)
"""Until then an entity that was told may still show what it did before: many are asked once a minute."""
LONGEST_PAUSE: Final = timedelta(minutes=10)
"""What does not follow is told again after one minute, two, four, and so on up to this."""
SHORT_PAUSE: Final = timedelta(seconds=30)
"""To be by itself again it is told more often: that is what is safe."""
MOST_TRIES: Final = 3
"""After so many in vain its owner is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryTold:
    """What a tick found: `way` is the one that the entity shows, None where it is none that has a name here."""

    entity_id: str
    order: BatteryOrder
    way: BatteryWay | None
    cause: BatteryCause
    """Of what it does: that of the order, or why the order is not carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """A way, and what its number is to be set to, where it has one."""

    way: BatteryWay
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    target: _Target
    at: datetime
    tries: int = 1
    followed: bool = False


class BatteryDesk:
    """One battery, and at most one command under way."""

    def __init__(self, hass: HomeAssistant, handle: BatteryHandle, store: SiteStore) -> None:
        self._hass = hass
        self._handle = handle
        self._store = store
        self._sent: _Sent | None = None
        self._yields_to: BatteryWay | None = None
        """What was wanted when somebody set it by hand: it is left alone for as long as that is wanted."""
        self._task: asyncio.Task[None] | None = None
        self._failed = False
        self._stopped = False

    @callback
    def look(self, order: BatteryOrder, at: datetime) -> BatteryTold:
        """Carry out an order at `at`, UTC, as far as that is still to be done. Returns at once."""
        state = self._hass.states.get(self._handle.entity_id)
        shown = way_of(state, self._handle.words)
        if shown is None:
            return self._told(order, None, self._lost(state))
        target = self._target(order)
        if target is None:
            order, target = BatteryOrder(cause=self._why_not()), _Target(way=BatteryWay.BY_ITSELF)
        self._note(target.way, shown, at)
        if self._yields_to is not None:
            return self._told(order, shown, order.cause if shown is target.way else BatteryCause.BY_HAND)
        if not self._is_reached(target, shown) and self._task is None and not self._stopped:
            self._bring(target, at)
        if self._disobeys(target, shown, at):
            return self._told(order, shown, BatteryCause.DISOBEYS)
        return self._told(order, shown, BatteryCause.GIVES if order.gives and shown is order.way else order.cause)

    async def stop(self) -> None:
        """Tell it nothing any more, and let it go: what it was told by us ends, as far as it can be reached."""
        if self._stopped:
            return
        self._stopped = True
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
        await async_release(self._hass, self._store)

    def _told(self, order: BatteryOrder, shown: BatteryWay | None, cause: BatteryCause) -> BatteryTold:
        return BatteryTold(entity_id=self._handle.entity_id, order=order, way=shown, cause=cause)

    def _target(self, order: BatteryOrder) -> _Target | None:
        """Tell what an order comes to; None: its power cannot be set, or not so low."""
        power_entity_id = self._handle.power_entity_id
        if order.way is not BatteryWay.CHARGE or power_entity_id is None or order.power_w is None:
            return _Target(way=order.way)
        value = settable(self._hass.states.get(power_entity_id), order.power_w)
        return None if value is None else _Target(way=order.way, value=value)

    def _why_not(self) -> BatteryCause:
        """Say why its power cannot be set: there is not room for the least, or nothing there that would set it."""
        power_entity_id = self._handle.power_entity_id
        number = None if power_entity_id is None else self._hass.states.get(power_entity_id)
        return BatteryCause.NO_ROOM if can_set(number) else BatteryCause.UNREACHABLE

    def _is_reached(self, target: _Target, shown: BatteryWay) -> bool:
        return shown is target.way and not self._has_to_set(target)

    def _has_to_set(self, target: _Target) -> bool:
        power_entity_id = self._handle.power_entity_id
        if target.value is None or power_entity_id is None:
            return False
        return not is_set(self._hass.states.get(power_entity_id), target.value)

    def _lost(self, state: State | None) -> BatteryCause:
        """Say why nothing can be said of it, and begin anew when it is back."""
        if not is_reachable(state):
            self._sent = None if self._sent is None else replace(self._sent, tries=1, followed=False)
            return BatteryCause.UNREACHABLE
        self._sent = self._yields_to = None
        self._store.set_held_battery(None)
        return BatteryCause.FOREIGN

    def _note(self, wanted: BatteryWay, shown: BatteryWay, at: datetime) -> None:
        """Note that it follows, that somebody else set it, or that something else is wanted than when he did."""
        if self._yields_to is not None and wanted is not self._yields_to:
            self._yields_to = None
        sent, away = self._sent, shown is not BatteryWay.BY_ITSELF
        if sent is not None and shown is sent.target.way:
            # Many show at once what they were told, and then once more what they did before.
            self._sent = sent = replace(sent, followed=sent.followed or at - sent.at >= PATIENCE)
        elif sent is not None and sent.followed and sent.target.way is wanted and self._task is None:
            self._yield(wanted)
        elif sent is None and away and wanted is BatteryWay.BY_ITSELF and self._store.held_battery is None:
            # Nothing was said by us, nor before a restart: it is somebody's will.
            self._yield(wanted)
        if not away and wanted is BatteryWay.BY_ITSELF and (sent is None or sent.followed):
            self._store.set_held_battery(None)

    def _yield(self, wanted: BatteryWay) -> None:
        self._yields_to, self._sent = wanted, None
        self._store.set_held_battery(None)

    def _disobeys(self, target: _Target, shown: BatteryWay, at: datetime) -> bool:
        sent = self._sent
        if sent is None or sent.target.way is not target.way or shown is target.way:
            return False
        return sent.tries > MOST_TRIES or (sent.tries == MOST_TRIES and at - sent.at >= PATIENCE)

    def _bring(self, target: _Target, at: datetime) -> None:
        """Tell it, unless it was told so lately that it need not show yet."""
        sent, tries = self._sent, 1
        if sent is not None and sent.target == target:
            if timedelta() <= at - sent.at < _pause(sent):
                return
            tries = sent.tries + 1
        followed = sent is not None and sent.followed and sent.target.way is target.way
        self._sent = _Sent(target=target, at=at, tries=tries, followed=followed)
        handle = self._handle
        if target.way is not BatteryWay.BY_ITSELF:
            word, back = handle.words[target.way], handle.words[BatteryWay.BY_ITSELF]
            self._store.set_held_battery(HeldBattery(entity_id=handle.entity_id, word=word, back=back))
        self._task = self._hass.async_create_task(self._call(target), f"{DOMAIN} {handle.entity_id}", eager_start=False)

    async def _call(self, target: _Target) -> None:
        handle = self._handle
        try:
            if handle.power_entity_id is not None and target.value is not None and self._has_to_set(target):
                # Before it charges, so that it never charges with more.
                await async_call(
                    self._hass, handle.power_entity_id, (number_call(handle.power_entity_id, target.value),)
                )
            if way_of(self._hass.states.get(handle.entity_id), handle.words) is not target.way:
                await async_call(self._hass, handle.entity_id, (way_call(handle.entity_id, handle.words[target.way]),))
        except Exception as error:  # noqa: BLE001 whatever its integration raises, it is told again
            if not self._failed:
                _LOGGER.warning("The home battery could not be told: %s", str(error) or "no answer in time")
            self._failed = True
        else:
            self._failed = False
        finally:
            self._task = None


async def async_release(hass: HomeAssistant, store: SiteStore, keep: BatteryHandle | None = None) -> None:
    """Bring a battery back that was told something by us, unless somebody goes on to steer it (`keep`).

    One that cannot be told now stays in the store.
    """
    held = store.held_battery
    if held is None or (keep is not None and held.entity_id == keep.entity_id and held.word in keep.words.values()):
        return
    state = hass.states.get(held.entity_id)
    if not is_reachable(state):
        return
    # It may not show yet what it was told last.
    if state is not None and state.state in {held.word, held.back}:
        try:
            await async_call(hass, held.entity_id, (way_call(held.entity_id, held.back),))
        except Exception as error:  # noqa: BLE001 whatever its integration raises, it is tried again at the next start
            _LOGGER.warning("The home battery could not be let go: %s", str(error) or "no answer in time")
            return
    store.set_held_battery(None)


def _pause(sent: _Sent) -> timedelta:
    if sent.target.way is BatteryWay.BY_ITSELF:
        return SHORT_PAUSE
    return min(LONGEST_PAUSE, PATIENCE * (1 << min(sent.tries - 1, 10)))
