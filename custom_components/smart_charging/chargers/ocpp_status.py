"""What an OCPP connector says, in the engine's words. Pure: records and a time in, values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..csms.records import AcknowledgedLimit, Connector, ConnectorStatus, Measurement, Status
from ..engine.model.evse import EvState

EXPIRY_S: Final = 60
"""How long a setpoint holds at the station before it falls back to its default, s. Short, because for so long nobody is
there to lower it when Home Assistant dies; long enough for a renewal at half of it to be lost and sent again."""

_STATES: Final = {
    Status.AVAILABLE: EvState.A,
    # For somebody else's car: there is none now.
    Status.RESERVED: EvState.A,
    Status.PREPARING: EvState.B,
    Status.SUSPENDED_EV: EvState.B,
    Status.SUSPENDED_EVSE: EvState.B,
    Status.FINISHING: EvState.B,
    Status.CHARGING: EvState.C,
    # Out of service, by command or for an update: like a charger without power it gives nothing, whoever is plugged in.
    Status.UNAVAILABLE: EvState.E,
    Status.FAULTED: EvState.F,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The control pilot's state as far as it is known, since when (UTC), and what is wrong."""

    state: EvState | None = None
    at: datetime | None = None
    fault: str | None = None


def read_state(connector: Connector) -> State:
    """Tell the state. Without a word of the station, a running transaction means that current may flow."""
    status = connector.status
    if status is None:
        if connector.transaction is None:
            return State()
        return State(state=EvState.C, at=connector.transaction.known_at)
    return State(state=_STATES[status.status], at=status.at, fault=_fault(status))


def _fault(status: ConnectorStatus) -> str | None:
    match status.status:
        case Status.FAULTED:
            words = [word for word in (status.error_code, status.info) if word and word != "NoError"]
            return " ".join(words) or status.status.value
        case Status.UNAVAILABLE:
            return status.status.value
    return None


def read_available(connector: Connector) -> bool | None:
    """Tell whether the connector is in service; None where the station has not said."""
    status = connector.status
    return None if status is None else status.status is not Status.UNAVAILABLE


def read_currents(measurement: Measurement | None, phases: int, voltage_v: float) -> tuple[float, ...] | None:
    """Tell the current on each of the charger's own phases, A; None where one of them is not known.

    A current without a phase is that of a single-phase charger. Of a three-phase one it is either each phase's or their
    sum, as the station likes: the power tells which, and without it nobody knows.
    """
    if measurement is None:
        return None
    own = measurement.currents_a[:phases]
    if all(current is not None for current in own):
        return tuple(current for current in own if current is not None)
    told = [current for current in measurement.currents_a if current is not None]
    if phases == 1:
        # Some stations name the phase of the supply that they hang on.
        return (told[0],) if len(told) == 1 else _whole(measurement.current_a)
    return None if told else _spread(measurement, phases, voltage_v)


def _whole(current_a: float | None) -> tuple[float, ...] | None:
    return None if current_a is None else (current_a,)


def _spread(measurement: Measurement, phases: int, voltage_v: float) -> tuple[float, ...] | None:
    current, power_w = measurement.current_a, measurement.power_w
    if current == 0:
        return (0.0,) * phases
    if current is None or power_w is None:
        return None
    expected = power_w / (measurement.voltage_v or voltage_v) / phases
    each = min((current, current / phases), key=lambda candidate: abs(candidate - expected))
    return (each,) * phases


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the station offers the car, A per phase (None: not known), and since when, UTC."""

    current_a: float | None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """Since when a station has held a limit of this value: renewals do not count."""

    key: tuple[str | None, float]
    at: datetime


def follow(since: Since | None, transaction_id: str | None, limit: AcknowledgedLimit | None) -> Since | None:
    """Note since when a limit has its value."""
    if limit is None:
        return None
    key = (transaction_id, limit.limit_a)
    return since if since is not None and since.key == key else Since(key=key, at=limit.at)


def read_offered_phases(connector: Connector, wired: int | None, now: datetime) -> int | None:
    """Tell on how many phases the station was told to charge, where that is another number than it is `wired` for."""
    limit = connector.limit
    if connector.transaction is None or limit is None or limit.until is None or now >= limit.until:
        return None
    return None if limit.phases == wired else limit.phases


def read_offer(
    connector: Connector, limit_since: datetime | None, default_since: datetime | None, now: datetime
) -> Offer:
    """Tell what holds at `now` by what the station acknowledged.

    In a transaction that is the limit that was set for it, until it runs out; else the default. A transaction that was
    found running may still be under a limit that was set before our time, for as long as such a limit can last.
    """
    default = connector.default_limit
    fallback = Offer(current_a=default.limit_a if default else None, at=default_since)
    transaction, limit = connector.transaction, connector.limit
    if transaction is not None and limit is not None and limit.until is not None:
        if now < limit.until:
            return Offer(current_a=limit.limit_a, at=limit_since)
        return Offer(current_a=fallback.current_a, at=limit.until)
    found_at = _found_at(connector)
    if found_at is not None and now < (certain_at := found_at + timedelta(seconds=EXPIRY_S)):
        return Offer(current_a=None)
    if found_at is not None:
        return Offer(current_a=fallback.current_a, at=certain_at)
    if transaction is None:
        return fallback
    return Offer(current_a=fallback.current_a, at=_latest((transaction.known_at, default_since)))


def _found_at(connector: Connector) -> datetime | None:
    """Tell when a transaction was found running, whose start was not announced to us."""
    transaction, status = connector.transaction, connector.status
    if transaction is not None:
        return transaction.found_at
    return status.at if status is not None and status.status.in_transaction else None


def _latest(times: Sequence[datetime | None]) -> datetime | None:
    return max((time for time in times if time is not None), default=None)
