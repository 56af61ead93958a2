"""What has to be called to give a charger a setpoint: the actions of its entities, or of its integration."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.components.button.const import SERVICE_PRESS
from homeassistant.components.number import ATTR_MAX, ATTR_MIN, ATTR_STEP, ATTR_VALUE
from homeassistant.components.number.const import SERVICE_SET_VALUE
from homeassistant.components.select import ATTR_OPTION, ATTR_OPTIONS, SERVICE_SELECT_OPTION
from homeassistant.const import ATTR_ENTITY_ID, SERVICE_TURN_OFF, SERVICE_TURN_ON, STATE_ON
from homeassistant.core import State

from ...engine.model.evse import Evse
from ..errors import ChargerIdleError, ChargerRefusedError
from .reading import States, shows_pause, word
from .row import Action, KnownCharger, Role
from .units import attribute, currents_in, down_to_step, per_ampere

_NUMBERS: Final = frozenset({"number", "input_number"})
_SELECTS: Final = frozenset({"select", "input_select"})
_BUTTONS: Final = frozenset({"button", "input_button"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of an action."""

    domain: str
    action: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """Writes commands for one charger. `texts` fill the gaps in the data of its integration's own actions."""

    known: KnownCharger
    evse: Evse
    voltage_v: float
    texts: Mapping[str, str]

    def setpoint(self, states: States, current_a: float, phases: int | None, *, resume: bool) -> Iterator[Call]:
        """Set a current above 0. The limit comes before the car may go on, so that it never has more."""
        if (state := states.get(Role.PHASES)) is not None:
            yield from self._set_phases(state, phases)
        yield from self._limit(states, current_a, phases)
        if resume:
            yield from self._resume(states)

    def pause(self, states: States) -> Iterator[Call]:
        """Let it pause."""
        pausing = self.known.pausing
        if (state := states.get(Role.PAUSE)) is not None:
            yield tell(state, pausing.pause)
        elif self.known.zero_pauses:
            yield from self._limit(states, 0.0, None)
        elif pausing.pause_action is not None:
            yield self._own(pausing.pause_action)
        elif (stop := states.get(Role.STOP)) is not None:
            yield tell(stop, STATE_ON)
        else:
            raise ChargerIdleError("what pauses it is not there without a car")

    def least(self, states: States) -> Iterator[Call]:
        """Bring it as far down as it goes without a pause."""
        if self.known.can_set(states.keys()):
            yield from self._limit(states, self.evse.minimum_a, None)

    def start(self, states: States) -> Iterator[Call]:
        """Begin a charge, where one has to be begun."""
        start, pause = states.get(Role.START), states.get(Role.PAUSE)
        if start is not None:
            yield tell(start, STATE_ON)
        elif pause is not None and not self.known.pausing.tells:
            yield tell(pause, self.known.pausing.resume)

    def _resume(self, states: States) -> Iterator[Call]:
        pausing = self.known.pausing
        if (state := states.get(Role.PAUSE)) is not None:
            if not pausing.tells or shows_pause(self.known, states) is not False:
                yield tell(state, pausing.resume)
        elif self.known.zero_pauses:
            return
        elif pausing.resume_action is not None:
            yield self._own(pausing.resume_action)
        elif (start := states.get(Role.START)) is not None:
            yield tell(start, STATE_ON)

    def _limit(self, states: States, current_a: float, phases: int | None) -> Iterator[Call]:
        action = self.known.limit_action
        if action is not None:
            value = down_to_step(current_a, self.known.step_a)
            # Those that want a whole number refuse one with a fraction.
            yield self._own(action, {action.value: int(value) if value.is_integer() else value})
        elif (state := states.get(Role.LIMIT)) is not None:
            yield self._set(state, current_a, phases)

    def _set(self, state: State, current_a: float, phases: int | None) -> Call:
        if state.domain in _SELECTS:
            currents = currents_in(state.attributes.get(ATTR_OPTIONS))
            below = [value for value in currents if value <= current_a]
            if not below:
                raise ChargerRefusedError(f"it has no option of {current_a:g} A or less")
            return tell(state, currents[max(below)])
        scale = per_ampere(
            state,
            maximum_a=self.evse.maximum_a,
            phases=phases if phases is not None else len(self.evse.phases),
            voltage_v=self.voltage_v,
        )
        low, step = attribute(state, ATTR_MIN) or 0.0, attribute(state, ATTR_STEP) or 0.0
        value = down_to_step(current_a * scale, step, low)
        high = attribute(state, ATTR_MAX)
        return tell(state, str(value if high is None else min(value, high)))

    def _set_phases(self, state: State, phases: int | None) -> Iterator[Call]:
        wanted = self.known.phases.get(len(self.evse.phases) if phases is None else phases)
        if wanted is not None and word(state) not in {wanted.lower(), f"{wanted}.0"}:
            yield tell(state, wanted)

    def _own(self, action: Action, more: Mapping[str, Any] | None = None) -> Call:
        data = {
            key: value.format_map(self.texts) if isinstance(value, str) else value for key, value in action.data.items()
        }
        return Call(domain=self.known.platform, action=action.action, data={**data, **(more or {})})


def tell(state: State, wanted: str) -> Call:
    """Tell an entity a number, an option, or on or off; a button is pressed."""
    data: dict[str, Any] = {ATTR_ENTITY_ID: state.entity_id}
    if state.domain in _NUMBERS:
        action, data[ATTR_VALUE] = SERVICE_SET_VALUE, float(wanted)
    elif state.domain in _SELECTS:
        action, data[ATTR_OPTION] = SERVICE_SELECT_OPTION, wanted
    elif state.domain in _BUTTONS:
        action = SERVICE_PRESS
    else:
        action = SERVICE_TURN_ON if wanted == STATE_ON else SERVICE_TURN_OFF
    return Call(domain=state.domain, action=action, data=data)
