"""What the csms costs beside the bare `ocpp` library, and what a thousand stations do to it.

The csms, the library's, and the stations have a process each, and speak OCPP 1.6 over real loopback sockets without TLS.
The csms's limits are raised, see `limits_for`: its own are for small sites.

- `cpu_ratio`: CPU time of the csms's process for a message and its answer, ours to the bare library's (its ChargePoint,
  validation off), in turns; each kind as often as it comes in a minute of a charging station. The library's handlers
  answer and keep the latest values as floats. Ours is the whole csms, which also judges, counts and tells a subscriber.
- `idle_kib_per_station`: growth of the process's resident memory (RSS) by a station that is known, connected, booted and
  set up, and has no transaction; others had come and gone before. What the kernel keeps for a socket is not in it.
- `stations`, `late_heartbeats`: all stations charge and tell meter values within the same second of each 10 s, while in
  the csms's event loop the engine decides once a second for a site of as many chargers. A heartbeat is late when its
  answer comes later than 1 s after it was due.
- `setpoint_100_p99_ms`: from a tick's decision for 100 stations until the station's acknowledgement was read.
- `storm_settled_s`: every other connection breaks off, the others are abandoned open, and all stations connect at once.
  Settled when the last one has booted, had meter values answered, was asked and set up, and has its default limit.
- `tick_late_max_ms`: how late one of those ticks began, at the worst, living or in the storm.
"""

from .data import DataDir
from .ocpp_compare import compare
from .ocpp_crowd import watch
from .ocpp_size import Size
from .result import BenchResult


def run(data: DataDir) -> BenchResult:
    """Measure all of it. Needs no series."""
    del data
    return measure(Size())


def measure(size: Size) -> BenchResult:
    """The comparison, then the crowd."""
    rows, cpu_ratio = compare(size)
    crowd = watch(size)
    return BenchResult(rows=[*rows, *crowd.rows], summary={"cpu_ratio": cpu_ratio} | crowd.summary)
