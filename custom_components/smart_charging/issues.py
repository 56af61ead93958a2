"""Repair issues: what somebody has to look at, raised when it has lasted and cleared when it is over.

Not called repairs.py: a platform of that name has to offer flows that fix things, and a dead meter has none.
"""

import logging
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_translations

from .configuration.extras import LeftOut
from .const import DOMAIN, ROOT_CIRCUIT, SUBENTRY_TARIFF, SUBENTRY_VEHICLE
from .coordinator import TickResult
from .engine.model.battery_order import BatteryCause
from .engine.model.evse import Means
from .engine.model.reason import ReasonCode
from .engine.model.shortcoming import Shortcoming
from .failsafe_check import CheckResult, Outcome

_LOGGER: Final = logging.getLogger(__name__)

METER_SILENT: Final = "meter_silent"
BATTERY_DISOBEYS: Final = "battery_disobeys"
BATTERY_GIVES: Final = "battery_gives"
CHARGER_OFFLINE: Final = "charger_offline"
PORT_IN_USE: Final = "port_in_use"
CHARGER_DISOBEYS: Final = "charger_disobeys"
CHARGER_HELPLESS: Final = "charger_helpless"
CIRCUIT_GONE: Final = "circuit_gone"
CAR_UNCLEAR: Final = "car_unclear"
TARIFF_LEFT_OUT: Final = "tariff_left_out"
VEHICLE_LEFT_OUT: Final = "vehicle_left_out"
FAILSAFE_NOT_KEPT: Final = "failsafe_not_kept"

METER_SILENT_AFTER: Final = timedelta(seconds=60)
"""An integration that is reloaded, or a meter that reboots, is back by then."""
CHARGER_OFFLINE_AFTER: Final = timedelta(minutes=5)
"""A router's restart, or a charger's update, is over by then."""


class SiteIssues:
    """Watches the ticks of one entry. `names` are those of its chargers, by id."""

    def __init__(self, hass: HomeAssistant, entry_id: str, title: str, names: Mapping[str, str]) -> None:
        self._hass = hass
        self._entry_id = entry_id
        self._title = title
        self._names = names
        self._blind_since: datetime | None = None
        self._raised: set[str] = set()

    @callback
    def update(self, tick: TickResult) -> None:
        """Raise and clear by what this tick saw."""
        now = tick.snapshot.at
        if tick.decision.headroom[ROOT_CIRCUIT].known:
            self._blind_since = None
        elif self._blind_since is None:
            self._blind_since = now
        silent = self._blind_since is not None and now - self._blind_since >= METER_SILENT_AFTER
        self._set(METER_SILENT, f"{METER_SILENT}_{self._entry_id}", silent, {"site": self._title})
        self._look_at_battery(tick)
        for evse_id, status in tick.snapshot.evses.items():
            since = None if status.reachable else status.reachable_since
            offline = since is not None and now - since >= CHARGER_OFFLINE_AFTER
            placeholders = {"site": self._title, "charger": self._names[evse_id]}
            self._set(CHARGER_OFFLINE, f"{CHARGER_OFFLINE}_{evse_id}", offline, placeholders)
            for shortcoming in Shortcoming:
                present = shortcoming in tick.shortcomings.get(evse_id, ())
                self._set(shortcoming, f"{shortcoming}_{evse_id}", present, placeholders)
            setpoint = tick.decision.setpoints.get(evse_id)
            disobeys = setpoint is not None and setpoint.means is Means.DISABLE
            self._set(CHARGER_DISOBEYS, f"{CHARGER_DISOBEYS}_{evse_id}", disobeys, placeholders)
            helpless = evse_id in tick.decision.helpless
            # Between two of its measurements nothing is known; it stays until it is trusted again.
            held = setpoint is not None and setpoint.reason.code is ReasonCode.DISOBEDIENT
            known = f"{CHARGER_HELPLESS}_{evse_id}" in self._raised
            self._set(CHARGER_HELPLESS, f"{CHARGER_HELPLESS}_{evse_id}", helpless or (known and held), placeholders)

    def _look_at_battery(self, tick: TickResult) -> None:
        told = tick.battery
        placeholders = {"site": self._title, "entity": "" if told is None else told.entity_id}
        for key, cause in ((BATTERY_DISOBEYS, BatteryCause.DISOBEYS), (BATTERY_GIVES, BatteryCause.GIVES)):
            self._set(key, f"{key}_{self._entry_id}", told is not None and told.cause is cause, placeholders)

    @callback
    def ask_which_car(self, unclear: AbstractSet[str]) -> None:
        """Ask which car is at each of these chargers, and no more of the others."""
        for evse_id, name in self._names.items():
            placeholders = {"site": self._title, "charger": name}
            self._set(CAR_UNCLEAR, f"{CAR_UNCLEAR}_{evse_id}", evse_id in unclear, placeholders)

    @callback
    def clear(self) -> None:
        """The entry is unloaded: whoever sets it up again sees for himself."""
        for issue_id in self._raised:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
        self._raised.clear()

    def _set(self, key: str, issue_id: str, present: bool, placeholders: dict[str, str]) -> None:  # noqa: FBT001
        if present and issue_id not in self._raised:
            self._raised.add(issue_id)
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                issue_id,
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key=key,
                translation_placeholders=placeholders,
            )
        elif not present and issue_id in self._raised:
            self._raised.discard(issue_id)
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)


@callback
def async_raise_listen_issue(hass: HomeAssistant, entry_id: str, key: str, placeholders: dict[str, str]) -> None:
    """Tell that no charger can connect: `key` says why, see `central.listen_key`."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{PORT_IN_USE}_{entry_id}",
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=key,
        translation_placeholders=placeholders,
    )


@callback
def async_clear_listen_issue(hass: HomeAssistant, entry_id: str) -> None:
    """Chargers can connect, or nobody wants them to any more."""
    ir.async_delete_issue(hass, DOMAIN, f"{PORT_IN_USE}_{entry_id}")


@callback
def async_tell_orphans(hass: HomeAssistant, entry_id: str, title: str, orphans: Collection[str]) -> None:
    """Tell what hangs on the site's supply because its circuit is gone, by name; none: nothing does, or nobody looks any more."""
    issue_id = f"{CIRCUIT_GONE}_{entry_id}"
    if not orphans:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=CIRCUIT_GONE,
        translation_placeholders={"site": title, "names": ", ".join(sorted(orphans))},
    )


async def async_tell_left_out(hass: HomeAssistant, entry_id: str, title: str, left_out: Collection[LeftOut]) -> None:
    """Tell what cannot be used, and why, in the words of its form; nothing: all can, or nobody looks any more."""
    texts = await async_get_translations(hass, hass.config.language, "exceptions", {DOMAIN})
    for kind, key in ((SUBENTRY_TARIFF, TARIFF_LEFT_OUT), (SUBENTRY_VEHICLE, VEHICLE_LEFT_OUT)):
        reasons: list[str] = []
        for part in left_out:
            if part.kind == kind:
                text = texts.get(f"component.{DOMAIN}.exceptions.{part.key}.message", "{name}")
                reasons.append(text.format(name=part.name))
                _LOGGER.warning("%s of %s is left out: %s: %s", part.name, title, part.field, part.key)
        issue_id = f"{key}_{entry_id}"
        if not reasons:
            ir.async_delete_issue(hass, DOMAIN, issue_id)
            continue
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders={"site": title, "reasons": " ".join(reasons)},
        )


@callback
def async_tell_check(hass: HomeAssistant, evse_id: str, name: str, result: CheckResult) -> None:
    """Raise or clear what a check of the failsafe current has shown; it outlasts restarts until another check."""
    issue_id = f"{FAILSAFE_NOT_KEPT}_{evse_id}"
    if result.outcome is Outcome.KEPT:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=False,
        is_persistent=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=FAILSAFE_NOT_KEPT,
        translation_placeholders={
            "charger": name,
            "safe": f"{result.failsafe_a:g} A",
            "taken": f"{result.after_a or 0:.1f} A",
        },
    )
