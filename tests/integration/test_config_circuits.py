"""Circuits: what a valid one is, and what the engine is told of the tree of them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from homeassistant.config_entries import ConfigSubentryData
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charging.configuration.rules.charger import validate_charger
from custom_components.smart_charging.configuration.rules.circuit import validate_below, validate_circuit
from custom_components.smart_charging.configuration.rules.site import validate_site
from custom_components.smart_charging.configuration.rules.tree import is_orphan, path
from custom_components.smart_charging.configuration.setup import ConfigError, read_setup
from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.protection import Protection, ProtectionKind
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.sources.meter_catalogue import Role
from custom_components.smart_charging.sources.meter_finder import MeterChannel

from .parts import SITE, THREE, charger, circuit, load, metered, part
from .test_config_rules import TEXTS

GRID = SITE["meter"]


@pytest.mark.parametrize(
    ("site", "circuits"),
    [
        ({}, {"garage": circuit()}),
        ({}, {"garage": circuit(wiring=["l2", "l3", "l1"])}),
        ({}, {"garage": circuit(wiring=["l2"])}),
        ({}, {"garage": circuit(limit_unit="kva", limit="9")}),
        ({}, {"garage": circuit(limit_unit="kw", limit=9)}),
        ({}, {"garage": circuit(protection="breaker_c")}),
        ({}, {"garage": circuit(protection="plain", overshoot_pct=10, overshoot_s=60)}),
        ({}, {"garage": circuit(circuit="site")}),
        ({}, {"garage": circuit(circuit="carport", wiring=["l2"]), "carport": circuit()}),
        ({"phases": 1}, {"garage": circuit(wiring=["l1"])}),
        # Removed under the feet of the garage, which hangs on the supply then.
        ({}, {"garage": circuit(circuit="gone")}),
        ({}, {"garage": metered(["l2", "l3", "l1"])}),
        # A meter numbers its phases as its circuit does.
        ({}, {"garage": metered(["l2"])}),
        ({}, {"garage": metered(THREE), "carport": circuit(meter=[{"role": "net", "entity_id": "sensor.carport"}])}),
    ],
)
def test_a_valid_circuit(site: dict[str, Any], circuits: dict[str, dict[str, Any]]) -> None:
    assert validate_circuit({**SITE, **site}, circuits, "garage") == {}


@pytest.mark.parametrize(
    ("circuits", "errors"),
    [
        ({"garage": circuit(wiring=[])}, {"wiring": "no_phases"}),
        ({"garage": circuit(wiring=["l1", "l2"])}, {"wiring": "no_phases"}),
        ({"garage": circuit(wiring=["l1", "l1", "l2"])}, {"wiring": "phase_twice"}),
        ({"garage": circuit(wiring=["l4"])}, {"wiring": "phase_not_on_site"}),
        (
            {"garage": circuit(circuit="carport"), "carport": circuit(wiring=["l2"])},
            {"wiring": "phase_not_on_circuit"},
        ),
        ({"garage": circuit(limit_unit="hp")}, {"limit_unit": "limit_unit_unknown"}),
        ({"garage": circuit(limit=0)}, {"limit": "limit_not_positive"}),
        ({"garage": circuit(limit=float("inf"))}, {"limit": "limit_not_positive"}),
        ({"garage": circuit(protection="spell")}, {"protection": "protection_unknown"}),
        (
            {"garage": circuit(protection="plain", overshoot_pct=0)},
            {"overshoot_pct": "overshoot_not_positive", "overshoot_s": "overshoot_not_positive"},
        ),
        ({"garage": circuit(circuit="garage")}, {"circuit": "circuit_loop"}),
        (
            {
                "garage": circuit(circuit="carport"),
                "carport": circuit(circuit="shed"),
                "shed": circuit(circuit="garage"),
            },
            {"circuit": "circuit_loop"},
        ),
        # Not in the loop itself, but fed by one.
        ({"garage": circuit(circuit="shed"), "shed": circuit(circuit="shed")}, {"circuit": "circuit_loop"}),
        ({"garage": metered(THREE, meter_period_s=None)}, {"meter_period_s": "period_not_positive"}),
        ({"garage": metered(THREE, meter=[])}, {"meter": "meter_missing"}),
        ({"garage": metered(THREE, wiring=["l2"])}, {"meter": "meter_incomplete"}),
        ({"garage": metered(["l2"], wiring=THREE)}, {"meter": "meter_incomplete"}),
        ({"garage": metered(THREE, meter=GRID)}, {"meter": "meter_used"}),
        ({"garage": metered(THREE), "carport": metered(["l1"])}, {"meter": "meter_used"}),
    ],
)
def test_a_circuit_that_is_not_valid(circuits: dict[str, dict[str, Any]], errors: dict[str, str]) -> None:
    assert validate_circuit(SITE, circuits, "garage") == errors
    assert set(errors.values()) <= set(TEXTS["exceptions"])


def test_nothing_at_all_is_an_error_of_each_field() -> None:
    assert set(validate_circuit(SITE, {"garage": {}}, "garage")) == {"wiring", "limit_unit", "limit"}


GARAGE = {"garage": circuit(limit=16)}
NESTED = {"garage": circuit(limit=20), "box": circuit(circuit="garage", limit=16)}


@pytest.mark.parametrize(
    ("circuits", "others", "data", "errors"),
    [
        (GARAGE, [], charger(circuit="garage", failsafe_a=16.0), {}),
        (GARAGE, [charger("CP2", failsafe_a=9.0)], charger(circuit="garage", failsafe_a=16.0), {}),
        (
            {"garage": circuit(limit=10)},
            [],
            charger(circuit="garage", failsafe_a=11.0),
            {"failsafe_a": "failsafe_above_circuit"},
        ),
        (
            GARAGE,
            [charger("CP2", circuit="garage", failsafe_a=10.0)],
            charger(circuit="garage", failsafe_a=8.0),
            {"failsafe_a": "failsafes_above_circuit"},
        ),
        (
            NESTED,
            [charger("CP2", circuit="garage", failsafe_a=13.0)],
            charger(circuit="box", failsafe_a=8.0),
            {"failsafe_a": "failsafes_above_circuit"},
        ),
        (
            {"garage": circuit(limit=50)},
            [charger("CP2", failsafe_a=13.0)],
            charger(circuit="garage", failsafe_a=13.0),
            {"failsafe_a": "failsafes_above_limit"},
        ),
        # 3 x 230 V x 13 A are 9 kW, and 13.1 A are more.
        (
            {"garage": circuit(limit_unit="kw", limit=9)},
            [],
            charger(circuit="garage", wiring=THREE, failsafe_a=13.1),
            {"failsafe_a": "failsafe_above_circuit"},
        ),
        (
            {"garage": circuit(limit_unit="kva", limit=2, wiring=["l1"])},
            [],
            charger(circuit="garage", failsafe_a=8.6),
            {},
        ),
        (
            {"garage": circuit(limit_unit="kva", limit=2, wiring=["l1"])},
            [],
            charger(circuit="garage", failsafe_a=8.8),
            {"failsafe_a": "failsafe_above_circuit"},
        ),
        (
            {"garage": circuit(wiring=["l2"])},
            [],
            charger(circuit="garage"),
            {"wiring": "phase_not_on_circuit"},
        ),
        # Its circuit is gone: the supply's limit holds.
        ({}, [], charger(circuit="gone", failsafe_a=16.0), {}),
    ],
)
def test_a_charger_below_a_circuit(
    circuits: dict[str, dict[str, Any]], others: list[dict[str, Any]], data: dict[str, Any], errors: dict[str, str]
) -> None:
    assert validate_charger(SITE, others, data, circuits) == errors
    assert set(errors.values()) <= set(TEXTS["exceptions"])


@pytest.mark.parametrize(
    ("circuits", "chargers", "loads", "errors"),
    [
        (GARAGE, [], [], {}),
        (GARAGE, [charger(circuit="garage", failsafe_a=16.0)], [load(circuit="garage")], {}),
        ({"garage": circuit(wiring=["l2"])}, [charger(circuit="garage")], [], {"wiring": "circuit_needs_phases"}),
        ({"garage": circuit(wiring=["l2"])}, [], [load(circuit="garage")], {"wiring": "circuit_needs_phases"}),
        (
            {"garage": circuit(wiring=["l2"]), "box": circuit(circuit="garage")},
            [],
            [],
            {"wiring": "circuit_needs_phases"},
        ),
        (
            {"garage": circuit(limit=10)},
            [charger(circuit="garage", failsafe_a=11.0)],
            [],
            {"limit": "failsafes_above_circuit"},
        ),
        # It was moved below a circuit that does not bear what hangs on it.
        (
            {"garage": circuit(circuit="box"), "box": circuit(limit=10)},
            [charger(circuit="garage", failsafe_a=11.0)],
            [],
            {"circuit": "failsafes_above_circuit"},
        ),
    ],
)
def test_what_hangs_on_a_circuit_has_to_fit_it(
    circuits: dict[str, dict[str, Any]],
    chargers: list[dict[str, Any]],
    loads: list[dict[str, Any]],
    errors: dict[str, str],
) -> None:
    assert validate_below(SITE, circuits, "garage", chargers, loads) == errors
    assert set(errors.values()) <= set(TEXTS["exceptions"])


def test_another_voltage_may_be_too_high_for_a_circuit_in_kva() -> None:
    circuits = {"garage": circuit(limit_unit="kva", limit=6)}
    chargers = [charger(circuit="garage", wiring=THREE, failsafe_a=8.6)]
    assert validate_site(SITE, chargers, circuits) == {}
    assert validate_site({**SITE, "voltage_v": 240}, chargers, circuits) == {"voltage_v": "failsafes_above_circuit"}


@pytest.mark.parametrize("data", [{}, {"limit": 5}, {"limit": 5, "limit_unit": "kva"}, {"circuit": 7}])
def test_half_of_a_circuit_bounds_nothing(data: dict[str, Any]) -> None:
    assert validate_charger(SITE, (), charger(circuit="garage", wiring=["l1"]), {"garage": data}) == {
        "wiring": "phase_not_on_circuit"
    }
    assert validate_below(SITE, {"garage": data}, "garage", [charger()], []) == {}


@pytest.mark.parametrize(
    ("circuits", "circuit_id", "expected"),
    [
        ({}, "site", ("site",)),
        ({"a": circuit()}, "a", ("a", "site")),
        ({"a": circuit(), "b": circuit(circuit="a"), "c": circuit(circuit="b")}, "c", ("c", "b", "a", "site")),
        ({"b": circuit(circuit="gone")}, "b", ("b", "site")),
        ({"a": circuit(circuit="b"), "b": circuit(circuit="a")}, "a", ("a", "b", "site")),
    ],
)
def test_the_way_to_the_supply_always_ends(
    circuits: dict[str, dict[str, Any]], circuit_id: str, expected: tuple[str, ...]
) -> None:
    assert path(circuits, circuit_id) == expected


def test_what_hangs_on_nothing_is_no_orphan() -> None:
    assert not is_orphan({}, charger())
    assert not is_orphan({}, charger(circuit="site"))
    assert not is_orphan({"garage": circuit()}, charger(circuit="garage"))
    assert is_orphan({}, charger(circuit="garage"))


def entry(
    *parts: ConfigSubentryData, options: Mapping[str, Any] = MappingProxyType({}), **changes: Any
) -> MockConfigEntry:
    return MockConfigEntry(
        domain=DOMAIN, title="Home", data={**SITE, **changes}, options=options, subentries_data=parts
    )


def test_a_tree_as_the_engine_knows_it() -> None:
    setup = read_setup(
        entry(
            part("circuit", "garage", circuit(wiring=["l2", "l3", "l1"], protection="breaker_b"), "Garage"),
            part("circuit", "box", metered(["l3"], circuit="garage", limit=2, limit_unit="kva"), "Box"),
            part("charger", "one", charger(circuit="box", wiring=["l3"])),
            part("charger", "two", charger("CP2", wiring=["l1"])),
        )
    )
    supply, garage, box = setup.site.circuits
    assert (supply.circuit_id, supply.parent_id, supply.metered) == ("site", None, True)
    assert (garage.circuit_id, garage.parent_id, garage.metered) == ("garage", "site", False)
    assert (garage.phases, garage.protection) == (ALL_PHASES, Protection(kind=ProtectionKind.BREAKER_B))
    assert garage.limits == (Limit(source=LimitSource.RATING, current_a=20.0),)
    assert (box.parent_id, box.phases, box.protection) == ("garage", (Phase.L3,), None)
    assert box.limits == (Limit(source=LimitSource.RATING, current_a=2000 / 230),)
    assert (box.metered, box.meter_period_s, box.stale_after_s) == (True, 5.0, 15.0)
    assert [evse.circuit_id for evse in setup.site.evses] == ["box", "site"]
    assert setup.circuit_names == {"garage": "Garage", "box": "Box"}
    assert setup.orphans == ()
    assert setup.meters["site"] == setup.meter
    assert set(setup.meters) == {"site", "box"}
    assert setup.meters["box"].channels == (MeterChannel(role=Role.NET, phase=Phase.L3, entity_id="sensor.circuit_l1"),)


def test_a_rotated_circuit_s_meter_speaks_of_the_site_s_phases() -> None:
    setup = read_setup(entry(part("circuit", "garage", metered(["l2", "l3", "l1"]))))
    assert {channel.entity_id: channel.phase for channel in setup.meters["garage"].channels} == {
        "sensor.circuit_l1": Phase.L2,
        "sensor.circuit_l2": Phase.L3,
        "sensor.circuit_l3": Phase.L1,
    }


def test_a_meter_for_the_total_stays_one() -> None:
    meter = [{"role": "import", "phase": None, "entity_id": "sensor.garage"}]
    setup = read_setup(entry(part("circuit", "garage", metered(["l2"], meter=meter))))
    assert [channel.phase for channel in setup.meters["garage"].channels] == [None]


def test_what_lost_its_circuit_hangs_on_the_supply_and_is_named() -> None:
    setup = read_setup(
        entry(
            part("circuit", "box", circuit(circuit="gone"), "Box"),
            part("charger", "one", charger(circuit="gone"), "Left"),
            part("charger", "two", charger("CP2", circuit="box"), "Right"),
            part("load", "boiler", load(circuit="gone"), "Boiler"),
        )
    )
    assert setup.site.circuit("box").parent_id == "site"
    assert [evse.circuit_id for evse in setup.site.evses] == ["site", "box"]
    assert setup.loads["boiler"].load.circuit_id == "site"
    assert setup.orphans == ("Box", "Left", "Boiler")


def test_the_first_thing_that_is_wrong_is_told_from_the_supply_down() -> None:
    parts = (
        part("charger", "one", charger(circuit="garage", failsafe_a=16.0), "Left"),
        part("circuit", "garage", circuit(limit=10), "Garage"),
    )
    with pytest.raises(ConfigError, match="Left: failsafe_a: failsafe_above_circuit"):
        read_setup(entry(*parts))
    broken = part("circuit", "box", circuit(limit=0), "Box")
    with pytest.raises(ConfigError, match="Box: limit: limit_not_positive"):
        read_setup(entry(*parts, broken))
