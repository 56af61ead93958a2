"""Appliances that give way: switches them off and back on as decided, and never touches what a person switched.

What an appliance did before is kept in the store until it does so again, so that a restart in between loses nothing. One
that is switched on while we hold it off was switched on by somebody else: from then on it is theirs.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import CoreState, HomeAssistant, callback

from .configuration.setup import LoadConfig
from .const import DOMAIN
from .engine.model.load import LoadStatus
from .sources.appliance import Call, is_on, off_calls, on_calls
from .sources.load import LoadSource
from .store import Shed, SiteStore

_LOGGER: Final = logging.getLogger(__name__)

TIMEOUT_S: Final = 10.0
"""An appliance that has not been switched by then counts as not told."""
PATIENCE: Final = timedelta(seconds=60)
"""Until then an appliance that was told may still show what it did before: many are asked for their state once a minute."""
SPACING_S: Final = 5.0
"""Between two appliances that are let go when nobody steers any more: not all at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What an appliance was told last, and when, UTC."""

    on: bool
    at: datetime


class Load:
    """One appliance: what it says, and at most one command under way."""

    def __init__(self, hass: HomeAssistant, load_id: str, config: LoadConfig, store: SiteStore) -> None:
        self._hass = hass
        self._load_id = load_id
        self._config = config
        self._store = store
        self.source = LoadSource(
            hass, config.entity_id, power_entity_id=config.power_entity_id, shed_value=config.shed_value
        )
        self._told: _Told | None = None
        self._failed = False
        self._task: asyncio.Task[None] | None = None

    def status(self, at: datetime) -> LoadStatus:
        """What the appliance says at `at`, UTC. Notes that somebody else switched it on, or that it is on as it was told."""
        on = self.source.on
        if self._shed is not None and on is True and not self._awaits(on=False, at=at):
            # It is on, by our command or by somebody else's.
            self._store.set_shed(self._load_id, None)
        if self._told is not None and on is self._told.on and self._task is None:
            self._told = None
        return self.source.status(at, shed=self._shed is not None)

    def apply(self, *, shed: bool, at: datetime) -> None:
        """Switch it off, or back on, if that is still to be done. Returns at once."""
        state = self.source.state
        if self._task is not None or state is None or self._awaits(on=not shed, at=at):
            return
        on, before = self.source.on, self._shed
        if shed and on is True:
            self._store.set_shed(
                self._load_id,
                Shed(
                    entity_id=self._config.entity_id,
                    before=state.state,
                    shed_value=self._config.shed_value,
                    since=at,
                ),
            )
            self._tell(off_calls(state, self._config.shed_value), on=False, at=at)
        elif not shed and on is False and before is not None:
            self._tell(on_calls(state, before.before), on=True, at=at)

    async def stop(self) -> None:
        """Tell it nothing any more; what is under way is seen through."""
        self.source.stop()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def _shed(self) -> Shed | None:
        return self._store.sheds.get(self._load_id)

    def _awaits(self, *, on: bool, at: datetime) -> bool:
        """Tell whether it was told this so lately that it need not show yet."""
        return self._told is not None and self._told.on is on and timedelta() <= at - self._told.at < PATIENCE

    def _tell(self, calls: tuple[Call, ...], *, on: bool, at: datetime) -> None:
        self._told = _Told(on=on, at=at)
        # Lazily, so that the task is known before it runs.
        self._task = self._hass.async_create_task(
            self._call(calls), f"{DOMAIN} {self._config.entity_id}", eager_start=False
        )

    async def _call(self, calls: tuple[Call, ...]) -> None:
        try:
            await async_call(self._hass, self._config.entity_id, calls)
        except Exception as error:  # noqa: BLE001 whatever its integration raises, the next tick tries again
            self._told = None
            if not self._failed:
                _LOGGER.warning("%s could not be switched: %s", self._config.name, str(error) or "no answer in time")
            self._failed = True
        else:
            if self._failed:
                _LOGGER.info("%s can be switched again", self._config.name)
            self._failed = False
        finally:
            self._task = None


class Loads:
    """The appliances of a site, by load id."""

    def __init__(self, hass: HomeAssistant, configs: Mapping[str, LoadConfig], store: SiteStore) -> None:
        self._loads = {load_id: Load(hass, load_id, config, store) for load_id, config in configs.items()}

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to listen; `on_change` is called when an appliance is switched, by whomever."""
        for load in self._loads.values():
            load.source.start(on_change)

    async def stop(self) -> None:
        """Switch nothing any more. What is off stays off, for whoever takes over: see `async_let_go`."""
        await asyncio.gather(*(load.stop() for load in self._loads.values()))

    def statuses(self, at: datetime) -> dict[str, LoadStatus]:
        """What the appliances say at `at`, UTC."""
        return {load_id: load.status(at) for load_id, load in self._loads.items()}

    def apply(self, shed: AbstractSet[str], at: datetime) -> None:
        """Begin to switch off those that are to be off, and back on those that we hold off for nothing."""
        for load_id, load in self._loads.items():
            load.apply(shed=load_id in shed, at=at)


async def async_let_go(hass: HomeAssistant, store: SiteStore, keep: AbstractSet[tuple[str, str]] = frozenset()) -> None:
    """Switch on again what we hold off, one after another, but not what somebody goes on to steer.

    `keep` holds those as load id and entity id. One that cannot be switched now stays in the store.
    """
    let_go = {load_id: shed for load_id, shed in store.sheds.items() if (load_id, shed.entity_id) not in keep}
    for number, (load_id, shed) in enumerate(let_go.items()):
        if number:
            await asyncio.sleep(SPACING_S)
        if await _async_let_go(hass, shed):
            store.set_shed(load_id, None)
    await store.async_save()


async def _async_let_go(hass: HomeAssistant, shed: Shed) -> bool:
    """Switch one on unless it is; whether nothing is left to do."""
    state = hass.states.get(shed.entity_id)
    if state is None:
        # While Home Assistant starts, it may still come.
        return hass.state is CoreState.running
    on = is_on(state, shed.shed_value)
    if on is not False:
        return on is True
    try:
        await async_call(hass, shed.entity_id, on_calls(state, shed.before))
    except Exception as error:  # noqa: BLE001 whatever its integration raises, the others are switched on all the same
        _LOGGER.warning("%s could not be switched on again: %s", shed.entity_id, str(error) or "no answer in time")
        return False
    return True


async def async_call(hass: HomeAssistant, entity_id: str, calls: tuple[Call, ...]) -> None:
    """Call these actions for an entity, one after another. Raises what they raise, and TimeoutError."""
    async with asyncio.timeout(TIMEOUT_S):
        for call in calls:
            await hass.services.async_call(
                call.domain, call.action, {**call.data, ATTR_ENTITY_ID: entity_id}, blocking=True
            )
