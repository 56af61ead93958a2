"""What an operator's profiles allow now: the evaluation of OCPP 1.6, 3.13 and 2.0.1, K01, as far as it goes. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ..frames import Payload
from ..rate import round_down
from ..records import OperatorLimit, RateUnit
from .profiles import NotUnderstood, OperatorProfile, Period, Purpose, read_profile

# As many as a capable station says that it has room for.
_MOST_PROFILES: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A transaction that runs: our name of it, and when it began by our clock."""

    transaction_id: str
    started_at: datetime


class OperatorLimits:
    """The profiles that an operator has set."""

    def __init__(self) -> None:
        self._profiles: dict[int, tuple[OperatorProfile, int, Payload]] = {}

    def __iter__(self) -> Iterator[OperatorProfile]:
        return (profile for profile, _, _ in self._profiles.values())

    def put(self, connector_id: int, payload: Payload) -> None:
        """Take a profile, in place of one with the same id or the same purpose and level. Raises `NotUnderstood`."""
        profile = read_profile(connector_id, payload)
        self._profiles = {
            number: entry
            for number, entry in self._profiles.items()
            if number != profile.profile_id and not _same_place(entry[0], profile)
        }
        if len(self._profiles) >= _MOST_PROFILES:
            raise NotUnderstood("there is no room for more profiles")
        self._profiles[profile.profile_id] = profile, connector_id, payload

    def clear(
        self,
        *,
        profile_id: int | None = None,
        connector_id: int | None = None,
        purpose: Purpose | None = None,
        stack_level: int | None = None,
    ) -> bool:
        """Drop those that all of these fit; None fits any. Whether there were some."""
        dropped = [
            profile.profile_id
            for profile in self
            if profile_id in {None, profile.profile_id}
            and connector_id in {None, profile.connector_id}
            and purpose in {None, profile.purpose}
            and stack_level in {None, profile.stack_level}
        ]
        for number in dropped:
            del self._profiles[number]
        return bool(dropped)

    def end(self, transaction_id: str, connector_id: int) -> None:
        """A transaction ended, and with it the profiles that were for it alone."""
        ended = [
            profile.profile_id
            for profile in self
            if profile.purpose is Purpose.TRANSACTION
            and profile.connector_id == connector_id
            and profile.transaction_id in {None, transaction_id}
        ]
        for number in ended:
            del self._profiles[number]

    def holding(self, connector_id: int, at: datetime, running: Running | None, sharers: int) -> OperatorLimit | None:
        """The limit of this connector then, the lowest of all that hold; None where nothing does.

        `sharers`: how many connectors take of what the station as a whole may have, which is shared equally.
        """
        started_at = running.started_at if running else None
        own = self._of_transaction(connector_id, at, running) if running else None
        own = own or self._highest(Purpose.DEFAULT, connector_id, at, started_at)
        own = own or self._highest(Purpose.DEFAULT, 0, at, started_at)
        whole = self._highest(Purpose.MAXIMUM, 0, at, started_at)
        found = [(*own, 1)] if own else []
        found += [(*whole, max(1, sharers))] if whole else []
        if not found:
            return None
        amperes = [period.limit / share for unit, period, share in found if unit is RateUnit.A]
        watts = [period.limit / share for unit, period, share in found if unit is RateUnit.W]
        phases = [period.phases for unit, period, _ in found if unit is RateUnit.A]
        return OperatorLimit(
            limit_a=min(amperes, default=None),
            power_w=min(watts, default=None),
            phases=min(phases, default=3),
            at=at,
        )

    def next_change(self, connector_id: int, at: datetime, running: Running | None) -> datetime | None:
        """When `holding` may be another after `at`; None: not by itself."""
        started_at = running.started_at if running else None
        moments = [
            moment
            for profile in self
            if profile.connector_id in {0, connector_id}
            for moment in profile.changes(at, started_at)
        ]
        return min(moments, default=None)

    def periods(
        self, connector_id: int, at: datetime, duration_s: int, running: Running | None, sharers: int
    ) -> list[tuple[int, OperatorLimit | None]]:
        """What will hold in the next `duration_s` seconds: from when (in seconds), and what."""
        found: list[tuple[int, OperatorLimit | None]] = []
        moment: datetime | None = at
        end = at + timedelta(seconds=duration_s)
        while moment is not None and moment < end and len(found) < _MOST_PROFILES:
            limit = self.holding(connector_id, moment, running, sharers)
            found.append((int((moment - at).total_seconds()), limit))
            moment = self.next_change(connector_id, moment, running)
        return found

    def dump(self) -> list[dict[str, Any]]:
        """Those that outlive a transaction, as plain data, as a station would keep them."""
        return [
            {"connector_id": connector_id, "profile": payload}
            for profile, connector_id, payload in self._profiles.values()
        ]

    def restore(self, kept: Iterable[Any]) -> None:
        """Take up what was kept; what cannot be read is left out."""
        for plain in kept:
            try:
                self.put(int(plain["connector_id"]), dict(plain["profile"]))
            except NotUnderstood, AttributeError, KeyError, TypeError, ValueError:
                continue

    def _of_transaction(self, connector_id: int, at: datetime, running: Running) -> tuple[RateUnit, Period] | None:
        return self._highest(Purpose.TRANSACTION, connector_id, at, running.started_at, running.transaction_id)

    def _highest(
        self,
        purpose: Purpose,
        connector_id: int,
        at: datetime,
        started_at: datetime | None,
        transaction_id: str | None = None,
    ) -> tuple[RateUnit, Period] | None:
        """Of one purpose, the highest stack level that has a period for then."""
        best: tuple[int, RateUnit, Period] | None = None
        for profile in self:
            if profile.purpose is not purpose or profile.connector_id != connector_id:
                continue
            if profile.transaction_id not in {None, transaction_id}:
                continue
            period = profile.period_at(at, started_at)
            if period is not None and (best is None or profile.stack_level > best[0]):
                best = profile.stack_level, profile.unit, period
        return None if best is None else best[1:]


def _same_place(one: OperatorProfile, other: OperatorProfile) -> bool:
    """A station holds one profile of each purpose, level and connector (OCPP 1.6, 5.16.2; 2.0.1, K01.FR.39)."""
    return (one.purpose, one.stack_level, one.connector_id, one.transaction_id) == (
        other.purpose,
        other.stack_level,
        other.connector_id,
        other.transaction_id,
    )


def composite(
    periods: list[tuple[int, OperatorLimit | None]], unit: RateUnit, phases: int, volts: float, otherwise_a: float
) -> list[Payload]:
    """The periods of a composite schedule; `otherwise_a`: A per phase where no profile of the operator's holds."""
    written: list[Payload] = []
    for start_s, limit in periods:
        current_a = otherwise_a if limit is None else min(limit.current_a(phases, volts), otherwise_a)
        value = current_a if unit is RateUnit.A else current_a * volts * phases
        rounded = round_down(value)
        if not written or written[-1]["limit"] != rounded:
            written.append({"startPeriod": start_s, "limit": rounded, "numberPhases": phases})
    return written
