"""The vehicles of a site: which of them is at which charger, and how full each one is."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from homeassistant.core import HomeAssistant, callback

from ..cards.book import CardBook
from ..configuration.vehicles import VehicleConfig
from ..engine.accounting.presence import Signs, Whereabouts, settle
from ..engine.accounting.session import SessionEnergy
from ..engine.accounting.soc import assumed_soc, follow, say, soc_at
from ..engine.model.decision import Decision
from ..engine.model.evse import EvseStatus
from ..engine.model.pause_habit import PauseHabit
from ..engine.model.presence import GUEST, CarChoice, Presence
from ..engine.model.soc import Count, KnownSoc, Soc, ToldSoc
from ..sources.vehicle import VehicleReading, VehicleSource
from ..store import SiteStore
from .pause_habits import PauseHabits

type Statuses = Mapping[str, EvseStatus]
type Sessions = Mapping[str, SessionEnergy]


class Vehicles:
    """Listens to the vehicles. All ids are those of subentries."""

    def __init__(
        self, hass: HomeAssistant, configs: Mapping[str, VehicleConfig], cards: CardBook, store: SiteStore
    ) -> None:
        self.configs = configs
        self._cards = cards
        self._store = store
        self._sources = {
            vehicle_id: VehicleSource(hass, config.entities, config.max_age) for vehicle_id, config in configs.items()
        }
        self._habits = PauseHabits({key: config.vehicle.continuous for key, config in configs.items()}, store)
        self._readings: dict[str, VehicleReading] = {}
        self._counts: dict[str, Count] = {}
        self._socs: dict[str, Soc] = {}

    @callback
    def start(self, on_change: Callable[[], None]) -> None:
        """Begin to listen; `on_change` is called when one of them says something else."""
        for source in self._sources.values():
            source.start(on_change)

    @callback
    def stop(self) -> None:
        """Listen no more."""
        for source in self._sources.values():
            source.stop()

    @callback
    def update(self, at: datetime, statuses: Statuses, sessions: Sessions) -> None:
        """Take into account what everybody says at `at`, UTC. Never awaits."""
        readings = {vehicle_id: source.reading(at) for vehicle_id, source in self._sources.items()}
        self._readings = {vehicle_id: reading for vehicle_id, reading in readings.items() if reading is not None}
        self._counts = {
            evse_id: Count(
                evse_id=evse_id,
                started_at=session.started_at,
                energy_kwh=session.energy_kwh,
                charging_h=session.charging_h,
            )
            for evse_id, session in sessions.items()
            if session.running and session.started_at is not None
        }
        self._keep_choices(sessions)
        self._store.set_presences(self._settle(statuses))
        self._follow(at, statuses)

    @callback
    def learn(self, decision: Decision) -> None:
        """Learn from what a tick decided which cars bear no pauses. Of one that may be full nothing is learned for good."""
        here = {evse_id: config for evse_id in self.presences if (config := self.at_charger(evse_id)) is not None}
        hungry = {
            evse_id: config.vehicle.vehicle_id
            for evse_id, config in here.items()
            if self.soc(config.vehicle.vehicle_id) is not None and not self._is_charged(config)
        }
        self._habits.note(decision, {key: config.vehicle.vehicle_id for key, config in here.items()}, hungry)

    def is_continuous(self, evse_id: str) -> bool:
        """Tell whether the car at this charger is to be charged in one go, whosever it is."""
        config = self.at_charger(evse_id)
        return self._habits.is_continuous(evse_id, None if config is None else config.vehicle.vehicle_id)

    def pause_habit(self, vehicle_id: str) -> PauseHabit:
        """How this vehicle bears pauses."""
        return self._habits.of(vehicle_id)

    @callback
    def choose_continuous(self, vehicle_id: str, *, continuous: bool) -> None:
        """Say whether this vehicle is to be charged in one go; what was learned of it is forgotten."""
        self._habits.choose(vehicle_id, self.charger_of(vehicle_id), continuous=continuous)

    @property
    def presences(self) -> Mapping[str, Presence]:
        """Which car is at which charger that has one."""
        return self._store.presences

    @property
    def unclear(self) -> frozenset[str]:
        """The chargers whose car may be one of several."""
        return frozenset(key for key, presence in self.presences.items() if len(presence.candidates) > 1)

    def at_charger(self, evse_id: str) -> VehicleConfig | None:
        """The vehicle that is at this charger; None where none is, or a guest's."""
        presence = self.presences.get(evse_id)
        return None if presence is None or presence.vehicle_id is None else self.configs.get(presence.vehicle_id)

    def charger_of(self, vehicle_id: str) -> str | None:
        """The charger that this vehicle is at."""
        return next((key for key, presence in self.presences.items() if presence.vehicle_id == vehicle_id), None)

    def soc(self, vehicle_id: str) -> Soc | None:
        """How full this vehicle is; None where nobody knows."""
        return self._socs.get(vehicle_id)

    def assumed_soc(self, vehicle_id: str) -> float:
        """How full this vehicle is taken to be where nobody knows: rather too empty than too full."""
        evse_id = self.charger_of(vehicle_id)
        count = None if evse_id is None else self._counts.get(evse_id)
        return assumed_soc(self._store.known_socs.get(vehicle_id), count, self.configs[vehicle_id].vehicle)

    def charge_limit(self, vehicle_id: str) -> float | None:
        """Up to which state of charge this vehicle charges by itself, 0 to 1; None where it does not say."""
        reading = self._readings.get(vehicle_id)
        return None if reading is None else reading.charge_limit

    @property
    def wakeable(self) -> Mapping[str, str]:
        """What wakes the car at each charger, by charger id: an entity. One that charges no further by itself is let be."""
        found = {
            evse_id: self._sources[config.vehicle.vehicle_id].wakes_by
            for evse_id in self.presences
            if (config := self.at_charger(evse_id)) is not None and not self._is_charged(config)
        }
        return {evse_id: entity_id for evse_id, entity_id in found.items() if entity_id is not None}

    def choice(self, evse_id: str) -> str | None:
        """Which car a person says is at this charger, a vehicle's id or `GUEST`; None: nobody does."""
        choice = self._store.car_choices.get(evse_id)
        return None if choice is None else choice.car

    @callback
    def choose(self, evse_id: str, car: str | None) -> None:
        """Say which car is at this charger, until it is unplugged; where none is, of the next one."""
        count = self._counts.get(evse_id)
        started_at = None if count is None else count.started_at
        self._store.set_car_choice(evse_id, None if car is None else CarChoice(car=car, started_at=started_at))

    @callback
    def set_soc(self, vehicle_id: str, value: float, at: datetime) -> None:
        """Say how full this vehicle is, 0 to 1."""
        evse_id = self.charger_of(vehicle_id)
        known = dict(self._store.known_socs)
        told = ToldSoc(value=value, at=at)
        known[vehicle_id] = say(known.get(vehicle_id), told, None if evse_id is None else self._counts.get(evse_id))
        self._store.set_known_socs(known, soon=True)
        self._socs[vehicle_id] = Soc(value=value)

    def _is_charged(self, config: VehicleConfig) -> bool:
        """Tell whether a vehicle is as full as it, or its owner, lets it be."""
        vehicle = config.vehicle
        soc, own = self.soc(vehicle.vehicle_id), self.charge_limit(vehicle.vehicle_id)
        return soc is not None and soc.value >= min(vehicle.limit_soc, 1.0 if own is None else own)

    def _keep_choices(self, sessions: Sessions) -> None:
        """Bind a choice to the session that it is for, and forget those whose car was unplugged."""
        for evse_id, choice in self._store.car_choices.items():
            count = self._counts.get(evse_id)
            started_at = None if count is None else count.started_at
            if choice.started_at is None:
                self._store.set_car_choice(evse_id, replace(choice, started_at=started_at))
            elif evse_id in sessions and choice.started_at != started_at:
                self._store.set_car_choice(evse_id, None)

    def _settle(self, statuses: Statuses) -> dict[str, Presence]:
        signs = {
            evse_id: Signs(
                started_at=count.started_at,
                choice=self._valid(self.choice(evse_id)),
                card=self._named_by(statuses[evse_id].card) if evse_id in statuses else None,
                usual=tuple(key for key, config in self.configs.items() if config.usual_charger == evse_id),
            )
            for evse_id, count in self._counts.items()
            if count.started_at is not None
        }
        plugged = {key: source.plugged_since for key, source in self._sources.items()}
        away = {key: source.away_at for key, source in self._sources.items()}
        whereabouts = Whereabouts(
            plugged={key: since for key, since in plugged.items() if since is not None},
            away={key: since for key, since in away.items() if since is not None},
        )
        before = {key: presence for key, presence in self.presences.items() if presence.vehicle_id in self.configs}
        return settle(before, signs, whereabouts)

    def _valid(self, car: str | None) -> str | None:
        """Leave out a vehicle that is set up no more."""
        return car if car == GUEST or car in self.configs else None

    def _named_by(self, card_id: str | None) -> str | None:
        """The vehicle that a card names: as the vehicle is set up, or else by its name in the card's own words."""
        if card_id is None:
            return None
        named = next((key for key, config in self.configs.items() if card_id in config.cards), None)
        card = self._cards.get(card_id)
        if named is not None or card is None or card.vehicle is None:
            return named
        words = card.vehicle.casefold()
        return next((key for key, config in self.configs.items() if config.name.casefold() == words), None)

    def _follow(self, at: datetime, statuses: Statuses) -> None:
        """Carry on what is known of each one's state of charge."""
        known: dict[str, KnownSoc] = {}
        for vehicle_id, config in self.configs.items():
            evse_id = self.charger_of(vehicle_id)
            followed = follow(
                self._store.known_socs.get(vehicle_id),
                self._told(vehicle_id, None if evse_id is None else statuses.get(evse_id), at),
                None if evse_id is None else self._counts.get(evse_id),
                config.vehicle,
                at=at,
                max_age=config.max_age,
            )
            if followed is not None:
                known[vehicle_id] = followed
        self._store.set_known_socs(known)
        socs = {key: soc_at(known.get(key), at, config.max_age) for key, config in self.configs.items()}
        self._socs = {key: soc for key, soc in socs.items() if soc is not None}

    def _told(self, vehicle_id: str, status: EvseStatus | None, at: datetime) -> ToldSoc | None:
        """What the vehicle tells, or else the charger that it is at."""
        reading = self._readings.get(vehicle_id)
        if reading is not None and reading.soc is not None:
            return ToldSoc(value=reading.soc, at=reading.at)
        if status is None or not status.reachable or status.soc is None:
            return None
        return ToldSoc(value=status.soc, at=at)
