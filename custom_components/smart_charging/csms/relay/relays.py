"""The relays of a csms, by the stations' identities."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

from ..authorization import Authorise, Authorization, IdToken
from ..dialect import Dialect
from ..frames import Payload
from ..link import Handler
from ..memory import StationMemory
from ..station import Station
from .relay import Relay
from .target import RelayTarget


class Relays:
    """Which stations are handed on, and to whom. They work between `start` and `stop`."""

    def __init__(self) -> None:
        self._relays: dict[str, Relay] = {}
        self._kept: dict[str, Mapping[str, Any]] = {}
        self._works = False
        self._ending: set[asyncio.Task[None]] = set()

    def get(self, identity: str) -> Relay | None:
        """The relay of this station; None where it is not handed on."""
        return self._relays.get(identity)

    def put(self, station: Station, memory: StationMemory, target: RelayTarget | None) -> None:
        """Hand a station on, elsewhere than before, or no more."""
        identity = station.identity
        before = self._relays.get(identity)
        if before is not None and before.target == target:
            return
        if before is not None:
            self._kept[identity] = before.dump()
        self.remove(identity, forget=False)
        if target is None:
            return
        relay = self._relays[identity] = Relay(station, memory, target)
        kept = self._kept.pop(identity, None)
        if kept is not None:
            relay.restore(kept)
        if self._works:
            relay.start()

    def remove(self, identity: str, *, forget: bool = True) -> None:
        """Hand a station on no more; `forget`: what waits for the operator is lost."""
        if forget:
            self._kept.pop(identity, None)
        relay = self._relays.pop(identity, None)
        if relay is not None and self._works:
            task = asyncio.get_running_loop().create_task(relay.stop())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    def start(self) -> None:
        """Begin to hand on."""
        self._works = True
        for relay in self._relays.values():
            relay.start()

    async def stop(self) -> None:
        """End all connections to operators. What waits is kept."""
        self._works = False
        await asyncio.gather(*self._ending, *(relay.stop() for relay in self._relays.values()))

    def dump(self, identity: str) -> dict[str, Any]:
        """What waits for the operator of this station, under a key of its own; empty where there is none."""
        relay = self._relays.get(identity)
        kept = self._kept.get(identity) if relay is None else relay.dump()
        return {} if kept is None else {"relay": kept}

    def restore(self, identity: str, station: Mapping[str, Any] | None) -> None:
        """Take up what was kept of a station, now, or once it is handed on."""
        kept = (station or {}).get("relay")
        if not isinstance(kept, Mapping):
            return
        relay = self._relays.get(identity)
        if relay is None:
            self._kept[identity] = kept
        else:
            relay.restore(kept)

    def asking(self, authorise: Authorise) -> Authorise:
        """A judgement that knows what operators said of whom."""

        def judge(identity: str, token: IdToken) -> Authorization:
            relay = self._relays.get(identity)
            verdict = None if relay is None else relay.verdict(token)
            return authorise(identity, token) if verdict is None else verdict

        return judge

    def overhear(self, identity: str, dialect: Dialect) -> Handler:
        """The station's calls, answered as before, and told to the operator. Only a card may wait for its verdict."""

        def handle(action: str, payload: Payload) -> Payload | Awaitable[Payload]:
            answer = dialect.handle(action, payload)
            relay = self._relays.get(identity)
            if relay is None:
                return answer
            relay.take(dialect.version, action, payload, answer)
            if action == "Authorize" and relay.target.decides:
                return relay.authorize(payload, answer)
            return answer

        return handle
