"""What the engine remembers from tick to tick."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .evse import Means
from .meter import MeterReading
from .quantities import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTarget:
    """A current that the car was heading for, A per phase, until `ended`, UTC. It may still be leaving it."""

    current_a: float
    ended: datetime
    guessed: bool = False
    """It was before our time: it may have been anything, and nothing is the least of that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appetite:
    """Whether a car takes what it is offered. Times are UTC."""

    drew: bool = False
    """It has drawn a current since it was plugged in, or since it was last paused for so long that it may sleep."""
    unoffered_since: datetime | None = None
    """Since when it has been offered less than its minimum, without a break."""
    done_at: datetime | None = None
    """When it was found to have stopped by itself while it was offered a current; None: it did not."""
    done_soc: float | None = None
    """Its state of charge then, 0 to 1, where that was known."""
    wakes: int = 0
    """How often the offer was taken away and given again to wake it, in vain so far; of one that is done 1 while it is
    asked again."""
    woken_at: datetime | None = None
    """When that was last begun."""
    calls: int = 0
    """How often it was called by its own means, in vain so far; it outlasts pauses."""
    called_at: datetime | None = None
    paused_since: datetime | None = None
    """Of one that may sleep after it has drawn: since when it was paused."""
    resumed: bool = False
    """It draws again, by itself, after a pause that was long enough to fall asleep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A car that draws less than it is offered, by its first and its last measurement of that, UTC."""

    since: datetime
    until: datetime
    drawn_a: float
    """A on the phase with the most, at the last one."""
    offered_a: float
    """What it was offered then, A per phase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disobedience:
    """A charger that draws more than it is told. Times are UTC, currents A per phase."""

    seen_at: datetime
    """When it was last known to do so."""
    drawn_a: float
    """What it drew then, on the phase with the most."""
    told_a: float
    """The most that it could take itself to be told then."""
    means_since: datetime
    means: Means = Means.OFFER
    """How it is made to give less."""
    over_since: datetime | None = None
    """Since when a circuit that feeds it has carried more than its limit, without a break."""
    times: int = 0
    """How often more than an offer was needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SunMemory:
    """About one charger that follows the sun."""

    runs: bool = False
    """Whether it may charge: there was enough to start, and has not been missing for too long since."""
    enough_s: float = 0.0
    """For how long there has been enough to start, weighed by how much there was beyond the minimum, as a part of that."""
    missing_s: float = 0.0
    """For how long the minimum has been missing, weighed by how much of it."""
    starts: tuple[datetime, ...] = ()
    """Those of this day of sun."""
    takes: float = 1.0
    """What its car takes of its offer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseMemory:
    """About one charger that can be told on how many phases to charge."""

    told: int | None = None
    """What it was told last; None: nothing yet."""
    wanted: int | None = None
    """What it is to be told as soon as that may be; where it must not switch under load it is paused meanwhile."""
    paused_at: datetime | None = None
    """Since when it is paused for that."""
    for_sun: bool = False
    """It was switched last because of the sun, and not of a limit."""
    gathered_wh: float = 0.0
    """Surplus beyond what the minimum on all phases would have taken, less what was missing for it."""
    switched: tuple[datetime, ...] = ()
    """The switches of the last 24 h."""
    tight: bool = False
    """The limits leave no room for its minimum on all of its phases."""
    tight_since: datetime | None = None
    """Since when `tight` is what it is; None: it was not looked at yet."""
    car: int | None = None
    """On how many its car was seen to charge when it could have used more than one; None: not seen yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvseMemory:
    """About one charger. Times are UTC, currents A per phase."""

    setpoint_a: float | None = None
    """What was commanded last; None before the first command."""
    rise_since: datetime | None = None
    """Since when there is room for more than that, without a break."""
    rise_to_a: float = 0.0
    """The least room that there was since then, as a setpoint."""
    rose_at: datetime | None = None
    """When it was last given more."""
    paused_at: datetime | None = None
    """When it was paused for want of room; None once it got room again, or its car left."""
    arrived_at: datetime | None = None
    """When its car was first seen plugged in."""
    served_since: datetime | None = None
    """Since when it has been given a current without a break."""
    waiting_since: datetime | None = None
    """Since when it has wanted a current and was given none."""
    regrets: int = 0
    """How often of late a rise had to be taken back at once: each makes the next one wait twice as long."""
    regretted_at: datetime | None = None
    untaken_since: datetime | None = None
    """Since when the car, its contactor open, has been offered at least its minimum, without a break."""
    target_a: float | None = None
    """What the car was heading for at the last tick: its offer, or 0 with its contactor open."""
    target_since: datetime | None = None
    past_targets: tuple[PastTarget, ...] = ()
    """Those that it may still be leaving, or was when a meter was last read; oldest first."""
    starting_at: datetime | None = None
    """When the meter last jumped as it does when its car, still said to wait, begins to draw."""
    seen_phases: tuple[Phase, ...] = ()
    """The phases on which its car was last seen to charge; empty: that is not known."""
    appetite: Appetite = Appetite()
    shortfall: Shortfall | None = None
    """Set while it draws less than it is offered."""
    takes: float = 1.0
    """The part of any offer that its car takes at the most, as far as that was seen."""
    refused_since: datetime | None = None
    """Since when it has acknowledged no setpoint as low as the one that it was commanded."""
    disobedience: Disobedience | None = None
    sun: SunMemory = SunMemory()
    phases: PhaseMemory = PhaseMemory()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stillness:
    """A meter that repeats the same values, since `since`, UTC."""

    since: datetime
    drawn_a: Mapping[str, float] = field(default_factory=dict[str, float])
    """What chargers below it measured in that time for the first time, by their id: A, all phases together."""
    battery_a: float | None = None
    """Likewise the home battery, A into it."""
    changed_at: datetime | None = None
    """Since when these have measured something else in sum."""
    frozen: bool = False
    """It cannot be true: a meter that lives would have shown that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitMemory:
    """About one metered circuit. The keys are its phases, and `total`."""

    heat: Mapping[str, float] = field(default_factory=dict[str, float])
    """How hot its protection is: the square of the load as a multiple of its limit, filtered as that device does."""
    base_a: Mapping[str, float] = field(default_factory=dict[str, float])
    """What the house took at the last reading, A."""
    unrest_a: Mapping[str, float] = field(default_factory=dict[str, float])
    """The largest step up that the house made from one reading to the next, A; it is forgotten over a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadMemory:
    """About one sheddable load."""

    shed: bool = False
    since: datetime | None = None
    """Since when `shed` is what it is."""
    short_since: datetime | None = None
    """Since when somebody before it in the list has had too little."""
    room_since: datetime | None = None
    """Since when there has been room for it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlState:
    """By circuit id and charger id. The empty state is that of a fresh start."""

    meters: Mapping[str, MeterReading] = field(default_factory=dict[str, MeterReading])
    """The last reading of each meter that could be believed."""
    stills: Mapping[str, Stillness] = field(default_factory=dict[str, Stillness])
    """Of each meter: since when it has said the same."""
    evses: Mapping[str, EvseMemory] = field(default_factory=dict[str, EvseMemory])
    circuits: Mapping[str, CircuitMemory] = field(default_factory=dict[str, CircuitMemory])
    loads: Mapping[str, LoadMemory] = field(default_factory=dict[str, LoadMemory])
    at: datetime | None = None
    """When the last tick was."""
    started_at: datetime | None = None
    """When a charger or a load was last started."""
    surplus_w: float | None = None
    """The solar surplus, smoothed; None while it is not known."""
    house_w: float | None = None
    """What the house takes without chargers, smoothed, while a month's peak is guarded; None while it is not, or not known."""
