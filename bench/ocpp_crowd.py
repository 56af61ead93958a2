"""A crowd of stations at our csms: what they cost while idle, how they live, are steered, and come back all at once."""

import time
from dataclasses import dataclass

from .figures import percentile
from .ocpp_ours import Ours
from .ocpp_remote import Remote, busy_s
from .ocpp_size import Size
from .ocpp_swarm import Life, Storm, Swarm, identities
from .result import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """What was seen."""

    stations: int
    came_s: float
    idle_kib: float
    csms_cpu: float
    stations_cpu: float
    others_cpu: float
    life: Life
    setpoints_ms: list[float]
    storm_s: float
    retries: int
    late_living_ms: float
    late_storm_ms: float

    @property
    def rows(self) -> list[Row]:
        """One row each."""
        beats_ms = self.life.answered_ms
        figures = {
            f"{self.stations} stations come, until the last one is set up": ("s", self.came_s, None),
            "memory of an idle station": ("KiB", self.idle_kib, 150.0),
            "CPU of the csms while they live": ("%", 100 * self.csms_cpu, None),
            "CPU of the stations": ("%", 100 * self.stations_cpu, None),
            "CPU of all else on this machine": ("%", 100 * self.others_cpu, None),
            "meter values answered": ("", self.life.meter_values, None),
            "heartbeats": ("", len(beats_ms), None),
            "heartbeats answered late, or never": ("", self.life.late, 0),
            "heartbeat due → answered, median": ("ms", percentile(beats_ms, 0.5), None),
            "heartbeat due → answered, the worst": ("ms", percentile(beats_ms, 1.0), 1000.0),
            "setpoint → acknowledged, median": ("ms", percentile(self.setpoints_ms, 0.5), None),
            "setpoint → acknowledged, 99 of 100": ("ms", percentile(self.setpoints_ms, 0.99), 250.0),
            "setpoint → acknowledged, the worst": ("ms", max(self.setpoints_ms), None),
            "tick late at most, while they live": ("ms", self.late_living_ms, 1000.0),
            "tick late at most, in the storm": ("ms", self.late_storm_ms, 1000.0),
            "storm settled": ("s", self.storm_s, 30.0),
            "connections tried again in the storm": ("", self.retries, None),
        }
        return [
            {"what": what, "unit": unit, "ours": ours, "bare": None, "goal": goal}
            for what, (unit, ours, goal) in figures.items()
        ]

    @property
    def summary(self) -> dict[str, float]:
        """What is followed from release to release."""
        return {
            "stations": self.stations,
            "late_heartbeats": self.life.late,
            "idle_kib_per_station": self.idle_kib,
            "storm_settled_s": self.storm_s,
            "tick_late_max_ms": max(self.late_living_ms, self.late_storm_ms),
            "setpoint_100_p99_ms": percentile(self.setpoints_ms, 0.99),
        }


def watch(size: Size) -> Crowd:
    """Let them come, idle, live, be steered, and storm."""
    with Remote(Ours, files=size.files) as csms, Remote(Swarm, files=size.files) as swarm:
        return _Watch(csms, swarm, size).run()


class _Watch:
    def __init__(self, csms: Remote, swarm: Remote, size: Size) -> None:
        self._csms, self._swarm, self._size = csms, swarm, size

    def run(self) -> Crowd:
        port = self._csms.ask("listen", self._size.stations)
        idle_kib, came_s = self._come(port)
        self._swarm.ask("start")
        self._csms.ask("tick", self._size.stations)
        time.sleep(self._size.settle_s)
        self._csms.ask("ticked")
        csms_cpu, stations_cpu, others_cpu = self._live()
        setpoints_ms = self._csms.ask("steer", self._size.setpoints, self._size.rounds)
        late_living_ms = self._csms.ask("ticked")
        life = self._swarm.ask("rest")
        stations = self._csms.ask("connected")
        storm_s, retries = self._storm()
        return Crowd(
            stations=stations,
            came_s=came_s,
            idle_kib=idle_kib,
            csms_cpu=csms_cpu,
            stations_cpu=stations_cpu,
            others_cpu=others_cpu,
            life=life,
            setpoints_ms=setpoints_ms,
            storm_s=storm_s,
            retries=retries,
            late_living_ms=max(late_living_ms),
            late_storm_ms=max(self._csms.ask("ticked")),
        )

    def _come(self, port: int) -> tuple[float, float]:
        """KiB of a station that has come, and s until all had."""
        csms, size = self._csms, self._size
        csms.ask("know", identities(size.early))
        self._swarm.ask("gather", port, size.early)
        csms.ask("ready", size.early)
        self._swarm.ask("leave")
        csms.ask("forget", identities(size.early))
        csms.ask("forget_ready")
        time.sleep(self._size.settle_s)
        before_kib, began_s = csms.ask("rss_kib"), time.monotonic()
        csms.ask("know", identities(size.stations))
        self._swarm.ask("gather", port, size.stations)
        came_s = csms.ask("ready", size.stations) - began_s
        time.sleep(self._size.settle_s)
        return (csms.ask("rss_kib") - before_kib) / size.stations, came_s

    def _live(self) -> tuple[float, float, float]:
        """The share of a core that csms, stations, and all else took while they lived; they go on."""

        def spent_s() -> tuple[float, float, float]:
            return self._csms.ask("cpu_s"), self._swarm.ask("cpu_s"), busy_s()

        self._swarm.ask("live", self._size.sample_s, self._size.heartbeat_s)
        before_s, began_s = spent_s(), time.monotonic()
        time.sleep(self._size.living_s)
        after_s, lasted_s = spent_s(), time.monotonic() - began_s
        ours, theirs, everybody = ((after - before) / lasted_s for before, after in zip(before_s, after_s, strict=True))
        return ours, theirs, max(0.0, everybody - ours - theirs)

    def _storm(self) -> tuple[float, int]:
        """How long it took to settle, s, and how many connections were tried again."""
        self._csms.ask("forget_ready")
        storm: Storm = self._swarm.ask("storm")
        ready_s = self._csms.ask("ready", self._size.stations)
        time.sleep(self._size.settle_s)
        return max(storm.settled_s, ready_s) - storm.began_s, storm.retries
