"""Why a charger is given what it is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ReasonCode(StrEnum):
    """One sentence each in the UI; `Reason.params` fills its blanks. Currents in A, times as ISO 8601 in UTC."""

    NO_CAR = "no_car"
    OFF = "off"
    NOT_AUTHORIZED = "not_authorized"
    """Nobody showed a card that is needed, or let the car charge from here."""
    OFFLINE = "offline"
    """The charger cannot be reached. `budget_a`: what it may be drawing."""
    FAULT = "fault"
    """`fault`: the charger's own word."""
    METER_SILENT = "meter_silent"
    """`failsafe_a`, `silent_s` (absent when the meter never spoke)."""
    WAITING_FOR_METER = "waiting_for_meter"
    """After a start: nothing moves before the first fresh reading."""
    AT_MAXIMUM = "at_maximum"
    """As fast as the charger can. `maximum_a`."""
    CHARGING_OPERATOR = "charging_operator"
    """The operator to whom the charger is handed on allows no more. `ceiling_a`, `minimum_a`."""
    LIMITED = "limited"
    """`source`, `limit_a` or `limit_w`, `circuit`, `phase` (absent for a limit in total), `limit_id` (of one that comes and goes)."""
    SHARED = "shared"
    """As `limited`, and `chargers` (how many) share what is left."""
    NO_ROOM = "no_room"
    """Paused. As `limited`, and `minimum_a`."""
    RISING = "rising"
    """There is room for `target_a`; it is given at `at` if it is still there then."""
    RESUMING = "resuming"
    """As `rising`, for a charger that is paused."""
    WAITING_FOR_OTHERS = "waiting_for_others"
    """Its share is there, but another charger has not given it up yet."""
    NOT_TAKING = "not_taking"
    """The car takes nothing: full, or asleep. `minimum_a` is held for it."""
    PLANNED = "planned"
    """The plan wants `target_a` now, until `until`."""
    PLAN_WAITS = "plan_waits"
    """The plan waits. `starts` (absent when it has nothing left to do)."""
    PEAK = "peak"
    """Waits for off-peak hours. `starts` (absent where nobody knows)."""
    MONTH_PEAK = "month_peak"
    """Held back so that the month's highest power stays at `target_w`; `wanted_a`."""
    WAITING_FOR_TURN = "waiting_for_turn"
    """Not all cars fit at once: another one charges until `at`. As `limited`, and `minimum_a`."""
    SOLAR = "solar"
    """Follows the surplus. `surplus_w`."""
    SOLAR_WAITS = "solar_waits"
    """Paused for want of surplus. `surplus_w`, `needed_w`; `at` when it starts if the surplus stays."""
    SOLAR_ENDS = "solar_ends"
    """The surplus is gone; held at `minimum_a` until `at`, in case it was a cloud."""
    SOLAR_MINIMUM = "solar_minimum"
    """The minimum, for want of surplus. `minimum_a`, `surplus_w`."""
    SWITCHING_PHASES = "switching_phases"
    """Paused to switch to `phases`."""
    WAKING = "waking"
    """The car does not take what it is offered; it is woken, try `tries`."""
    CALLING = "calling"
    """Likewise, and it is woken by its own means, try `tries`."""
    ASLEEP = "asleep"
    """The car could not be woken in `tries` tries."""
    DISOBEDIENT = "disobedient"
    """It draws `drawn_a` though told `setpoint_a`."""
    LOAD_RUNS = "load_runs"
    LOAD_SHED = "load_shed"
    """Switched off to stay below a limit. As `limited`."""
    LOAD_RESTORES = "load_restores"
    """It is switched on again at `at`, if the room is still there then."""
    LOAD_WAITS = "load_waits"
    """Off until there is room for `needed_w`. As `limited`."""
    LOAD_OFF = "load_off"
    """Somebody else switched it off, or it cannot be reached."""


type ReasonParam = float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A code and what it needs to become a sentence."""

    code: ReasonCode
    params: Mapping[str, ReasonParam] = field(default_factory=dict[str, ReasonParam])
