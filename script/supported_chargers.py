"""Writes docs/supported-chargers.md from the tables of chargers, so that it says what the code does: `script/supported-chargers`."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from custom_components.smart_charging.chargers.adopted.catalogue import KNOWN_CHARGERS
from custom_components.smart_charging.chargers.adopted.row import KnownCharger, Role
from custom_components.smart_charging.chargers.mqtt.driver import capabilities_of as mqtt_capabilities_of
from custom_components.smart_charging.chargers.mqtt.library import presets
from custom_components.smart_charging.chargers.network import NetworkType
from custom_components.smart_charging.chargers.network_types import network_types
from custom_components.smart_charging.engine.model.evse import Capabilities, WatchdogKind

PAGE: Final = Path(__file__).parent.parent / "docs" / "supported-chargers.md"

_MODBUS: Final = "modbus_"
_NOT_SAID: Final = "\N{EN DASH}"

_HEAD: Final = """\
# Supported chargers

<!-- Made by script/supported-chargers from the tables of chargers: do not edit. -->

A charger can come to Smart Charging in three ways; where yours can come in several, take the first.

1. **It calls us by OCPP**, which most can. What each does of it, and which are known to be odd: [OCPP](ocpp.md).
2. **We ask it** in your own network, or speak to it by MQTT: the three tables below.
3. **Another integration brings it**, and we use its entities: the last table.

*Failsafe* is what the charger does when Home Assistant is gone. Where it says that nothing happens, the last current stays:
have an installer set the charger's own highest current so low that the supply bears it beside everything else.
*From documents* means that nobody has told us yet how it went on a real one: please do.
A charger that is missing here may still work: [choose its entities yourself](connect-a-charger.md), or
[add it](add-a-charger.md).
"""


def write_page() -> str:
    """Make the page."""
    kinds = network_types()
    web = [kind for key, kind in kinds.items() if not key.startswith(_MODBUS)]
    modbus = [kind for key, kind in kinds.items() if key.startswith(_MODBUS)]
    parts = [
        _HEAD,
        f"## Asked by HTTP, WebSocket or UDP ({len(web)})\n\n{_network_table(web)}",
        f"## Asked by Modbus ({len(modbus)})\n\n{_network_table(modbus)}",
        f"## By MQTT ({len(presets())})\n\n{_mqtt_table()}",
        f"## Brought by another integration ({len(KNOWN_CHARGERS)})\n\n{_adopted_table()}",
        f"## What to set up\n\n{_setup_list([*web, *modbus])}",
    ]
    return "\n".join(parts)


def _network_table(kinds: Iterable[NetworkType]) -> str:
    head = ("charger", "sets the current", "phases", "pause", "failsafe", "wear", "known", "source")
    rows = [
        (
            kind.name,
            _steps(kind.capabilities),
            "1 or all" if kind.capabilities.can_switch_phases else "as wired",
            kind.notes.get("pause") or ("yes" if kind.capabilities.can_pause else "no"),
            kind.notes.get("failsafe") or _failsafe(kind.capabilities),
            kind.notes.get("wear", _NOT_SAID),
            _known(tried=kind.tried),
            kind.source,
        )
        for kind in sorted(kinds, key=lambda kind: kind.name.casefold())
    ]
    return _table(head, rows)


def _adopted_table() -> str:
    head = ("integration", "sets the current", "pause", "phases", "reached", "failsafe", "wear", "known", "source")
    rows = [
        (
            f"{row.name} (`{row.platform}`)" + (", the car itself" if row.vehicle else ""),
            _yes(row.can_set(_roles(row))),
            _yes(row.can_pause(_roles(row))),
            "1 or all" if row.phases else "as wired",
            "by its cloud" if row.cloud else "locally",
            row.notes.get("failsafe", "none: the last current stays"),
            f"an increase each {row.minimum_interval_s:g} s at most" if row.minimum_interval_s else _NOT_SAID,
            _known(tried=row.tried),
            row.source,
        )
        for row in sorted(KNOWN_CHARGERS, key=lambda row: row.name.casefold())
    ]
    return _table(head, rows)


def _mqtt_table() -> str:
    head = ("charger", "sets the current", "phases", "pause", "failsafe", "known", "source")
    rows = [
        (
            preset.name,
            _steps(mqtt_capabilities_of(preset)),
            preset.notes.get("phases") or ("1 or all" if preset.phases is not None else "as wired"),
            preset.notes.get("pause") or ("yes" if mqtt_capabilities_of(preset).can_pause else "no"),
            preset.notes.get("failsafe") or _failsafe(mqtt_capabilities_of(preset)),
            _known(tried=preset.tried),
            preset.source,
        )
        for preset in sorted(presets().values(), key=lambda preset: preset.name.casefold())
    ]
    return _table(head, rows)


def _setup_list(kinds: Iterable[NetworkType]) -> str:
    told = sorted((kind.name, kind.notes["setup"]) for kind in kinds if "setup" in kind.notes)
    return "".join(f"- **{name}**: {what}\n" for name, what in told)


def _roles(row: KnownCharger) -> frozenset[Role]:
    return frozenset(trait.role for trait in row.traits)


def _steps(can: Capabilities) -> str:
    return f"in steps of {can.step_a:g} A"


def _failsafe(can: Capabilities) -> str:
    if can.watchdog.kind is WatchdogKind.NONE:
        return "none: the last current stays"
    timeout_s = can.watchdog.timeout_s
    return "falls back by itself" + ("" if timeout_s is None else f" after {timeout_s:g} s")


def _yes(can: bool) -> str:  # noqa: FBT001 -- a word for it
    return "yes" if can else "no"


def _known(*, tried: bool) -> str:
    return "tried" if tried else "from documents"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


def main() -> None:
    """Write it."""
    PAGE.write_text(write_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
