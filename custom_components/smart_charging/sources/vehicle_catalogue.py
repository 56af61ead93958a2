"""The vehicles that are recognised by themselves, as a table.

As with meters, an entity is known by the integration that it comes from and by its unique id. The ids were read in the
sources of Home Assistant 2026.10 (skoda and abrp: 2026.11), and of kia_uvo. Some are what a charger knows of the vehicle at it.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


class VehicleRole(StrEnum):
    """What an entity tells of a vehicle; the values are stored."""

    SOC = "soc"
    CHARGE_LIMIT = "charge_limit"
    """Up to which state of charge the vehicle charges by itself."""
    PLUGGED = "plugged"
    LOCATION = "location"
    RANGE = "range"
    AS_OF = "as_of"
    """When the vehicle told all that."""
    WAKE = "wake"
    """Tells nothing: it wakes the vehicle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleTrait:
    """How the entity of a role looks; `unique_id` is a pattern for the whole id."""

    role: VehicleRole
    domain: str
    unique_id: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVehicle:
    """The vehicles of one integration. `stale_after`: what was told longer ago is not known any more.

    A vehicle that sleeps is not asked: that would wake it, and empty its battery.
    """

    platform: str
    name: str
    traits: tuple[VehicleTrait, ...]
    stale_after: timedelta = timedelta(hours=2)
    at_charger: bool = False
    """It is the charger that knows it of whatever vehicle is plugged in."""


def _row(
    platform: str, name: str, template: str, *, hours: float = 2.0, at_charger: bool = False, **keys: str
) -> KnownVehicle:
    """Write a row: for each role `domain key`, several apart by `|`; `{}` in the template is the key."""
    return KnownVehicle(
        platform=platform,
        name=name,
        traits=tuple(
            VehicleTrait(
                role=VehicleRole(role),
                domain=choice.split()[0],
                unique_id=re.compile(template.replace("{}", choice.split()[1]), re.IGNORECASE),
            )
            for role, choices in keys.items()
            for choice in choices.split("|")
        ),
        stale_after=timedelta(hours=hours),
        at_charger=at_charger,
    )


def _tesla(platform: str, name: str) -> KnownVehicle:
    return _row(
        platform,
        name,
        "[^-]+-{}",
        soc="sensor charge_state_battery_level|sensor charge_state_usable_battery_level",
        charge_limit="number charge_state_charge_limit_soc",
        plugged="binary_sensor charge_state_conn_charge_cable",
        location="device_tracker location",
        range="sensor charge_state_battery_range",
        wake="button wake",
    )


KNOWN_VEHICLES: Final = (
    _tesla("tesla_fleet", "Tesla (Fleet)"),
    _tesla("teslemetry", "Tesla (Teslemetry)"),
    _tesla("tessie", "Tesla (Tessie)"),
    _row(
        "volvo",
        "Volvo",
        "[^_]+_{}",
        soc="sensor battery_charge_level",
        charge_limit="sensor target_battery_charge_level",
        plugged="sensor charger_connection_status",
        location="device_tracker location",
        range="sensor distance_to_empty_battery",
    ),
    _row(
        "renault",
        "Renault, Dacia",
        "[^_]+_{}",
        soc="sensor battery_level",
        charge_limit="number charge_limit_target",
        plugged="binary_sensor plugged_in",
        location="device_tracker location",
        range="sensor battery_autonomy",
        as_of="sensor battery_last_activity",
        # What evcc wakes a Zoe or a Twingo by, https://github.com/evcc-io/evcc/pull/11537.
        wake="button start_charge",
    ),
    _row(
        "skoda",
        "Škoda",
        "[^_]+_{}",
        soc="sensor battery_percentage",
        range="sensor remaining_electric_range",
    ),
    _row(
        "subaru",
        "Subaru",
        "[^_]+_{}",
        # Asked for every few hours.
        hours=6.0,
        soc="sensor EV_STATE_OF_CHARGE_PERCENT",
        plugged="binary_sensor EV_IS_PLUGGED_IN",
        range="sensor EV_DISTANCE_TO_EMPTY",
    ),
    _row(
        "nissan_leaf",
        "Nissan Leaf",
        "[^_]+_{}",
        # Asked for once an hour.
        hours=3.0,
        soc="sensor soc",
        plugged="binary_sensor plugstatus",
        range="sensor range",
    ),
    _row(
        "kia_uvo",
        "Hyundai, Kia, Genesis",
        "kia_uvo_.+_{}",
        # The vehicle itself is asked every 4 h.
        hours=5.0,
        soc="sensor ev_battery_percentage",
        charge_limit="number ev_charge_limits_ac",
        plugged="binary_sensor ev_battery_is_plugged_in",
        range="sensor _ev_driving_range",
        as_of="sensor last_updated_at",
        # Who asks the vehicle itself wakes it, as evcc does.
        wake="button force_update",
    ),
    _row("abrp", "A Better Routeplanner", ".+_{}", soc="sensor soc", range="sensor range"),
    _row("ohme", "Ohme", "[^_]+_{}", at_charger=True, soc="sensor battery", charge_limit="number target_percentage"),
    _row("openevse", "OpenEVSE", ".+-{}", at_charger=True, soc="sensor vehicle_soc", range="sensor vehicle_range"),
    _row("matter", "Matter EVSE", ".+-{}-.+", at_charger=True, soc="sensor EnergyEvseStateOfCharge"),
)
