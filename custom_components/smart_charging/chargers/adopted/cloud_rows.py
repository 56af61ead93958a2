"""The chargers, and cars, of integrations of Home Assistant that go through a maker's cloud; read in its sources, 2026.10."""

from typing import Final

from .row import Action, KnownCharger, Pausing, Role, sensors, trait, words

_CORE = "homeassistant/components"
_NONE = "none: the last current stays; the safe current is written when Home Assistant stops"
_BY_SERIAL = "[^_]+_{}"

CLOUD_ROWS: Final = (
    KnownCharger(
        platform="wallbox",
        name="Wallbox",
        traits=(
            trait(Role.LIMIT, "number", "max_charging_current-.+"),
            trait(Role.PAUSE, "switch", "paused-.+"),
            *sensors("{}-.+", status="status_description", power="charging_power", session_energy="added_energy"),
        ),
        states=words(
            a="disconnected ready locked",
            b="paused scheduled waiting waiting_for_car_demand waiting_in_queue_by_power_sharing "
            "waiting_in_queue_by_power_boost waiting_in_queue_by_eco-smart waiting_mid_failed "
            "waiting_mid_safety_margin_exceeded locked,_car_connected",
            c="charging discharging",
            f="error",
        ),
        # The switch "paused" is on while it charges, and is not there without a car.
        idle_pause=True,
        cloud=True,
        minimum_interval_s=60.0,
        source=f"{_CORE}/wallbox",
        notes={"failsafe": _NONE, "wear": "its cloud answers 429 to many commands"},
    ),
    KnownCharger(
        platform="ohme",
        name="Ohme",
        traits=(
            trait(Role.PAUSE, "select", "[^_]+_charge_mode"),
            *sensors(_BY_SERIAL, status="status", power="power", current="current"),
        ),
        required=frozenset({Role.PAUSE}),
        states=words(a="unplugged", b="plugged_in pending_approval paused finished", c="charging"),
        pausing=Pausing(pause="paused", resume="max_charge"),
        idle_pause=True,
        cloud=True,
        minimum_interval_s=60.0,
        source=f"{_CORE}/ohme; ohme 1.9.1",
        notes={"failsafe": "none", "setup": "It can be paused, and its current cannot be set."},
    ),
    KnownCharger(
        platform="blue_current",
        name="Blue Current",
        traits=(
            trait(Role.STOP, "button", "stop_charge_session_.+"),
            *sensors(
                "{}_.+",
                status="vehicle_status",
                power="total_kw",
                session_energy="actual_kwh",
                current_l1="actual_p1",
                current_l2="actual_p2",
                current_l3="actual_p3",
            ),
        ),
        required=frozenset({Role.STOP}),
        states=words(a="standby", b="vehicle_detected", c="ready", e="no_power", f="vehicle_error"),
        pausing=Pausing(resume_action=Action(action="start_charge_session", data={"device_id": "{device_id}"})),
        cloud=True,
        minimum_interval_s=60.0,
        source=f"{_CORE}/blue_current; bluecurrent-api 1.3.3",
        notes={
            "failsafe": "none",
            "pause": "ends the session, and starts another",
            "setup": "Its current cannot be set.",
        },
    ),
    KnownCharger(
        platform="nexblue",
        name="NexBlue",
        traits=(
            trait(Role.PAUSE, "switch", "[^_]+_charging"),
            *sensors(
                _BY_SERIAL,
                status="charging_state",
                power="power",
                energy="lifetime_energy",
                session_energy="energy",
                current_l1="current_1",
                current_l2="current_2",
                current_l3="current_3",
            ),
        ),
        states=words(a="idle", b="connected finished lb_waiting delay_waiting ev_waiting", c="charging", f="error"),
        pausing=Pausing(tells=False),
        cloud=True,
        minimum_interval_s=60.0,
        source=f"{_CORE}/nexblue",
        notes={"failsafe": "none", "setup": "It can be switched, and its current cannot be set."},
    ),
    KnownCharger(
        platform="tuya",
        name="Tuya (EV charger)",
        traits=(
            trait(Role.LIMIT, "number", r"tuya\..+charge_cur_set"),
            trait(Role.PAUSE, "switch", r"tuya\..+switch"),
            *sensors(
                r"tuya\..+{}",
                status="work_state",
                power="power_total",
                energy="forward_energy_total",
                session_energy="charge_energy_once",
            ),
        ),
        # Only its chargers have a charging current.
        required=frozenset({Role.LIMIT}),
        states=words(
            a="charger_free",
            b="charger_insert charger_pause charger_wait charger_end",
            c="charger_charging",
            f="charger_fault charger_free_fault",
        ),
        cloud=True,
        minimum_interval_s=60.0,
        source=f"{_CORE}/tuya",
        notes={"failsafe": _NONE},
    ),
)


def _tesla(platform: str, name: str, switch: str) -> KnownCharger:
    return KnownCharger(
        platform=platform,
        name=name,
        traits=(
            trait(Role.LIMIT, "number", "[^-]+-charge_state_charge_current_request"),
            trait(Role.PAUSE, "switch", f"[^-]+-{switch}"),
            trait(Role.PLUGGED, "binary_sensor", "[^-]+-charge_state_conn_charge_cable"),
            trait(Role.LOCATION, "device_tracker", "[^-]+-location"),
            *sensors(
                "[^-]+-{}",
                status="charge_state_charging_state",
                power="charge_state_charger_power",
                session_energy="charge_state_charge_energy_added",
            ),
        ),
        required=frozenset({Role.LIMIT, Role.LOCATION}),
        states=words(a="disconnected", b="stopped complete no_power starting", c="charging"),
        pausing=Pausing(tells=False),
        cloud=True,
        minimum_interval_s=60.0,
        vehicle=True,
        source=f"{_CORE}/{platform}",
        notes={
            "failsafe": "none",
            "setup": "Only where the charger itself cannot be steered; commands may be charged for.",
        },
    )


CAR_ROWS: Final = (
    _tesla("tesla_fleet", "Tesla (Fleet)", "charge_state_user_charge_enable_request"),
    _tesla("teslemetry", "Tesla (Teslemetry)", "charge_state_user_charge_enable_request"),
    _tesla("tessie", "Tesla (Tessie)", "charge_state_charge_enable_request"),
)
