"""The demo's command line."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, override

from .errors import DemoError
from .faults import Fault, parse_faults
from .scenario import HOME, SCENARIOS, Scenario, make_scenario

LONGEST_MINUTES = 7 * 24 * 60.0
LARGEST_JITTER = 50.0
LARGEST_SPEED = 120.0
"""Home Assistant must still be able to do what belongs to a second in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for, checked as far as it can be before anything is started."""

    scenario: Scenario
    trace: Path
    start: str | None
    headless: bool
    minutes: float | None
    control: bool
    faults: tuple[Fault, ...]
    report: Path | None
    diagnostics: Path | None
    seed: int
    jitter: float
    """Share of the minute's load."""
    port: int | None
    speed: float | None
    """Of the clock of a night; None: the scenario's."""


class _Parser(argparse.ArgumentParser):
    @override
    def error(self, message: str) -> NoReturn:
        raise DemoError(message)


def parse_options(arguments: Sequence[str]) -> Options:
    """Read the command line.

    Raises:
        DemoError: it cannot be followed.

    """
    given = _parser().parse_args(arguments)
    scenario = make_scenario(given.scenario, given.supply, given.phases)
    if given.headless and given.minutes is None and scenario.night is None:
        raise DemoError("--headless needs --minutes: without a person nobody ends it")
    if given.minutes is not None and not 0 < given.minutes <= LONGEST_MINUTES:
        raise DemoError(f"--minutes {given.minutes:g}: expected more than 0, and at most a week")
    if not 0 <= given.jitter <= LARGEST_JITTER:
        raise DemoError(f"--jitter {given.jitter:g}: expected 0 to {LARGEST_JITTER:g} percent")
    if given.speed is not None and scenario.night is None:
        raise DemoError(f"--speed: {scenario.name} goes by the world's own clock")
    if given.speed is not None and not 1 <= given.speed <= LARGEST_SPEED:
        raise DemoError(f"--speed {given.speed:g}: expected 1 to {LARGEST_SPEED:g}")
    if given.no_control and given.diagnostics is not None:
        raise DemoError("--diagnostics are of Smart Charging: there are none with --no-control")
    for option, path in (("--report", given.report), ("--diagnostics", given.diagnostics)):
        if path is not None:
            _refuse_unwritable(option, path)
    return Options(
        scenario=scenario,
        trace=given.trace or scenario.trace,
        start=given.start,
        headless=given.headless,
        minutes=given.minutes,
        control=not given.no_control,
        faults=parse_faults(given.fault) if given.fault else (),
        report=given.report,
        diagnostics=given.diagnostics,
        seed=given.seed,
        jitter=given.jitter / 100,
        port=given.port,
        speed=given.speed,
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="script/demo",
        description="A real Home Assistant with Smart Charging, and a simulated home around it: a smart meter (DSMR), "
        "charging stations (OCPP) and cars. In real time, but for a night; Ctrl-C ends it.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--scenario", default=HOME, metavar="NAME", help=f"one of {', '.join(SCENARIOS)} (default: {HOME})")
    add(
        "--headless",
        action="store_true",
        help="run without a person and end with a summary; needs --minutes, but for a night",
    )
    add("--minutes", type=float, metavar="N", help="end after so long, counted from the plugging in")
    add("--no-control", action="store_true", help="nobody steers: a car takes what its station can give")
    add(
        "--from",
        dest="start",
        metavar="TIME",
        help="where in the trace to begin: HH:MM or 2006-12-20T18:00 (default: its evening peak, or the scenario's)",
    )
    add(
        "--trace",
        type=Path,
        metavar="FILE",
        help="the house's load, CSV or CSV.gz (default: one that comes with the demo)",
    )
    add("--supply", metavar="LIMIT", help="9kVA, 40A (per phase) or 12kW (default: the scenario's; 9kVA at home)")
    add("--phases", type=int, choices=(1, 3), help="of the supply (default: the scenario's; 1 at home)")
    add(
        "--fault",
        metavar="LIST",
        help="meter-silent@120,kill-ha@300:150,station-drops@60:20,station-reboots@90,garbage@30,flood@30: kind@second[:for]",
    )
    add("--report", type=Path, metavar="FILE", help="write the summary as one JSON object")
    add("--diagnostics", type=Path, metavar="FILE", help="write the site's diagnostics at the end, for script/replay")
    add("--seed", type=int, default=0, metavar="N", help="of all that is left to chance (default: 0)")
    add(
        "--jitter",
        type=float,
        default=1.0,
        metavar="PERCENT",
        help="how much the load moves within a minute (default: 1)",
    )
    add("--speed", type=float, metavar="N", help="how fast the clock of a night goes (default: the scenario's; 60)")
    add("--port", type=int, metavar="N", help="of Home Assistant's page (default: one that is free)")
    return parser


def _refuse_unwritable(option: str, path: Path) -> None:
    folder = path.absolute().parent
    if path.is_dir() or not folder.is_dir():
        raise DemoError(f"{option} {path}: {'is a folder' if path.is_dir() else f'there is no folder {folder}'}")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise DemoError(f"{option} {path}: Permission denied")
