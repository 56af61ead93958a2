"""One run of the demo: the peers, Home Assistant, the faults, and the seconds that are counted."""

import asyncio
import socket
import time
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiohttp import ClientSession

from .api import Api
from .clock import simulated
from .errors import DemoError
from .faults import NEEDS_FAILSAFE, Fault, FaultClock, FaultKind
from .folder import REPOSITORY, take_folder
from .history import full_hour, import_history, past_hours_kw
from .home import HomeState
from .homeassistant import PASSWORD, USER, HomeAssistant
from .intruder import Intruder
from .local_station import LocalStation
from .night import ZONE, moment
from .night_report import night_lines
from .night_setup import choose_smart, publish_battery, say_what_is_wanted, set_up_night
from .options import Options
from .parts import PartsScore
from .peers import Bay, Peers
from .perfect_sharing import PerfectSharing
from .report import (
    Summary,
    decided_text,
    part_lines,
    plans_told,
    same_plan,
    status_line,
    summarise,
    summary_lines,
    write_json,
)
from .score import CALLS_ABOVE_A, FailsafeClock, Score, WireClock
from .setup_flow import SAFE_A, add_meter, charger_entities, set_up_energy_dashboard, set_up_site
from .trace import HouseLoad, read_trace
from .visits import Visits

LINE_EVERY_S: Final = 5
NIGHT_LINE_EVERY_S: Final = 15 * 60
TELLS_EVERY_S: Final = 5 * 60
"""So often a car tells how full it is."""
PLUGS_IN_S: Final = 60
"""From plugging in until a person has said what is wanted."""
READY_WITHIN_S: Final = 60


class Run:
    """Holds what a run is made of. `run` does all of it."""

    def __init__(self, options: Options) -> None:
        """Reads the trace; nothing is started yet.

        Raises:
            DemoError: the trace or a time in it cannot be used.

        """
        scenario = options.scenario
        trace = read_trace(options.trace)
        start = trace.start_at(options.start or (scenario.start if options.trace == scenario.trace else None))
        trace.refuse_holes(start, timedelta(minutes=options.minutes or 0))
        house = HouseLoad(trace, start=start, phases=scenario.supply.phases, seed=options.seed, jitter=options.jitter)
        self.options, self.scenario = options, scenario
        self.peers = Peers(
            scenario,
            house,
            seed=options.seed,
            on_telegram=self._telegram_written,
            on_command=self._command_received,
        )
        self._clock, self.night, self.visits = simulated(), scenario.night, None
        if self.night is not None:
            # The house lives by the clock from the beginning on, whoever comes when.
            self.peers.home.playing = True
            begins = datetime.now(ZONE)
            self._past_kw = past_hours_kw(trace, full_hour(begins), options.seed)
            self._ends = moment(begins, self.night.ends)
            self.visits = Visits(self.peers.bays, supply=scenario.supply, tariff=self.night.tariff, begins=begins)
        self._reset_counts()
        self._counting = False
        self._ended = asyncio.Event()
        self._state: HomeState | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._intrusions: dict[Fault, asyncio.Task[Any]] = {}
        self._failure: BaseException | None = None
        self._main: asyncio.Task[None] | None = None
        self._csms_port = free_port()
        self._entry_id = ""

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
            folder.prepare(port=port, switches=[(item.key, item.name) for item in self.scenario.appliances])
            async with ClientSession() as session:
                self.api = Api(f"http://127.0.0.1:{port}", session)
                self.homeassistant = HomeAssistant(folder, self.api)
                try:
                    self._main = asyncio.ensure_future(self._run())
                    with suppress(asyncio.CancelledError):
                        await self._main
                    if not self.score.seconds:
                        return None
                    parts = self.parts.figures if self.scenario.has_parts else None
                    visits = None if self.visits is None else self.visits.figures
                    return summarise(
                        self.score, self.wire, self.failsafe, self.homeassistant.usage, parts, visits=visits
                    )
                finally:
                    self._run_clock(1.0)
                    await self._stop()
        finally:
            folder.release()

    def summary_lines(self, summary: Summary) -> list[str]:
        """The summary for people."""
        lines = summary_lines(summary, self.score, self.failsafe)
        if self.visits is None:
            return lines
        return [*night_lines(self.visits.half_hours, self.visits.figures, self.scenario.supply), *lines]

    async def _run(self) -> None:
        supply, meter = self.scenario.supply, self.peers.meter
        await meter.start()
        self._start(self._tick_for_ever())
        self._say(f"simulated home: {supply.text}; smart meter on {meter.url}")
        await self.homeassistant.start()
        await self.homeassistant.onboard()
        self._say("adding the smart meter to Home Assistant (dsmr), which is then restarted once …")
        await add_meter(self.api, meter, phases=supply.phases)
        await self.homeassistant.restart()
        await set_up_energy_dashboard(self.api)
        if self.scenario.appliances:
            self._start(self._watch_appliances())
        if self.options.control:
            await self._set_up_control()
        self._say(f"open {self.api.url} as user {USER} with password {PASSWORD}")
        self._begin()
        self._start(self._say_lines())
        if self.night is not None:
            speed = self.options.speed or self.night.speed
            self._say(f"the clock goes {speed:g} times as fast from now on, until {self._ends:%H:%M}")
            self._run_clock(speed)
        await self._ended.wait()
        self._run_clock(1.0)
        if self._failure is not None:
            raise self._failure
        if self.options.diagnostics is not None:
            diagnostics = await self.api.get(f"/api/diagnostics/config_entry/{self._entry_id}")
            write_json(diagnostics, self.options.diagnostics, option="--diagnostics")

    async def _set_up_control(self) -> None:
        ports: dict[str, int] = {}
        for bay in self.peers.bays:
            if isinstance(bay.station, LocalStation):
                await bay.station.listen()
                ports[bay.spec.name] = bay.station.port
        self._say("adding Smart Charging …")
        if self.night is not None:
            await self._tell_batteries()
        self._entry_id = await set_up_site(self.api, self.scenario, port=self._csms_port, ports=ports)
        if self.night is not None:
            await import_history(self.api, self._entry_id, self._past_kw)
            await set_up_night(self.api, self._entry_id, self.scenario, self.night.tariff)
        for bay in self.peers.bays:
            self._start(bay.station.run(f"ws://127.0.0.1:{self._csms_port}"))
        for _ in range(READY_WITHIN_S):
            if all(bay.steered for bay in self.peers.bays):
                if self.night is not None:
                    await choose_smart(self.api, self._entry_id)
                    self._start(self._keep_telling_batteries())
                return
            await asyncio.sleep(1)
        loose = ", ".join(bay.spec.station for bay in self.peers.bays if not bay.steered)
        raise DemoError(f"Smart Charging did not take under control: {loose}")

    async def _tell_batteries(self) -> None:
        for bay in self.peers.bays:
            await publish_battery(self.api, bay)

    async def _keep_telling_batteries(self) -> None:
        while True:
            await asyncio.sleep(TELLS_EVERY_S)
            with suppress(DemoError):
                await self._tell_batteries()

    async def _welcome(self, bay: Bay) -> None:
        """What a person does who has come home; tried until Home Assistant answers."""
        await asyncio.sleep(PLUGS_IN_S)
        while bay.spec.visit is not None and bay.outlet.car is not None:
            try:
                await say_what_is_wanted(self.api, self._entry_id, bay, bay.spec.visit)
            except DemoError as error:
                self._say(f"{bay.spec.visit.car}: {error}")
                await asyncio.sleep(PLUGS_IN_S)
            else:
                return

    def _run_clock(self, speed: float) -> None:
        if self._clock is not None and self._clock.factor != speed:
            self._clock.run(speed)

    async def _watch_appliances(self) -> None:
        """An appliance does what its entity says; while Home Assistant says nothing it stays as it is, as a relay does."""
        while True:
            for spec, appliance in zip(self.scenario.appliances, self.peers.appliances, strict=True):
                with suppress(DemoError):
                    state = (await self.api.get(f"/api/states/{spec.entity_id}"))["state"]
                    appliance.on = state == "on" if state in {"on", "off"} else appliance.on
            await asyncio.sleep(1)

    def _begin(self) -> None:
        """The cars are plugged in, the trace begins to play, and the counting starts."""
        self._reset_counts()
        self.homeassistant.measure_from_now()
        self.peers.begin(datetime.now(UTC))
        self._counting = True

    def _reset_counts(self) -> None:
        self.score = Score(
            self.scenario.supply,
            car_phases=self.scenario.bays[0].car.phases,
            sharing=PerfectSharing(self.scenario) if self.scenario.has_parts and self.night is None else None,
        )
        self.parts = PartsScore(self.scenario)
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
        state = self._state = self.peers.tick(now)
        if not self._counting:
            return
        if self.visits is None:
            self.score.step(state, *(bay.capability_a for bay in self.peers.bays))
        else:
            # Not to charge whenever it is possible is what a night is about: there is no share of that.
            self.score.step(state)
            self._move(now, self.visits.step(state))
        self.parts.step(state)
        self.failsafe.step(now, max(bay.outlet.drawn_a for bay in self.peers.bays))
        for fault, begins in self.faults.step(self.score.seconds):
            self._say(f"{'fault' if begins else 'over'}: {fault.kind}")
            self._inject(fault, now) if begins else self._mend(fault)
        if self.score.seconds % LINE_EVERY_S == 0:
            self.homeassistant.sample()
        over = self.night is not None and now >= self._ends
        if over or (self.options.minutes is not None and self.score.seconds >= self.options.minutes * 60):
            self._counting = False
            self.failsafe.end()
            self._ended.set()

    def _move(self, now: datetime, moved: list[tuple[Bay, bool]]) -> None:
        for bay, comes in moved:
            if bay.spec.visit is None:
                continue
            car = f"{bay.spec.visit.car} ({bay.car.state_of_charge:.0%})"
            self._say(f"{now.astimezone(ZONE):%H:%M:%S}  {car} {'is plugged in' if comes else 'leaves'}")
            if comes and self.options.control:
                self._start(self._welcome(bay))

    def _inject(self, fault: Fault, now: datetime) -> None:
        if fault.kind in NEEDS_FAILSAFE:
            self.failsafe.begin(now)
        match fault.kind:
            case FaultKind.METER_SILENT:
                self.peers.meter.silent = True
            case FaultKind.KILL_HA:
                self._start(self.homeassistant.kill())
            case FaultKind.STATION_DROPS:
                self.peers.bays[0].station.drop(fault.lasts_s)
            case FaultKind.STATION_REBOOTS:
                self.peers.bays[0].station.reboot()
            case FaultKind.GARBAGE:
                self._intrusions[fault] = self._start(Intruder(self._csms_port).garbage())
            case FaultKind.FLOOD:
                self._intrusions[fault] = self._start(Intruder(self._csms_port).flood())

    def _mend(self, fault: Fault) -> None:
        if fault.kind in NEEDS_FAILSAFE:
            self.failsafe.end()
        match fault.kind:
            case FaultKind.METER_SILENT:
                self.peers.meter.silent = False
            case FaultKind.KILL_HA:
                self._start(self.homeassistant.start(quiet=True))
            case FaultKind.GARBAGE | FaultKind.FLOOD:
                self._intrusions.pop(fault).cancel()
            case FaultKind.STATION_DROPS | FaultKind.STATION_REBOOTS:
                pass  # the station calls again by itself

    def _telegram_written(self, state: HomeState) -> None:
        if self.night is not None:
            return  # by a clock that runs fast, milliseconds tell nothing
        supply = self.scenario.supply
        # Once the cars are offered what fits the call is answered, even while they still draw what they drew.
        called = supply.excess_a(state.total_a) > CALLS_ABOVE_A and supply.calls_for_less(
            state.house_a, self.peers.will_draw_a(), above_a=CALLS_ABOVE_A
        )
        self.wire.telegram(time.monotonic(), calls_for_less=called)

    def _command_received(self, reduces: bool) -> None:  # noqa: FBT001 a callback's one argument
        if self._counting:
            self.wire.command(time.monotonic(), reduces=reduces)

    async def _say_lines(self) -> None:
        """Lines every few seconds; what was decided is asked of Home Assistant, where it answers."""
        keys: dict[str, dict[str, str]] = {}
        plans: dict[str, str] = {}
        while True:
            await asyncio.sleep(LINE_EVERY_S if self.night is None else NIGHT_LINE_EVERY_S)
            decided = ["" for _ in self.peers.bays]
            changed: list[str] = []
            if self.options.control:
                with suppress(DemoError):
                    keys = keys or await charger_entities(self.api, self._entry_id)
                    states = {state["entity_id"]: state for state in await self.api.get("/api/states")}
                    decided = [decided_text(states, keys.get(bay.spec.name, {})) for bay in self.peers.bays]
                    if self.night is not None:
                        told = plans_told(states, keys)
                        changed = [
                            f"    {name}: {plan}" for name, plan in told.items() if not same_plan(plan, plans.get(name))
                        ]
                        plans = told
            if self._state is None:
                continue
            trace_time = self.peers.home.house.time_at(self.peers.home.elapsed_s)
            parts = self.scenario.has_parts
            self._say(status_line(self._state, self.scenario.supply, trace_time, "" if parts else decided[0]))
            for line in (*(part_lines(self._state, self.scenario, decided) if parts else ()), *changed):
                self._say(line)

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
        await self.peers.meter.stop()
        self._say("stopping Home Assistant …")
        await self.homeassistant.stop()
        if self._clock is not None:
            self._clock.remove()

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
