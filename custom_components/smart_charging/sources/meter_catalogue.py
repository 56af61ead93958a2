"""The grid meters that are recognised by themselves, as a table.

A meter is known by the integration it comes from and by the ends of its entities' unique ids: those are the
integration's own, where an entity id is the user's to change. The ids were read in the sources of Home Assistant
2026.10, of `pysma`, of the amsreader firmware and of linkytic.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..engine.model.quantities import ALL_PHASES, Phase


class Role(StrEnum):
    """What a sensor of a meter counts."""

    NET = "net"
    """Import and export in one, import positive."""
    IMPORT = "import"
    EXPORT = "export"


class Slowness(StrEnum):
    """What makes a slow meter quick."""

    DSMR = "dsmr"
    """Its option `time_between_update`, and one restart of Home Assistant."""
    LINKYTIC = "linkytic"
    """Its real-time option."""
    GENERAL = "general"
    """Nothing that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One sensor of a meter: what it counts, on which phase (None: all together), and how its unique id looks.

    `unique_id` is a pattern for the whole id. A group named `unit` in it keeps apart meters that share a device.
    """

    role: Role
    phase: Phase | None
    unique_id: re.Pattern[str]


type Shape = tuple[Channel, ...]
"""One way to read a meter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMeter:
    """A meter that an integration offers. `shapes` has the best one first and the one for the total last."""

    platform: str
    name: str
    shapes: tuple[Shape, ...]
    device: re.Pattern[str] | None = None
    """Must be found in the device's manufacturer, model and original name, where the platform serves all sorts."""
    spans_devices: bool = False
    """Its sensors are spread over several devices of one config entry."""
    slowness: Slowness = Slowness.GENERAL
    voltage: re.Pattern[str] | None = None
    """The unique id of a voltage sensor between a phase and neutral."""


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _total(role: Role, unique_id: str) -> Channel:
    return Channel(role=role, phase=None, unique_id=_pattern(unique_id))


def _each(role: Role, template: str, marks: str = "123") -> Shape:
    """Make a channel for each phase; `{}` in the template is the phase's mark."""
    return tuple(
        Channel(role=role, phase=phase, unique_id=_pattern(template.replace("{}", mark)))
        for phase, mark in zip(ALL_PHASES, marks, strict=True)
    )


def _named(role: Role, *unique_ids: str) -> Shape:
    """Make a channel for each phase from one pattern each."""
    return tuple(
        Channel(role=role, phase=phase, unique_id=_pattern(unique_id))
        for phase, unique_id in zip(ALL_PHASES, unique_ids, strict=True)
    )


KNOWN_METERS: Final = (
    KnownMeter(
        platform="dsmr",
        name="DSMR",
        shapes=(
            # Off by default. Its currents are whole amperes without a sign, so its powers are the better reading.
            (
                *_each(Role.IMPORT, ".+_instantaneous_active_power_l{}_positive"),
                *_each(Role.EXPORT, ".+_instantaneous_active_power_l{}_negative"),
            ),
            (
                _total(Role.IMPORT, ".+_current_electricity_usage"),
                _total(Role.EXPORT, ".+_current_electricity_delivery"),
            ),
        ),
        slowness=Slowness.DSMR,
        voltage=_pattern(".+_instantaneous_voltage_l1"),
    ),
    KnownMeter(
        platform="homewizard",
        name="HomeWizard P1",
        # HWE-P1 is the dongle at the grid meter; the brand's sockets and sub-meters have the same keys.
        shapes=(
            _each(Role.NET, ".*HWE-P1.*_active_power_l{}_w"),
            (_total(Role.NET, ".*HWE-P1.*_active_power_w"),),
        ),
        voltage=_pattern(".*HWE-P1.*_active_voltage_(l1_)?v"),
    ),
    KnownMeter(
        platform="p1_monitor",
        name="P1 Monitor",
        shapes=(
            (
                *_each(Role.IMPORT, ".+_phases_power_consumed_phase_l{}"),
                *_each(Role.EXPORT, ".+_phases_power_produced_phase_l{}"),
            ),
            (
                _total(Role.IMPORT, ".+_smartmeter_power_consumption"),
                _total(Role.EXPORT, ".+_smartmeter_power_production"),
            ),
        ),
        spans_devices=True,
        voltage=_pattern(".+_phases_voltage_phase_l1"),
    ),
    KnownMeter(
        platform="shelly",
        name="Shelly 3EM",
        shapes=(
            _each(Role.NET, r".+-em:(?P<unit>\d+)-{}_act_power", "abc"),
            (_total(Role.NET, r".+-em:(?P<unit>\d+)-total_act_power"),),
        ),
        spans_devices=True,
        voltage=_pattern(r".+-em:(?P<unit>\d+)-a_voltage"),
    ),
    KnownMeter(
        platform="shelly",
        name="Shelly EM",
        # In its profile for single phases each clamp is a meter of its own.
        shapes=((_total(Role.NET, r".+-em1:(?P<unit>\d+)-power_em1"),),),
        spans_devices=True,
        voltage=_pattern(r".+-em1:(?P<unit>\d+)-voltage_em1"),
    ),
    KnownMeter(
        platform="fronius",
        name="Fronius",
        # Its meter's own sensors tell each phase, but once a minute; the power flow comes every 10 s.
        shapes=(
            (
                _total(Role.IMPORT, ".+-power_flow-power_grid_import"),
                _total(Role.EXPORT, ".+-power_flow-power_grid_export"),
            ),
            (_total(Role.NET, ".+-power_flow-power_grid"),),
        ),
    ),
    KnownMeter(
        platform="kostal_plenticore",
        name="Kostal Plenticore",
        shapes=((_total(Role.NET, ".+_devices:local_Grid_P"),),),
    ),
    KnownMeter(
        platform="sma",
        name="SMA",
        shapes=(
            (
                *_named(Role.IMPORT, ".+-6100_0046EB00_0", ".+-6100_0046EC00_0", ".+-6100_0046ED00_0"),
                *_named(Role.EXPORT, ".+-6100_0046E800_0", ".+-6100_0046E900_0", ".+-6100_0046EA00_0"),
            ),
            (_total(Role.IMPORT, ".+-6100_40463700_0"), _total(Role.EXPORT, ".+-6100_40463600_0")),
        ),
        voltage=_pattern(".+-6100_0046E500_0"),
    ),
    KnownMeter(
        platform="tibber",
        name="Tibber Pulse",
        # Its currents come with every third message only, and without a sign.
        shapes=((_total(Role.IMPORT, "[^_]+_rt_power"), _total(Role.EXPORT, "[^_]+_rt_powerProduction")),),
        voltage=_pattern("[^_]+_rt_voltagePhase1"),
    ),
    KnownMeter(
        platform="mqtt",
        name="AMS reader",
        shapes=(
            (*_each(Role.IMPORT, ".+_P{}"), *_each(Role.EXPORT, ".+_PO{}")),
            (_total(Role.IMPORT, ".+_P"), _total(Role.EXPORT, ".+_PO")),
        ),
        device=_pattern("AMS reader"),
        voltage=_pattern(".+_U1"),
    ),
    KnownMeter(
        platform="enphase_envoy",
        name="Enphase Envoy",
        # Without "balanced" and "lifetime", which end alike.
        shapes=(
            _each(Role.NET, "[^_]+_net_consumption_l{}"),
            (_total(Role.NET, "[^_]+_net_consumption"),),
        ),
        voltage=_pattern("[^_]+_voltage"),
    ),
    KnownMeter(
        platform="teslemetry",
        name="Tesla",
        shapes=((_total(Role.NET, ".+-grid_power"),),),
    ),
    KnownMeter(
        platform="teleinfo",
        name="Linky, Teleinfo",
        shapes=((_total(Role.IMPORT, ".+_PAPP"),), (_total(Role.IMPORT, ".+_IINST"),)),
    ),
    KnownMeter(
        platform="linkytic",
        name="Linky, LinkyTIC",
        shapes=(
            _each(Role.IMPORT, ".+_SINSTS{}"),
            _each(Role.IMPORT, ".+_IINST{}"),
            (_total(Role.IMPORT, ".+_SINSTS"), _total(Role.EXPORT, ".+_SINSTI")),
            (_total(Role.IMPORT, ".+_PAPP"),),
        ),
        slowness=Slowness.LINKYTIC,
        voltage=_pattern(".+_URMS1"),
    ),
    KnownMeter(
        platform="mqtt",
        name="Linky, ZLinky",
        shapes=((_total(Role.IMPORT, "0x[0-9a-f]+_apparent_power_(?!ph_).+"),),),
        device=_pattern("LiXee|ZLinky"),
    ),
    KnownMeter(
        platform="zha",
        name="Linky, ZLinky",
        shapes=((_total(Role.IMPORT, ".+-apparent_power"),),),
        device=_pattern("LiXee|ZLinky"),
    ),
)
