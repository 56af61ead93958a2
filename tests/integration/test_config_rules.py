"""What a valid configuration is, and what is made of it."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from homeassistant.config_entries import ConfigSubentryData
from pytest_homeassistant_custom_component.common import MockConfigEntry

import custom_components.smart_charging
from custom_components.smart_charging.configuration.rules.charger import validate_charger
from custom_components.smart_charging.configuration.rules.network import judge_line
from custom_components.smart_charging.configuration.rules.site import validate_site
from custom_components.smart_charging.configuration.setup import ConfigError, StationConfig, read_setup
from custom_components.smart_charging.configuration.site import stale_after_s
from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.csms.security import Access
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase

from .home import SITE as HOME
from .home import charger, subentry


def channel(role: str, phase: str | None, entity_id: str = "") -> dict[str, Any]:
    return {"role": role, "phase": phase, "entity_id": entity_id or f"sensor.{role}_{phase}"}


NET = channel("net", None)
SITE: Mapping[str, Any] = MappingProxyType({**HOME, "port": 9000, "phases": 3, "meter": [NET]})
IMPORTS = [channel("import", phase) for phase in ALL_PHASES]
EXPORTS = [channel("export", phase) for phase in ALL_PHASES]

TEXTS = json.loads((Path(custom_components.smart_charging.__file__).parent / "translations/en.json").read_text())


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"phases": 1},
        {"phases": "3"},
        {"limit_unit": "kva", "limit": "9"},
        {"limit_unit": "kw"},
        {"meter": IMPORTS},
        {"meter": IMPORTS + EXPORTS},
        {"meter": [channel("import", None), channel("export", None)]},
        {"meter": [NET, *IMPORTS]},
        {"tls": "own", "tls_port": 9443},
        {"tls": "files", "tls_port": 9443, "tls_certificate": "/ssl/a", "tls_key": "/ssl/b", "tls_stations": "/ssl/c"},
    ],
)
def test_a_valid_site(changes: dict[str, Any]) -> None:
    assert validate_site({**SITE, **changes}) == {}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"phases": 2}, {"phases": "no_phases"}),
        ({"phases": True}, {"phases": "no_phases"}),
        ({"voltage_v": 12}, {"voltage_v": "voltage_out_of_range"}),
        ({"voltage_v": "high"}, {"voltage_v": "voltage_out_of_range"}),
        ({"limit_unit": "hp"}, {"limit_unit": "limit_unit_unknown"}),
        ({"limit": 0}, {"limit": "limit_not_positive"}),
        ({"limit": float("nan")}, {"limit": "limit_not_positive"}),
        ({"meter_period_s": 0}, {"meter_period_s": "period_not_positive"}),
        ({"port": 0}, {"port": "port_out_of_range"}),
        ({"port": 65536}, {"port": "port_out_of_range"}),
        ({"tls": "magic", "tls_port": 9443}, {"tls": "encryption_unknown"}),
        ({"tls": "own"}, {"tls_port": "port_out_of_range"}),
        ({"tls": "own", "tls_port": 65536}, {"tls_port": "port_out_of_range"}),
        ({"tls": "own", "tls_port": 9000}, {"tls_port": "ports_equal"}),
        (
            {"tls": "files", "tls_port": 9443, "tls_key": " "},
            {"tls_certificate": "path_missing", "tls_key": "path_missing"},
        ),
        ({"tls": "own", "tls_port": 9443, "tls_stations": ""}, {"tls_stations": "path_missing"}),
        ({"meter": []}, {"meter": "meter_missing"}),
        ({"meter": None}, {"meter": "meter_missing"}),
        ({"meter": [NET, channel("net", None, "sensor.b")]}, {"meter": "meter_twice"}),
        ({"meter": [NET, channel("net", "l1", NET["entity_id"])]}, {"meter": "meter_twice"}),
        ({"meter": IMPORTS[:2]}, {"meter": "meter_incomplete"}),
        ({"meter": [channel("export", None)]}, {"meter": "meter_incomplete"}),
        ({"meter": [NET, channel("import", None)]}, {"meter": "meter_incomplete"}),
        ({"meter": [NET, channel("export", "l1")]}, {"meter": "meter_incomplete"}),
        ({"meter": [channel("sum", None)]}, {"meter": "meter_incomplete"}),
        ({"phases": 1, "meter": [channel("net", "l2")]}, {"meter": "meter_incomplete"}),
    ],
)
def test_a_site_that_is_not_valid(changes: dict[str, Any], errors: dict[str, str]) -> None:
    assert validate_site({**SITE, **changes}) == errors
    assert set(errors.values()) <= set(TEXTS["exceptions"])


def test_what_a_kind_of_charger_cannot_offer_is_not_its_lowest_current() -> None:
    line = {"driver": "network", "kind": "modbus_foxess_evc", "host": "192.0.2.1"}
    currents = {"wiring": ["l1"], "maximum_a": 16.0, "failsafe_a": 0.0}
    assert validate_charger(SITE, (), {**line, **currents, "minimum_a": 6.0}) == {"minimum_a": "minimum_below_kind"}
    assert validate_charger(SITE, (), {**line, **currents, "minimum_a": 7.0}) == {}
    # It is tried before that is asked.
    assert judge_line((), line) == {}


def test_nothing_at_all_is_an_error_of_each_field() -> None:
    assert set(validate_site({})) == {
        "phases", "voltage_v", "limit_unit", "limit", "meter_period_s", "port"
    }  # fmt: skip
    assert set(validate_charger(SITE, (), {})) == {"driver", "minimum_a", "maximum_a", "failsafe_a", "wiring"}


def test_a_site_has_to_bear_the_chargers_it_has() -> None:
    chargers = [charger(failsafe_a=10.0), charger("CP2", failsafe_a=10.0)]
    assert validate_site({**SITE, "limit": 20}, chargers) == {}
    assert validate_site({**SITE, "limit": 19}, chargers) == {"limit": "failsafes_above_limit"}


THREE = ["l1", "l2", "l3"]
ENCRYPTED = {"tls": "own", "tls_port": 9443}


@pytest.mark.parametrize(
    ("site", "others", "data"),
    [
        ({}, [], charger()),
        ({}, [], charger(failsafe_a=0.0)),
        ({}, [], charger(wiring=["l2", "l3", "l1"], failsafe_a=16.0)),
        ({}, [charger("CP2")], charger()),
        ({}, [charger(connector=2)], charger()),
        (ENCRYPTED, [], charger(security="tls", key="secret")),
        (ENCRYPTED, [], charger(security="certificate")),
        ({}, [], charger(operator={"operator_url": "wss://a", "operator_identity": "b"})),
        # On another phase, the same current again.
        ({"limit": 16}, [charger("CP2", failsafe_a=16.0)], charger(wiring=["l2"], failsafe_a=16.0)),
        ({"limit": 9, "limit_unit": "kva"}, [], charger(wiring=THREE, failsafe_a=13.0)),
        ({"limit": 9, "limit_unit": "kw"}, [], charger(wiring=THREE, failsafe_a=13.0)),
    ],
)
def test_a_valid_charger(site: dict[str, Any], others: list[dict[str, Any]], data: dict[str, Any]) -> None:
    assert validate_charger({**SITE, **site}, others, data) == {}


@pytest.mark.parametrize(
    ("site", "others", "data", "errors"),
    [
        ({}, [], charger(driver="magic"), {"driver": "driver_unknown"}),
        ({}, [], charger("a/b"), {"station": "station_invalid"}),
        ({}, [], charger(""), {"station": "station_invalid"}),
        ({}, [], charger("a%41"), {"station": "station_invalid"}),
        ({}, [charger()], charger(), {"station": "station_taken"}),
        ({}, [], charger(connector=0), {"connector": "connector_invalid"}),
        ({}, [], charger(connector=1.5), {"connector": "connector_invalid"}),
        ({}, [], charger(security="tls", key="secret"), {"security": "encryption_off"}),
        (ENCRYPTED, [], charger(security="tls"), {"security": "key_missing"}),
        ({}, [], charger(operator={}), {"operator_url": "operator_address_invalid"}),
        ({}, [], charger(operator={"operator_url": "http://a"}), {"operator_url": "operator_address_invalid"}),
        (
            {},
            [],
            charger(operator={"operator_url": "ws://a", "operator_identity": ""}),
            {"operator_identity": "operator_identity_missing"},
        ),
        (
            {},
            [],
            charger(operator={"operator_url": "ws://a", "operator_identity": "b", "operator_authority": "?"}),
            {"operator_authority": "operator_authority_invalid"},
        ),
        (ENCRYPTED, [], charger(security="magic"), {"security": "security_unknown"}),
        ({}, [], charger(minimum_a=5.0), {"minimum_a": "minimum_too_low"}),
        ({}, [], charger(maximum_a=0.0), {"maximum_a": "maximum_not_positive"}),
        ({}, [], charger(minimum_a=10.0, maximum_a=8.0), {"minimum_a": "minimum_above_maximum"}),
        ({}, [], charger(failsafe_a=-1.0), {"failsafe_a": "failsafe_negative"}),
        ({}, [], charger(failsafe_a=3.0), {"failsafe_a": "failsafe_below_minimum"}),
        ({}, [], charger(failsafe_a=20.0), {"failsafe_a": "failsafe_above_maximum"}),
        ({}, [], charger(wiring=[]), {"wiring": "no_phases"}),
        ({}, [], charger(wiring=["l1", "l1"]), {"wiring": "phase_twice"}),
        ({"phases": 1}, [], charger(wiring=["l2"]), {"wiring": "phase_not_on_site"}),
        ({"limit": 10}, [], charger(failsafe_a=11.0), {"failsafe_a": "failsafe_above_limit"}),
        (
            {"limit": 20},
            [charger("CP2", failsafe_a=10.0), charger("CP3", wiring=THREE, failsafe_a=6.0)],
            charger(failsafe_a=6.0),
            {"failsafe_a": "failsafes_above_limit"},
        ),
        (
            {"limit": 9, "limit_unit": "kva"},
            [],
            charger(wiring=THREE, failsafe_a=13.1),
            {"failsafe_a": "failsafe_above_limit"},
        ),
        (
            {"limit": 9, "limit_unit": "kw"},
            [charger("CP2", wiring=THREE, failsafe_a=8.0)],
            charger(wiring=THREE, failsafe_a=6.0),
            {"failsafe_a": "failsafes_above_limit"},
        ),
    ],
)
def test_a_charger_that_is_not_valid(
    site: dict[str, Any], others: list[dict[str, Any]], data: dict[str, Any], errors: dict[str, str]
) -> None:
    assert validate_charger({**SITE, **site}, others, data) == errors
    assert set(errors.values()) <= set(TEXTS["exceptions"])


def entry(
    *chargers: ConfigSubentryData, options: Mapping[str, Any] = MappingProxyType({}), **changes: Any
) -> MockConfigEntry:
    return MockConfigEntry(
        domain=DOMAIN, title="Home", data={**SITE, **changes}, options=options, subentries_data=chargers
    )


@pytest.mark.parametrize(
    ("unit", "value", "limit"),
    [
        ("a", 25, Limit(source=LimitSource.RATING, current_a=25.0)),
        ("kva", 9, Limit(source=LimitSource.SUBSCRIBED, current_a=9000 / 690)),
        ("kw", 9, Limit(source=LimitSource.SUBSCRIBED, power_w=9000.0)),
    ],
)
def test_the_supply_s_limit_and_who_set_it(unit: str, value: float, limit: Limit) -> None:
    setup = read_setup(entry(limit_unit=unit, limit=value))
    (circuit,) = setup.site.circuits
    assert circuit.limits == (limit,)
    assert (circuit.circuit_id, circuit.phases, circuit.metered) == ("site", ALL_PHASES, True)


def test_a_charger_as_the_engine_knows_it() -> None:
    data = charger(wiring=["l2", "l3", "l1"], failsafe_a=8.0, priority=2, key="")
    setup = read_setup(entry(subentry("id", "Garage", data), options={"margin_a": 1.5}))
    known = setup.chargers["id"]
    assert (known.name, known.station) == ("Garage", StationConfig(identity="CP1", access=Access(), operator=None))
    assert setup.stations == {"CP1": known.station}
    assert setup.handed_on == frozenset()
    assert setup.site.evses == (known.evse,)
    assert known.evse.phases == (Phase.L2, Phase.L3, Phase.L1)
    assert (known.evse.evse_id, known.evse.failsafe_a, known.evse.priority) == ("id", 8.0, 2)
    assert known.evse.watchdog_s == 60
    assert setup.site.policy.margin_a == 1.5
    assert (setup.host, setup.port) == ("127.0.0.1", 9000)


@pytest.mark.parametrize(
    ("period_s", "stale_s"), [(0.5, 10), (1, 10), (5, 15), (8, 24), (10, 25), (11, 27.5), (30, 75)]
)
def test_how_long_a_meter_may_be_silent(period_s: float, stale_s: float) -> None:
    assert stale_after_s(period_s) == stale_s


def test_the_first_thing_that_is_wrong_is_told_with_its_name() -> None:
    with pytest.raises(ConfigError) as site:
        read_setup(entry(limit=0))
    assert (site.value.translation_key, site.value.field, site.value.name) == ("limit_not_positive", "limit", "Home")
    sound, broken = subentry("a", "Sound", charger()), subentry("b", "Broken", {**charger("CP2"), "wiring": []})
    with pytest.raises(ConfigError) as faulty:
        read_setup(entry(sound, broken))
    assert (faulty.value.translation_key, faulty.value.name) == ("no_phases", "Broken")
    assert str(faulty.value) == "Broken: wiring: no_phases"
