"""The charging profiles that a station holds, and what they allow at a moment (OCPP 1.6, chapter 3.13).

What they allow is the same in OCPP 2.0.1 (K01) under other names; its words and rules are in `profiles_v201`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from .electrical import VOLTAGE_V

MAXIMUM_STACK_LEVEL: Final = 10
MAXIMUM_PERIODS: Final = 24
MAXIMUM_PROFILES: Final = 20


class Purpose(StrEnum):
    """What a profile is for."""

    STATION = "ChargePointMaxProfile"
    DEFAULT = "TxDefaultProfile"
    TRANSACTION = "TxProfile"


class ProfileError(Exception):
    """The station rejects the profile; the message says why, for which OCPP 1.6 has no place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A limit from `start_s` after the schedule's start."""

    start_s: float
    limit: float
    phases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One profile, as installed on `connector` (0: the whole station)."""

    id: int
    connector: int
    purpose: Purpose
    stack_level: int
    kind: str
    recurs: timedelta | None
    unit: str
    periods: tuple[Period, ...]
    start: datetime | None
    duration_s: float | None
    valid_from: datetime | None
    valid_to: datetime | None
    transaction_id: int | str | None
    offline_s: float | None = None
    """For so long it holds while the csms is away (OCPP 2.1, `maxOfflineDuration`); None: as if it was not."""
    forgotten_offline: bool = False
    """Whether it is gone for good after that (`invalidAfterOfflineDuration`)."""

    def started(self, now: datetime, transaction_start: datetime | None) -> datetime | None:
        """When the schedule that is in force at `now` began; None where none has.

        A schedule without a start of its own counts from the start of charging, as a relative one does.
        """
        if self.kind == "Relative" or self.start is None:
            return transaction_start
        if self.recurs is None or now < self.start:
            return self.start
        return self.start + (now - self.start) // self.recurs * self.recurs

    def period_at(self, now: datetime, transaction_start: datetime | None) -> Period | None:
        """The period for `now`, None where the profile has none."""
        if (self.valid_from and now < self.valid_from) or (self.valid_to and now >= self.valid_to):
            return None
        started = self.started(now, transaction_start)
        if started is None:
            return None
        age_s = (now - started).total_seconds()
        if age_s < 0 or (self.duration_s is not None and age_s >= self.duration_s):
            return None
        return next((period for period in reversed(self.periods) if period.start_s <= age_s), None)

    def changes(self, now: datetime, transaction_start: datetime | None) -> Iterator[datetime]:
        """Times from which the profile may allow something else than before."""
        started = self.started(now, transaction_start)
        if started is not None:
            ends = [period.start_s for period in self.periods]
            ends += [] if self.duration_s is None else [self.duration_s]
            for cycle in range(2 if self.recurs else 1):
                for end_s in ends:
                    yield started + timedelta(seconds=end_s) + cycle * (self.recurs or timedelta())
        yield from (edge for edge in (self.valid_from, self.valid_to) if edge is not None)


class ProfileStore:
    """The profiles of a station with one connector. Pure: `now` is the station's clock, handed in."""

    def __init__(self, *, hardware_maximum_a: float = 32.0) -> None:
        """Without a profile a station gives all it can."""
        self.hardware_maximum_a = hardware_maximum_a
        self.profiles: list[Profile] = []
        self.offline_since: datetime | None = None

    def install(
        self, connector: int, payload: Mapping[str, Any], *, transaction_id: int | str | None, running: bool
    ) -> Profile:
        """Take in the `csChargingProfiles` of a SetChargingProfile. The same id, or purpose and stack level, is replaced.

        Raises:
            ProfileError: this station cannot do it.

        """
        try:
            profile = parse_profile(connector, payload)
        except (KeyError, TypeError, ValueError) as error:
            raise ProfileError(f"not a profile: {error!r}") from None
        _refuse(profile, transaction_id=transaction_id, running=running)
        place = (profile.connector, profile.purpose, profile.stack_level)
        self.replace(
            profile, lambda old: old.id == profile.id or (old.connector, old.purpose, old.stack_level) == place
        )
        return profile

    def replace(self, profile: Profile, replaced: Callable[[Profile], bool]) -> None:
        """Take it in for those that are `replaced`.

        Raises:
            ProfileError: there is no room.

        """
        kept = [old for old in self.profiles if not replaced(old)]
        if len(kept) >= MAXIMUM_PROFILES:
            raise ProfileError(f"more than {MAXIMUM_PROFILES} profiles")
        self.profiles = [*kept, profile]

    def clear(self, payload: Mapping[str, Any]) -> int:
        """ClearChargingProfile: by id, or by all that is named of connector, purpose and stack level; how many were removed."""

        def named(profile: Profile) -> bool:
            if "id" in payload:
                return profile.id == int(payload["id"])
            place = {
                "connectorId": profile.connector,
                "chargingProfilePurpose": profile.purpose,
                "stackLevel": profile.stack_level,
            }
            return all(payload.get(field, value) == value for field, value in place.items())

        return self.remove(named)

    def end_transaction(self) -> None:
        """TxProfiles end with the transaction they are for."""
        self.remove(lambda profile: profile.purpose is Purpose.TRANSACTION)

    def went_offline(self, now: datetime) -> None:
        """The csms is away from now on, unless it was already."""
        self.offline_since = self.offline_since or now

    def came_online(self, now: datetime) -> None:
        """The csms is back; what it wants forgotten by then is."""
        self.remove(lambda profile: profile.forgotten_offline and self._too_long_offline(profile, now))
        self.offline_since = None

    def limit_a(self, now: datetime, *, transaction_start: datetime | None = None, phases: int = 3) -> float:
        """A per phase that a car on `phases` phases may be offered at `now`.

        Within a purpose the highest stack level with a period for now counts. A TxProfile takes the place of the
        TxDefaultProfile; the ChargePointMaxProfile and the hardware hold beside them.
        """
        by_purpose = {purpose: self._limit_for(purpose, now, transaction_start, phases) for purpose in Purpose}
        session_a = by_purpose[Purpose.TRANSACTION] if transaction_start else None
        session_a = by_purpose[Purpose.DEFAULT] if session_a is None else session_a
        limits = [self.hardware_maximum_a, session_a, by_purpose[Purpose.STATION]]
        return min(limit for limit in limits if limit is not None)

    def composite(
        self, now: datetime, duration_s: int, *, transaction_start: datetime | None = None, phases: int = 3
    ) -> list[tuple[int, float]]:
        """`limit_a` over time: (seconds from now, A per phase), only where it changes."""
        end = now + timedelta(seconds=duration_s)
        edges = {now}
        for profile in self.profiles:
            edges.update(edge for edge in self._changes(profile, now, transaction_start) if now < edge < end)
        schedule: list[tuple[int, float]] = []
        for edge in sorted(edges):
            limit_a = self.limit_a(edge, transaction_start=transaction_start, phases=phases)
            if not schedule or schedule[-1][1] != limit_a:
                schedule.append((round((edge - now).total_seconds()), limit_a))
        return schedule

    def remove(self, named: Callable[[Profile], bool]) -> int:
        """Drop those that are `named`; how many they were."""
        before = len(self.profiles)
        self.profiles = [profile for profile in self.profiles if not named(profile)]
        return before - len(self.profiles)

    def _changes(self, profile: Profile, now: datetime, start: datetime | None) -> Iterator[datetime]:
        yield from profile.changes(now, start)
        if self.offline_since is not None and profile.offline_s is not None:
            yield self.offline_since + timedelta(seconds=profile.offline_s)

    def _too_long_offline(self, profile: Profile, now: datetime) -> bool:
        since, most_s = self.offline_since, profile.offline_s
        return since is not None and most_s is not None and (now - since).total_seconds() >= most_s

    def _limit_for(self, purpose: Purpose, now: datetime, start: datetime | None, phases: int) -> float | None:
        # Of two with one stack level, the one for the connector itself counts (OCPP 1.6 errata to 3.13.3).
        of_purpose = (
            profile
            for profile in self.profiles
            if profile.purpose is purpose and not self._too_long_offline(profile, now)
        )
        for profile in sorted(of_purpose, key=lambda each: (each.stack_level, each.connector), reverse=True):
            period = profile.period_at(now, start)
            if period is not None and profile.unit == "W":
                return period.limit / VOLTAGE_V / min(phases, period.phases)
            if period is not None:
                return period.limit
        return None


def parse_profile(connector: int, payload: Mapping[str, Any]) -> Profile:
    """Read `csChargingProfiles`.

    Raises:
        KeyError, TypeError, ValueError: it is not one.

    """
    schedule = payload["chargingSchedule"]
    periods = [
        Period(
            start_s=float(period["startPeriod"]),
            limit=float(period["limit"]),
            phases=int(period.get("numberPhases", 3)),
        )
        for period in schedule["chargingSchedulePeriod"]
    ]
    recurs = {"Daily": timedelta(days=1), "Weekly": timedelta(weeks=1)}
    kind = payload["chargingProfileKind"]
    return Profile(
        id=int(payload["chargingProfileId"]),
        connector=connector,
        purpose=Purpose(payload["chargingProfilePurpose"]),
        stack_level=int(payload["stackLevel"]),
        kind=kind,
        recurs=recurs[payload["recurrencyKind"]] if kind == "Recurring" else None,
        unit=str(schedule["chargingRateUnit"]),
        periods=tuple(sorted(periods, key=lambda period: period.start_s)),
        start=_moment(schedule.get("startSchedule")),
        duration_s=None if schedule.get("duration") is None else float(schedule["duration"]),
        valid_from=_moment(payload.get("validFrom")),
        valid_to=_moment(payload.get("validTo")),
        transaction_id=payload.get("transactionId"),
    )


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _refuse(profile: Profile, *, transaction_id: int | str | None, running: bool) -> None:
    """What a station of this kind rejects."""
    periods = profile.periods
    objections = {
        "unknown kind": profile.kind not in {"Absolute", "Relative", "Recurring"},
        "a recurring schedule needs its start": profile.kind == "Recurring" and profile.start is None,
        "unknown unit": profile.unit not in {"A", "W"},
        "unknown connector": profile.connector not in {0, 1},
        "ChargePointMaxProfile on a connector": profile.purpose is Purpose.STATION and profile.connector != 0,
        "TxProfile for the whole station": profile.purpose is Purpose.TRANSACTION and profile.connector == 0,
        "TxProfile without a transaction": profile.purpose is Purpose.TRANSACTION and not running,
        "another transaction": profile.purpose is Purpose.TRANSACTION
        and profile.transaction_id not in {None, transaction_id},
        "stack level": not 0 <= profile.stack_level <= MAXIMUM_STACK_LEVEL,
        "periods": not 1 <= len(periods) <= MAXIMUM_PERIODS or periods[0].start_s != 0,
        "a limit below zero": any(period.limit < 0 for period in periods),
    }
    for objection, holds in objections.items():
        if holds:
            raise ProfileError(objection)
