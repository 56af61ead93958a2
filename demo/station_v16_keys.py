"""The configuration keys of the simulated station (OCPP 1.6, chapter 9)."""

from dataclasses import dataclass

from .profiles import MAXIMUM_PERIODS, MAXIMUM_PROFILES, MAXIMUM_STACK_LEVEL
from .readings import MEASURANDS


@dataclass(slots=True, kw_only=True)
class Key:
    """A key's value, and what may be written to it."""

    value: str
    readonly: bool = False
    minimum: int | None = None
    """Of an integer."""
    measurands: bool = False
    """A list of measurands."""


def factory_keys() -> dict[str, Key]:
    """As the station leaves the factory."""
    return {
        "AllowOfflineTxForUnknownId": Key(value="true"),
        "AuthorizeRemoteTxRequests": Key(value="false"),
        "ChargeProfileMaxStackLevel": Key(value=str(MAXIMUM_STACK_LEVEL), readonly=True),
        "ChargingScheduleAllowedChargingRateUnit": Key(value="Current,Power", readonly=True),
        "ChargingScheduleMaxPeriods": Key(value=str(MAXIMUM_PERIODS), readonly=True),
        "ClockAlignedDataInterval": Key(value="0", minimum=0),
        "ConnectionTimeOut": Key(value="60", minimum=10),
        "ConnectorPhaseRotation": Key(value="1.RST"),
        "ConnectorSwitch3to1PhaseSupported": Key(value="false", readonly=True),
        "GetConfigurationMaxKeys": Key(value="50", readonly=True),
        "HeartbeatInterval": Key(value="60", minimum=1),
        "LocalAuthorizeOffline": Key(value="true"),
        "LocalPreAuthorize": Key(value="true"),
        "MaxChargingProfilesInstalled": Key(value=str(MAXIMUM_PROFILES), readonly=True),
        "MeterValueSampleInterval": Key(value="10", minimum=1),
        "MeterValuesAlignedData": Key(value="Energy.Active.Import.Register", measurands=True),
        "MeterValuesSampledData": Key(value="Energy.Active.Import.Register,Power.Active.Import", measurands=True),
        "MeterValuesSampledDataMaxLength": Key(value=str(len(MEASURANDS)), readonly=True),
        "NumberOfConnectors": Key(value="1", readonly=True),
        "ResetRetries": Key(value="1", minimum=0),
        "StopTransactionOnEVSideDisconnect": Key(value="true"),
        "StopTransactionOnInvalidId": Key(value="true"),
        "StopTxnAlignedData": Key(value=""),
        "StopTxnSampledData": Key(value=""),
        "SupportedFeatureProfiles": Key(value="Core,SmartCharging,RemoteTrigger", readonly=True),
        "TransactionMessageAttempts": Key(value="3", minimum=1),
        "TransactionMessageRetryInterval": Key(value="5", minimum=1),
        "UnlockConnectorOnEVSideDisconnect": Key(value="true"),
        "WebSocketPingInterval": Key(value="20", minimum=0),
    }


class Keys:
    """The keys of one station."""

    def __init__(self) -> None:
        """As from the factory."""
        self._keys = factory_keys()

    def integer(self, name: str) -> int:
        """The value of a key that holds a number."""
        return int(self._keys[name].value)

    def items(self, name: str) -> list[str]:
        """The value of a key that holds a list."""
        return [item.strip() for item in self._keys[name].value.split(",") if item.strip()]

    def read(self, names: list[str]) -> dict[str, object]:
        """The answer to GetConfiguration; all keys where none is named."""
        known = [name for name in names or self._keys if name in self._keys]
        rows = [{"key": name, "readonly": self._keys[name].readonly, "value": self._keys[name].value} for name in known]
        unknown = [name for name in names if name not in self._keys]
        return {"configurationKey": rows} | ({"unknownKey": unknown} if unknown else {})

    def write(self, name: str, value: str) -> str:
        """The status that answers ChangeConfiguration."""
        key = self._keys.get(name)
        if key is None:
            return "NotSupported"
        if key.readonly or not _fits(key, value):
            return "Rejected"
        key.value = value
        return "Accepted"


def _fits(key: Key, value: str) -> bool:
    if key.minimum is not None:
        return value.isdecimal() and int(value) >= key.minimum
    if key.measurands:
        return all(item.strip() in MEASURANDS for item in value.split(",") if item.strip())
    return True
