"""What an OCPP 1.6 station is asked and set to after it connected; see `csms.preparation`."""

import logging
from dataclasses import replace
from typing import Final, override

from ..errors import StationError, StationOffline, StationTimeout
from ..fields import Fields
from ..preparation import Preparation
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
    "MeterValuesSampledDataMaxLength",
    "MeterValueSampleInterval",
    "ChargingScheduleMaxPeriods",
)


def read_features(configuration: dict[str, str]) -> Features:
    """Read what a station's configuration says it can do. What is missing or unreadable is None, or empty."""
    fields = Fields(dict(configuration))
    profiles = _words(configuration.get("SupportedFeatureProfiles"))
    return Features(
        smart_charging="smartcharging" in profiles if profiles else None,
        remote_trigger="remotetrigger" in profiles if profiles else None,
        max_stack_level=_natural(fields.optional_integer("ChargeProfileMaxStackLevel")),
        rate_units=_rate_units(configuration.get("ChargingScheduleAllowedChargingRateUnit")),
        max_periods=_natural(fields.optional_integer("ChargingScheduleMaxPeriods")),
        max_measurands=_natural(fields.optional_integer("MeterValuesSampledDataMaxLength")),
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


class V16Preparation(Preparation):
    """Prepares a station that speaks OCPP 1.6."""

    @override
    async def _learn(self) -> Features:
        features = read_features(await self._read_configuration())
        measurands = await self._set_measurands("MeterValuesSampledData", features.measurands, features.max_measurands)
        interval_s = await self._set_interval("MeterValueSampleInterval", features.sample_interval_s)
        return replace(features, measurands=measurands, sample_interval_s=interval_s)

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
