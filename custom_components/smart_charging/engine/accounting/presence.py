"""Which car is at which charger: the strongest sign wins, and what is not clear is left open and asked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..model.presence import GUEST, Presence, Sign

LATE: Final = timedelta(hours=1)
"""A car may tell so long afterwards that it was plugged in: many are asked once in an hour."""
EARLY: Final = timedelta(minutes=5)
"""Or so long before the charger did: their clocks differ, and some chargers tell when the transaction began."""
CLEAR: Final = timedelta(seconds=30)
"""One of two matches is taken for the right one when it is nearer in time by this."""

_STRENGTH: Final = (Sign.USUAL, Sign.PLUGGED, Sign.CARD, Sign.CHOICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What is known of the car at one charger, where there is one. Cars are vehicles' ids."""

    started_at: datetime
    """When its session began, UTC."""
    choice: str | None = None
    """What a person said: a vehicle, or `GUEST`."""
    card: str | None = None
    """The vehicle that is named by who identified himself."""
    usual: tuple[str, ...] = ()
    """The vehicles whose usual charger it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """What vehicles say of themselves, by id."""

    plugged: Mapping[str, datetime]
    """Since when they are plugged in, UTC, somewhere that may be here."""
    away: Mapping[str, datetime]
    """When they last said that they are not plugged in, or not here, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    distance: timedelta
    evse_id: str
    vehicle_id: str


def settle(before: Mapping[str, Presence], signs: Mapping[str, Signs], vehicles: Whereabouts) -> dict[str, Presence]:
    """Tell who is at each charger that has a car. What was found `before` is kept as long as the session lasts."""
    held = _claims(before, signs, vehicles.away)
    gone = {presence.vehicle_id for presence in held.values()}
    matched, unclear = _match(
        _matches(
            {evse_id: sign for evse_id, sign in signs.items() if evse_id not in held},
            {vehicle_id: since for vehicle_id, since in vehicles.plugged.items() if vehicle_id not in gone},
        )
    )
    gone |= set(matched.values())
    settled: dict[str, Presence] = {}
    for evse_id, sign in signs.items():
        if evse_id in held:
            settled[evse_id] = held[evse_id]
        elif evse_id in matched:
            settled[evse_id] = Presence(started_at=sign.started_at, vehicle_id=matched[evse_id], sign=Sign.PLUGGED)
        elif evse_id in unclear:
            settled[evse_id] = Presence(started_at=sign.started_at, candidates=unclear[evse_id])
        else:
            settled[evse_id] = _usual(sign, vehicles.away, gone)
    return settled


def _claims(
    before: Mapping[str, Presence], signs: Mapping[str, Signs], away: Mapping[str, datetime]
) -> dict[str, Presence]:
    """Give each vehicle to the one charger with the strongest claim to it, among equals to the one that it came to last."""
    claims = {
        evse_id: claim
        for evse_id, sign in signs.items()
        if (claim := _claim(before.get(evse_id), sign, away)) is not None
    }
    ranked = sorted(
        claims, key=lambda evse_id: (_strength(claims[evse_id]), signs[evse_id].started_at, evse_id), reverse=True
    )
    held: dict[str, Presence] = {}
    for evse_id in ranked:
        vehicle_id = claims[evse_id].vehicle_id
        if vehicle_id is None or all(vehicle_id != presence.vehicle_id for presence in held.values()):
            held[evse_id] = claims[evse_id]
    return held


def _claim(before: Presence | None, sign: Signs, away: Mapping[str, datetime]) -> Presence | None:
    if sign.choice is not None:
        vehicle_id = None if sign.choice == GUEST else sign.choice
        return Presence(started_at=sign.started_at, vehicle_id=vehicle_id, sign=Sign.CHOICE)
    if sign.card is not None:
        return Presence(started_at=sign.started_at, vehicle_id=sign.card, sign=Sign.CARD)
    if before is None or before.started_at != sign.started_at:
        return None
    # It was another car's plug, if this one says that it is elsewhere.
    kept = before.sign is Sign.CARD or (
        before.sign is Sign.PLUGGED and not _is_elsewhere(before.vehicle_id, sign.started_at, away)
    )
    return before if kept else None


def _is_elsewhere(vehicle_id: str | None, started_at: datetime, away: Mapping[str, datetime]) -> bool:
    """Tell whether a vehicle has said since that it is not here; just afterwards it may not have noticed yet."""
    return vehicle_id is not None and vehicle_id in away and away[vehicle_id] - started_at >= EARLY


def _strength(presence: Presence) -> int:
    return -1 if presence.sign is None else _STRENGTH.index(presence.sign)


def _matches(signs: Mapping[str, Signs], plugged: Mapping[str, datetime]) -> list[_Match]:
    """List who may be where, the nearest in time first."""
    found = [
        _Match(distance=abs(since - sign.started_at), evse_id=evse_id, vehicle_id=vehicle_id)
        for evse_id, sign in signs.items()
        for vehicle_id, since in plugged.items()
        if -EARLY <= since - sign.started_at <= LATE
    ]
    return sorted(found, key=lambda match: (match.distance, match.evse_id, match.vehicle_id))


def _match(matches: list[_Match]) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Take the nearest first; where another is about as near, neither is taken, and the chargers have several candidates."""
    matched: dict[str, str] = {}
    unclear: dict[str, tuple[str, ...]] = {}
    while matches:
        nearest = matches[0]
        rivals = tuple(_rivals(nearest, matches))
        if rivals:
            evse_ids = {match.evse_id for match in (nearest, *rivals)}
            for evse_id in evse_ids:
                unclear[evse_id] = tuple(sorted({match.vehicle_id for match in matches if match.evse_id == evse_id}))
            matches = [match for match in matches if match.evse_id not in evse_ids]
        else:
            matched[nearest.evse_id] = nearest.vehicle_id
            matches = [
                match
                for match in matches
                if match.evse_id != nearest.evse_id and match.vehicle_id != nearest.vehicle_id
            ]
    return matched, unclear


def _rivals(nearest: _Match, matches: Iterable[_Match]) -> Iterator[_Match]:
    for match in matches:
        shares = (match.evse_id == nearest.evse_id) != (match.vehicle_id == nearest.vehicle_id)
        if shares and match.distance - nearest.distance < CLEAR:
            yield match


def _usual(sign: Signs, away: Mapping[str, datetime], gone: set[str | None]) -> Presence:
    """Take the usual car, unless it is elsewhere or has said since that it is not plugged in."""
    here = tuple(
        vehicle_id
        for vehicle_id in sign.usual
        if vehicle_id not in gone and not _is_elsewhere(vehicle_id, sign.started_at, away)
    )
    if len(here) == 1:
        return Presence(started_at=sign.started_at, vehicle_id=here[0], sign=Sign.USUAL)
    return Presence(started_at=sign.started_at, candidates=here)
