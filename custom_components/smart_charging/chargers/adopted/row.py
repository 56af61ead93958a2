"""What is known of the chargers of one integration: how their entities are recognised, and what they mean.

An entity is known by the integration that it comes from and by its unique id: those are the integration's own, where an
entity id is the user's to change.
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from homeassistant.const import STATE_OFF, STATE_ON

from ...engine.model.evse import EvState


class Role(StrEnum):
    """What an entity is of a charger; the values are stored."""

    LIMIT = "limit"
    """Sets the current, A per phase: a number, or a select of currents."""
    OFFER = "offer"
    """Tells the current that is set, where an action sets it."""
    PAUSE = "pause"
    """Lets charge or not: a switch or a select."""
    START = "start"
    """A button or switch that begins a charge."""
    STOP = "stop"
    """A button that ends it."""
    STATUS = "status"
    """Tells the state in a word."""
    PLUGGED = "plugged"
    """Whether a vehicle is connected."""
    CHARGING = "charging"
    """Whether it charges."""
    POWER = "power"
    ENERGY = "energy"
    """The register that never falls."""
    SESSION_ENERGY = "session_energy"
    CURRENT = "current"
    """Of a charger that has one phase."""
    CURRENT_L1 = "current_l1"
    CURRENT_L2 = "current_l2"
    CURRENT_L3 = "current_l3"
    PHASES = "phases"
    """On how many phases it charges: a number, a select, or a switch."""
    LOCATION = "location"
    """Where a vehicle is, that is steered itself."""


CURRENTS = (Role.CURRENT_L1, Role.CURRENT_L2, Role.CURRENT_L3)
MEASURES = frozenset({Role.POWER, Role.CURRENT, *CURRENTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """How the entity of a role is recognised.

    `unique_id` is a pattern for the whole id. A group named `unit` in it keeps apart chargers that share a device; other
    groups can be used in an action's data.
    """

    role: Role
    domain: str
    unique_id: re.Pattern[str]
    shared: bool = False
    """It belongs to another device of the same config entry, which all its chargers share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action of the integration's own, in place of an entity's.

    `value` names the field for the current. A text in `data` may hold `{device_id}`, `{minutes}` (see
    `KnownCharger.time_to_live_s`) and the named groups of the unique id that a charger's first entity was recognised by.
    """

    action: str
    value: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pausing:
    """What the entity for a pause is told. `tells`: it shows whether the car may charge, and not whether it does.

    Where there is no such entity but buttons or actions, those are pressed or called.
    """

    pause: str = STATE_OFF
    resume: str = STATE_ON
    tells: bool = True
    pause_action: Action | None = None
    resume_action: Action | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCharger:
    """The chargers of one integration. `name` is a proper noun; `source` is where the facts come from."""

    platform: str
    name: str
    traits: tuple[Trait, ...]
    """Of several for one role the first that is there counts."""
    source: str
    required: AbstractSet[Role] = frozenset()
    """Without these it is something else, or cannot be steered safely."""
    states: Mapping[str, EvState] = field(default_factory=dict)
    """By the word of `Role.STATUS`, in lower case. One that is not here says nothing."""
    offline: AbstractSet[str] = frozenset()
    """Words of it that say that the charger is not there."""
    limit_action: Action | None = None
    zero_pauses: bool = False
    """A current of 0 is understood as a pause."""
    pausing: Pausing = field(default_factory=Pausing)
    idle_pause: bool = False
    """What pauses it is only there while a vehicle is connected."""
    phases: Mapping[int, str] = field(default_factory=dict)
    """What `Role.PHASES` shows and is told for a number of phases."""
    minimum_a: float = 6.0
    maximum_a: float = 32.0
    step_a: float = 1.0
    """These three where the entity does not tell."""
    echo_s: float | None = None
    """So soon its entity shows what was told. None: at its next poll; the end of the call is then its yes."""
    cloud: bool = False
    shows_after_s: float | None = None
    """Its next poll is so far away at the most; None: 30 s, and 90 s through a cloud."""
    minimum_interval_s: float = 0.0
    """At least this long between two increases."""
    time_to_live_s: float | None = None
    """A command of `limit_action` is forgotten after this, and the charger is then at its failsafe current."""
    vehicle: bool = False
    """It is the car itself that is steered: a last resort, only at home, and only for a car that is plugged in."""
    tried: bool = False
    """On a device, and not only in the sources."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """For the list of supported chargers, in English: `setup`, `failsafe`, `pause`, `wear`."""

    @property
    def settles_s(self) -> float:
        """Until then it may show what it did before it was told."""
        if self.echo_s is not None:
            return 10.0
        return self.shows_after_s or (90.0 if self.cloud else 30.0)

    def can_set(self, roles: AbstractSet[Role]) -> bool:
        """Whether its current can be set, given the roles that it has entities for."""
        return self.limit_action is not None or Role.LIMIT in roles

    def can_pause(self, roles: AbstractSet[Role]) -> bool:
        """Whether it can be told to pause and to go on."""
        if Role.PAUSE in roles or (self.zero_pauses and self.can_set(roles)):
            return True
        pauses = self.pausing.pause_action is not None or Role.STOP in roles
        return pauses and (self.pausing.resume_action is not None or Role.START in roles)

    def groups_of(self, domain: str, unique_id: str) -> Mapping[str, str]:
        """The named groups in a unique id of one of its entities."""
        for trait in self.traits:
            if trait.domain == domain and (match := trait.unique_id.fullmatch(unique_id)):
                return {name: text for name, text in match.groupdict().items() if text is not None}
        return {}


def trait(role: Role, domain: str, unique_id: str, *, shared: bool = False) -> Trait:
    """Write a trait shortly."""
    return Trait(role=role, domain=domain, unique_id=re.compile(unique_id, re.IGNORECASE), shared=shared)


def sensors(template: str, **keys: str) -> tuple[Trait, ...]:
    """Sensors whose unique ids differ by a key, by role: `power="charge_power"`; `{}` in the template is the key."""
    return tuple(trait(Role(role), "sensor", template.replace("{}", key)) for role, key in keys.items())


def words(**states: str) -> Mapping[str, EvState]:
    """Words by the letter of their state: `a="idle", b="connected paused"`; in a word `_` may stand for a blank too."""
    found = {}
    for letter, text in states.items():
        for word in text.split():
            found[word] = found[word.replace("_", " ")] = EvState(letter)
    return found
