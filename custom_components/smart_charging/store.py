"""What is kept over restarts: what people want of each charger and vehicle, its session's energy, what we switched off, what was told."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .engine.accounting.session import SessionEnergy
from .engine.model.evse import Means
from .engine.model.goal_set import GoalSet, GuestGoals
from .engine.model.mode import Mode
from .engine.model.override import Override
from .engine.model.pause_habit import PauseHabit
from .engine.model.presence import CarChoice, Presence
from .engine.model.replay import ReplayError, from_json, to_json
from .engine.model.site import Site
from .engine.model.soc import KnownSoc
from .sources.limit import ToldValue

_VERSION: Final = 1
_CHOICE_DELAY_S: Final = 1.0
_SESSION_DELAY_S: Final = 300.0
"""Sessions are written this seldom, to spare memory cards; Home Assistant writes what is due when it stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shed:
    """An appliance that we switched off: `before` is the state that it had, to which it goes back."""

    entity_id: str
    before: str
    since: datetime
    shed_value: float | None = None
    """What a number was set to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBattery:
    """A home battery that we hold, or charge: its entity was brought to the state `word`, and has to go `back`."""

    entity_id: str
    word: str
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCards:
    """What a station was told of cards last: a hash of it, the version of its list (0: none), whether all are `free` to charge."""

    fingerprint: str
    version: int
    free: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenPriority:
    """A priority that was chosen in place of the configured one, for as long as nobody configures another."""

    priority: int
    configured: int


class SiteStore:
    """One entry's file. What cannot be read in it is as if it had never been there."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store: Store[dict[str, Any]] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}")
        self._modes: dict[str, Mode] = {}
        self._sessions: dict[str, SessionEnergy] = {}
        self._overrides: dict[str, Override] = {}
        self._priorities: dict[str, ChosenPriority] = {}
        self._sheds: dict[str, Shed] = {}
        self._interrupted: dict[str, Means] = {}
        self._told_limits: dict[str, ToldValue] = {}
        self._sent_cards: dict[str, SentCards] = {}
        self._presences: dict[str, Presence] = {}
        self._car_choices: dict[str, CarChoice] = {}
        self._known_socs: dict[str, KnownSoc] = {}
        self._pause_habits: dict[str, PauseHabit] = {}
        self._goals: dict[str, GoalSet] = {}
        self._guest_goals: dict[str, GuestGoals] = {}
        self._held_battery: HeldBattery | None = None
        self._steers_battery = True
        self._due = False
        self._changed = False

    async def async_load(self) -> None:
        """Read the file, if there is one."""
        data = await self._store.async_load() or {}
        self._modes = {evse_id: Mode(mode) for evse_id, mode in data.get("modes", {}).items() if mode in set(Mode)}
        self._sessions = _read(SessionEnergy, data.get("sessions"))
        self._overrides = _read(Override, data.get("overrides"))
        self._priorities = _read(ChosenPriority, data.get("priorities"))
        self._sheds = _read(Shed, data.get("sheds"))
        self._told_limits = _read(ToldValue, data.get("told_limits"))
        self._sent_cards = _read(SentCards, data.get("sent_cards"))
        self._presences = _read(Presence, data.get("presences"))
        self._car_choices = _read(CarChoice, data.get("car_choices"))
        self._known_socs = _read(KnownSoc, data.get("known_socs"))
        self._pause_habits = _read(PauseHabit, data.get("pause_habits"))
        self._goals = _read(GoalSet, data.get("goals"))
        self._guest_goals = _read(GuestGoals, data.get("guest_goals"))
        self._held_battery = _read(HeldBattery, {"": data.get("held_battery")}).get("")
        self._steers_battery = data.get("steers_battery") is not False
        self._interrupted = {
            evse_id: Means(means) for evse_id, means in data.get("interrupted", {}).items() if means in set(Means)
        }

    def mode(self, evse_id: str) -> Mode:
        """How this charger is asked to charge: fast, unless somebody chose."""
        return self._modes.get(evse_id, Mode.FAST)

    @callback
    def set_mode(self, evse_id: str, mode: Mode) -> None:
        """Keep a choice."""
        self._modes[evse_id] = mode
        self._keep(_CHOICE_DELAY_S)

    @property
    def overrides(self) -> Mapping[str, Override]:
        """What goes before the mode just this once, by charger id."""
        return self._overrides

    @callback
    def set_override(self, evse_id: str, override: Override | None) -> None:
        """Keep an override; None: it is over."""
        if override == self._overrides.get(evse_id):
            return
        self._overrides = _with(self._overrides, evse_id, override)
        self._keep(_CHOICE_DELAY_S)

    @property
    def priorities(self) -> Mapping[str, ChosenPriority]:
        """The priorities that were chosen, by charger id."""
        return self._priorities

    @callback
    def set_priority(self, evse_id: str, chosen: ChosenPriority) -> None:
        """Keep a choice."""
        self._priorities = _with(self._priorities, evse_id, chosen)
        self._keep(_CHOICE_DELAY_S)

    @property
    def sheds(self) -> Mapping[str, Shed]:
        """What we switched off and have to switch on again, by load id."""
        return self._sheds

    @callback
    def set_shed(self, load_id: str, shed: Shed | None) -> None:
        """Keep what an appliance did before it was switched off; None: it is on again, or no longer ours."""
        if shed == self._sheds.get(load_id):
            return
        self._sheds = _with(self._sheds, load_id, shed)
        # At once: who dies in between must still find it.
        self._keep(0.0)

    @property
    def interrupted(self) -> Mapping[str, Means]:
        """Which chargers were told to end charging by more than an offer, and have to be released from that."""
        return self._interrupted

    @callback
    def set_interrupted(self, interrupted: Mapping[str, Means]) -> None:
        """Keep what a tick found."""
        if interrupted != self._interrupted:
            self._interrupted = dict(interrupted)
            self._keep(_CHOICE_DELAY_S)

    @property
    def told_limits(self) -> Mapping[str, ToldValue]:
        """What entities told last of the limits whose value they tell, by limit id."""
        return self._told_limits

    @callback
    def set_told_limits(self, told: Mapping[str, ToldValue]) -> None:
        """Keep what a tick found."""
        changed, self._told_limits = told != self._told_limits, dict(told)
        if changed and not self._due:
            self._keep(_SESSION_DELAY_S)

    @property
    def sent_cards(self) -> Mapping[str, SentCards]:
        """What stations were told of cards, by identity."""
        return self._sent_cards

    @callback
    def set_sent_cards(self, identity: str, sent: SentCards) -> None:
        """Keep what a station was told."""
        self._sent_cards = _with(self._sent_cards, identity, sent)
        self._keep(_CHOICE_DELAY_S)

    @property
    def sessions(self) -> Mapping[str, SessionEnergy]:
        """The sessions by charger id; one that was never seen is missing."""
        return self._sessions

    @callback
    def set_sessions(self, sessions: Mapping[str, SessionEnergy]) -> None:
        """Keep what a tick found."""
        told = {evse_id: (session.started_at, session.energy_kwh) for evse_id, session in sessions.items()}
        known = {evse_id: (session.started_at, session.energy_kwh) for evse_id, session in self._sessions.items()}
        self._sessions = dict(sessions)
        # One that is due already is not put off: a session that goes on would be written never.
        if told != known and not self._due:
            self._keep(_SESSION_DELAY_S)

    @property
    def presences(self) -> Mapping[str, Presence]:
        """Which car is at which charger, by charger id."""
        return self._presences

    @callback
    def set_presences(self, presences: Mapping[str, Presence]) -> None:
        """Keep what a tick found."""
        if presences != self._presences:
            self._presences = dict(presences)
            self._keep(_CHOICE_DELAY_S)

    @property
    def car_choices(self) -> Mapping[str, CarChoice]:
        """Which car a person said is at a charger, by charger id."""
        return self._car_choices

    @callback
    def set_car_choice(self, evse_id: str, choice: CarChoice | None) -> None:
        """Keep a choice; None: nobody says."""
        if choice != self._car_choices.get(evse_id):
            self._car_choices = _with(self._car_choices, evse_id, choice)
            self._keep(_CHOICE_DELAY_S)

    @property
    def known_socs(self) -> Mapping[str, KnownSoc]:
        """What is known of vehicles' states of charge, by vehicle id."""
        return self._known_socs

    @callback
    def set_known_socs(self, known: Mapping[str, KnownSoc], *, soon: bool = False) -> None:
        """Keep what a tick found; `soon` where it cannot be found again, as what a person said."""
        # Each tick that sees a vehicle moves its time on, which is not worth a write.
        told, before = _without_times(known), _without_times(self._known_socs)
        changed, self._known_socs = told != before, dict(known)
        if changed and (soon or not self._due):
            self._keep(_CHOICE_DELAY_S if soon else _SESSION_DELAY_S)

    @property
    def pause_habits(self) -> Mapping[str, PauseHabit]:
        """How vehicles bear pauses, other than configured, by vehicle id."""
        return self._pause_habits

    @callback
    def set_pause_habit(self, vehicle_id: str, habit: PauseHabit | None) -> None:
        """Keep how a vehicle bears pauses; None: as configured."""
        if habit != self._pause_habits.get(vehicle_id):
            self._pause_habits = _with(self._pause_habits, vehicle_id, habit)
            self._keep(_CHOICE_DELAY_S)

    @property
    def goals(self) -> Mapping[str, GoalSet]:
        """What people want of each vehicle, by vehicle id."""
        return self._goals

    @callback
    def set_goals(self, vehicle_id: str, goals: GoalSet) -> None:
        """Keep what is wanted of a vehicle."""
        if goals != self._goals.get(vehicle_id):
            self._goals = _with(self._goals, vehicle_id, goals)
            self._keep(_CHOICE_DELAY_S)

    @property
    def guest_goals(self) -> Mapping[str, GuestGoals]:
        """What is wanted for the car at a charger, whosever it is, by charger id."""
        return self._guest_goals

    @callback
    def set_guest_goals(self, evse_id: str, goals: GuestGoals | None) -> None:
        """Keep what is wanted for the car at a charger; None: nothing."""
        if goals != self._guest_goals.get(evse_id):
            self._guest_goals = _with(self._guest_goals, evse_id, goals)
            self._keep(_CHOICE_DELAY_S)

    @property
    def held_battery(self) -> HeldBattery | None:
        """The home battery, where it was told by us to be held or to charge, and is not back."""
        return self._held_battery

    @callback
    def set_held_battery(self, held: HeldBattery | None) -> None:
        """Keep what it was told; None: it is by itself, or somebody else's."""
        if held != self._held_battery:
            self._held_battery = held
            self._keep(_CHOICE_DELAY_S)

    @property
    def steers_battery(self) -> bool:
        """Whether the home battery is to be steered, where it can be."""
        return self._steers_battery

    @callback
    def set_steers_battery(self, *, steers: bool) -> None:
        """Keep a choice."""
        if steers is not self._steers_battery:
            self._steers_battery = steers
            self._keep(_CHOICE_DELAY_S)

    async def async_save(self) -> None:
        """Write what changed at once, before somebody else reads: a write that is due may be under way, and not done."""
        if self._changed:
            await self._store.async_save(self._data())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def _keep(self, delay_s: float) -> None:
        self._due = self._changed = True
        self._store.async_delay_save(self._data, delay_s)

    @callback
    def _data(self) -> dict[str, Any]:
        self._due = False
        return {
            "modes": {evse_id: mode.value for evse_id, mode in self._modes.items()},
            "sessions": to_json(self._sessions),
            "overrides": to_json(self._overrides),
            "priorities": to_json(self._priorities),
            "sheds": to_json(self._sheds),
            "interrupted": to_json(self._interrupted),
            "told_limits": to_json(self._told_limits),
            "sent_cards": to_json(self._sent_cards),
            "presences": to_json(self._presences),
            "car_choices": to_json(self._car_choices),
            "known_socs": to_json(self._known_socs),
            "pause_habits": to_json(self._pause_habits),
            "goals": to_json(self._goals),
            "guest_goals": to_json(self._guest_goals),
            "held_battery": to_json(self._held_battery),
            "steers_battery": self._steers_battery,
        }


def _without_times(known: Mapping[str, KnownSoc]) -> dict[str, tuple[float, float, bool]]:
    return {key: (soc.told.value, soc.added, soc.count is None) for key, soc in known.items()}


def with_priorities(site: Site, chosen: Mapping[str, ChosenPriority]) -> Site:
    """Give the chargers the priorities that were chosen, unless they were configured anew since."""
    return replace(
        site,
        evses=tuple(
            replace(evse, priority=chosen[evse.evse_id].priority)
            if evse.evse_id in chosen and chosen[evse.evse_id].configured == evse.priority
            else evse
            for evse in site.evses
        ),
    )


def _read[T](noun: type[T], stored: Any) -> dict[str, T]:
    """Read nouns by id, and leave out those that cannot be read."""
    found: dict[str, T] = {}
    for key, item in stored.items() if isinstance(stored, dict) else ():
        try:
            found[key] = from_json(noun, item)
        except ReplayError:
            continue
    return found


def _with[T](items: Mapping[str, T], key: str, item: T | None) -> dict[str, T]:
    """Set one of the items, or leave it out; a snapshot may still hold the old mapping."""
    others = {other: value for other, value in items.items() if other != key}
    return others if item is None else {**others, key: item}
