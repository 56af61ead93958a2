"""Why a charger has its setpoint: one sentence, that stands still while nothing moves."""

from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription
from homeassistant.const import MATCH_ALL
from homeassistant.core import callback

from ..engine.model.decision import Setpoint
from ..engine.model.reason import ReasonCode
from ..entity import ChargerEntity
from ..reasons import checking_sentence, sentence, testing_sentence
from ..speech import async_speech

REASON_DESCRIPTION: Final = SensorEntityDescription(key="reason", translation_key="reason")

_NEARLY_THE_SAME: Final = frozenset(
    {ReasonCode.LIMITED, ReasonCode.SHARED, ReasonCode.RISING, ReasonCode.RESUMING, ReasonCode.WAITING_FOR_OTHERS}
)
"""Between these a charger may go to and fro each few seconds, as two limits bind in turn, or room comes and goes."""
_SETTLED: Final = timedelta(seconds=5)
"""So long another one of them has to hold before it is told, for as long as the setpoint stays: each is written down."""


class ReasonSensor(ChargerEntity, SensorEntity):
    """Tells the reason of the last setpoint, unless that is about to change back."""

    _unrecorded_attributes = frozenset({MATCH_ALL})
    _told: Setpoint | None = None
    _other: tuple[object, datetime] | None = None
    """Another reason than the one that is told, and since when it holds."""

    @property
    @override
    def native_value(self) -> str | None:
        speech = async_speech(self.hass, self.coordinator.circuit_names, self.coordinator.limit_names)
        checked_until = self.coordinator.checks.ends_at(self._evse.evse_id)
        if checked_until is not None:
            return checking_sentence(speech, checked_until)
        tested_until = self.coordinator.walks.ends_at(self._evse.evse_id)
        if tested_until is not None:
            return testing_sentence(speech, tested_until)
        return None if self._told is None else sentence(speech, self._told)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        told = self._told
        return None if told is None else {"code": told.reason.code.value, **told.reason.params}

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self._settle()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        self._settle()
        super()._handle_coordinator_update()

    @override
    def _shows(self) -> object:
        """Compare the sentence alone: it leaves out what changes every second."""
        return self.native_value

    def _settle(self) -> None:
        """Take up the last setpoint's reason, as soon as that is worth telling."""
        view, told = self.view, self._told
        new = view.setpoint
        if new is None or told is None or not _is_nearly(told, new):
            self._told, self._other = new, None
            return
        subject = _subject(new)
        if self._other is None or self._other[0] != subject:
            self._other = subject, view.at
        if subject == _subject(told) or view.at - self._other[1] >= _SETTLED:
            self._told, self._other = new, None


def _is_nearly(told: Setpoint, new: Setpoint) -> bool:
    same = (told.current_a, told.phases, told.means) == (new.current_a, new.phases, new.means)
    return same and {told.reason.code, new.reason.code} <= _NEARLY_THE_SAME


def _subject(setpoint: Setpoint) -> object:
    """What a reason is about, without its figures."""
    reason = setpoint.reason
    return reason.code, *(reason.params.get(name) for name in ("source", "circuit", "phase", "limit_id"))
