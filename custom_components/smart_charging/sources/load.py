"""A sheddable load: the states of an appliance's entities, turned into one status."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event

from ..engine.model.load import LoadStatus
from .appliance import is_on, is_reachable
from .power import PowerSensor

POWER_STALE_AFTER: Final = timedelta(minutes=10)
"""A power that is older tells nothing. Plugs report what changed at once, and what did not every few minutes."""


class LoadSource:
    """Reads one appliance."""

    def __init__(
        self, hass: HomeAssistant, entity_id: str, *, power_entity_id: str | None, shed_value: float | None
    ) -> None:
        self._hass = hass
        self._entity_id = entity_id
        self._shed_value = shed_value
        self._power = None if power_entity_id is None else PowerSensor(hass, power_entity_id)
        self._on_change: Callable[[], None] = lambda: None
        self._unsubscribe: Callable[[], None] = lambda: None

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to listen; `on_change` is called when the appliance is switched, by whomever."""
        self._on_change = on_change
        self._unsubscribe = async_track_state_change_event(self._hass, [self._entity_id], self._changed)
        if self._power is not None:
            self._power.start()

    @callback
    def stop(self) -> None:
        """Listen no more."""
        self._unsubscribe()

    @property
    def state(self) -> State | None:
        """The state of its entity."""
        return self._hass.states.get(self._entity_id)

    @property
    def on(self) -> bool | None:
        """Whether it is switched on."""
        return is_on(self.state, self._shed_value)

    def status(self, at: datetime, *, shed: bool) -> LoadStatus:
        """What the appliance says at `at`, UTC; whether it was we who switched it off is known to the caller."""
        return LoadStatus(reachable=is_reachable(self.state), on=self.on, power_w=self._power_w(at), shed=shed)

    def _power_w(self, at: datetime) -> float | None:
        reading = None if self._power is None else self._power.reading
        return None if reading is None or at - reading.at > POWER_STALE_AFTER else reading.power_w

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old is None or new is None or old.state != new.state:
            self._on_change()
