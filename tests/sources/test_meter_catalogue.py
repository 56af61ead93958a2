"""The table of known meters: every row finds its own unique ids, and no others."""

from collections.abc import Iterable, Mapping

import pytest

from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.sources.meter_catalogue import KNOWN_METERS, KnownMeter, Role

# Unique ids as the integrations make them, and what each is: `platform/name: id -> role[/phase]`.
KNOWN_IDS: Mapping[str, Mapping[str, str | None]] = {
    "dsmr/DSMR": {
        "E0043_current_electricity_usage": "import",
        "E0043_current_electricity_delivery": "export",
        "E0043_instantaneous_active_power_l1_positive": "import/l1",
        "E0043_instantaneous_active_power_l3_negative": "export/l3",
        "E0043_instantaneous_current_l1": None,
        "E0043_electricity_used_tariff_1": None,
    },
    "homewizard/HomeWizard P1": {
        "HWE-P1_3c39e7aabbcc_active_power_w": "net",
        "HWE-P1_3c39e7aabbcc_active_power_l2_w": "net/l2",
        "HWE-P1_3c39e7aabbcc_active_power_average_w": None,
        "HWE-SKT_3c39e7aabbcc_active_power_w": None,
        "HWE-KWH3_3c39e7aabbcc_active_power_l1_w": None,
    },
    "p1_monitor/P1 Monitor": {
        "01JABC_smartmeter_power_consumption": "import",
        "01JABC_smartmeter_power_production": "export",
        "01JABC_phases_power_consumed_phase_l1": "import/l1",
        "01JABC_phases_power_produced_phase_l2": "export/l2",
        "01JABC_phases_current_phase_l1": None,
    },
    "shelly/Shelly 3EM": {
        "AABBCCDDEEFF-em:0-a_act_power": "net/l1",
        "AABBCCDDEEFF-em:0-b_act_power": "net/l2",
        "AABBCCDDEEFF-em:0-c_act_power": "net/l3",
        "AABBCCDDEEFF-em:0-total_act_power": "net",
        "AABBCCDDEEFF-em:0-a_aprt_power": None,
        "AABBCCDDEEFF-switch:0-power": None,
    },
    "shelly/Shelly EM": {"AABBCCDDEEFF-em1:2-power_em1": "net", "AABBCCDDEEFF-em1:2-aprt_power_em1": None},
    "fronius/Fronius": {
        "solar_net_123-power_flow-power_grid_import": "import",
        "solar_net_123-power_flow-power_grid_export": "export",
        "solar_net_123-power_flow-power_grid": "net",
        "solar_net_123-power_flow-power_load": None,
        "18220001-power_real_phase_1": None,
    },
    "kostal_plenticore/Kostal Plenticore": {
        "abc_devices:local_Grid_P": "net",
        "abc_devices:local_HomeGrid_P": None,
    },
    "sma/SMA": {
        "3005551234-6100_40463700_0": "import",
        "3005551234-6100_40463600_0": "export",
        "3005551234-6100_0046EB00_0": "import/l1",
        "3005551234-6100_0046EA00_0": "export/l3",
        "3005551234-6100_40263F00_0": None,
    },
    "tibber/Tibber Pulse": {
        "96a14971-525a-4420-aae9-e5aedaa129ff_rt_power": "import",
        "96a14971-525a-4420-aae9-e5aedaa129ff_rt_powerProduction": "export",
        "96a14971-525a-4420-aae9-e5aedaa129ff_rt_averagePower": None,
    },
    "mqtt/AMS reader": {
        "ams-1f2e_P": "import",
        "ams-1f2e_PO": "export",
        "ams-1f2e_P1": "import/l1",
        "ams-1f2e_PO3": "export/l3",
        "ams-1f2e_tPI": None,
        "ams-1f2e_PF": None,
    },
    "enphase_envoy/Enphase Envoy": {
        "122233344455_net_consumption": "net",
        "122233344455_net_consumption_l2": "net/l2",
        "122233344455_balanced_net_consumption": None,
        "122233344455_lifetime_net_consumption": None,
    },
    "teslemetry/Tesla": {"123456-grid_power": "net", "123456-grid_services_power": None},
    "teleinfo/Linky, Teleinfo": {"021528603314_PAPP": "import", "021528603314_IINST": "import"},
    "linkytic/Linky, LinkyTIC": {
        "021528603314_papp": "import",
        "021528603314_sinsts": "import",
        "021528603314_sinsti": "export",
        "021528603314_sinsts2": "import/l2",
        "021528603314_iinst3": "import/l3",
        "021528603314_smaxsn": None,
    },
    "mqtt/Linky, ZLinky": {
        "0x00158d0001a2b3c4_apparent_power_zigbee2mqtt": "import",
        "0x00158d0001a2b3c4_apparent_power_ph_b_zigbee2mqtt": None,
        "0x00158d0001a2b3c4_available_power_zigbee2mqtt": None,
    },
    "zha/Linky, ZLinky": {"00:15:8d:00:01:a2:b3:c4-1-2820-apparent_power": "import"},
}


def _name(known: KnownMeter) -> str:
    return f"{known.platform}/{known.name}"


def _meanings(known: KnownMeter, unique_id: str) -> Iterable[str]:
    for shape in known.shapes:
        for channel in shape:
            if channel.unique_id.fullmatch(unique_id):
                yield str(channel.role) if channel.phase is None else f"{channel.role}/{channel.phase}"


def test_every_known_meter_has_its_ids_written_down() -> None:
    assert sorted(KNOWN_IDS) == sorted(_name(known) for known in KNOWN_METERS)


@pytest.mark.parametrize("known", KNOWN_METERS, ids=_name)
def test_unique_ids(known: KnownMeter) -> None:
    for unique_id, meaning in KNOWN_IDS[_name(known)].items():
        assert list(_meanings(known, unique_id)) == ([meaning] if meaning else []), unique_id


@pytest.mark.parametrize("known", KNOWN_METERS, ids=_name)
def test_shapes_are_whole(known: KnownMeter) -> None:
    for shape in known.shapes:
        imports = {channel.phase for channel in shape if channel.role is not Role.EXPORT}
        exports = {channel.phase for channel in shape if channel.role is Role.EXPORT}
        assert imports in ({None}, set(ALL_PHASES))
        assert exports <= imports
