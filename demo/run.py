"""One run of the demo: the peers, Home Assistant, the faults, and the seconds that are counted."""

import asyncio
import socket
import time
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import ClientSession

from .api import Api
from .car import Car, CarModel
from .errors import DemoError
from .faults import NEEDS_FAILSAFE, Fault, FaultClock, FaultKind
from .folder import REPOSITORY, TIME_ZONE, take_folder
from .home import Home, HomeState
from .homeassistant import PASSWORD, USER, HomeAssistant
from .intruder import Intruder
from .meter import Meter
from .options import Options
from .outlet import Outlet
from .perfect import HARDWARE_MAXIMUM_A
from .report import Summary, decided_text, status_line, summarise, summary_lines
from .score import CALLS_ABOVE_A, FailsafeClock, Score, WireClock
from .setup_flow import SAFE_A, Charger, Site, add_charger, add_meter, add_site, our_entities, set_up_energy_dashboard
from .station import Station
from .trace import HouseLoad, read_trace

LINE_EVERY_S: Final = 5
STATION: Final = "demo-station"
KEY: Final = "simulated-station-key"
"""The station's password; it protects nothing but a demo on the loopback."""

READY_WITHIN_S: Final = 60


class Run:
    """Holds what a run is made of. `run` does all of it."""

    def __init__(self, options: Options) -> None:
        """Reads the trace; nothing is started yet.

        Raises:
            DemoError: the trace or a time in it cannot be used.

        """
        trace = read_trace(options.trace)
        start = trace.start_at(options.start)
        trace.refuse_holes(start, timedelta(minutes=options.minutes or 0))
        supply = options.supply
        house = HouseLoad(trace, start=start, phases=supply.phases, seed=options.seed, jitter=options.jitter)
        # A one-phase car takes up to 32 A, a three-phase one up to 16 A (7.4 and 11 kW), as most do.
        model = CarModel(phases=supply.phases, maximum_a=32.0 if supply.phases == 1 else 16.0)
        self.options = options
        self.car = Car(model, seed=options.seed)
        self.outlet = Outlet(phases=supply.phases)
        self.home = Home(house=house, supply=supply, outlets=[self.outlet])
        self.meter = Meter(serial=f"SIM{options.seed:08d}", on_written=self._telegram_written)
        self.station = Station(
            self.outlet, clock=lambda: datetime.now(UTC), identity=STATION, key=KEY, on_command=self._command_received
        )
        self._reset_counts()
        self.home.playing = False
        self._counting = False
        self._ended = asyncio.Event()
        self._state: HomeState | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._intrusions: dict[Fault, asyncio.Task[Any]] = {}
        self._failure: BaseException | None = None
        self._main: asyncio.Task[None] | None = None
        self._csms_port = free_port()

    def end(self) -> None:
        """Somebody wants it to end. Before anything was counted the whole run is given up."""
        self.failsafe.end()
        self._ended.set()
        if not self._counting and self._main is not None:
            self._main.cancel()
        self._counting = False

    async def run(self) -> Summary | None:
        """Start everything, count the minutes, stop everything; None where it was ended before anything was counted.

        Raises:
            DemoError: it cannot be done.

        """
        port = free_port(self.options.port)
        folder = take_folder(REPOSITORY / ".demo")
        try:
            folder.prepare(port=port)
            async with ClientSession() as session:
                self.api = Api(f"http://127.0.0.1:{port}", session)
                self.homeassistant = HomeAssistant(folder, self.api)
                try:
                    self._main = asyncio.ensure_future(self._run())
                    with suppress(asyncio.CancelledError):
                        await self._main
                    if not self.score.seconds:
                        return None
                    return summarise(self.score, self.wire, self.failsafe, self.homeassistant.usage)
                finally:
                    await self._stop()
        finally:
            folder.release()

    def summary_lines(self, summary: Summary) -> list[str]:
        """The summary for people."""
        return summary_lines(summary, self.score, self.failsafe)

    async def _run(self) -> None:
        await self.meter.start()
        self._start(self._tick_for_ever())
        self._say(f"simulated home: {self.options.supply.text}; smart meter on {self.meter.url}")
        await self.homeassistant.start()
        await self.homeassistant.onboard()
        self._say("adding the smart meter to Home Assistant (dsmr), which is then restarted once …")
        await add_meter(self.api, self.meter, phases=self.options.supply.phases)
        await self.homeassistant.restart()
        await set_up_energy_dashboard(self.api)
        if self.options.control:
            await self._set_up_control()
        self._say(f"open {self.api.url} as user {USER} with password {PASSWORD}")
        self._begin()
        self._start(self._say_lines())
        await self._ended.wait()
        if self._failure is not None:
            raise self._failure

    async def _set_up_control(self) -> None:
        supply = self.options.supply
        site = Site(phases=supply.phases, unit=str(supply.unit), limit=supply.value, port=self._csms_port)
        self._say("adding Smart Charging …")
        entry_id = await add_site(self.api, site)
        maximum_a = self.outlet.profiles.hardware_maximum_a
        await add_charger(
            self.api, entry_id, Charger(station=STATION, key=KEY, maximum_a=maximum_a, phases=supply.phases)
        )
        self._start(self.station.run(f"ws://127.0.0.1:{self._csms_port}"))
        for _ in range(READY_WITHIN_S):
            # Without a profile the station would give the car all it has: the failsafe comes first.
            if self.station.connected and self.outlet.profiles.profiles:
                return
            await asyncio.sleep(1)
        raise DemoError("Smart Charging did not take the simulated station under control")

    def _begin(self) -> None:
        """The car is plugged in, the trace begins to play, and the counting starts."""
        self._reset_counts()
        self.homeassistant.measure_from_now()
        self.outlet.plug(self.car, datetime.now(UTC))
        self.home.playing = True
        self._counting = True

    def _reset_counts(self) -> None:
        self.score = Score(self.options.supply, car_phases=self.car.model.phases)
        self.wire = WireClock()
        self.failsafe = FailsafeClock(SAFE_A)
        self.faults = FaultClock(self.options.faults)

    async def _tick_for_ever(self) -> None:
        """Each second on the second, however long the last one took; a second that was missed is caught up."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self._tick(datetime.now(UTC))
            due += 1.0
            await asyncio.sleep(max(0.0, due - loop.time()))

    def _tick(self, now: datetime) -> None:
        state = self._state = self.home.step(now)
        self.meter.send(state, datetime.now(ZoneInfo(TIME_ZONE)))
        self.station.tick(now)
        if not self._counting:
            return
        self.score.step(state, self.car.capability_a(HARDWARE_MAXIMUM_A))
        self.failsafe.step(now, self.outlet.drawn_a)
        for fault, begins in self.faults.step(self.score.seconds):
            self._say(f"{'fault' if begins else 'over'}: {fault.kind}")
            self._inject(fault, now) if begins else self._mend(fault)
        if self.score.seconds % LINE_EVERY_S == 0:
            self.homeassistant.sample()
        if self.options.minutes is not None and self.score.seconds >= self.options.minutes * 60:
            self._counting = False
            self.failsafe.end()
            self._ended.set()

    def _inject(self, fault: Fault, now: datetime) -> None:
        if fault.kind in NEEDS_FAILSAFE:
            self.failsafe.begin(now)
        match fault.kind:
            case FaultKind.METER_SILENT:
                self.meter.silent = True
            case FaultKind.KILL_HA:
                self._start(self.homeassistant.kill())
            case FaultKind.STATION_DROPS:
                self.station.drop(fault.lasts_s)
            case FaultKind.GARBAGE:
                self._intrusions[fault] = self._start(Intruder(self._csms_port).garbage())
            case FaultKind.FLOOD:
                self._intrusions[fault] = self._start(Intruder(self._csms_port).flood())

    def _mend(self, fault: Fault) -> None:
        if fault.kind in NEEDS_FAILSAFE:
            self.failsafe.end()
        match fault.kind:
            case FaultKind.METER_SILENT:
                self.meter.silent = False
            case FaultKind.KILL_HA:
                self._start(self.homeassistant.start(quiet=True))
            case FaultKind.GARBAGE | FaultKind.FLOOD:
                self._intrusions.pop(fault).cancel()
            case FaultKind.STATION_DROPS:
                pass  # the station calls again by itself

    def _telegram_written(self, state: HomeState) -> None:
        supply, car = self.options.supply, self.car
        # Once the car is offered what fits the call is answered, even while it still draws what it drew.
        will_draw_a, room_a = car.capability_a(self.outlet.offered_a), supply.room_a(state.house_a, car.model.phases)
        called = supply.excess_a(state.total_a) > CALLS_ABOVE_A and will_draw_a > max(0.0, room_a) + CALLS_ABOVE_A
        self.wire.telegram(time.monotonic(), calls_for_less=called)

    def _command_received(self, reduces: bool) -> None:  # noqa: FBT001 a callback's one argument
        if self._counting:
            self.wire.command(time.monotonic(), reduces=reduces)

    async def _say_lines(self) -> None:
        """A line every few seconds; what was decided is asked of Home Assistant, where it answers."""
        keys: dict[str, str] = {}
        while True:
            await asyncio.sleep(LINE_EVERY_S)
            decided = ""
            if self.options.control:
                with suppress(DemoError):
                    keys = keys or await our_entities(self.api)
                    states = {state["entity_id"]: state for state in await self.api.get("/api/states")}
                    decided = decided_text(states, keys)
            if self._state is not None:
                trace_time = self.home.house.time_at(self.home.elapsed_s)
                self._say(status_line(self._state, self.options.supply, trace_time, decided))

    def _start(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._failure = self._failure or failure
            self._ended.set()

    async def _stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.meter.stop()
        self._say("stopping Home Assistant …")
        await self.homeassistant.stop()

    def _say(self, text: str) -> None:
        print(text, flush=True)


def free_port(wanted: int | None = None) -> int:
    """A port of the loopback that nobody listens on.

    Raises:
        DemoError: the one that is wanted cannot be had.

    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted or 0))
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) else "no such port"
            raise DemoError(f"port {wanted}: {reason}") from None
        return int(probe.getsockname()[1])
