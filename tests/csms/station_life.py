"""The world of `test_station_life`: a station with two connectors, whatever version it speaks.

`Life` knows the truth: what the meter at the charger counted in each transaction. What the csms makes of the messages
must never be more, and must be all of it once everything was delivered.
"""

from abc import abstractmethod
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, override

import orjson
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from custom_components.smart_charging.csms.events import Event, TransactionEnded, TransactionStarted
from custom_components.smart_charging.csms.keeping import dump, restore
from custom_components.smart_charging.csms.memory import StationMemory
from custom_components.smart_charging.csms.requests import Requests
from custom_components.smart_charging.csms.timestamps import format_timestamp
from custom_components.smart_charging.csms.transaction_ids import TransactionIds

from .conftest import Clock

type Json = Any

WATTS: Final = 11_000
WHICH: Final = st.integers(0, 1)

CLOCKS: Final = (timedelta(), timedelta(hours=2), timedelta(hours=-5), datetime(1970, 1, 1, tzinfo=UTC))
"""How far off the station's clock is; or what it shows as the test begins."""


@dataclass
class Truth:
    """A transaction as it truly was. `name` is what the csms gave it (OCPP 1.6), or the station (2.0.1).

    `lost`: the station has forgotten it, and something that it had to tell of it.
    """

    tag: str
    name: str | None = None
    ended: bool = False
    lost: bool = False
    charged_wh: int = 0
    sequence: int = 0


@dataclass
class Outlet:
    """A connector, its meter, and all its transactions."""

    number: int
    register_wh: int = 12_000
    plugged: bool = False
    truths: list[Truth] = field(default_factory=list)

    @property
    def current(self) -> Truth | None:
        """The transaction that runs."""
        return self.truths[-1] if self.truths and not self.truths[-1].ended else None

    @property
    def charged_wh(self) -> int:
        return sum(truth.charged_wh for truth in self.truths)


@dataclass
class Message:
    """What the station has to tell; `payload` is complete but for a name that is not known yet."""

    action: str
    payload: dict[str, Json]
    truth: Truth


class Told:
    """What the csms told of transactions: the last word about each end."""

    def __init__(self) -> None:
        self.ended_wh: dict[str, float] = {}
        self.faults: list[Event] = []
        self._over: set[str] = set()

    def take(self, event: Event) -> None:
        if isinstance(event, TransactionStarted):
            self._over.discard(event.transaction.transaction_id)
        if isinstance(event, TransactionEnded):
            name = event.transaction.transaction_id
            if event.revised != (name in self._over):
                self.faults.append(event)
            self._over.add(name)
            self.ended_wh[name] = event.energy_wh or 0.0


class Life(RuleBasedStateMachine):
    """One station with two connectors."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.told = Told()
        self.memory = self.new_memory()
        self.outlets = (Outlet(1), Outlet(2))
        self.online = False
        self.outbox: list[Message] = []
        self.offset = timedelta()
        self.sets_clock = False
        self.names_evse = False
        self.requests: Requests | None = None

    def new_memory(self) -> StationMemory:
        memory = StationMemory("CP1", self.clock, TransactionIds(self.clock))
        memory.subscribe(self.told.take)
        return memory

    # What a version says.

    @abstractmethod
    def connection(self) -> Requests:
        """A new connection's handlers."""

    @abstractmethod
    def boots(self) -> tuple[str, dict[str, Json]]: ...

    @abstractmethod
    def status(self, outlet: Outlet) -> tuple[str, dict[str, Json]]: ...

    @abstractmethod
    def started(self, outlet: Outlet, truth: Truth) -> Message: ...

    @abstractmethod
    def metered(self, outlet: Outlet, truth: Truth) -> Message: ...

    @abstractmethod
    def ended(self, outlet: Outlet, truth: Truth) -> Message: ...

    @abstractmethod
    def deliver_next(self) -> None:
        """Deliver a message for good."""

    # The world.

    @property
    def timestamp(self) -> str:
        return format_timestamp(self.clock.at + self.offset)

    def handle(self, action: str, payload: dict[str, Json]) -> dict[str, Json]:
        assert self.requests is not None
        self.memory.seen()
        answer = self.requests.handle(action, payload)
        self.memory.flush()
        return answer

    @initialize(clock=st.sampled_from(CLOCKS), sets_clock=st.booleans(), names_evse=st.booleans())
    def wake(self, clock: timedelta | datetime, sets_clock: bool, names_evse: bool) -> None:
        self.names_evse = names_evse
        self.offset = clock - self.clock.at if isinstance(clock, datetime) else clock
        self.sets_clock = sets_clock
        self.reconnect(boot=False)

    @rule(minutes=st.sampled_from((1, 10, 600)))
    def wait(self, minutes: int) -> None:
        self.clock.advance(minutes * 60)

    @rule(which=WHICH)
    def plug_or_unplug(self, which: int) -> None:
        outlet = self.outlets[which]
        if outlet.current is not None:
            self.end(which)
        outlet.plugged = not outlet.plugged
        self.tell_status(outlet)

    @rule(which=WHICH, tag=st.sampled_from(("CARD", "GUEST")))
    def start(self, which: int, tag: str) -> None:
        outlet = self.outlets[which]
        if outlet.current is not None:
            return
        outlet.plugged = True
        self.clock.advance(2)
        truth = Truth(tag)
        outlet.truths.append(truth)
        self.outbox.append(self.started(outlet, truth))
        self.tell_status(outlet)

    @rule(which=WHICH, wh=st.sampled_from((0, 1, 250, 4_000)), tells=st.booleans())
    def charge(self, which: int, wh: int, tells: bool) -> None:
        outlet = self.outlets[which]
        truth = outlet.current
        if truth is None:
            return
        outlet.register_wh += wh
        truth.charged_wh += wh
        self.clock.advance(5 + wh * 3600 / WATTS)
        if tells:
            self.outbox.append(self.metered(outlet, truth))

    @rule(which=WHICH)
    def end(self, which: int) -> None:
        outlet = self.outlets[which]
        truth = outlet.current
        if truth is None:
            return
        self.clock.advance(1)
        self.outbox.append(self.ended(outlet, truth))
        truth.ended = True
        self.tell_status(outlet)

    @precondition(lambda self: self.online)
    @rule()
    def drop(self) -> None:
        self.online = False
        self.requests = None

    @precondition(lambda self: not self.online)
    @rule(boot=st.booleans())
    def reconnect(self, boot: bool) -> None:
        self.online = True
        self.requests = self.connection()
        if boot:
            self.handle(*self.boots())
            if self.sets_clock:
                self.offset = timedelta()
        for outlet in self.outlets:
            self.tell_status(outlet)

    @rule(forgets=st.booleans(), resets_registers=st.booleans())
    def lose_power(self, forgets: bool, resets_registers: bool) -> None:
        for which, outlet in enumerate(self.outlets):
            truth = outlet.current
            if truth is not None and not forgets:
                self.end(which)
            elif truth is not None:
                truth.ended = truth.lost = True
        if forgets:
            for message in self.outbox:
                message.truth.lost = True
            self.forget()
        if self.online:
            self.drop()
        for outlet in self.outlets:
            outlet.register_wh = 0 if resets_registers else outlet.register_wh
        self.clock.advance(30)
        self.reconnect(boot=True)

    def forget(self) -> None:
        self.outbox.clear()

    def tell_status(self, outlet: Outlet) -> None:
        """Not kept for later: what it is now is told on reconnecting."""
        if self.online:
            self.handle(*self.status(outlet))

    @rule()
    def restart_csms(self) -> None:
        kept = orjson.loads(orjson.dumps(dump(self.memory)))
        self.memory = self.new_memory()
        restore(self.memory, kept)
        self.online = False
        self.requests = None

    # What must hold.

    def counted_wh(self) -> float:
        """What the csms knows to have been charged, of transactions that ended or run."""
        wh = dict(self.told.ended_wh)
        for outlet in self.outlets:
            running = self.memory.running(outlet.number)
            if running is not None:
                wh[running.transaction_id] = self.memory.connector(outlet.number).transaction_energy_wh or 0.0
        return sum(wh.values())

    @property
    def charged_wh(self) -> int:
        return sum(outlet.charged_wh for outlet in self.outlets)

    @invariant()
    def nothing_is_counted_twice(self) -> None:
        assert self.counted_wh() <= self.charged_wh

    @invariant()
    def what_is_told_is_in_order(self) -> None:
        assert not self.told.faults

    def check_what_runs(self) -> None:
        """Everything was delivered, and some of it runs."""
        for outlet in self.outlets:
            if outlet.current is not None:
                assert self.memory.connector(outlet.number).transaction_energy_wh == outlet.current.charged_wh

    def deliver_all(self) -> None:
        if not self.online:
            self.reconnect(boot=False)
        while self.outbox:
            self.deliver_next()

    @override
    def teardown(self) -> None:
        for outlet in self.outlets:
            if outlet.current is not None:
                # The latest reading tells all that there is to know so far.
                self.outbox.append(self.metered(outlet, outlet.current))
        self.deliver_all()
        for outlet in self.outlets:
            running = self.memory.connector(outlet.number).transaction
            if outlet.current is not None:
                assert running is not None
                assert running.name == outlet.current.name
            elif running is not None:
                assert any(truth.lost for truth in outlet.truths)
        self.check_what_runs()
        for which, outlet in enumerate(self.outlets):
            outlet.plugged = True
            self.plug_or_unplug(which)
        self.deliver_all()
        # Of a transaction that the station forgot, the free connector tells in a while.
        self.clock.advance(120)
        self.handle("Heartbeat", {})
        for outlet in self.outlets:
            assert self.memory.connector(outlet.number).transaction is None
            for truth in outlet.truths:
                assert truth.lost or self.told.ended_wh[truth.name or ""] == truth.charged_wh
        assert sum(self.told.ended_wh.values()) <= self.charged_wh
        assert not self.told.faults
