"""The chargers of integrations that come with Home Assistant; read in its sources, 2026.10 (exicom_spin_ble: 2026.11)."""

from typing import Final

from .row import Action, KnownCharger, Pausing, Role, sensors, trait, words

_CORE = "homeassistant/components"
_NONE = "none: the last current stays; the safe current is written when Home Assistant stops"


_BY_SERIAL = "[^_]+_{}"

LOCAL_ROWS: Final = (
    KnownCharger(
        platform="peblar",
        name="Peblar",
        traits=(
            trait(Role.LIMIT, "number", "[^_]+_charge_current_limit"),
            trait(Role.PAUSE, "switch", "[^_]+_charge"),
            trait(Role.PHASES, "switch", "[^_]+_force_single_phase"),
            *sensors(
                _BY_SERIAL,
                status="cp_state",
                power="power_total",
                energy="energy_total",
                session_energy="energy_session",
                current_l1="current_phase_1",
                current_l2="current_phase_2",
                current_l3="current_phase_3",
            ),
        ),
        states=words(a="no_ev_connected", b="suspended", c="charging", f="error fault invalid"),
        # While it is paused the number is only kept for later, so it is set before the switch is turned on.
        phases={1: "on", 3: "off"},
        source=f"{_CORE}/peblar",
        notes={"failsafe": _NONE, "setup": "*Smart charging* has to be *Default*."},
    ),
    KnownCharger(
        platform="v2c",
        name="V2C Trydan",
        traits=(
            trait(Role.LIMIT, "number", "[^_]+_intensity"),
            trait(Role.PAUSE, "switch", "[^_]+_paused"),
            trait(Role.PLUGGED, "binary_sensor", "[^_]+_connected"),
            trait(Role.CHARGING, "binary_sensor", "[^_]+_charging"),
            *sensors(_BY_SERIAL, power="charge_power", session_energy="charge_energy"),
        ),
        pausing=Pausing(pause="on", resume="off"),
        source=f"{_CORE}/v2c",
        notes={
            "failsafe": _NONE,
            "setup": "Turn *Dynamic intensity modulation* off, or its pause on: else it sets its own.",
        },
    ),
    KnownCharger(
        platform="lektrico",
        name="Lektrico",
        traits=(
            trait(Role.LIMIT, "number", "[^_]+_dynamic_limit"),
            trait(Role.START, "button", "[^-]+-charge_start"),
            trait(Role.PHASES, "switch", "[^_]+_force_single_phase"),
            *sensors(
                _BY_SERIAL,
                status="state",
                power="power",
                energy="lifetime_energy",
                session_energy="energy",
                current="current",
                current_l1="current_l1",
                current_l2="current_l2",
                current_l3="current_l3",
            ),
        ),
        # A load balancer of the same integration has the power, and not the limit.
        required=frozenset({Role.LIMIT}),
        states=words(
            a="available",
            b="connected need_auth paused paused_by_scheduler locked",
            c="charging",
            f="error",
        ),
        zero_pauses=True,
        phases={1: "on", 3: "off"},
        source=f"{_CORE}/lektrico",
        notes={"failsafe": _NONE},
    ),
    KnownCharger(
        platform="openevse",
        name="OpenEVSE",
        traits=(
            trait(Role.LIMIT, "number", ".+-charge_rate"),
            trait(Role.PAUSE, "select", ".+-override_state"),
            trait(Role.PLUGGED, "binary_sensor", ".+-vehicle"),
            *sensors(
                ".+-{}",
                status="status",
                power="current_power",
                energy="usage_total",
                session_energy="usage_session",
                current="charging_current",
            ),
            trait(Role.POWER, "sensor", ".+-charging_power"),
        ),
        # While it sleeps or is disabled only the sensor of the vehicle tells whether there is one.
        states=words(
            a="not_connected",
            b="connected",
            c="charging",
            d="vent_required",
            f="diode_check_failed gfci_fault gfci_self_test_failure no_ground over_temperature stuck_relay",
        ),
        pausing=Pausing(pause="disabled", resume="active"),
        source=f"{_CORE}/openevse",
        notes={"failsafe": _NONE, "setup": "Firmware 4.1.2 or newer; switch solar divert and shaper off."},
    ),
    KnownCharger(
        platform="nrgkick",
        name="NRGkick",
        traits=(
            trait(Role.LIMIT, "number", "[^_]+_current_set"),
            trait(Role.PAUSE, "switch", "[^_]+_charging_enabled"),
            trait(Role.PHASES, "number", "[^_]+_phase_count"),
            *sensors(
                _BY_SERIAL,
                status="status",
                power="total_active_power",
                energy="total_charged_energy",
                session_energy="charged_energy",
                current_l1="l1_current",
                current_l2="l2_current",
                current_l3="l3_current",
            ),
        ),
        states=words(a="standby", b="connected wakeup", c="charging", f="error"),
        phases={1: "1", 3: "3"},
        step_a=0.1,
        # It is read again within the call.
        echo_s=5.0,
        source=f"{_CORE}/nrgkick",
        notes={"failsafe": _NONE},
    ),
    KnownCharger(
        platform="keba",
        name="KEBA KeContact (YAML)",
        # Set up in YAML, without devices: the serial number keeps two apart, though its actions know only one.
        traits=(
            trait(Role.PLUGGED, "binary_sensor", "keba_wallbox_(?P<unit>[^_]*)_plug_state"),
            trait(Role.CHARGING, "binary_sensor", "keba_wallbox_(?P<unit>[^_]*)_charging_state"),
            *sensors(
                "keba_wallbox_(?P<unit>[^_]*)_{}",
                power="charging_power",
                energy="total_energy",
                session_energy="session_energy",
            ),
        ),
        required=frozenset({Role.CHARGING}),
        limit_action=Action(action="set_current", value="current"),
        pausing=Pausing(pause_action=Action(action="disable"), resume_action=Action(action="enable")),
        maximum_a=63.0,
        # After a disable it wants two seconds.
        minimum_interval_s=10.0,
        source=f"{_CORE}/keba",
        notes={
            "failsafe": "its own failsafe can be switched on in the YAML of the integration",
            "pause": "enable/disable",
        },
    ),
    KnownCharger(
        platform="technove",
        name="TechnoVE",
        traits=(
            trait(Role.LIMIT, "number", "[^_]+_max_current"),
            trait(Role.PAUSE, "switch", "[^_]+_session_active"),
            *sensors(
                _BY_SERIAL, status="status", energy="energy_total", session_energy="energy_session", current="current"
            ),
        ),
        states=words(
            a="unplugged",
            b="plugged_waiting high_tariff_period out_of_activation_period",
            c="plugged_charging",
            d="ventilation_required",
            e="pilot_fault",
            f="evse_fault ground_fault",
        ),
        pausing=Pausing(tells=False),
        source=f"{_CORE}/technove",
        notes={"failsafe": _NONE, "setup": "Switch *Auto charge* off, and no sharing mode: both refuse what is told."},
    ),
    KnownCharger(
        platform="besen",
        name="Besen (Bluetooth)",
        traits=(
            trait(Role.LIMIT, "number", "[^_]+_charging_current"),
            trait(Role.PAUSE, "switch", "[^_]+_charging"),
            trait(Role.PLUGGED, "sensor", "[^_]+_plug_state"),
            *sensors(
                _BY_SERIAL,
                status="charging_message",
                power="charging_power",
                energy="total_energy",
                session_energy="session_energy",
                current_l1="l1_current",
                current_l2="l2_current",
                current_l3="l3_current",
            ),
        ),
        states=words(
            a="plug_not_connected",
            b="ev_connected_press_start waiting_for_ev charging_completed charging_reservation waiting_for_swipe waiting_for_button",
            c="charging",
            f="see_error_state",
        ),
        pausing=Pausing(tells=False),
        source=f"{_CORE}/besen",
        notes={"failsafe": _NONE},
    ),
    KnownCharger(
        platform="silla_prism",
        name="Silla Prism",
        traits=(
            trait(Role.LIMIT, "number", ".+_user_current"),
            trait(Role.PAUSE, "select", ".+_charging_mode"),
            trait(Role.POWER, "sensor", ".+(?<!_grid)_power"),
            trait(Role.SESSION_ENERGY, "sensor", ".+_session_energy"),
            trait(Role.ENERGY, "sensor", ".+_total_energy"),
            trait(Role.STATUS, "sensor", ".+_status"),
            trait(Role.CURRENT, "sensor", ".+_current"),
        ),
        states=words(a="idle", b="waiting paused", c="charging"),
        pausing=Pausing(pause="pause", resume="normal"),
        minimum_interval_s=60.0,
        source=f"{_CORE}/silla_prism",
        notes={
            "failsafe": _NONE,
            "wear": "the number is what its buttons set, and not meant to be changed all the time",
        },
    ),
    KnownCharger(
        platform="victron_gx",
        name="Victron EV Charging Station (GX)",
        traits=(
            trait(Role.LIMIT, "number", ".+_evcharger_set_current"),
            trait(Role.PAUSE, "switch", ".+_evcharger_charge"),
            *sensors(
                ".+_evcharger_{}",
                status="status",
                power="power",
                energy="total_energy",
                session_energy="session_energy",
                current="current",
            ),
        ),
        states=words(
            a="disconnected",
            b="connected charged waiting_for_sun waiting_for_rfid waiting_for_start low_soc",
            c="charging",
            f="ground_test_error welded_contacts_test_error cp_input_test_error residual_current_detected "
            "undervoltage_detected overvoltage_detected overheating_detected",
        ),
        echo_s=5.0,
        source=f"{_CORE}/victron_gx; victron-mqtt 2026.9.5",
        notes={"failsafe": _NONE, "setup": "Its mode has to be *Manual*."},
    ),
    KnownCharger(
        platform="matter",
        name="Matter EVSE",
        traits=(
            trait(Role.PAUSE, "switch", ".+-EnergyEvseChargingSwitch-.+"),
            trait(Role.PLUGGED, "binary_sensor", ".+-EnergyEvsePlugStateSensor-.+"),
            trait(Role.CHARGING, "binary_sensor", ".+-EnergyEvseChargingStatusSensor-.+"),
            trait(Role.POWER, "sensor", ".+-ElectricalPowerMeasurementWatt-.+"),
            trait(Role.ENERGY, "sensor", ".+-ElectricalEnergyMeasurementCumulativeEnergyImported-.+"),
        ),
        required=frozenset({Role.PAUSE}),
        echo_s=5.0,
        source=f"{_CORE}/matter",
        notes={"failsafe": "none", "setup": "Home Assistant can switch it, and not set its current."},
    ),
    KnownCharger(
        platform="exicom_spin_ble",
        name="Exicom Spin (Bluetooth)",
        traits=(
            trait(Role.PAUSE, "switch", "[^_]+_charging"),
            *sensors(
                _BY_SERIAL,
                status="state",
                power="power",
                energy="lifetime_energy",
                session_energy="session_energy",
                current="current",
            ),
        ),
        states=words(a="available idle", b="starting finishing ev_suspended evse_suspended", c="charging", f="fault"),
        offline=frozenset({"booting", "out_of_service"}),
        pausing=Pausing(tells=False),
        source=f"{_CORE}/exicom_spin_ble",
        notes={"failsafe": "none", "setup": "It can be switched, and its current cannot be set."},
    ),
    KnownCharger(
        platform="greencell",
        name="Greencell",
        traits=sensors(
            _BY_SERIAL,
            status="status",
            power="power",
            current_l1="current_l1",
            current_l2="current_l2",
            current_l3="current_l3",
        ),
        states=words(a="idle", b="connected waiting_for_car finished", c="charging", f="error_car error_evse"),
        source=f"{_CORE}/greencell",
        notes={"setup": "It can only be watched."},
    ),
    KnownCharger(
        platform="tesla_wall_connector",
        name="Tesla Wall Connector",
        traits=(
            trait(Role.PLUGGED, "binary_sensor", ".+-vehicle_connected"),
            trait(Role.CHARGING, "binary_sensor", ".+-contactor_closed"),
            *sensors(
                ".+-{}",
                status="status",
                power="total_power_w",
                energy="energy_kWh",
                session_energy="session_energy_wh",
                current_l1="current_a_a",
                current_l2="current_b_a",
                current_l3="current_c_a",
            ),
        ),
        states=words(
            a="not_connected",
            b="connected ready negotiating charging_finished waiting_car",
            c="charging charging_reduced",
            f="error",
        ),
        source=f"{_CORE}/tesla_wall_connector",
        notes={"setup": "It can only be watched."},
    ),
)
