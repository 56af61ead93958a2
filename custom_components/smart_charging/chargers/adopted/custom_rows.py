"""The chargers of custom integrations; read in their repositories in November 2026, as `source` tells."""

from typing import Final

from .row import Action, KnownCharger, Pausing, Role, sensors, trait, words

_NONE = "none: the last current stays; the safe current is written when Home Assistant stops"
_OCPP_WORDS = words(
    a="available reserved",
    b="preparing occupied suspendedev suspendedevse suspended_ev suspended_evse finishing",
    c="charging",
    f="faulted",
)
_GO_E_WORDS = words(
    a="idle inaktiv/frei",
    b="wait_for_car wait_car complete warte_auf_fahrzeug abgeschlossen",
    c="charging laden",
    f="error fehler unknown/error unbekannt/fehler",
)

CUSTOM_ROWS: Final = (
    KnownCharger(
        platform="easee",
        name="Easee",
        traits=(
            trait(Role.STATUS, "sensor", "[^_]+_status"),
            trait(Role.OFFER, "sensor", "[^_]+_dynamic_charger_limit"),
            *sensors(
                "[^_]+_{}", power="power", energy="lifetime_energy", session_energy="session_energy", current="current"
            ),
        ),
        # Its actions say nothing when they fail: only the sensor, which is off by default, tells that a limit was taken.
        required=frozenset({Role.STATUS, Role.OFFER}),
        states=words(
            a="disconnected",
            b="awaiting_start completed ready_to_charge awaiting_authorization awaiting_load_balancing awaiting_smart_start "
            "awaiting_scheduled_start awaiting_authentication authenticating de_authorizing paused_due_to_equalizer "
            "start_charging stop_charging searching_for_master",
            c="charging",
            f="error erratic_ev error_temperature_too_high error_dead_powerboard error_overcurrent error_pen_fault",
        ),
        offline=frozenset({"offline"}),
        # A limit with a time to live falls back to the charger's maximum, and not to a safe current; and one that does not
        # differ is not sent again, so that its time could not be renewed. The charger's maximum itself is never written.
        limit_action=Action(
            action="set_charger_dynamic_limit", value="current", data={"device_id": "{device_id}", "time_to_live": 0}
        ),
        zero_pauses=True,
        echo_s=7.0,
        cloud=True,
        minimum_interval_s=30.0,
        source="nordicopen/easee_hass @ 0a95d0d; its issues 663 and 684 on the time to live",
        notes={
            "failsafe": _NONE,
            "wear": "only the dynamic limit is set; the maximum would wear its memory",
            "setup": "Enable the sensor *Dynamic charger limit*.",
        },
    ),
    KnownCharger(
        platform="zaptec",
        name="Zaptec",
        traits=(
            trait(Role.LIMIT, "number", "[^_]+_available_current", shared=True),
            trait(Role.PAUSE, "switch", "[^_]+_charger_operation_mode"),
            *sensors(
                "[^_]+_{}",
                status="charger_operation_mode",
                power="total_charge_power",
                energy="signed_meter_value_kwh",
                session_energy="total_charge_power_session",
                current_l1="current_phase1",
                current_l2="current_phase2",
                current_l3="current_phase3",
            ),
        ),
        # The installation's current counts for all its chargers: right for a home with one.
        required=frozenset({Role.PAUSE}),
        states=words(a="disconnected", b="connected_requesting connected_finished", c="connected_charging"),
        pausing=Pausing(tells=False),
        cloud=True,
        minimum_interval_s=900.0,
        source="custom-components/zaptec @ b1a02b3",
        notes={
            "failsafe": "the installation's own, set in its portal",
            "wear": "increases at most each 15 minutes",
            "setup": "One charger in the installation; more share its current.",
        },
    ),
    KnownCharger(
        platform="goecharger_api2",
        name="go-e (goecharger_api2)",
        traits=(
            trait(Role.LIMIT, "number", r"goecharger_api2\.goe_.+_amp"),
            trait(Role.PAUSE, "select", r"goecharger_api2\.goe_.+_frc"),
            trait(Role.PHASES, "select", r"goecharger_api2\.goe_.+_psm"),
            *sensors(
                r"goecharger_api2\.goe_.+_{}",
                status="car_value",
                power="nrg_11",
                energy="eto",
                session_energy="wh",
                current_l1="nrg_4",
                current_l2="nrg_5",
                current_l3="nrg_6",
            ),
        ),
        states=_GO_E_WORDS,
        pausing=Pausing(pause="1", resume="0"),
        phases={1: "1", 3: "2"},
        minimum_interval_s=10.0,
        source="marq24/ha-goecharger-api2 @ b48a90c",
        notes={"failsafe": _NONE},
    ),
    KnownCharger(
        platform="goecharger_mqtt",
        name="go-e (MQTT)",
        traits=(
            trait(Role.LIMIT, "number", ".+-number-amp-0"),
            trait(Role.PAUSE, "select", ".+-select-frc-frc"),
            trait(Role.PHASES, "select", ".+-select-psm-psm"),
            *sensors(
                ".+-sensor-{}",
                status="car-car",
                power="nrg-11",
                energy="eto-0",
                session_energy="wh-0",
                current_l1="nrg-4",
                current_l2="nrg-5",
                current_l3="nrg-6",
            ),
        ),
        states=_GO_E_WORDS,
        pausing=Pausing(pause="Don't charge", resume="Neutral"),
        phases={1: "Force single phase", 3: "Force three phases"},
        minimum_interval_s=10.0,
        echo_s=5.0,
        source="syssi/homeassistant-goecharger-mqtt @ 4754303",
        notes={"failsafe": _NONE},
    ),
    KnownCharger(
        platform="wattpilot",
        name="Fronius Wattpilot",
        traits=(
            trait(Role.LIMIT, "number", ".+-amp"),
            trait(Role.STOP, "button", ".+-frc1"),
            trait(Role.START, "button", ".+-frc0"),
            trait(Role.PHASES, "select", ".+-psm"),
            *sensors(".+-{}", status="car", power="nrg", energy="eto", session_energy="wh"),
        ),
        states=_GO_E_WORDS,
        phases={1: "1 Phase", 3: "3 Phases"},
        minimum_interval_s=10.0,
        source="mk-maddin/wattpilot-HA @ ec29eea",
        notes={"failsafe": _NONE, "setup": "Its mode has to be *Default*, not *Eco* or *Next Trip*."},
    ),
    KnownCharger(
        platform="ocpp",
        name="OCPP (lbbrhzn)",
        traits=(
            trait(Role.LIMIT, "number", r"number\.ocpp\..+\.maximum_current"),
            trait(Role.START, "switch", r"switch\.ocpp\..+\.charge_control"),
            *sensors(
                r"ocpp\..+\.{}\.sensor",
                status="status_connector",
                power="power_active_import",
                energy="energy_active_import_register",
                session_energy="energy_session",
            ),
        ),
        required=frozenset({Role.LIMIT}),
        states=_OCPP_WORDS,
        offline=frozenset({"unavailable"}),
        zero_pauses=True,
        # It shows at once what it tells the charger, and takes it back when that says no: before the call ends.
        echo_s=5.0,
        source="lbbrhzn/ocpp @ a37fed3",
        notes={"failsafe": _NONE, "setup": "Better: let the charger call Smart Charging itself."},
    ),
    KnownCharger(
        platform="alfen_wallbox",
        name="Alfen Eve",
        traits=(
            trait(Role.LIMIT, "number", ".+_main_normal_max_current_socket_(?P<unit>[12])"),
            *sensors(
                ".+-{}_socket_(?P<unit>[12])",
                status="mode_3_state",
                power="active_power_total",
                energy="meter_reading",
                current_l1="current_l1",
                current_l2="current_l2",
                current_l3="current_l3",
            ),
        ),
        required=frozenset({Role.LIMIT}),
        states=words(
            a="state_a state_a1",
            b="state_b1 state_b2 state_c1",
            c="state_c2",
            d="state_d1 state_d2",
            e="state_e",
            f="state_f",
        ),
        zero_pauses=True,
        minimum_interval_s=300.0,
        source="leeyuentuen/alfen_wallbox @ bc96986",
        notes={
            "failsafe": _NONE,
            "wear": "a stored setting: increases at most each 5 minutes; its Modbus does not wear",
            "setup": "Only one may be logged in: its app is locked out.",
        },
    ),
    KnownCharger(
        platform="smartevse",
        name="SmartEVSE",
        traits=(
            trait(Role.LIMIT, "number", ".+_smartevse_override_current"),
            trait(Role.PAUSE, "select", ".+_smartevse_mode_id"),
            *sensors(
                ".+_smartevse_{}",
                status="state",
                power="ev_import_active_power",
                energy="ev_import_active_energy",
                session_energy="ev_charged_kwh",
            ),
        ),
        states=words(
            a="ready_to_charge",
            b="connected_to_ev request_state_b state_b_ok request_state_c charging_stopped stop_charging",
            c="charging state_c_ok",
            d="d",
        ),
        pausing=Pausing(pause="PAUSE", resume="NORMAL"),
        step_a=0.1,
        shows_after_s=90.0,
        source="dingo35/ha-SmartEVSEv3 @ 24b887b; the words of its firmware",
        notes={"failsafe": _NONE, "setup": "It is read once a minute."},
    ),
    KnownCharger(
        platform="solax_modbus",
        name="SolaX EV charger (solax_modbus)",
        traits=(
            trait(Role.LIMIT, "number", ".+_charge_current"),
            trait(Role.PAUSE, "select", ".+_charger_use_mode"),
            *sensors(
                ".+_{}",
                status="run_mode",
                power="charge_power_total",
                energy="charge_added_cum",
                session_energy="charge_added",
                current="charge_current",
                current_l1="charge_current_l1",
                current_l2="charge_current_l2",
                current_l3="charge_current_l3",
            ),
        ),
        # Its inverters have a use mode too, and no charging current.
        required=frozenset({Role.LIMIT}),
        states=words(
            a="available unavailable reserved",
            b="preparing finishing suspended_ev suspended_evse card_activation start_delay charge_paused stopping",
            c="charging",
            f="faulted",
        ),
        pausing=Pausing(pause="Stop", resume="Fast"),
        step_a=0.1,
        minimum_interval_s=10.0,
        source="wills106/homeassistant-solax-modbus, plugin_solax_ev_charger",
        notes={"failsafe": _NONE},
    ),
    KnownCharger(
        platform="hypervolt_charger",
        name="Hypervolt",
        traits=(
            trait(Role.LIMIT, "number", "[^_]+_max_current"),
            trait(Role.PAUSE, "switch", "[^_]+_charging"),
            trait(Role.PLUGGED, "binary_sensor", "[^_]+_car_plugged"),
            *sensors(
                "[^_]+_{}",
                status="charging_readiness",
                power="EV_Power",
                session_energy="Session_Energy",
                current="Charger_Current",
            ),
        ),
        states=words(c="charging"),
        pausing=Pausing(tells=False),
        cloud=True,
        minimum_interval_s=30.0,
        source="gndean/home-assistant-hypervolt-charger @ cfdbdc8",
        notes={"failsafe": _NONE},
    ),
    KnownCharger(
        platform="chargepoint",
        name="ChargePoint Home",
        traits=(
            trait(Role.LIMIT, "select", "[^_]+_charging_amperage_limit"),
            trait(Role.START, "button", "[^_]+_start_charging_session"),
            trait(Role.STOP, "button", "[^_]+_stop_charging_session"),
            trait(Role.PLUGGED, "sensor", "[^_]+_plugged_in"),
            *sensors(
                "[^_]+_{}", status="charging_status", power="session_power_kw", session_energy="session_energy_kwh"
            ),
        ),
        required=frozenset({Role.LIMIT}),
        # Not charging, it may have a car or not: that is what the cable's sensor tells.
        states=words(c="charging"),
        cloud=True,
        minimum_interval_s=300.0,
        source="mbillow/ha-chargepoint @ e1894e4",
        notes={
            "failsafe": _NONE,
            "pause": "ends the session, and starts another",
            "wear": "a stored setting of the charger",
        },
    ),
    KnownCharger(
        platform="chargeamps",
        name="Charge Amps",
        traits=(
            trait(Role.PAUSE, "switch", r"chargeamps_(?P<unit>(?P<chargepoint>[^_]+)_(?P<connector>\d+))"),
            trait(Role.STATUS, "sensor", r"chargeamps_(?P<unit>(?P<chargepoint>[^_]+)_(?P<connector>\d+))"),
            trait(Role.POWER, "sensor", r"chargeamps_(?P<unit>(?P<chargepoint>[^_]+)_(?P<connector>\d+))_power"),
        ),
        required=frozenset({Role.PAUSE}),
        states=words(a="available", b="connected", c="charging", f="error"),
        limit_action=Action(
            action="set_max_current",
            value="max_current",
            data={"chargepoint": "{chargepoint}", "connector": "{connector}"},
        ),
        cloud=True,
        minimum_interval_s=60.0,
        source="kirei/hass-chargeamps @ 18d8ce7",
        notes={"failsafe": _NONE, "setup": "It is set up in YAML, and read each 30 s."},
    ),
    KnownCharger(
        platform="myenergi",
        name="myenergi zappi",
        traits=(
            trait(Role.PAUSE, "select", "[^-]+-[^-]+-charge_mode"),
            *sensors("[^-]+-[^-]+-{}", status="plug_status", session_energy="charge_added"),
        ),
        required=frozenset({Role.PAUSE, Role.STATUS}),
        states=words(a="ev_disconnected", b="ev_connected waiting_for_ev ev_ready_to_charge", c="charging", f="fault"),
        pausing=Pausing(pause="Stopped", resume="Fast"),
        cloud=True,
        minimum_interval_s=60.0,
        source="CJNE/ha-myenergi @ e5166ab; pymyenergi 0.2.3",
        notes={"failsafe": "none", "setup": "It can be stopped, and its current cannot be set."},
    ),
    KnownCharger(
        platform="garo_wallbox",
        name="Garo",
        traits=(
            trait(Role.LIMIT, "number", ".+-current_limit"),
            trait(Role.PAUSE, "select", ".+-sensor"),
            *sensors(
                ".+-{}",
                status="status",
                power="current_charging_power",
                energy="latest_reading",
                session_energy="acc_session_energy",
                current="current_charging_current",
            ),
        ),
        required=frozenset({Role.LIMIT}),
        states=words(
            a="not_connected",
            b="connected charging_paused charging_finished charging_cancelled disabled remote_disabled search_comm",
            c="charging",
            f="rcd_fault overheat critical_temperature cable_fault lock_fault contactor_fault vent_fault dc_error "
            "dc_hardware cp_fault cp_shorted",
        ),
        offline=frozenset({"unavailable"}),
        pausing=Pausing(pause="ALWAYS_OFF", resume="ALWAYS_ON"),
        minimum_interval_s=60.0,
        source="sockless-coding/garo_wallbox @ 139677b",
        notes={"failsafe": _NONE, "setup": "Switch *Charge limit* on."},
    ),
)
