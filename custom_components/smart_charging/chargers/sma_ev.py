"""SMA EV Charger by the interface of its own web page.

Channels and their values: alengwenus/pysmaev, and evcc's driver; the newer names of its meter, littleyoda/pysma-plus.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState
from .answers import as_object, number, text
from .device import Device, Reading
from .errors import ChargerRefusedError, ChargerUnfitError, Unfit
from .web import Json, Web, parsed

CAPABILITIES: Final = Capabilities(
    step_a=1.0,
    # Its current limit is one of its lasting settings: nobody says how often that may be written.
    write_interval_s=60.0,
)

_API: Final = "/api/v1"
_SELF: Final = "IGULD:SELF"
_STATES: Final = {200111: EvState.A, 200112: EvState.B, 200113: EvState.C}
_LOCKED: Final = 5169
_MODE, _LIMIT, _PACKAGE = "Parameter.Chrg.ActChaMod", "Parameter.Inverter.AcALim", "Parameter.Nameplate.PkgRev"
_FAST, _STOP = "4718", "4721"
_KNOB, _KNOB_ON_SOLAR = "Measurement.Chrg.ModSw", 4950
# A wrong password is an invalid grant (RFC 6749, 5.2).
_NOT_LET_IN: Final = frozenset({"400", "401", "403"})
# The oldest that evcc takes.
_OLDEST: Final = (1, 2, 23)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who asks; an "admin" is not let in."""

    user: str
    secret: str


def _now() -> datetime:
    return datetime.now(UTC)


class SmaEv(Device):
    """One SMA EV Charger."""

    def __init__(self, web: Web, account: Account, now: Callable[[], datetime] = _now) -> None:
        self._web = web
        self._account = account
        self._now = now
        self._token = ""
        self._signing_in = asyncio.Lock()

    @property
    @override
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    @override
    async def read(self) -> Reading:
        parameters = await self._parameters()
        package = text(parameters.get(_PACKAGE))
        if package and _version(package) < _OLDEST:
            raise ChargerUnfitError(Unfit.FIRMWARE_TOO_OLD, "its firmware is too old", package)
        told = _values(await self._ask("POST", "/measurements/live", [{"componentId": _SELF}]))
        if told.get(_KNOB) == _KNOB_ON_SOLAR:
            raise ChargerUnfitError(Unfit.API_OFF, "its knob is not on fast charging")
        state = told.get("Measurement.Operation.EVeh.ChaStt")
        # It counts what flows into the car as what it gives.
        currents = [told.get(f"Measurement.GridMs.A.phs{phase}") for phase in "ABC"]
        return Reading(
            state=None if state is None else _STATES.get(int(state)),
            limit_a=0.0 if text(parameters.get(_MODE)) == _STOP else number(parameters.get(_LIMIT)),
            current_a=None if None in currents else tuple(-current for current in currents if current is not None),
            power_w=_metered(told, "TotWIn"),
            energy_kwh=number(_metered(told, "TotWhIn"), 0.001),
            session_kwh=number(told.get("Measurement.ChaSess.WhIn"), 0.001),
            fault="it is locked" if state == _LOCKED else None,
            info=EvseInfo(manufacturer="SMA", model="EV Charger", firmware=package),
        )

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        if current_a <= 0:
            await self._set({_MODE: _STOP})
        else:
            await self._set({_LIMIT: f"{int(current_a)}.00", _MODE: _FAST})
        # What it answers to a command is not documented: only that it still is what it was can be told.
        await self._parameters()

    async def _set(self, wanted: Mapping[str, str]) -> None:
        at = self._now().strftime("%Y-%m-%dT%H:%M:%S.000Z")
        values = [{"timestamp": at, "channelId": channel, "value": value} for channel, value in wanted.items()]
        await self._request("PUT", f"/parameters/{_SELF}/", {"values": values})

    async def _parameters(self) -> Mapping[str, Any]:
        found = await self._ask("POST", "/parameters/search", {"queryItems": [{"componentId": _SELF}]})
        first = as_object(found[0]) if isinstance(found, list) and found else {}
        told = first.get("values")
        if not isinstance(told, list):
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no SMA EV Charger")
        entries = [entry for entry in told if isinstance(entry, Mapping)]
        return {text(entry.get("channelId")): entry.get("value") for entry in entries}

    async def _ask(self, method: str, path: str, body: object) -> Json:
        return parsed(await self._request(method, path, body))

    async def _request(self, method: str, path: str, body: object) -> str:
        token = self._token or await self._fresh_token("")
        try:
            return await self._send(token, method, path, body)
        except ChargerUnfitError as error:
            if error.unfit is not Unfit.KEY_REFUSED:
                raise
        # A token lasts for some time only.
        return await self._send(await self._fresh_token(token), method, path, body)

    async def _send(self, token: str, method: str, path: str, body: object) -> str:
        headers = {"Authorization": f"Bearer {token}"}
        return await self._web.request(method, f"{_API}{path}", body=body, headers=headers)

    async def _fresh_token(self, used: str) -> str:
        """Another token than the one that was used; one of two who want one at once gets it for both."""
        async with self._signing_in:
            if self._token == used:
                self._token = await self._sign_in()
            return self._token

    async def _sign_in(self) -> str:
        form = {"grant_type": "password", "username": self._account.user, "password": self._account.secret}
        try:
            answer = await self._web.request("POST", f"{_API}/token", form=form)
        except ChargerRefusedError as error:
            if error.word not in _NOT_LET_IN:
                raise
            raise ChargerUnfitError(Unfit.KEY_REFUSED, "it does not take the password", error.word) from error
        token = text(as_object(parsed(answer)).get("access_token"))
        if not token:
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no SMA EV Charger")
        return token


def _values(told: Any) -> dict[str, float | None]:
    """The last value of each channel."""
    if not isinstance(told, list):
        raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no SMA EV Charger")
    found: dict[str, float | None] = {}
    for entry in told:
        values = entry.get("values") if isinstance(entry, Mapping) else None
        if isinstance(values, list) and values and isinstance(values[0], Mapping):
            found[text(entry.get("channelId"))] = number(values[0].get("value"))
    return found


def _metered(told: Mapping[str, float | None], what: str) -> float | None:
    """Some firmware has only the longer name, older has only the shorter; where both are there they say the same."""
    name = f"Measurement.Metering.GridMs.{what}"
    return told.get(f"{name}.ChaSta", told.get(name))


def _version(package: str) -> tuple[int, ...]:
    return tuple(int(part) for part in package.split(".") if part.isdigit())
