"""As brought.py: what custom integrations put into the registry, read in their repositories; and two that are not installed."""

from collections.abc import Mapping

from .brought import Brought

CUSTOM: Mapping[str, Brought] = {
    "victron_gx": Brought(
        source="victron-mqtt 2026.9.5, _victron_topics.py; components/victron_gx/entity.py",
        unique_id="d41243b4f71d_evcharger_40_{}",
        text="""
            number evcharger_set_current A = 16; min=6; max=32; step=1
            number evcharger_max_set_current A = 32; min=6; max=32; step=1
            switch evcharger_charge - = on
            switch evcharger_auto_start - = on
            select evcharger_mode - = manual; options=manual|auto|scheduled_charge
            sensor evcharger_status - = waiting_for_start
            sensor evcharger_power W = 0
            sensor evcharger_power_L1 W = 0
            sensor evcharger_total_energy kWh = 500
            sensor evcharger_session_energy kWh = 2
            sensor evcharger_current A = 0
        """,
        roles={
            "limit": "number evcharger_set_current",
            "pause": "switch evcharger_charge",
            "status": "sensor evcharger_status",
            "power": "sensor evcharger_power",
            "energy": "sensor evcharger_total_energy",
            "session_energy": "sensor evcharger_session_energy",
            "current": "sensor evcharger_current",
        },
    ),
    "exicom_spin_ble": Brought(
        source="Home Assistant 2026.11 components/exicom_spin_ble",
        unique_id="AA:BB:CC:DD:EE:FF_{}",
        text="""
            switch charging - = on
            sensor state - = evse_suspended
            sensor power W = 0
            sensor current A = 0
            sensor session_energy kWh = 2
            sensor lifetime_energy kWh = 200
        """,
        roles={
            "pause": "switch charging",
            "status": "sensor state",
            "power": "sensor power",
            "current": "sensor current",
            "energy": "sensor lifetime_energy",
            "session_energy": "sensor session_energy",
        },
        can_set=False,
    ),
    "easee": Brought(
        source="nordicopen/easee_hass const.py, entity.py",
        unique_id="EH123456_{}",
        text="""
            sensor status - = awaiting_start
            sensor power kW = 0
            sensor session_energy kWh = 2
            sensor lifetime_energy kWh = 200
            off sensor current A = 0
            off sensor output_limit A = 16
            off sensor dynamic_circuit_limit A = 40
            sensor dynamic_charger_limit A = 32
            off sensor max_charger_limit A = 32
            switch is_enabled - = on
            switch smart_charging - = off
        """,
        roles={
            "status": "sensor status",
            "offer": "sensor dynamic_charger_limit",
            "power": "sensor power",
            "energy": "sensor lifetime_energy",
            "session_energy": "sensor session_energy",
        },
    ),
    "zaptec": Brought(
        source="custom-components/zaptec number.py, switch.py, sensor.py",
        unique_id="0b9c9e1c-aaaa-4d5e-8f00-000000000001_{}",
        parent_text="""
            number available_current A = 20; min=0; max=25; step=1
            number three_to_one_phase_switch_current A = 0; min=0; max=32; step=1
            sensor max_current A = 25
        """,
        text="""
            number charger_max_current A = 32; min=0; max=32; step=1
            number charger_min_current A = 6; min=0; max=32; step=1
            switch charger_operation_mode - = off
            switch permanent_cable_lock - = off
            button resume_charging - = unknown
            button stop_charging_final - = unknown
            sensor charger_operation_mode - = connected_requesting
            sensor current_phase1 A = 0
            sensor current_phase2 A = 0
            sensor current_phase3 A = 0
            sensor total_charge_power W = 0
            sensor total_charge_power_session kWh = 1
            sensor signed_meter_value_kwh kWh = 900
        """,
        roles={
            "limit": "number available_current",
            "pause": "switch charger_operation_mode",
            "status": "sensor charger_operation_mode",
            "power": "sensor total_charge_power",
            "energy": "sensor signed_meter_value_kwh",
            "session_energy": "sensor total_charge_power_session",
            "current_l1": "sensor current_phase1",
            "current_l2": "sensor current_phase2",
            "current_l3": "sensor current_phase3",
        },
    ),
    "goecharger_api2": Brought(
        source="marq24/ha-goecharger-api2 __init__.py, const.py",
        unique_id="goecharger_api2.goe_123456_{}",
        text="""
            number amp A = 16; min=6; max=32; step=1
            select frc - = 0; options=0|1|2
            select psm - = 2; options=0|1|2
            select lmo - = 3; options=3|4|5
            off sensor car - = 2
            sensor car_value - = Charging
            sensor nrg_0 V = 230
            sensor nrg_4 A = 16
            sensor nrg_5 A = 16
            sensor nrg_6 A = 16
            sensor nrg_11 W = 11000
            sensor eto kWh = 900
            sensor wh kWh = 5
            binary_sensor car_0 - = on
        """,
        roles={
            "limit": "number amp",
            "pause": "select frc",
            "phases": "select psm",
            "status": "sensor car_value",
            "power": "sensor nrg_11",
            "energy": "sensor eto",
            "session_energy": "sensor wh",
            "current_l1": "sensor nrg_4",
            "current_l2": "sensor nrg_5",
            "current_l3": "sensor nrg_6",
        },
    ),
    "goecharger_mqtt": Brought(
        source="syssi/homeassistant-goecharger-mqtt entity.py, definitions/",
        unique_id="072246-{}",
        text="""
            number number-amp-0 A = 16; min=6; max=32; step=1
            number number-ate-0 Wh = 0; min=0; max=100000; step=1
            select select-frc-frc - = Neutral; options=Neutral|Don't charge|Charge
            select select-psm-psm - = Auto; options=Auto|Force single phase|Force three phases
            sensor sensor-frc-frc - = Neutral
            sensor sensor-car-car - = Wait for car
            sensor sensor-nrg-0 V = 230
            sensor sensor-nrg-4 A = 0
            sensor sensor-nrg-5 A = 0
            sensor sensor-nrg-6 A = 0
            sensor sensor-nrg-11 W = 0
            sensor sensor-eto-0 Wh = 900000
            sensor sensor-wh-0 Wh = 5000
        """,
        roles={
            "limit": "number number-amp-0",
            "pause": "select select-frc-frc",
            "phases": "select select-psm-psm",
            "status": "sensor sensor-car-car",
            "power": "sensor sensor-nrg-11",
            "energy": "sensor sensor-eto-0",
            "session_energy": "sensor sensor-wh-0",
            "current_l1": "sensor sensor-nrg-4",
            "current_l2": "sensor sensor-nrg-5",
            "current_l3": "sensor sensor-nrg-6",
        },
    ),
    "wattpilot": Brought(
        source="mk-maddin/wattpilot-HA entities.py and its YAML",
        unique_id="10000001-{}",
        text="""
            number amp A = 16; min=6; max=32; step=1
            button frc0 - = unknown
            button frc1 - = unknown
            button frc2 - = unknown
            select psm - = Auto; options=Auto|1 Phase|3 Phases
            select lmo - = Default; options=Default|Eco|Next Trip
            sensor car - = Idle
            sensor nrg W = 0
            sensor eto Wh = 900000
            sensor wh Wh = 0
        """,
        roles={
            "limit": "number amp",
            "start": "button frc0",
            "stop": "button frc1",
            "phases": "select psm",
            "status": "sensor car",
            "power": "sensor nrg",
            "energy": "sensor eto",
            "session_energy": "sensor wh",
        },
    ),
    "ocpp": Brought(
        source="lbbrhzn/ocpp const.py, number.py, switch.py",
        unique_id="ocpp.charger.conn1.{}.sensor",
        other_ids={"number": "number.ocpp.charger.conn1.{}", "switch": "switch.ocpp.charger.conn1.{}"},
        text="""
            number maximum_current A = 32; min=0; max=32; step=1
            switch charge_control - = off
            switch connnector_availability - = on
            sensor status_connector - = SuspendedEVSE
            sensor power_active_import kW = 0
            sensor energy_active_import_register kWh = 900
            sensor energy_session kWh = 2
            sensor error_code_connector - = NoError
        """,
        roles={
            "limit": "number maximum_current",
            "start": "switch charge_control",
            "status": "sensor status_connector",
            "power": "sensor power_active_import",
            "energy": "sensor energy_active_import_register",
            "session_energy": "sensor energy_session",
        },
    ),
    "alfen_wallbox": Brought(
        source="leeyuentuen/alfen_wallbox number.py, sensor.py",
        unique_id="alfen_ACE0123456-{}",
        other_ids={"number": "alfen_ACE0123456_{}"},
        text="""
            number main_normal_max_current_socket_1 A = 16; min=0; max=16; step=1
            number max_station_current A = 16; min=0; max=16; step=1
            sensor mode_3_state_socket_1 - = STATE_C2
            sensor main_state_socket_1 - = Charging Power On
            sensor active_power_total_socket_1 W = 3600
            sensor meter_reading_socket_1 kWh = 900
            sensor current_l1_socket_1 A = 16
            sensor current_l2_socket_1 A = 0
            sensor current_l3_socket_1 A = 0
            sensor main_active_max_current_socket_1 A = 16
        """,
        roles={
            "limit": "number main_normal_max_current_socket_1",
            "status": "sensor mode_3_state_socket_1",
            "power": "sensor active_power_total_socket_1",
            "energy": "sensor meter_reading_socket_1",
            "current_l1": "sensor current_l1_socket_1",
            "current_l2": "sensor current_l2_socket_1",
            "current_l3": "sensor current_l3_socket_1",
        },
    ),
    "smartevse": Brought(
        source="dingo35/ha-SmartEVSEv3 const.py, smart_entity.py",
        unique_id="6122_{}",
        text="""
            number smartevse_override_current A = 16; min=6; max=16; step=0.1
            number smartevse_solar_max_import A = 0; min=0; max=20; step=1
            select smartevse_mode_id - = NORMAL; options=OFF|NORMAL|SOLAR|SMART|PAUSE
            sensor smartevse_mode - = NORMAL
            sensor smartevse_state - = Connected to EV
            sensor smartevse_charge_current A = 16
            sensor smartevse_ev_import_active_power kW = 0
            sensor smartevse_ev_import_active_energy kWh = 900
            sensor smartevse_ev_charged_kwh kWh = 2
        """,
        roles={
            "limit": "number smartevse_override_current",
            "pause": "select smartevse_mode_id",
            "status": "sensor smartevse_state",
            "power": "sensor smartevse_ev_import_active_power",
            "energy": "sensor smartevse_ev_import_active_energy",
            "session_energy": "sensor smartevse_ev_charged_kwh",
        },
    ),
    "solax_modbus": Brought(
        source="wills106/homeassistant-solax-modbus plugin_solax_ev_charger.py",
        unique_id="SolaX_EV_{}",
        text="""
            number charge_current A = 16; min=6; max=32; step=0.1
            number max_charge_current A = 32; min=6; max=32; step=1
            select charger_use_mode - = Fast; options=Stop|Fast|ECO|Green
            select control_command - = Available; options=Available|Stop Charging|Start Charging
            sensor run_mode - = Charge Paused
            sensor charge_power_total W = 0
            sensor charge_added kWh = 2
            sensor charge_added_cum kWh = 900
            sensor charge_current_l1 A = 0
            sensor charge_current_l2 A = 0
            sensor charge_current_l3 A = 0
        """,
        roles={
            "limit": "number charge_current",
            "pause": "select charger_use_mode",
            "status": "sensor run_mode",
            "power": "sensor charge_power_total",
            "energy": "sensor charge_added_cum",
            "session_energy": "sensor charge_added",
            "current_l1": "sensor charge_current_l1",
            "current_l2": "sensor charge_current_l2",
            "current_l3": "sensor charge_current_l3",
        },
    ),
    "hypervolt_charger": Brought(
        source="gndean/home-assistant-hypervolt-charger",
        unique_id="123456789012345_{}",
        text="""
            number max_current A = 32; min=6; max=32; step=1
            off number led_brightness % = 50; min=0; max=100; step=25
            switch charging - = on
            switch lock_state - = off
            binary_sensor car_plugged - = on
            sensor charging_readiness - = Charging
            sensor EV_Power W = 3600
            sensor House_Power W = 400
            sensor Session_Energy Wh = 1200
            sensor Session_Energy_Total_Increasing Wh = 1200
            sensor Charger_Current A = 16
            sensor CT_Current A = 2
        """,
        roles={
            "limit": "number max_current",
            "pause": "switch charging",
            "plugged": "binary_sensor car_plugged",
            "status": "sensor charging_readiness",
            "power": "sensor EV_Power",
            "session_energy": "sensor Session_Energy",
            "current": "sensor Charger_Current",
        },
    ),
    "chargepoint": Brought(
        source="mbillow/ha-chargepoint select.py, button.py, sensor.py",
        unique_id="12345678_{}",
        text="""
            select charging_amperage_limit A = 32; options=8|16|20|24|32
            button start_charging_session - = unknown
            button stop_charging_session - = unknown
            button restart_charger - = unknown
            sensor charging_status - = Not Charging
            sensor plugged_in - = Plugged In
            sensor connected - = Connected
            sensor session_power_kw kW = 0
            sensor session_energy_kwh kWh = 0
        """,
        roles={
            "limit": "select charging_amperage_limit",
            "start": "button start_charging_session",
            "stop": "button stop_charging_session",
            "plugged": "sensor plugged_in",
            "status": "sensor charging_status",
            "power": "sensor session_power_kw",
            "session_energy": "sensor session_energy_kwh",
        },
    ),
    "chargeamps": Brought(
        source="kirei/hass-chargeamps __init__.py, services.yaml",
        unique_id="chargeamps_{}",
        has_device=False,
        text="""
            switch 2103000001M_1 - = on
            sensor 2103000001M_1 - = Connected
            sensor 2103000001M_1_power W = 0
            sensor 2103000001M_total_energy kWh = 900
            light 2103000001M_dimmer - = off
        """,
        roles={
            "pause": "switch 2103000001M_1",
            "status": "sensor 2103000001M_1",
            "power": "sensor 2103000001M_1_power",
        },
    ),
    "myenergi": Brought(
        source="CJNE/ha-myenergi sensor.py, select.py; pymyenergi zappi.py",
        unique_id="01HXYZ-16042300-{}",
        text="""
            select charge_mode - = Eco+; options=Fast|Eco|Eco+|Stopped
            sensor plug_status - = EV Connected
            sensor status - = Paused
            sensor charge_added kWh = 2
            sensor ct1.power W = 0
            number min_green_level % = 50; min=1; max=100; step=1
        """,
        roles={
            "pause": "select charge_mode",
            "status": "sensor plug_status",
            "session_energy": "sensor charge_added",
        },
        can_set=False,
    ),
    "garo_wallbox": Brought(
        source="sockless-coding/garo_wallbox number.py, select.py, sensor.py",
        unique_id="garo_1203-{}",
        text="""
            number current_limit A = 16; min=6; max=16; step=1
            select sensor - = ALWAYS_ON; options=ALWAYS_ON|ALWAYS_OFF|SCHEMA
            switch charge_limit - = on
            sensor status - = CHARGING_PAUSED
            sensor current_charging_current A = 0
            sensor current_charging_power W = 0
            sensor current_limit A = 16
            sensor latest_reading Wh = 900000
            sensor acc_session_energy Wh = 2000
        """,
        roles={
            "limit": "number current_limit",
            "pause": "select sensor",
            "status": "sensor status",
            "power": "sensor current_charging_power",
            "energy": "sensor latest_reading",
            "session_energy": "sensor acc_session_energy",
            "current": "sensor current_charging_current",
        },
    ),
}
