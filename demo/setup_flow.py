"""Sets Home Assistant up through the flows that a person would click through."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from .api import Api
from .electrical import CAR_MINIMUM_A, VOLTAGE_V
from .errors import DemoError
from .meter import Meter
from .peers import KEY
from .scenario import ApplianceSpec, BaySpec, CircuitSpec, Kind, Scenario
from .supply import Supply

DOMAIN: Final = "smart_charging"
SAFE_A: Final = 6.0
"""The failsafe current that each charger is set up with."""

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


FLOW: Final = "/api/config/config_entries/flow"
OPTIONS_FLOW: Final = "/api/config/config_entries/options/flow"
SUBENTRY_FLOW: Final = "/api/config/config_entries/subentries/flow"
LONGEST_PROGRESS_S: Final = 180
LONGEST_RELOAD_S: Final = 30

_KINDS: Final = {Kind.GO_E: "go_e", Kind.VESTEL: "modbus_vestel_evc04"}
"""As Smart Charging names the kinds of chargers that it asks."""

type Answer = Mapping[str, Any]
type Answers = Mapping[str, Answer | Callable[[Mapping[str, Any]], Answer]]
"""What to say to each form, and which way to go at each menu, by the step's name; or what makes that of the step."""


async def walk_flow(api: Api, path: str, handler: Any, answers: Answers) -> dict[str, Any]:
    """Walk a flow as the page does, to its end; its last step.

    Raises:
        DemoError: a step has no answer or did not like it, or the flow was aborted.

    """
    step: dict[str, Any] = await api.post(path, {"handler": handler})
    waited_s = 0
    while step["type"] != "create_entry":
        name = str(step.get("step_id"))
        flow = f"{path}/{step['flow_id']}"
        match step["type"]:
            case "progress" | "progress_done" if waited_s < LONGEST_PROGRESS_S:
                await asyncio.sleep(1)
                waited_s += 1
                step = await api.get(flow)
            case "form" | "menu" if name in answers and not step.get("errors"):
                answer = answers[name]
                step = await api.post(flow, answer(step) if callable(answer) else answer)
            case _:
                raise DemoError(
                    f"setting up {handler}: {step['type']} {name}: {step.get('errors') or step.get('reason')}"
                )
    return step


async def add_meter(api: Api, meter: Meter, *, phases: int) -> str:
    """Set up the dsmr integration on the simulated meter, quick and with its per-phase sensors; the entry's id.

    Home Assistant must be restarted once afterwards: the reload that follows the option leaves the entities dead.
    """
    flow = await walk_flow(api, FLOW, "dsmr", {"user": {"port": meter.url, "dsmr_version": "5"}})
    entry_id: str = flow["result"]["entry_id"]
    # The option first: dsmr makes its entities with its second update, which is 30 s after the first until the option is set.
    await walk_flow(api, OPTIONS_FLOW, entry_id, {"init": {"time_between_update": 0}})
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


async def set_up_site(api: Api, scenario: Scenario, *, port: int, ports: Mapping[str, int]) -> str:
    """Add Smart Charging and all that the scenario has, with its csms on `port`; the entry's id.

    `ports` are those of the stations that are asked, by their bays' names.
    """
    entry_id = await add_site(api, scenario.supply, port=port)
    for circuit in scenario.circuits:
        await add_circuit(api, entry_id, circuit)
    circuits = {title: circuit_id for circuit_id, title in (await subentries(api, entry_id, "circuit")).items()}
    phases = scenario.supply.phases
    for bay in scenario.bays:
        await add_charger(api, entry_id, bay, phases=phases, circuits=circuits, port=ports.get(bay.name, 0))
    for appliance in scenario.appliances:
        await add_load(api, entry_id, appliance, phases=phases, circuits=circuits)
    return entry_id


async def add_site(api: Api, supply: Supply, *, port: int) -> str:
    """Add Smart Charging with the meter that it finds; the entry's id."""
    step = await walk_flow(
        api,
        FLOW,
        DOMAIN,
        {
            "meter": {"meter": await _found_meter(api)},
            "enable_phases": {"enable": True},
            "confirm": {},
            "confirm_slow": {},
            "limit": {
                "phases": str(supply.phases),
                "limit_unit": str(supply.unit),
                "limit": supply.value,
                "voltage_v": VOLTAGE_V,
            },
            "server": {"port": port, "host": "127.0.0.1"},
        },
    )
    entry_id: str = step["result"]["entry_id"]
    return entry_id


async def _found_meter(api: Api) -> str:
    """The value of the meter that the flow proposes; the flow it takes to ask is given up."""
    step = await api.post(FLOW, {"handler": DOMAIN})
    await api.delete(f"{FLOW}/{step['flow_id']}")
    if step.get("step_id") != "meter":
        raise DemoError("Smart Charging did not find the simulated meter")
    meter: str = step["data_schema"][0]["default"]
    return meter


async def add_circuit(api: Api, entry_id: str, circuit: CircuitSpec) -> None:
    """Add a circuit below the mains, without a meter of its own."""
    answers = {
        "name": circuit.name,
        "wiring": "l1_l2_l3",
        "limit_unit": "a",
        "limit": circuit.limit_a,
        "protection": "breaker_c",
        "meter": "none",
    }
    await add_subentry(api, entry_id, "circuit", {"user": answers})


async def add_charger(
    api: Api, entry_id: str, bay: BaySpec, *, phases: int, circuits: Mapping[str, str], port: int = 0
) -> None:
    """Add a simulated station as a charger: by its identity, its port, or the integration that brings it.

    `phases` are the site's; `circuits` are its circuits' ids by name.
    """
    details: dict[str, Any] = {
        "name": bay.name,
        **_place(bay.wiring, bay.circuit, phases, circuits),
        "minimum_a": CAR_MINIMUM_A,
        "maximum_a": bay.hardware_maximum_a,
        "failsafe_a": SAFE_A,
        "priority": 0,
    }
    match bay.kind:
        case Kind.OCPP:
            station = {"station": bay.station, "key": KEY, "connector": 1}
            answers: Answers = {"user": {"next_step_id": "station"}, "station": station, "details": details}
        case Kind.V2C:
            await walk_flow(api, FLOW, "v2c", {"user": {"host": f"127.0.0.1:{port}"}})
            answers = {"user": {"next_step_id": "adopt"}, "adopt": _first_charger, "adopt_details": details}
        case _:
            line = {"kind": _KINDS[bay.kind], "host": "127.0.0.1", "more": {"port": port}}
            answers = {"user": {"next_step_id": "network"}, "network": line, "network_details": details}
    await add_subentry(api, entry_id, "charger", answers)


def _first_charger(step: Mapping[str, Any]) -> Answer:
    """Choose the first of those that were found."""
    (field,) = step["data_schema"]
    return {"charger": field["selector"]["select"]["options"][0]["value"]}


async def add_load(
    api: Api, entry_id: str, appliance: ApplianceSpec, *, phases: int, circuits: Mapping[str, str]
) -> None:
    """Add what gives way; as `add_charger`. It comes back after two minutes at the latest: a short run shows both."""
    details: dict[str, Any] = {
        "name": appliance.name,
        **_place(appliance.wiring, None, phases, circuits),
        "power_w": appliance.power_w,
        "priority": 0,
        "minimum_on_min": 1,
        "minimum_off_min": 1,
        "maximum_off_min": 2,
    }
    answers: Answers = {"user": {"entity_id": appliance.entity_id}, "details": details}
    await add_subentry(api, entry_id, "load", answers)


async def add_subentry(api: Api, entry_id: str, kind: str, answers: Answers) -> None:
    """Walk the flow of one; each that was added reloads the entry, and a flow begins only when that is done."""
    entry: dict[str, Any] = {}
    for _ in range(LONGEST_RELOAD_S):
        entry = await api.command("config_entries/get_single", entry_id=entry_id)
        if entry["config_entry"]["state"] == "loaded":
            await walk_flow(api, SUBENTRY_FLOW, [entry_id, kind], answers)
            return
        await asyncio.sleep(1)
    raise DemoError(f"Smart Charging is not loaded, so no {kind} can be added: {entry['config_entry']['state']}")


def _place(wiring: Sequence[int], circuit: str | None, phases: int, circuits: Mapping[str, str]) -> dict[str, str]:
    """What the forms ask about the place of something; the wiring only where there is a choice."""
    words = {"wiring": "_".join(f"l{phase + 1}" for phase in wiring)} if phases > 1 else {}
    return words if circuit is None else {**words, "circuit": circuits[circuit]}


async def subentries(api: Api, entry_id: str, kind: str) -> dict[str, str]:
    """The names of the entry's parts of a kind (circuit, charger, load, vehicle), by their ids."""
    found = await api.command("config_entries/subentries/list", entry_id=entry_id)
    return {item["subentry_id"]: item["title"] for item in found if item["subentry_type"] == kind}


async def charger_entities(api: Api, entry_id: str) -> dict[str, dict[str, str]]:
    """The entity ids of each charger, by the charger's name and the entities' translation keys."""
    return await part_entities(api, entry_id, "charger")


async def part_entities(api: Api, entry_id: str, kind: str) -> dict[str, dict[str, str]]:
    """The entity ids of each part of a kind, as `subentries`, by its name and the entities' translation keys."""
    entities = [item for item in await api.command("config/entity_registry/list") if item["platform"] == DOMAIN]
    return {
        name: {_key(entity): entity["entity_id"] for entity in entities if entity["unique_id"].startswith(part_id)}
        for part_id, name in (await subentries(api, entry_id, kind)).items()
    }


def _power(ids: Mapping[str, str]) -> dict[str, str]:
    return {"stat_rate_from": ids[DSMR_NAMES["import"]], "stat_rate_to": ids[DSMR_NAMES["export"]]}


def _key(entity: Mapping[str, Any]) -> str:
    """`unique_id` is the serial number and the key, with an underscore between; the key has them too."""
    return str(entity.get("translation_key") or entity["unique_id"])
