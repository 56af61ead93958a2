"""What integrations put into the entity registry: written from their own sources and documents, and not from our table.

A line is `domain key unit = state; attribute=value …`; `-` is no unit, `off` before the domain is an entity that is switched
off by default. `{}` in `unique_id` is the key. The rest of what a device has is there too where it could be mistaken.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    domain: str
    key: str
    unit: str | None
    state: str
    attributes: Mapping[str, Any]
    off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """One charger of an integration; `source` is where its entities were read, `roles` what they have to be taken for."""

    unique_id: str
    text: str
    roles: Mapping[str, str]
    """By role, the domain and key: `number amp`."""
    source: str = ""
    can_set: bool = True
    can_pause: bool = True
    adoptable: bool = True
    has_device: bool = True
    helpful: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    parent_text: str = ""
    """Entities of the device that it hangs on."""
    other_ids: Mapping[str, str] = field(default_factory=dict)
    """By domain, where the unique id looks different."""

    def lines(self, text: str | None = None) -> list[Line]:
        return [_line(line) for line in (self.text if text is None else text).splitlines() if line.strip()]

    def unique_id_of(self, domain: str, key: str) -> str:
        return self.other_ids.get(domain, self.unique_id).replace("{}", key)


def _line(text: str) -> Line:
    head, _, tail = text.strip().partition(" = ")
    off = head.startswith("off ")
    domain, key, unit = head.removeprefix("off ").split()
    state, *attributes = (part.strip() for part in tail.split(";"))
    return Line(
        domain=domain,
        key=key,
        unit=None if unit == "-" else unit,
        state=state,
        attributes=dict(_attribute(part) for part in attributes),
        off=off,
    )


def _attribute(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    return name, value.split("|") if "|" in value else float(value)


CORE: Mapping[str, Brought] = {
    "peblar": Brought(
        unique_id="23-45-A4O-MOF_{}",
        text="""
            number charge_current_limit A = 16; min=6; max=32; step=1
            switch charge - = on
            switch force_single_phase - = off
            switch socket_lock - = off
            select smart_charging - = default; options=default|scheduled
            sensor cp_state - = charging
            sensor charge_current_limit_source - = installation_limit
            off sensor current_total A = 14
            off sensor current_phase_1 A = 14.2
            off sensor current_phase_2 A = 0
            off sensor current_phase_3 A = 0
            sensor energy_session kWh = 0.38
            sensor energy_total kWh = 880.7
            sensor power_total W = 3185
            off sensor power_phase_1 W = 3185
            button reboot - = unknown
        """,
        roles={
            "limit": "number charge_current_limit",
            "pause": "switch charge",
            "phases": "switch force_single_phase",
            "status": "sensor cp_state",
            "power": "sensor power_total",
            "energy": "sensor energy_total",
            "session_energy": "sensor energy_session",
        },
        helpful=("sensor current_phase_1", "sensor current_phase_2", "sensor current_phase_3"),
    ),
    "v2c": Brought(
        unique_id="da58ee91f38c2406c2a36d0a1a7f8569_{}",
        text="""
            number intensity A = 6; min=6; max=32; step=1
            number min_intensity A = 6; min=6; max=32; step=1
            number max_intensity A = 32; min=6; max=32; step=1
            switch paused - = off
            switch locked - = off
            switch dynamic - = off
            switch pause_dynamic - = on
            select charge_mode - = monophasic; options=monophasic|threephasic|mixed
            binary_sensor connected - = on
            binary_sensor charging - = off
            binary_sensor ready - = off
            sensor charge_power W = 1500.27
            sensor charge_energy kWh = 1.8
            sensor house_power W = 0
            off sensor battery_power W = 0
        """,
        roles={
            "limit": "number intensity",
            "pause": "switch paused",
            "plugged": "binary_sensor connected",
            "charging": "binary_sensor charging",
            "power": "sensor charge_power",
            "session_energy": "sensor charge_energy",
        },
    ),
    "lektrico": Brought(
        unique_id="500006_{}",
        other_ids={"button": "500006-{}"},
        text="""
            number dynamic_limit A = 32; min=0; max=32; step=1
            number led_max_brightness % = 20; min=0; max=100; step=5
            button charge_start - = unknown
            button charge_stop - = unknown
            switch force_single_phase - = off
            switch lock - = off
            sensor state - = connected
            sensor power kW = 0
            sensor energy kWh = 0
            sensor lifetime_energy kWh = 1.2
            sensor installation_current A = 6
            sensor limit_reason - = installation_current
            sensor current_l1 A = 0
            sensor current_l2 A = 0
            sensor current_l3 A = 0
            sensor voltage_l1 V = 220
        """,
        roles={
            "limit": "number dynamic_limit",
            "start": "button charge_start",
            "phases": "switch force_single_phase",
            "status": "sensor state",
            "power": "sensor power",
            "energy": "sensor lifetime_energy",
            "session_energy": "sensor energy",
            "current_l1": "sensor current_l1",
            "current_l2": "sensor current_l2",
            "current_l3": "sensor current_l3",
        },
    ),
    "openevse": Brought(
        unique_id="deadbeeffeed-{}",
        text="""
            number charge_rate A = 32; min=6; max=48; step=1
            select override_state - = auto; options=auto|active|disabled
            switch manual_override - = off
            switch solar_pv_divert - = off
            binary_sensor vehicle - = on
            sensor status - = sleeping
            sensor charging_current A = 0
            sensor charging_power W = 0
            sensor current_power W = 0
            sensor current_capacity A = 32
            sensor max_current A = 48
            sensor usage_session kWh = 15
            sensor usage_total kWh = 20127.2
            off sensor total_day kWh = 0
            sensor vehicle_soc % = 75
            off sensor shaper_live_power W = 0
        """,
        roles={
            "limit": "number charge_rate",
            "pause": "select override_state",
            "plugged": "binary_sensor vehicle",
            "status": "sensor status",
            "power": "sensor current_power",
            "energy": "sensor usage_total",
            "session_energy": "sensor usage_session",
            "current": "sensor charging_current",
        },
    ),
    "nrgkick": Brought(
        unique_id="TEST123456_{}",
        text="""
            number current_set A = 16; min=6; max=32; step=0.1
            number energy_limit Wh = 0; min=0; max=100000; step=1
            number phase_count - = 3; min=1; max=3; step=1
            switch charging_enabled - = on
            sensor status - = charging
            sensor rated_current A = 32
            sensor connector_max_current A = 32
            sensor charging_current A = 16
            sensor total_active_power W = 11000
            off sensor peak_power W = 11000
            sensor l1_active_power W = 3680
            sensor total_charged_energy kWh = 100
            sensor charged_energy kWh = 5
            sensor l1_current A = 16
            sensor l2_current A = 16
            sensor l3_current A = 16
            off sensor n_current A = 0
        """,
        roles={
            "limit": "number current_set",
            "pause": "switch charging_enabled",
            "phases": "number phase_count",
            "status": "sensor status",
            "power": "sensor total_active_power",
            "energy": "sensor total_charged_energy",
            "session_energy": "sensor charged_energy",
            "current_l1": "sensor l1_current",
            "current_l2": "sensor l2_current",
            "current_l3": "sensor l3_current",
        },
    ),
    "keba": Brought(
        unique_id="keba_wallbox_18012345_{}",
        has_device=False,
        text="""
            binary_sensor device_state - = on
            binary_sensor plug_state - = on
            binary_sensor charging_state - = on
            binary_sensor failsafe_mode_state - = off
            sensor max_current A = 16
            sensor charging_power kW = 3.6
            sensor session_energy kWh = 2
            sensor total_energy kWh = 900
            sensor energy_target kWh = 0
            lock authentication - = unlocked
        """,
        roles={
            "plugged": "binary_sensor plug_state",
            "charging": "binary_sensor charging_state",
            "power": "sensor charging_power",
            "energy": "sensor total_energy",
            "session_energy": "sensor session_energy",
        },
    ),
    "technove": Brought(
        unique_id="AA:AA:AA:AA:AA:BB_{}",
        text="""
            number max_current A = 24; min=8; max=32; step=1
            switch auto_charge - = off
            switch session_active - = on
            sensor status - = plugged_charging
            sensor current A = 23.75
            sensor voltage_in V = 238
            sensor max_station_current A = 32
            sensor energy_total kWh = 1234
            sensor energy_session kWh = 12.34
            binary_sensor in_sharing_mode - = off
        """,
        roles={
            "limit": "number max_current",
            "pause": "switch session_active",
            "status": "sensor status",
            "current": "sensor current",
            "energy": "sensor energy_total",
            "session_energy": "sensor energy_session",
        },
    ),
    "besen": Brought(
        unique_id="AA:BB:CC:DD:EE:FF_{}",
        text="""
            number charging_current A = 16; min=6; max=32; step=1
            switch charging - = on
            select temperature_unit - = celsius; options=celsius|fahrenheit
            sensor charging_status - = start
            sensor charging_message - = charging
            off sensor plug_state - = connected_locked
            off sensor output_state - = charging
            sensor charging_power W = 3600
            sensor total_energy kWh = 100
            sensor session_energy kWh = 4
            off sensor l1_current A = 16
            off sensor l1_voltage V = 230
        """,
        roles={
            "limit": "number charging_current",
            "pause": "switch charging",
            "status": "sensor charging_message",
            "power": "sensor charging_power",
            "energy": "sensor total_energy",
            "session_energy": "sensor session_energy",
        },
        helpful=("sensor plug_state", "sensor l1_current"),
    ),
    "silla_prism": Brought(
        unique_id="prism_{}",
        text="""
            number user_current A = 16; min=6; max=32; step=1
            select charging_mode - = normal; options=solar|normal|pause
            sensor status - = charging
            sensor grid_power W = 500
            sensor power W = 3600
            sensor current A = 15.6
            sensor pilot A = 16
            sensor session_energy Wh = 1200
            sensor total_energy Wh = 930000
            sensor error - = none
        """,
        roles={
            "limit": "number user_current",
            "pause": "select charging_mode",
            "status": "sensor status",
            "power": "sensor power",
            "current": "sensor current",
            "energy": "sensor total_energy",
            "session_energy": "sensor session_energy",
        },
    ),
    "matter": Brought(
        unique_id="00000000000004D2-0000000000000039-MatterNodeDevice-{}",
        text="""
            switch 1-EnergyEvseChargingSwitch-153-1 - = off
            binary_sensor 1-EnergyEvsePlugStateSensor-153-0 - = on
            binary_sensor 1-EnergyEvseChargingStatusSensor-153-0 - = off
            binary_sensor 1-EnergyEvseSupplyStateSensor-153-1 - = off
            sensor 1-EnergyEvseFaultState-153-2 - = no_error
            sensor 1-EnergyEvseMaximumChargeCurrent-153-7 A = 30
            sensor 2-ElectricalPowerMeasurementWatt-144-8 W = 0
        """,
        roles={
            "pause": "switch 1-EnergyEvseChargingSwitch-153-1",
            "plugged": "binary_sensor 1-EnergyEvsePlugStateSensor-153-0",
            "charging": "binary_sensor 1-EnergyEvseChargingStatusSensor-153-0",
            "power": "sensor 2-ElectricalPowerMeasurementWatt-144-8",
        },
        can_set=False,
    ),
    "greencell": Brought(
        unique_id="EVGC02ABCDEF1234567890_{}",
        text="""
            sensor status - = charging
            sensor power W = 3600
            sensor current_l1 A = 16
            sensor voltage_l1 V = 230
        """,
        roles={},
        adoptable=False,
    ),
    "tesla_wall_connector": Brought(
        unique_id="abc123-{}",
        text="""
            binary_sensor vehicle_connected - = on
            binary_sensor contactor_closed - = on
            sensor status - = charging
            sensor total_power_w W = 3600
            sensor session_energy_wh Wh = 1234
            sensor current_a_a A = 10
        """,
        roles={},
        adoptable=False,
    ),
    "wallbox": Brought(
        unique_id="{}-20000",
        text="""
            number max_charging_current - = 24; min=6; max=25; step=1
            number icp_max_current - = 20; min=6; max=255; step=1
            number energy_price - = 0.4; min=-5; max=5; step=0.01
            switch paused - = on
            lock locked - = unlocked
            sensor charging_power kW = 0
            sensor max_available_power A = 25
            sensor added_energy kWh = 44.697
            sensor added_green_energy kWh = 0
            sensor status_description - = Waiting in queue by Eco-Smart
            sensor max_charging_current A = 24
        """,
        roles={
            "limit": "number max_charging_current",
            "pause": "switch paused",
            "status": "sensor status_description",
            "power": "sensor charging_power",
            "session_energy": "sensor added_energy",
        },
    ),
    "ohme": Brought(
        unique_id="chargerid_{}",
        text="""
            select charge_mode - = smart_charge; options=smart_charge|max_charge|paused
            select vehicle - = Tesla; options=Tesla|Nissan Leaf
            number target_percentage % = 80; min=0; max=100; step=1
            sensor status - = charging
            sensor current A = 16
            sensor power kW = 3.6
            sensor voltage V = 230
            sensor battery % = 50
        """,
        roles={
            "pause": "select charge_mode",
            "status": "sensor status",
            "power": "sensor power",
            "current": "sensor current",
        },
        can_set=False,
    ),
    "blue_current": Brought(
        unique_id="{}_BCU101",
        text="""
            button stop_charge_session - = unknown
            button reboot - = unknown
            switch block - = off
            sensor vehicle_status - = vehicle_detected
            sensor activity - = available
            sensor total_kw kW = 0
            sensor actual_kwh kWh = 11
            sensor actual_p1 A = 10
            sensor actual_p2 A = 10
            sensor actual_p3 A = 10
            sensor max_usage A = 16
        """,
        roles={
            "stop": "button stop_charge_session",
            "status": "sensor vehicle_status",
            "power": "sensor total_kw",
            "session_energy": "sensor actual_kwh",
            "current_l1": "sensor actual_p1",
            "current_l2": "sensor actual_p2",
            "current_l3": "sensor actual_p3",
        },
        can_set=False,
    ),
    "nexblue": Brought(
        unique_id="NB123456_{}",
        text="""
            switch charging - = off
            sensor charging_state - = lb_waiting
            sensor power kW = 0
            sensor energy kWh = 3
            sensor lifetime_energy kWh = 300
            sensor current_limit A = 16
            sensor cable_current_limit A = 32
            binary_sensor is_lock - = off
        """,
        roles={
            "pause": "switch charging",
            "status": "sensor charging_state",
            "power": "sensor power",
            "energy": "sensor lifetime_energy",
            "session_energy": "sensor energy",
        },
        can_set=False,
    ),
    "tuya": Brought(
        unique_id="tuya.bf83514d9c14b426f0fz5y{}",
        text="""
            number charge_cur_set A = 16; min=6; max=32; step=1
            switch switch - = on
            select work_mode - = charge_now; options=charge_now|charge_schedule
            sensor work_state - = charger_insert
            sensor forward_energy_total kWh = 120
            sensor charge_energy_once kWh = 3
            sensor power_total kW = 0
        """,
        roles={
            "limit": "number charge_cur_set",
            "pause": "switch switch",
            "status": "sensor work_state",
            "energy": "sensor forward_energy_total",
            "session_energy": "sensor charge_energy_once",
            "power": "sensor power_total",
        },
    ),
}

_TESLA = """
    number charge_state_charge_current_request A = 16; min=0; max=32; step=1
    number charge_state_charge_limit_soc % = 80; min=50; max=100; step=1
    binary_sensor charge_state_conn_charge_cable - = on
    device_tracker location - = home
    device_tracker route - = not_home
    sensor charge_state_charging_state - = stopped
    sensor charge_state_charger_power kW = 0
    sensor charge_state_charge_energy_added kWh = 7
"""


def _tesla(switch: str) -> Brought:
    return Brought(
        unique_id="LRWXF7EK4KC700000-{}",
        text=f"{_TESLA}    switch {switch} - = off\n",
        roles={
            "limit": "number charge_state_charge_current_request",
            "pause": f"switch {switch}",
            "plugged": "binary_sensor charge_state_conn_charge_cable",
            "location": "device_tracker location",
            "status": "sensor charge_state_charging_state",
            "power": "sensor charge_state_charger_power",
            "session_energy": "sensor charge_state_charge_energy_added",
        },
    )


CARS: Mapping[str, Brought] = {
    "tesla_fleet": _tesla("charge_state_user_charge_enable_request"),
    "teslemetry": _tesla("charge_state_user_charge_enable_request"),
    "tessie": _tesla("charge_state_charge_enable_request"),
}
