"""What waits for the operator: messages in their order, bounded, as plain data that outlives a restart."""

import logging
import uuid
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

from ..coding import encode
from ..frames import Payload
from ..versions import Version

_LOGGER: Final = logging.getLogger(__name__)

# A day away with readings each 90 s. What is beyond is thinned out.
_MOST: Final = 1_000
_MOST_BYTES: Final = 2 * 1024 * 1024
# Beyond this nobody delivers any more: 5,000 transactions, or what a hostile station makes up.
_MOST_NEEDED: Final = 10_000
_MOST_NEEDED_BYTES: Final = 8 * 1024 * 1024
# How many messages back a repetition is known as one.
_REMEMBERED: Final = 256


@dataclass(slots=True, kw_only=True)
class Entry:
    """A call for the operator, and when it was taken in by our clock.

    `transaction`: it is part of this transaction (our name of it), and kept until it is delivered; None for news, which
    are worth nothing later. `needed`: it must never be dropped. `unique_id` is the same each time that it is tried.
    """

    version: Version
    action: str
    payload: Payload
    at: datetime
    transaction: str | None = None
    needed: bool = False
    unique_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempts: int = 0
    size: int = 0

    def __post_init__(self) -> None:
        """Measure it once."""
        self.size = len(encode([self.payload]))

    def renew(self) -> None:
        """Give it another name: under this one it has been answered."""
        self.unique_id = str(uuid.uuid4())


class Outbox:
    """An ordered queue of entries. The first leaves by `delivered`."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()
        self._seen: OrderedDict[bytes, None] = OrderedDict()
        self._bytes = 0
        self.dropped = 0
        """How many messages of transactions were given up for want of room."""

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    @property
    def first(self) -> Entry | None:
        """The one to deliver next."""
        return self._entries[0] if self._entries else None

    @property
    def keeps(self) -> bool:
        """Whether anything waits that must not be lost."""
        return any(entry.transaction is not None for entry in self._entries)

    def put(self, entry: Entry) -> bool:
        """Add an entry; False where it is a repetition of one of a transaction's, or there is no room for it."""
        if entry.transaction is not None:
            sign = blake2b(encode([entry.action, entry.payload]).encode(), digest_size=16).digest()
            if sign in self._seen:
                return False
            self._seen[sign] = None
            if len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
        if len(self) >= _MOST_NEEDED or self._bytes >= _MOST_NEEDED_BYTES:
            self.dropped += 1
            return False
        self._append(entry)
        while (len(self) > _MOST or self._bytes > _MOST_BYTES) and self._thin_out():
            pass
        return True

    def delivered(self, entry: Entry) -> None:
        """It has been answered, or given up: it is done with."""
        if self.first is entry:
            self._entries.popleft()
            self._bytes -= entry.size

    def forget_news(self) -> None:
        """The operator is away: only what belongs to transactions waits for it."""
        self._keep([entry for entry in self._entries if entry.transaction is not None])

    def _append(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._bytes += entry.size

    def _keep(self, entries: list[Entry]) -> None:
        self._entries = deque(entries)
        self._bytes = sum(entry.size for entry in entries)

    def _thin_out(self) -> bool:
        """Drop news, then every second reading: the course of a transaction stays (OCPP 2.0.1, E04.FR.07)."""
        news = [entry for entry in self._entries if entry.transaction is None]
        spare = news or [entry for entry in self._entries if not entry.needed][::2]
        dropped = {id(entry) for entry in spare}
        self.dropped += 0 if news else len(spare)
        self._keep([entry for entry in self._entries if id(entry) not in dropped])
        return bool(spare)

    def dump(self) -> list[dict[str, Any]]:
        """What must not be lost, as plain data."""
        return [_plain(entry) for entry in self._entries if entry.transaction is not None]

    def restore(self, kept: list[Any]) -> None:
        """Put what was kept before what has come since. What cannot be read is left out, and told in the log."""
        since = list(self._entries)
        self._keep([entry for plain in kept if (entry := _read(plain)) is not None])
        for entry in since:
            self._append(entry)


def _plain(entry: Entry) -> dict[str, Any]:
    return {
        "version": entry.version.value,
        "action": entry.action,
        "payload": entry.payload,
        "at": entry.at.isoformat(),
        "transaction": entry.transaction,
        "needed": entry.needed,
        "unique_id": entry.unique_id,
    }


def _read(plain: Mapping[str, Any]) -> Entry | None:
    try:
        return Entry(
            version=Version(plain["version"]),
            action=str(plain["action"]),
            payload=dict(plain["payload"]),
            at=datetime.fromisoformat(plain["at"]).astimezone(UTC),
            transaction=str(plain["transaction"]),
            needed=bool(plain["needed"]),
            unique_id=str(plain["unique_id"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        _LOGGER.warning("A message that was kept for an operator cannot be read: %s", error)
        return None
