"""What it costs to ask thirty chargers of mixed kinds, and whether anything waits for it.

The chargers are the tests' emulators, in a process of their own, on loopback sockets; a car charges at every second one. In
ours are their drivers, as Home Assistant runs them, each with its own pace, and a clock that ticks once a second and reads
all statuses, as a tick of the coordinator does.

- `cpu_share`: CPU time of our process, as a share of one core, while all chargers are asked, in per cent.
- `tick_late_max_ms`: how late one of those ticks began, at the worst.
- `queue_max`: how many requests were open at once at any charger, at the most.
- `drivers`: kinds of drivers with code of their own (OCPP, adopted, Modbus and MQTT count once each), `modbus_profiles` and
  `adopted_integrations`: how many of those there are.
"""

from .chargers_ours import measure
from .chargers_size import ChargersSize
from .data import DataDir
from .result import BenchResult


def run(data: DataDir) -> BenchResult:
    """Measure all of it. Needs no series."""
    del data
    return measure(ChargersSize())
