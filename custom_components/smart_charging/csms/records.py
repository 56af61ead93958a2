"""What the csms knows about a station, as frozen records. No version of OCPP shows in them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

type PhaseValues = tuple[float | None, float | None, float | None]
"""One value for each phase of the station's own terminals, L1 to L3; None where nothing usable was reported."""

NO_PHASES: PhaseValues = (None, None, None)


class Status(StrEnum):
    """The state of a connector, in the words of OCPP 1.6 (section 4.9), which can say the most of all versions."""

    AVAILABLE = "Available"
    """No car is plugged in."""
    PREPARING = "Preparing"
    """A car is plugged in, or somebody identified himself; no transaction yet."""
    CHARGING = "Charging"
    SUSPENDED_EVSE = "SuspendedEVSE"
    """A transaction runs and the station offers no current."""
    SUSPENDED_EV = "SuspendedEV"
    """A transaction runs, current is offered, and the car takes none."""
    FINISHING = "Finishing"
    """The transaction ended and the car is still plugged in."""
    RESERVED = "Reserved"
    UNAVAILABLE = "Unavailable"
    FAULTED = "Faulted"

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction runs in this state."""
        return self in {Status.CHARGING, Status.SUSPENDED_EV, Status.SUSPENDED_EVSE}


@dataclass(frozen=True, slots=True, kw_only=True)
class StationInfo:
    """What a station says it is when it boots. Any of the texts may be empty."""

    vendor: str
    model: str
    serial: str
    firmware: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorStatus:
    """A connector's state. `at` is since when, by our clock; `station_at` is the time in the latest report of it."""

    status: Status
    error_code: str
    info: str
    at: datetime
    station_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A running transaction.

    `started_at` is by our clock, corrected where the station told of it late; `heard_at` is when it told (never before
    the start), None when it just did. `meter_start_wh` is the register at its start, None where no register was given.
    `guessed`: its start was never announced to us (the csms was away); it was made up from what the station sends.
    `id_tag` and `id_kind` are the texts of an `IdToken`. `alias` is what the station calls the transaction, where it does
    not use the id that it was given. `found_at`: since when we have known it, where it ran before that and what limits it
    was given then is not known.
    """

    transaction_id: str
    connector_id: int
    id_tag: str
    started_at: datetime
    meter_start_wh: float | None
    guessed: bool = False
    heard_at: datetime | None = None
    found_at: datetime | None = None
    id_kind: str = ""
    alias: str | None = None

    @property
    def known_at(self) -> datetime:
        """When it was heard of first, by our clock."""
        return self.started_at if self.heard_at is None else self.heard_at

    @property
    def name(self) -> str:
        """What to call it towards the station."""
        return self.transaction_id if self.alias is None else self.alias


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One set of readings of a connector. Into the vehicle is positive, out of it negative. None is unknown, not zero.

    `at` is when it arrived by our clock; `station_at` is the station's own time, which may be decades off.
    `currents_a` are the currents that came with a phase; `current_a` the one that came without, which some stations
    mean as the sum and others as each phase's: who knows the wiring has to decide.
    `energy_wh` is the meter's register. `offered_a` is the current per phase that the station offers to the car.
    """

    at: datetime
    station_at: datetime | None = None
    currents_a: PhaseValues = NO_PHASES
    current_a: float | None = None
    power_w: float | None = None
    voltage_v: float | None = None
    energy_wh: float | None = None
    offered_a: float | None = None
    soc_percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgedLimit:
    """A limit the station said yes to: amperes per phase. An answer is not proof: what counts is the measured current.

    `until`, by our clock, is when it runs out by itself; None for a limit that stays.
    """

    limit_a: float
    phases: int | None
    at: datetime
    until: datetime | None = None


class OperatorTrouble(StrEnum):
    """Why an operator, to whom a station is handed on, cannot be reached."""

    UNREACHABLE = "unreachable"
    SILENT = "silent"
    CLOSED = "closed"
    KEY_REFUSED = "key_refused"
    IDENTITY_REFUSED = "identity_refused"
    IDENTITY_UNKNOWN = "identity_unknown"
    FAULTY = "faulty"
    """It answers the request for a connection with something unforeseen."""
    CERTIFICATE_NOT_TRUSTED = "certificate_not_trusted"
    NO_OCPP = "no_ocpp"
    OTHER_VERSION = "other_version"
    NOT_ACCEPTED = "not_accepted"
    """It answers the station's announcement with anything but "Accepted"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorLink:
    """The way to an operator: `connected` where it takes messages now, else `trouble`, unless nobody has tried.

    `waiting` messages are still to be delivered, and `dropped` ones could not be kept for it.
    """

    connected: bool
    trouble: OperatorTrouble | None
    waiting: int
    dropped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorLimit:
    """What an operator, to whom the station is handed on, allows a connector: A per phase, W in total, or both.

    `phases` is how many the amperes are meant for at the most; `at` is for when it was worked out, by our clock.
    """

    limit_a: float | None
    power_w: float | None
    phases: int
    at: datetime

    def current_a(self, phases: int, volts: float) -> float:
        """A per phase, for a charger that charges on so many, at `volts` between a phase and neutral.

        Where fewer phases are meant than it charges on, no more power than those would have.
        """
        limits_a = [] if self.limit_a is None else [self.limit_a * min(1.0, self.phases / phases)]
        if self.power_w is not None:
            limits_a.append(self.power_w / (volts * phases))
        return min(limits_a)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingNeeds:
    """What a car says it needs, told `at` by our clock; None where it does not say.

    `energy_wh` is what it wants by `departure_at`; the currents are its own bounds per phase, A.
    """

    at: datetime
    energy_wh: float | None = None
    departure_at: datetime | None = None
    minimum_a: float | None = None
    maximum_a: float | None = None
    soc_percent: float | None = None
    capacity_wh: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """All that is known of one connector. Connector 0 is the station as a whole. In OCPP 2.0.1 it is an EVSE.

    `transaction_energy_wh` is what the running (or, after its end, the last) transaction took, put together from the
    register's increases, so a register that goes back to zero loses nothing that was counted before.
    `waits_for_authorization`: the transaction has begun, and charges once somebody identifies himself (OCPP 2.0.1).
    """

    connector_id: int
    status: ConnectorStatus | None = None
    transaction: Transaction | None = None
    transaction_energy_wh: float | None = None
    measurement: Measurement | None = None
    limit: AcknowledgedLimit | None = None
    default_limit: AcknowledgedLimit | None = None
    waits_for_authorization: bool = False
    needs: ChargingNeeds | None = None


class RateUnit(StrEnum):
    """The unit a station takes limits in: amperes per phase, or watts in total."""

    A = "A"
    W = "W"


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What a station told about itself when asked. None means that it did not say, not that it cannot.

    `offline_validity`: it can let a limit end when it loses us (OCPP 2.1, `maxOfflineDuration`).
    """

    smart_charging: bool | None = None
    remote_trigger: bool | None = None
    max_stack_level: int | None = None
    rate_units: frozenset[RateUnit] = frozenset()
    max_profiles: int | None = None
    switches_phases: bool | None = None
    number_of_connectors: int | None = None
    max_periods: int | None = None
    measurands: tuple[str, ...] = ()
    max_measurands: int | None = None
    sample_interval_s: int | None = None
    offline_validity: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileStyle:
    """How limits are put to a station, where it needs something else than its own configuration suggests.

    None takes what `Features` says. `nominal_v` turns amperes into watts for stations that know only watts: volts
    between a phase and neutral. `relative`: schedules count from the transaction's start and name no time of day, for
    stations that refuse absolute ones. `names_phases`: the number of phases is said. `by_default`: the live limit is a
    default profile of a higher level, for stations that refuse profiles for a transaction.
    """

    stack_level: int | None = None
    unit: RateUnit | None = None
    relative: bool = False
    nominal_v: float = 230.0
    names_phases: bool = True
    by_default: bool = False
