"""What Smart Charging is called inside Home Assistant, and the keys of what it stores there."""

from typing import Final

DOMAIN: Final = "smart_charging"

SUBENTRY_CHARGER: Final = "charger"

# The entry's data: one site.
CONF_PHASES: Final = "phases"
"""1 or 3."""
CONF_VOLTAGE_V: Final = "voltage_v"
CONF_LIMIT_UNIT: Final = "limit_unit"
"""`a` (per phase), `kva` or `kw`; kVA is shared evenly by the phases, kW is in total."""
CONF_LIMIT: Final = "limit"
CONF_METER: Final = "meter"
"""A list of channels, each `{role, phase, entity_id}`."""
CONF_ROLE: Final = "role"
"""`net` (import positive), `import` or `export` (both never negative)."""
CONF_PHASE: Final = "phase"
"""`l1`, `l2`, `l3`, or None for the total."""
CONF_ENTITY_ID: Final = "entity_id"
CONF_METER_INVERTED: Final = "meter_inverted"
"""A `net` channel that counts export as positive."""
CONF_METER_PERIOD_S: Final = "meter_period_s"
"""The rhythm that was measured at set-up."""
CONF_HOST: Final = "host"
"""The address to listen on for OCPP; `0.0.0.0` for all."""
CONF_PORT: Final = "port"

# The entry's options.
CONF_MARGIN_A: Final = "margin_a"

# A charger subentry's data.
CONF_DRIVER: Final = "driver"
DRIVER_OCPP: Final = "ocpp"
CONF_STATION: Final = "station"
"""The identity in the station's address."""
CONF_CONNECTOR: Final = "connector"
CONF_KEY: Final = "key"
"""The station's password, or absent. Redacted in diagnostics, never logged."""
CONF_WIRING: Final = "wiring"
"""The site's phase behind each of the charger's own: `["l2", "l3", "l1"]`."""
CONF_MINIMUM_A: Final = "minimum_a"
CONF_MAXIMUM_A: Final = "maximum_a"
CONF_FAILSAFE_A: Final = "failsafe_a"
CONF_PRIORITY: Final = "priority"

ROOT_CIRCUIT: Final = "site"
"""The id of the circuit that is the supply of the whole site."""

DEFAULT_PORT: Final = 9000
DEFAULT_HOST: Final = "0.0.0.0"  # noqa: S104 the user is asked where to listen; a charger is another machine
DEFAULT_VOLTAGE_V: Final = 230.0
DEFAULT_MARGIN_A: Final = {"a": 0.5, "kva": 0.0, "kw": 0.0}
"""By the limit's unit. A fuse counts A, and most meters W, blind to reactive current; a contract is in the meter's own unit."""
