"""The bench of the chargers at a toy size: real processes, real sockets, every figure."""

import pytest

from bench.__main__ import names
from bench.chargers_ours import measure
from bench.chargers_size import ChargersSize
from bench.chargers_yard import EMULATORS


@pytest.mark.usefixtures("socket_enabled")
def test_a_toy_gives_every_figure():
    result = measure(ChargersSize(chargers=len(EMULATORS), warm_up_s=3.0, seconds=2))
    summary = dict(result.summary)
    assert summary.pop("cpu_share") > 0
    assert summary.pop("tick_late_max_ms") >= 0
    assert summary.pop("requests_per_s") > 0
    assert summary["queue_max"] == 1
    assert summary["drivers"] >= 12
    assert summary["modbus_profiles"] >= 18
    assert summary["adopted_integrations"] >= 30


def test_it_can_be_named_and_its_parts_cannot():
    assert [name for name in names() if name.startswith("chargers")] == ["chargers"]
