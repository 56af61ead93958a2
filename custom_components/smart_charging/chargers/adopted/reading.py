"""What the states of a charger's entities say together."""

from collections.abc import Mapping
from typing import Final

from homeassistant.components.select import ATTR_OPTIONS
from homeassistant.const import STATE_HOME, STATE_OFF, STATE_ON
from homeassistant.core import State

from ...engine.model.evse import Evse, EvState
from ..answers import number
from ..device import Reading
from .row import CURRENTS, KnownCharger, Role
from .units import AMPERES, KILOWATT_HOURS, WATTS, currents_in, measured, per_ampere, tells

type States = Mapping[Role, State]
"""Those that are there, by role."""

_PLUGGED: Final = frozenset({STATE_ON, "plugged in", "connected", "connected_locked", "connected_unlocked", "yes"})
_FLOWS_W: Final = 200.0
_FLOWS_A: Final = 1.0
"""So much is no standby."""
_STATE_ROLES: Final = frozenset({Role.STATUS, Role.PLUGGED, Role.CHARGING})


def read(known: KnownCharger, states: States, evse: Evse, *, paused: bool, voltage_v: float) -> Reading:
    """Read a charger. `paused`: it was told to pause, which not every pause shows."""
    phases = _phases(known, states, evse)
    return Reading(
        state=_state(known, states, evse),
        limit_a=_limit(known, states, evse, paused=paused, voltage_v=voltage_v),
        phases=phases,
        current_a=_currents(states, evse),
        power_w=measured(states.get(Role.POWER), WATTS),
        energy_kwh=measured(states.get(Role.ENERGY), KILOWATT_HOURS),
        session_kwh=measured(states.get(Role.SESSION_ENERGY), KILOWATT_HOURS),
        fault=_fault(known, states),
    )


def word(state: State | None) -> str:
    """The word of a state; empty where it says nothing."""
    return state.state.strip().lower() if state is not None and tells(state) else ""


def is_away(known: KnownCharger, states: States) -> bool:
    """Tell whether a car that is steered itself is somewhere else, where it is nobody's business."""
    return known.vehicle and word(states.get(Role.LOCATION)) not in {"", STATE_HOME}


def shows_pause(known: KnownCharger, states: States) -> bool | None:
    """Tell whether its entity for a pause says that it pauses; None where it says nothing, or has none."""
    state = states.get(Role.PAUSE)
    if state is None or not tells(state):
        return None
    return state.state == known.pausing.pause


def _state(known: KnownCharger, states: States, evse: Evse) -> EvState | None:
    if is_away(known, states):
        return EvState.A
    if (told := known.states.get(word(states.get(Role.STATUS)))) is not None:
        return told
    plugged, charging = word(states.get(Role.PLUGGED)), word(states.get(Role.CHARGING))
    if charging == STATE_ON or _flows(states, evse):
        return EvState.C
    if plugged:
        return EvState.B if plugged in _PLUGGED else EvState.A
    # One that tells nothing of the sort may have a car as well as not.
    return EvState.B if charging == STATE_OFF or not _STATE_ROLES & states.keys() else None


def _flows(states: States, evse: Evse) -> bool:
    power_w, current_a = measured(states.get(Role.POWER), WATTS), _currents(states, evse)
    return (power_w or 0.0) > _FLOWS_W or max(current_a or (0.0,)) > _FLOWS_A


def _limit(known: KnownCharger, states: States, evse: Evse, *, paused: bool, voltage_v: float) -> float | None:
    shown = shows_pause(known, states)
    # A switch that shows whether the car charges is off for other reasons too.
    if shown is None:
        paused = paused and not known.zero_pauses
    elif known.pausing.tells or not shown:
        paused = shown
    if paused:
        return 0.0
    if not known.can_set(states.keys()):
        # Its current is fixed, and was told at set-up.
        return evse.maximum_a if shown is not None else None
    return shown_limit(states, evse, _phases(known, states, evse), voltage_v=voltage_v)


def shown_limit(states: States, evse: Evse, phases: int | None, *, voltage_v: float) -> float | None:
    """The current that its limit shows, A per phase, pause or not."""
    state = states.get(Role.LIMIT) or states.get(Role.OFFER)
    if state is None:
        return None
    if ATTR_OPTIONS in state.attributes:
        return next(
            (a for a, option in currents_in(state.attributes[ATTR_OPTIONS]).items() if option == state.state), None
        )
    value = number(state.state)
    scale = per_ampere(state, maximum_a=evse.maximum_a, phases=phases or len(evse.phases), voltage_v=voltage_v)
    return None if value is None else value / scale


def _phases(known: KnownCharger, states: States, evse: Evse) -> int | None:
    state = states.get(Role.PHASES)
    if state is None or not tells(state):
        return None
    value = number(state.state)
    shown = state.state if value is None else f"{value:g}"
    found = next((count for count, told in known.phases.items() if told == shown), None)
    return None if found == len(evse.phases) else found


def _currents(states: States, evse: Evse) -> tuple[float, ...] | None:
    """The current of each of its phases; what is told for one alone says nothing of three."""
    roles = CURRENTS[: len(evse.phases)]
    found = [measured(states.get(role), AMPERES) for role in roles]
    if len(evse.phases) == 1 and found == [None]:
        found = [measured(states.get(Role.CURRENT), AMPERES)]
    told = [current_a for current_a in found if current_a is not None]
    return tuple(told) if len(told) == len(evse.phases) else None


def _fault(known: KnownCharger, states: States) -> str | None:
    told = word(states.get(Role.STATUS))
    return told if known.states.get(told) in {EvState.E, EvState.F} else None
