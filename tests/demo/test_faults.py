import math

import pytest

from demo.errors import DemoError
from demo.faults import Fault, FaultClock, FaultKind, parse_faults


def test_a_list_is_read_in_the_order_of_time() -> None:
    faults = parse_faults(
        "kill-ha@300, station-drops@60:20,meter-silent@120,garbage@1.5:3,flood@9,station-reboots@30,meter-silent@500:60"
    )
    assert [(str(fault.kind), fault.at_s, fault.lasts_s) for fault in faults] == [
        ("garbage", 1.5, 3.0),
        ("flood", 9.0, 20.0),
        ("station-reboots", 30.0, 1.0),
        ("station-drops", 60.0, 20.0),
        ("meter-silent", 120.0, math.inf),
        ("kill-ha", 300.0, 150.0),
        ("meter-silent", 500.0, 60.0),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "meter-silent",
        "meter-silent@",
        "@60",
        "fire@60",
        "kill-ha@-1",
        "flood@1:0",
        "flood@1:x",
        "flood@1;kill-ha@2",
    ],
)
def test_anything_else_is_refused_with_what_was_said(text: str) -> None:
    with pytest.raises(DemoError, match="--fault") as caught:
        parse_faults(text)
    assert "\n" not in str(caught.value)


def test_faults_begin_and_end_once() -> None:
    drop = Fault(kind=FaultKind.STATION_DROPS, at_s=2.0, lasts_s=3.0)
    silent = Fault(kind=FaultKind.METER_SILENT, at_s=4.0, lasts_s=math.inf)
    clock = FaultClock([drop, silent])
    seen = {second: events for second in range(10) if (events := list(clock.step(second)))}
    assert seen == {2: [(drop, True)], 4: [(silent, True)], 5: [(drop, False)]}
