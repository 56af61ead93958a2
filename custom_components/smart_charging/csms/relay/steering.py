"""An operator's charging profiles: kept here as limits that we stay below, never given to the station."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from ocpp.exceptions import PropertyConstraintViolationError  # type: ignore[import-untyped]

from ..events import Event, OperatorLimitChanged, TransactionEnded, TransactionStarted
from ..fields import Fields
from ..frames import Payload
from ..memory import StationMemory
from ..records import OperatorLimit, RateUnit
from ..timestamps import format_timestamp
from .limits import OperatorLimits, Running, composite
from .names import Names
from .profiles import PURPOSES, NotUnderstood

# What a station says of itself that has no word of its own about its greatest current.
_ORDINARY_A: Final = 32.0
_LONGEST_S: Final = 7 * 86_400
# asyncio's timers go by another clock than ours; a limit that changes is looked at this often at the least.
_LOOK_AFTER_S: Final = 3_600.0

_ACCEPTED: Final[Payload] = {"status": "Accepted"}
_REJECTED: Final[Payload] = {"status": "Rejected"}


class Steering:
    """Answers an operator's calls about profiles, and tells what they allow, with an event when that changes."""

    def __init__(self, memory: StationMemory, names: Names) -> None:
        self._memory = memory
        self._names = names
        self._limits = OperatorLimits()
        self._told: dict[int, OperatorLimit] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._handlers: dict[str, Callable[[Fields], Payload | None]] = {
            "SetChargingProfile": self._set,
            "ClearChargingProfile": self._clear,
            "GetCompositeSchedule": self._compose,
            "RemoteStartTransaction": self._set_with_start,
            "RequestStartTransaction": self._set_with_start,
        }

    def start(self) -> None:
        """Begin to tell of changes."""
        self._unsubscribe = self._memory.subscribe(self._take)
        self.reconsider()

    def stop(self) -> None:
        """Tell of changes no more."""
        self._unsubscribe()
        if self._timer is not None:
            self._timer.cancel()

    def answer(self, action: str, payload: Payload) -> Payload | None:
        """The answer to a call about profiles; None for one that the station has to answer."""
        handler = self._handlers.get(action)
        answer = None if handler is None else handler(Fields(payload))
        if answer is not None:
            self.reconsider()
        return answer

    def limit(self, connector_id: int, at: datetime | None = None) -> OperatorLimit | None:
        """What the operator allows this connector; None where it says nothing."""
        running = self._running(connector_id)
        return self._limits.holding(connector_id, at or self._memory.now(), running, self._sharers(connector_id))

    def reconsider(self) -> None:
        """Tell what has changed, and look again when it may change by itself."""
        now = self._memory.now()
        moments = []
        for number in [number for number in self._memory.connectors if number > 0]:
            limit = self.limit(number, now)
            if _worth(limit) != _worth(self._told.get(number)):
                self._tell(number, limit, now)
            moments.append(self._limits.next_change(number, now, self._running(number)))
        if self._timer is not None:
            self._timer.cancel()
        wait_s = min(((moment - now).total_seconds() for moment in moments if moment), default=None)
        if wait_s is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(min(max(wait_s, 0.1), _LOOK_AFTER_S), self._look_again)

    def _look_again(self) -> None:
        self.reconsider()
        self._memory.flush()

    def _tell(self, number: int, limit: OperatorLimit | None, now: datetime) -> None:
        if limit is None:
            del self._told[number]
        else:
            self._told[number] = limit
        event = OperatorLimitChanged(station=self._memory.identity, at=now, connector_id=number, limit=limit)
        self._memory.emit(event)

    def dump(self) -> list[dict[str, Any]]:
        """The profiles, as plain data."""
        return self._limits.dump()

    def restore(self, kept: list[Any]) -> None:
        """Take up the profiles that were kept."""
        self._limits.restore(kept)

    def _take(self, event: Event) -> None:
        match event:
            case TransactionEnded():
                self._limits.end(event.transaction.transaction_id, event.transaction.connector_id)
                self.reconsider()
            case TransactionStarted():
                self.reconsider()

    def _running(self, connector_id: int) -> Running | None:
        transaction = self._memory.connector(connector_id).transaction
        if transaction is None:
            return None
        return Running(transaction_id=transaction.transaction_id, started_at=transaction.started_at)

    def _sharers(self, connector_id: int) -> int:
        if connector_id == 0:
            return 1
        busy = {number for number, connector in self._memory.connectors.items() if connector.transaction}
        return len(busy | {connector_id})

    def _set(self, fields: Fields) -> Payload:
        connector_id = fields.connector_id("evseId" if fields.value("evseId") is not None else "connectorId")
        profile = fields.value("csChargingProfiles") or fields.value("chargingProfile")
        return _ACCEPTED if self._keep(connector_id, profile, begun=True) else _REJECTED

    def _set_with_start(self, fields: Fields) -> Payload | None:
        """A profile that comes with a start waits for its transaction; without one, or when kept, the station starts."""
        profile = fields.value("chargingProfile")
        if profile is None:
            return None
        named = fields.optional_integer("evseId") or fields.optional_integer("connectorId")
        connector_id = named or self._memory.only_connector
        if connector_id is None or not self._keep(connector_id, profile, begun=False):
            return _REJECTED
        self.reconsider()
        return None

    def _keep(self, connector_id: int, profile: Any, *, begun: bool) -> bool:
        """Keep it, if it can be obeyed as it is meant; `begun`: one for a transaction needs that to run."""
        if not isinstance(profile, dict):
            return False
        kept = dict(profile)
        named = Fields(kept).text("transactionId")
        if kept.get("chargingProfilePurpose") == "TxProfile":
            running = self._running(connector_id)
            ours = self._ours(kept.get("transactionId"))
            if begun and (running is None or (named and ours != running.transaction_id)):
                return False
            kept["transactionId"] = running.transaction_id if begun and running else None
        try:
            self._limits.put(connector_id, kept)
        except NotUnderstood:
            return False
        return True

    def _ours(self, named: object) -> str | None:
        """Our name of a transaction that the operator names: by its own number in OCPP 1.6, later as the station does."""
        return self._names.ours(named) if isinstance(named, int) else str(named)

    def _clear(self, fields: Fields) -> Payload:
        criteria = fields.section("chargingProfileCriteria")
        if fields.value("chargingProfileCriteria") is None:
            criteria = fields
        profile_id = fields.optional_integer("id")
        if profile_id is None:
            profile_id = fields.optional_integer("chargingProfileId")
        connector_id = criteria.optional_integer("connectorId")
        if connector_id is None:
            connector_id = criteria.optional_integer("evseId")
        purpose = criteria.text("chargingProfilePurpose")
        cleared = self._limits.clear(
            profile_id=profile_id,
            connector_id=connector_id if profile_id is None else None,
            purpose=PURPOSES.get(purpose) if profile_id is None else None,
            stack_level=criteria.optional_integer("stackLevel") if profile_id is None else None,
        )
        return _ACCEPTED if cleared else {"status": "Unknown"}

    def _compose(self, fields: Fields) -> Payload:
        newer = fields.value("evseId") is not None
        connector_id, duration_s = fields.connector_id("evseId" if newer else "connectorId"), fields.integer("duration")
        if connector_id not in self._memory.connectors and connector_id != 0:
            return _REJECTED
        if not 0 < duration_s <= _LONGEST_S:
            raise PropertyConstraintViolationError("a duration is from 1 s to a week")
        unit = RateUnit.A
        with suppress(ValueError):
            unit = RateUnit(fields.text("chargingRateUnit"))
        memory, now = self._memory, self._memory.now()
        default = memory.connector(connector_id).default_limit
        phases = (default.phases if default else None) or 3
        maximum_a = memory.maximum_limit.limit_a if memory.maximum_limit else _ORDINARY_A
        running, sharers = self._running(connector_id), self._sharers(connector_id)
        coming = self._limits.periods(connector_id, now, duration_s, running, sharers)
        written: Payload = {
            "chargingRateUnit": unit.value,
            "chargingSchedulePeriod": composite(coming, unit, phases, memory.style.nominal_v, maximum_a),
            "duration": duration_s,
        }
        if newer:
            return _ACCEPTED | {"schedule": written | {"evseId": connector_id, "scheduleStart": format_timestamp(now)}}
        return _ACCEPTED | {
            "connectorId": connector_id,
            "scheduleStart": format_timestamp(now),
            "chargingSchedule": written,
        }


def _worth(limit: OperatorLimit | None) -> tuple[float | None, float | None, int] | None:
    return None if limit is None else (limit.limit_a, limit.power_w, limit.phases)
