"""The steps in which a charger that is to be added is told where to call, and is waited for until it does."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, override

import probatio
from homeassistant.config_entries import SubentryFlowResult
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    QrCodeSelector,
    QrCodeSelectorConfig,
    QrErrorCorrectionLevel,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..central import Central, async_find_central
from ..const import CONF_HOST, CONF_PORT, CONF_STATION, CONF_TLS, CONF_TLS_PORT, DEFAULT_HOST
from .calls import Calls, calls_in_words
from .charger_access import KeySteps
from .pairing import Waiting
from .port import url_of
from .reach import Reach, reachable_hosts
from .vendor_hints import VENDOR_HINTS
from .words import option_words

_VENDOR: Final = "vendor"
_ADDRESS_CODE: Final = "address_code"
_ENCRYPTED: Final = "encrypted"
_ENCRYPTED_CODE: Final = "encrypted_code"
_ANOTHER: Final = "another"


class ArrivalSteps(KeySteps):
    """Show the addresses, wait, say what happens meanwhile, and let the user choose where several chargers came."""

    _central: Central
    """The server at which this flow waits."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: Waiting | None = None
        self._news: asyncio.Task[None] | None = None
        self._close_door: Callable[[], None] = lambda: None
        self._came: tuple[str, ...] = ()
        self._missed: Calls = ()
        """Who was turned away while it was waited in vain."""
        self._vendor = _ANOTHER

    @callback
    @override
    def async_remove(self) -> None:
        """The flow is over, in whatever way: unknown stations are refused again."""
        self._close_door()

    @abstractmethod
    async def _take(self, station: str) -> SubentryFlowResult:
        """Go on with a charger that is connected."""

    async def async_step_address(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show what is to be entered in the charger. It may call from now on."""
        waiting = self._begin_waiting()
        if waiting is None:
            return self.async_abort(reason="entry_not_loaded")
        if user_input is not None:
            self._vendor = user_input[_VENDOR]
            waiting.start_again()
            return await self.async_step_waiting()
        reaches = await self._reaches()
        fields: dict[probatio.Marker, Any] = {
            probatio.Required(_VENDOR, default=self._vendor): await self._vendors(),
            probatio.Optional(_ADDRESS_CODE): _code(self._url(reaches[0])),
        }
        if self._encrypts:
            # A picture has no label of its own, but a section has.
            code = {probatio.Optional(_ENCRYPTED_CODE): _code(self._url(reaches[0], encrypted=True))}
            fields[probatio.Optional(_ENCRYPTED)] = section(probatio.Schema(code), {"collapsed": True})
        return self.async_show_form(
            step_id="address",
            data_schema=probatio.Schema(fields),
            description_placeholders={"addresses": await self._addresses(reaches)},
            last_step=False,
        )

    async def async_step_waiting(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Wait until a charger that is not set up yet calls in, and say what happens until then."""
        del user_input
        waiting = self._begin_waiting()
        if waiting is None:
            # What shows progress cannot end at once.
            return self.async_show_progress_done(next_step_id="nobody_waits")
        if not waiting.over:
            if self._news is None or self._news.done():
                self._news = self.hass.async_create_background_task(waiting.news(), "smart_charging wait for a charger")
            return self.async_show_progress(
                step_id="waiting",
                progress_action="waiting",
                progress_task=self._news,
                description_placeholders=await self._happened(waiting.turned_away, waiting.came),
            )
        self._came = waiting.came
        if self._came:
            return self.async_show_progress_done(next_step_id="choose")
        self._missed = waiting.turned_away
        self._waiting = None
        return self.async_show_progress_done(next_step_id="waiting_over")

    async def async_step_nobody_waits(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """The site was removed or disabled meanwhile."""
        del user_input
        return self.async_abort(reason="entry_not_loaded")

    async def async_step_waiting_over(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """No charger came: wait once more, or enter it by hand."""
        del user_input
        return self.async_show_menu(
            step_id="waiting_over",
            menu_options=["waiting", "address", "station"],
            description_placeholders=await self._happened(self._missed),
        )

    async def async_step_choose(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Choose among the chargers that came; a single one needs no choice."""
        if user_input is not None:
            return await self._take(user_input[CONF_STATION])
        if len(self._came) == 1:
            return await self._take(self._came[0])
        stations = SelectSelector(SelectSelectorConfig(options=list(self._came), mode=SelectSelectorMode.LIST))
        return self.async_show_form(
            step_id="choose", data_schema=probatio.Schema({probatio.Required(CONF_STATION): stations}), last_step=False
        )

    def _begin_waiting(self) -> Waiting | None:
        """Open the door to unknown stations, unless it is open; None where there is none."""
        central = async_find_central(self.hass, self._entry_id)
        if central is None:
            return None
        if self._waiting is None:
            self._central, self._close_door = central, central.close_pairing
            self._waiting = Waiting(self.hass, central)
        return self._waiting

    @property
    def _encrypts(self) -> bool:
        return self._get_entry().data.get(CONF_TLS) is not None

    async def _reaches(self) -> tuple[Reach, ...]:
        return await reachable_hosts(self.hass, self._get_entry().data.get(CONF_HOST, DEFAULT_HOST))

    def _url(self, reach: Reach, *, encrypted: bool = False) -> str:
        port = self._get_entry().data[CONF_TLS_PORT if encrypted else CONF_PORT]
        return url_of(reach.host, int(port), encrypted=encrypted)

    async def _addresses(self, reaches: tuple[Reach, ...]) -> str:
        """Write them as a list in Markdown, each with what there is to be said about it."""
        notes = await option_words(self.hass, "address_note")
        lines: list[str] = []
        for reach in reaches:
            doubt = [notes[reach.doubt]] if reach.doubt else []
            lines.append(": ".join([f"- **{self._url(reach)}**", *doubt]))
            if self._encrypts:
                about = "; ".join([notes["encrypted"], *doubt])
                lines.append(f"- **{self._url(reach, encrypted=True)}**: {about}")
        return "\n".join(lines)

    async def _vendors(self) -> SelectSelector:
        another = (await option_words(self.hass, "vendor_label"))[_ANOTHER]
        options = [SelectOptionDict(value=_ANOTHER, label=another)]
        options += [SelectOptionDict(value=hint.key, label=hint.name) for hint in VENDOR_HINTS]
        return SelectSelector(SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN))

    async def _happened(self, turned_away: Calls, came: Sequence[str] = ()) -> Mapping[str, str]:
        """What is said while it waits, and once it has waited in vain."""
        best = (await self._reaches())[0]
        return {
            "address": " · ".join([self._url(best), *([self._url(best, encrypted=True)] if self._encrypts else [])]),
            "hint": (await option_words(self.hass, "vendor_hint"))[self._vendor],
            "calls": await calls_in_words(self.hass, turned_away, came),
        }


def _code(url: str) -> QrCodeSelector:
    return QrCodeSelector(
        QrCodeSelectorConfig(data=url, scale=5, error_correction_level=QrErrorCorrectionLevel.QUARTILE)
    )
