"""Sets Home Assistant up through the flows that a person would click through."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .api import Api
from .errors import DemoError
from .meter import Meter

DOMAIN: Final = "smart_charging"
SAFE_A: Final = 6.0
"""The failsafe current that the charger is set up with."""

DSMR_NAMES: Final = {
    "import": "current_electricity_usage",
    "export": "current_electricity_delivery",
    "import_tariff_1": "electricity_used_tariff_1",
    "import_tariff_2": "electricity_used_tariff_2",
    "export_tariff_1": "electricity_delivered_tariff_1",
    "export_tariff_2": "electricity_delivered_tariff_2",
}
"""The dsmr integration's own keys, the last part of its unique ids."""

PHASE_KEYS: Final = (
    "instantaneous_active_power_l{}_positive",
    "instantaneous_active_power_l{}_negative",
    "instantaneous_current_l{}",
    "instantaneous_voltage_l{}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a person would answer about the supply."""

    phases: int
    unit: str
    limit: float
    port: int
    """Where the csms is to listen."""


async def walk_flow(api: Api, path: str, handler: Any, *answers: Mapping[str, Any]) -> dict[str, Any]:
    """Walk a flow as the page does: start it, give each answer to the form that asks; its last step.

    Raises:
        DemoError: a form came back with errors, or the flow was aborted.

    """
    step: dict[str, Any] = await api.post(path, {"handler": handler, "show_advanced_options": False})
    for answer in answers:
        step = await api.post(f"{path}/{step['flow_id']}", answer)
        if step.get("errors"):
            raise DemoError(f"setting up {handler}: {step['step_id']} says {step['errors']}")
    if step["type"] == "abort":
        raise DemoError(f"setting up {handler}: {step['reason']}")
    return step


async def add_meter(api: Api, meter: Meter, *, phases: int) -> str:
    """Set up the dsmr integration on the simulated meter, quick and with its per-phase sensors; the entry's id.

    Home Assistant must be restarted once afterwards: the reload that follows the option leaves the entities dead.
    """
    flow = await walk_flow(api, "/api/config/config_entries/flow", "dsmr", {"port": meter.url, "dsmr_version": "5"})
    if flow["type"] != "create_entry":
        raise DemoError(f"setting up dsmr: it asks for more than it used to, at {flow.get('step_id')}")
    entry_id: str = flow["result"]["entry_id"]
    # The option first: dsmr makes its entities with its second update, which is 30 s after the first until the option is set.
    await walk_flow(api, "/api/config/config_entries/options/flow", entry_id, {"time_between_update": 0})
    await enable_phase_sensors(api, phases=phases)
    return entry_id


async def enable_phase_sensors(api: Api, *, phases: int) -> None:
    """The per-phase sensors are there but disabled: enable those of the phases that exist."""
    keys = {key.format(phase) for key in PHASE_KEYS for phase in range(1, phases + 1)}
    wanted: set[str] = set()
    for _ in range(30):
        wanted = {
            entity["entity_id"]
            for entity in await api.command("config/entity_registry/list")
            if entity["platform"] == "dsmr" and _key(entity) in keys
        }
        if len(wanted) == len(keys):
            break
        await asyncio.sleep(1)  # dsmr makes its entities when the first telegram is in
    if not wanted:
        raise DemoError("dsmr has no per-phase sensors: no telegram reached it")
    for entity_id in sorted(wanted):
        await api.command("config/entity_registry/update", entity_id=entity_id, disabled_by=None)


async def meter_entities(api: Api) -> dict[str, str]:
    """The dsmr integration's entity ids, by its own keys."""
    entities = await api.command("config/entity_registry/list")
    return {_key(entity): entity["entity_id"] for entity in entities if entity["platform"] == "dsmr"}


async def set_up_energy_dashboard(api: Api) -> None:
    """Tell the energy dashboard of the meter, both tariffs, import and export."""
    ids = await meter_entities(api)
    sources = [
        {
            "type": "grid",
            "stat_energy_from": ids[DSMR_NAMES[f"import_tariff_{tariff}"]],
            "stat_energy_to": ids[DSMR_NAMES[f"export_tariff_{tariff}"]],
            "cost_adjustment_day": 0,
            **({"power_config": _power(ids)} if tariff == 1 else {}),
        }
        for tariff in (1, 2)
    ]
    await api.command("energy/save_prefs", energy_sources=sources)


async def add_site(api: Api, site: Site) -> str:
    """Add Smart Charging; the entry's id."""
    raise NotImplementedError


async def add_charger(api: Api, entry_id: str, station: str, key: str) -> None:
    """Add the simulated station as a charger."""
    raise NotImplementedError


async def our_entities(api: Api) -> dict[str, str]:
    """The integration's entity ids, by their translation keys; of several with one key, one."""
    entities = await api.command("config/entity_registry/list")
    return {_key(entity): entity["entity_id"] for entity in entities if entity["platform"] == DOMAIN}


def _power(ids: Mapping[str, str]) -> dict[str, str]:
    return {"stat_rate_from": ids[DSMR_NAMES["import"]], "stat_rate_to": ids[DSMR_NAMES["export"]]}


def _key(entity: Mapping[str, Any]) -> str:
    """`unique_id` is the serial number and the key, with an underscore between; the key has them too."""
    return str(entity.get("translation_key") or entity["unique_id"])
