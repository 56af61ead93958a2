"""What an OCPP 2.0.1 or 2.1 station is asked and set to after it connected; see `csms.preparation`."""

import logging
from dataclasses import replace
from typing import Final, override

from ..errors import StationError, StationOffline, StationTimeout
from ..fields import Fields
from ..preparation import Preparation
from ..records import Features, RateUnit

_LOGGER: Final = logging.getLogger(__name__)

_ENABLED: Final = "SmartChargingCtrlr.Enabled"
_LEVEL: Final = "SmartChargingCtrlr.ProfileStackLevel"
_UNITS: Final = "SmartChargingCtrlr.RateUnit"
_ENTRIES: Final = "SmartChargingCtrlr.Entries[ChargingProfiles]"
_PERIODS: Final = "SmartChargingCtrlr.PeriodsPerSchedule"
_SWITCHES: Final = "SmartChargingCtrlr.Phases3to1"
# OCPP 2.1 names its additions one way, and its first stations another.
_OFFLINE: Final = (
    "SmartChargingCtrlr.SupportsMaxOfflineDuration",
    "SmartChargingCtrlr.SupportsFeature[MaxOfflineDuration]",
)
_MEASURANDS: Final = "SampledDataCtrlr.TxUpdatedMeasurands"
_INTERVAL: Final = "SampledDataCtrlr.TxUpdatedInterval"
_AT_THE_ENDS: Final = ("SampledDataCtrlr.TxStartedMeasurands", "SampledDataCtrlr.TxEndedMeasurands")

_QUESTIONS: Final = (_ENABLED, _LEVEL, _UNITS, _ENTRIES, _PERIODS, _SWITCHES, _MEASURANDS, _INTERVAL)
_REGISTER: Final = "Energy.Active.Import.Register"


def read_features(variables: dict[str, str]) -> Features:
    """Read what a station's variables say it can do. What is missing or unreadable is None, or empty."""
    fields = Fields(dict(variables))
    units = {unit.value: unit for unit in RateUnit}
    return Features(
        smart_charging=_truth(variables.get(_ENABLED)),
        max_stack_level=_natural(fields.optional_integer(_LEVEL)),
        rate_units=frozenset(units[word] for word in _words(variables.get(_UNITS)) if word in units),
        max_profiles=_natural(fields.optional_integer(_ENTRIES)),
        max_periods=_natural(fields.optional_integer(_PERIODS)),
        switches_phases=_truth(variables.get(_SWITCHES)),
        measurands=tuple(_words(variables.get(_MEASURANDS))),
        sample_interval_s=_natural(fields.optional_integer(_INTERVAL)),
        offline_validity=next((truth for key in _OFFLINE if (truth := _truth(variables.get(key))) is not None), None),
    )


def _words(text: str | None) -> list[str]:
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def _natural(number: int | None) -> int | None:
    return number if number is not None and number >= 0 else None


def _truth(text: str | None) -> bool | None:
    return {"true": True, "false": False}.get((text or "").strip().lower())


class V201Preparation(Preparation):
    """Prepares a station that speaks OCPP 2.0.1 or 2.1."""

    @override
    async def _learn(self) -> Features:
        features = read_features(await self._read(_QUESTIONS) | await self._read(_OFFLINE))
        if features.smart_charging is False and await self._write(_ENABLED, "true") == "Accepted":
            features = replace(features, smart_charging=True)
        measurands = await self._set_measurands(_MEASURANDS, features.measurands)
        interval_s = await self._set_interval(_INTERVAL, features.sample_interval_s)
        for key in _AT_THE_ENDS:
            # The register at start and end is all there is of a transaction that ran while nobody listened.
            if _REGISTER not in _words((await self._read((key,))).get(key)):
                await self._write(key, _REGISTER)
        numbers = [number for number in self._memory.connectors if number > 0]
        return replace(
            features,
            measurands=measurands,
            sample_interval_s=interval_s,
            # A station tells of all its connectors when it boots (B01.FR.05).
            number_of_connectors=max(numbers, default=None),
        )

    async def _read(self, keys: tuple[str, ...]) -> dict[str, str]:
        """Ask for all at once, and one by one where the station takes only so many."""
        try:
            return await self._commands.read_configuration(keys)
        except StationOffline:
            raise
        except StationTimeout:
            return {}
        except StationError as error:
            _LOGGER.debug("Station %s: %s", self._memory.identity, error)
        values: dict[str, str] = {}
        for key in keys if len(keys) > 1 else ():
            values |= await self._read((key,))
        return values
