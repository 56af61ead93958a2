"""What a preset says of a kind of charger: its topics, and what they mean. `parse.py` reads one from a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ...engine.model.evse import EvState, Watchdog, WatchdogKind

PREFIX: Final = "{prefix}"
"""Stands in topics for what the user chose, without a slash at its end."""

CURRENT: Final = "{current}"
"""Stands in payloads for the setpoint, A per phase, with as many decimals as the step has."""
MILLIAMPERE: Final = "{milliampere}"
DECIAMPERE: Final = "{deciampere}"
TIMESTAMP: Final = "{timestamp}"
"""Seconds since 1970, in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """Something that a topic tells. `path` leads into its JSON; or a Home Assistant template makes it of the payload."""

    topic: str
    path: tuple[str | int, ...] = ()
    template: str = ""
    scale: float = 1.0
    """What a 1 is, in A, W or kWh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Holds while its value is one of these words, in lower case; numbers as `{:g}` writes them."""

    value: Value
    words: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRule:
    """How the state is told: in words, or by whether a vehicle is connected and whether it charges, or both.

    A word that is not known says nothing, and the other two are asked.
    """

    value: Value | None = None
    words: Mapping[str, EvState] = field(default_factory=dict)
    plugged: Condition | None = None
    charging: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Where it tells that it is there, or the broker that it is not. A word that is in neither list says nothing.

    `of`: the topic is one that others write to as well (it may have wildcards); this value says who: the prefix, or its
    last part.
    """

    value: Value
    online: frozenset[str] = frozenset()
    offline: frozenset[str] = frozenset()
    of: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One message to it. Where it answers, a message at `accepted` is its yes, and one at `refused` its no."""

    topic: str
    payload: str
    retain: bool = False
    accepted: str = ""
    refused: str = ""


type Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How it is told what to offer."""

    set: Steps
    pause: Steps = ()
    resume: Steps = ()
    """After `set`, where it was paused or does not take setpoints otherwise (`Preset.running`)."""
    zero_pauses: bool = False
    """`set` understands a current of 0."""
    minimum_a: float = 6.0
    maximum_a: float = 32.0
    step_a: float = 1.0
    interval_s: float = 0.0
    """At least this long between two increases."""

    @property
    def can_pause(self) -> bool:
        """Whether it can be told to give nothing."""
        return self.zero_pauses or bool(self.pause)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """How it is told to charge on one phase or on all. It is only where it has three."""

    one: Steps
    three: Steps
    read_one: Condition | None = None
    """Holds while it is on one; None: what it was told last is all that is known."""
    when: Condition | None = None
    """Whether this one can."""
    while_paused: bool = False
    """It is not to be switched while power flows."""
    takes_s: float = 0.0
    """So long it may go on offering nothing after it was told to switch, whatever else it was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dog:
    """How it notices that nobody steers it any more; `beat` is what a heartbeat writes, every `every_s`."""

    watchdog: Watchdog = field(default_factory=Watchdog)
    beat: Steps = ()
    every_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One kind of charger. `prefix` is an example of what the user chooses."""

    name: str
    source: str
    tried: bool
    prefix: str
    state: StateRule
    writing: Writing
    current: tuple[Value, ...] = ()
    """One for each of its phases, or one that tells a list of them."""
    one_for_all: bool = False
    """It measures one phase, and the others are taken to be the same."""
    power: Value | None = None
    energy: Value | None = None
    """The register that never falls."""
    session_energy: Value | None = None
    limit: tuple[Value, ...] = ()
    """What it offers: the first of these that it tells, and that is not 0."""
    paused: Condition | None = None
    """It offers nothing."""
    running: Condition | None = None
    """It takes setpoints only while this holds; else it is resumed first."""
    requires: Condition | None = None
    """A setting of its own without which it cannot be steered."""
    fault: Condition | None = None
    """There is none while this holds."""
    availability: Availability | None = None
    pilot: Value | None = None
    """What it signals to the car, which is what it was told or less: where `limit` is not told, what it is found with."""
    limit_optional: bool = False
    """Not every charger of the kind tells `limit`: one that never did has done what the broker took for it."""
    silence_s: float | None = None
    """After so long without a message it is not there; None: it may have nothing to say for long."""
    phases: Phases | None = None
    on_change: bool = False
    """It says only what has changed: what it said last holds while it is there."""
    alive: tuple[str, ...] = ()
    """Topics that tell nothing but that it is there."""
    dog: Dog = field(default_factory=Dog)
    manufacturer: str = ""
    model: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def watchdog(self) -> Watchdog:
        """Its watchdog, as data."""
        return self.dog.watchdog

    @property
    def echoes(self) -> tuple[str, ...]:
        """The topics that show what it was told; none: a message that the broker took is as good as done."""
        shown = [*self.limit, *([self.paused.value] if self.paused else ())]
        return tuple(value.topic for value in shown)

    @property
    def measuring(self) -> tuple[str, ...]:
        """The topics that tell how much flows."""
        return tuple(value.topic for value in (*self.current, *([self.power] if self.power else ())))

    @property
    def topics(self) -> tuple[str, ...]:
        """All that it is listened to at, each once."""
        switching = () if self.phases is None else (*self.phases.one, *self.phases.three)
        steps = (*self.writing.set, *self.writing.pause, *self.writing.resume, *switching)
        answers = [topic for step in steps for topic in (step.accepted, step.refused) if topic]
        return tuple(dict.fromkeys([*(value.topic for value in self._values()), *self.alive, *answers]))

    def _values(self) -> Iterator[Value]:
        state, phases = self.state, self.phases
        switching = () if phases is None else (phases.read_one, phases.when)
        conditions = (state.plugged, state.charging, self.paused, self.running, self.requires, self.fault, *switching)
        yield from (
            value
            for value in (state.value, self.power, self.energy, self.session_energy, self.pilot)
            if value is not None
        )
        yield from (condition.value for condition in conditions if condition is not None)
        yield from (*self.current, *self.limit)
        if self.availability is not None:
            yield self.availability.value


NO_DOG: Final = Dog(watchdog=Watchdog(kind=WatchdogKind.NONE))
