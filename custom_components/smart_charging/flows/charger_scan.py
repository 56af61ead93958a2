"""The steps in which the local network is searched for chargers, because somebody asked for it."""

import asyncio
from typing import Any, Final

import probatio
from homeassistant.config_entries import SubentryFlowResult
from homeassistant.helpers.selector import SelectOptionDict, SelectSelector, SelectSelectorConfig, SelectSelectorMode

from ..const import CONF_HOST, CONF_KIND, CONF_PORT
from ..network_scan import HTTP_PORT, Found, async_places, async_scan
from ..network_trial import kinds
from .charger_hosts import hosts_of_chargers
from .charger_network import MORE, NetworkSteps

_CHARGER: Final = "charger"


class ScanSteps(NetworkSteps):
    """Look at every address, then let the user choose among the chargers that answered."""

    _scan: asyncio.Task[tuple[Found, ...]]
    _scanned: tuple[Found, ...]

    async def async_step_scan(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Begin, where those that are set up are left alone."""
        del user_input
        known = hosts_of_chargers(self.hass)
        places = [place for place in await async_places(self.hass) if place[0] not in known]
        self._scan = self.hass.async_create_background_task(
            async_scan(self.hass, places, self.async_update_progress), "smart_charging search for chargers"
        )
        return await self.async_step_scanning()

    async def async_step_scanning(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Search, and say how far it is."""
        del user_input
        if not self._scan.done():
            return self.async_show_progress(step_id="scanning", progress_action="scanning", progress_task=self._scan)
        self._scanned = self._scan.result()
        return self.async_show_progress_done(next_step_id="scan_done" if self._scanned else "scan_found_nothing")

    async def async_step_scan_found_nothing(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """No charger told itself: search again, or enter where it is."""
        del user_input
        return self.async_show_menu(step_id="scan_found_nothing", menu_options=["scan", "network"])

    async def async_step_scan_done(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Choose among the chargers that were found; a single one needs no choice."""
        if user_input is not None or len(self._scanned) == 1:
            return await self._take_found(self._scanned[0 if user_input is None else int(user_input[_CHARGER])])
        options = [
            SelectOptionDict(value=str(number), label=f"{kinds()[found.kind]}: {_place(found)}")
            for number, found in enumerate(self._scanned)
        ]
        select = SelectSelector(SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST))
        return self.async_show_form(
            step_id="scan_done", data_schema=probatio.Schema({probatio.Required(_CHARGER): select}), last_step=False
        )

    async def _take_found(self, found: Found) -> SubentryFlowResult:
        """Go on as if its address had been entered: where it wants a password, it is asked for there."""
        more = {} if found.port == HTTP_PORT else {CONF_PORT: found.port}
        return await self.async_step_network({CONF_KIND: found.kind, CONF_HOST: found.host, MORE: more})


def _place(found: Found) -> str:
    return found.host if found.port == HTTP_PORT else f"{found.host}:{found.port}"
