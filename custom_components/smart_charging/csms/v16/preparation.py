"""What is done with a station after it connected: ask what it can, and set it to send what control needs.

Every step may fail, and each that does is skipped: a station that answers nothing at all still becomes `Ready`.
"""

import asyncio
import logging
from dataclasses import replace
from typing import Final

from ..commands import Commands
from ..errors import StationError, StationOffline, StationTimeout
from ..fields import Fields
from ..memory import StationMemory
from ..records import Features, RateUnit

_LOGGER: Final = logging.getLogger(__name__)

_QUESTIONS: Final = (
    "SupportedFeatureProfiles",
    "ChargeProfileMaxStackLevel",
    "ChargingScheduleAllowedChargingRateUnit",
    "MaxChargingProfilesInstalled",
    "ConnectorSwitch3to1PhaseSupported",
    "NumberOfConnectors",
    "MeterValuesSampledData",
    "MeterValueSampleInterval",
)

# What control needs and no more: there is a station that reboots for ever when asked for everything (lbbrhzn/ocpp#1275).
# The second is for stations whose meter has no power.
_MEASURANDS: Final = (
    "Current.Import,Power.Active.Import,Energy.Active.Import.Register",
    "Current.Import,Energy.Active.Import.Register",
)

# Control reacts within seconds, so measurements have to come as often; some stations take nothing below a minute.
_SAMPLE_INTERVALS_S: Final = (5, 10, 15, 30, 60)

# A station that claims a thousand connectors is not asked about each.
_MOST_CONNECTORS: Final = 8

_TAKEN: Final = frozenset({"Accepted", "RebootRequired"})


def read_features(configuration: dict[str, str]) -> Features:
    """Read what a station's configuration says it can do. What is missing or unreadable is None, or empty."""
    fields = Fields(dict(configuration))
    profiles = _words(configuration.get("SupportedFeatureProfiles"))
    return Features(
        smart_charging="smartcharging" in profiles if profiles else None,
        remote_trigger="remotetrigger" in profiles if profiles else None,
        max_stack_level=_natural(fields.optional_integer("ChargeProfileMaxStackLevel")),
        rate_units=_rate_units(configuration.get("ChargingScheduleAllowedChargingRateUnit")),
        max_profiles=_natural(fields.optional_integer("MaxChargingProfilesInstalled")),
        switches_phases=_truth(configuration.get("ConnectorSwitch3to1PhaseSupported")),
        number_of_connectors=_natural(fields.optional_integer("NumberOfConnectors")),
        measurands=tuple(
            part.strip() for part in configuration.get("MeterValuesSampledData", "").split(",") if part.strip()
        ),
        sample_interval_s=_natural(fields.optional_integer("MeterValueSampleInterval")),
    )


def _words(text: str | None) -> list[str]:
    return [word.strip().lower() for word in (text or "").split(",") if word.strip()]


def _natural(number: int | None) -> int | None:
    return number if number is not None and number >= 0 else None


def _truth(text: str | None) -> bool | None:
    return {"true": True, "false": False}.get((text or "").strip().lower())


def _rate_units(text: str | None) -> frozenset[RateUnit]:
    # The specification says Current and Power (9.4); stations also write A and W.
    units = {"current": RateUnit.A, "a": RateUnit.A, "power": RateUnit.W, "w": RateUnit.W}
    return frozenset(units[word] for word in _words(text) if word in units)


class Preparation:
    """Prepares one station, once per connection and again whenever it boots."""

    def __init__(self, memory: StationMemory, commands: Commands, *, boot_grace_s: float) -> None:
        self._memory = memory
        self._commands = commands
        self._boot_grace_s = boot_grace_s
        self._booted = False
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """The station connected. Some boot then, some only after power-up, some never: a while is left for it."""
        self._restart(self._boot_grace_s)

    def boot(self) -> None:
        """The station booted: what waits for that goes on, what was done before is done again."""
        self._booted = True
        self._restart(0.0)

    async def end(self) -> None:
        """The connection is gone."""
        if self._task is not None:
            self._task.cancel()
            # Not awaited itself: a fault in it is then asyncio's to log, and the connection's end goes on.
            await asyncio.wait([self._task])

    def _restart(self, patience_s: float) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.create_task(self._run(patience_s))

    async def _run(self, patience_s: float) -> None:
        await asyncio.sleep(patience_s)
        try:
            await self._prepare()
        except StationOffline:
            return
        self._memory.flush()

    async def _prepare(self) -> None:
        memory = self._memory
        if memory.features is None or self._booted:
            features = read_features(await self._read_configuration())
            measurands = await self._set_measurands(features)
            interval_s = await self._set_interval(features)
            features = replace(features, measurands=measurands, sample_interval_s=interval_s)
        else:
            # It only lost its connection: it is what it was.
            features = memory.features
        if features.remote_trigger is not False:
            await self._ask_for_news(features)
        memory.ready(features)

    async def _read_configuration(self) -> dict[str, str]:
        # Some stations cannot answer for several keys, others only for all (evcc PR#4842).
        for keys in (_QUESTIONS, None):
            try:
                configuration = await self._commands.read_configuration(keys)
            except StationOffline:
                raise
            except StationTimeout:
                # It would not answer the next question either; there is a transaction waiting for its limit.
                return {}
            except StationError as error:
                _LOGGER.debug("Station %s: %s", self._memory.identity, error)
                continue
            if configuration:
                return configuration
        return {}

    async def _set_measurands(self, features: Features) -> tuple[str, ...]:
        if set(_MEASURANDS[0].split(",")) <= set(features.measurands):
            return features.measurands
        for wanted in _MEASURANDS:
            if ",".join(features.measurands) == wanted:
                break
            if await self._write("MeterValuesSampledData", wanted) in _TAKEN:
                return tuple(wanted.split(","))
        return features.measurands

    async def _set_interval(self, features: Features) -> int | None:
        taken_s = features.sample_interval_s
        for wanted_s in _SAMPLE_INTERVALS_S:
            # 0 means never (OCPP 1.6, 9.1.19).
            if taken_s and taken_s <= wanted_s:
                break
            status = await self._write("MeterValueSampleInterval", str(wanted_s))
            if status in _TAKEN:
                return wanted_s
            if status != "Rejected":
                break
        return taken_s

    async def _write(self, key: str, value: str) -> str:
        try:
            status = await self._commands.write_configuration(key, value)
        except StationOffline:
            raise
        except StationError as error:
            status = str(error)
        if status not in _TAKEN:
            _LOGGER.debug("Station %s does not take %s = %s: %s", self._memory.identity, key, value, status)
        return status

    async def _ask_for_news(self, features: Features) -> None:
        """Ask for what has not been heard since connecting. Stations that cannot be asked stay as they are."""
        wishes: list[tuple[str, int | None]] = [] if self._memory.info else [("BootNotification", None)]
        connectors = min(features.number_of_connectors or 1, _MOST_CONNECTORS)
        for connector_id in range(1, connectors + 1):
            wishes += [("StatusNotification", connector_id), ("MeterValues", connector_id)]
        for message, number in wishes:
            try:
                await self._commands.trigger(message, number)
            except StationOffline:
                raise
            except StationTimeout:
                return
            except StationError as error:
                # MeterValues are refused by many while idle (evcc#15768).
                _LOGGER.debug("Station %s: %s", self._memory.identity, error)
