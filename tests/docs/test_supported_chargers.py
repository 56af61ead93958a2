"""The list of supported chargers is made from the tables, and is as new as they are."""

from custom_components.smart_charging.chargers.adopted.catalogue import KNOWN_CHARGERS
from custom_components.smart_charging.chargers.network_types import network_types
from script.supported_chargers import PAGE, write_page


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text("utf-8") == write_page(), "run script/supported-chargers"


def test_every_charger_is_on_it() -> None:
    page = PAGE.read_text("utf-8")
    assert [kind.name for kind in network_types().values() if f"| {kind.name} |" not in page] == []
    assert [row.platform for row in KNOWN_CHARGERS if f"(`{row.platform}`)" not in page] == []


def test_there_are_as_many_as_were_promised() -> None:
    modbus = [kind for kind in network_types() if kind.startswith("modbus_")]
    # OCPP, those that are adopted and Modbus have a driver each.
    assert len(network_types()) - len(modbus) + 3 >= 12
    assert len(modbus) >= 18
    assert len(KNOWN_CHARGERS) >= 30
