"""What Smart Charging is called inside Home Assistant, and the keys of what it stores there."""

from typing import Final

DOMAIN: Final = "smart_charging"

SUBENTRY_CARD: Final = "card"
SUBENTRY_CHARGER: Final = "charger"
SUBENTRY_CIRCUIT: Final = "circuit"
SUBENTRY_LIMIT: Final = "limit"
SUBENTRY_LOAD: Final = "load"

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
CONF_TLS: Final = "tls"
"""Whose certificate is shown to chargers that encrypt: `own` (that of our own authority) or `files`; absent: none can."""
CONF_TLS_PORT: Final = "tls_port"
CONF_TLS_CERTIFICATE: Final = "tls_certificate"
"""The path of a file with the server's certificate and those that lead to its root, PEM."""
CONF_TLS_KEY: Final = "tls_key"
"""The path of its private key."""
CONF_TLS_STATIONS: Final = "tls_stations"
"""The path of the certificate of who signs the chargers' certificates; absent: our own authority does."""

# The entry's options. Each may be absent; what it is then stands in config_options.py.
CONF_MARGIN_A: Final = "margin_a"
CONF_PROTECTION: Final = "protection"
"""A `ProtectionKind`; absent where nobody knows. Also a circuit's."""
CONF_OVERSHOOT_PCT: Final = "overshoot_pct"
"""Of the limit, above it: what a contract in plain figures allows, for `CONF_OVERSHOOT_S`. Also a circuit's."""
CONF_OVERSHOOT_S: Final = "overshoot_s"
CONF_STRATEGY: Final = "strategy"
"""A `Strategy`."""
CONF_RIDE_OUT: Final = "ride_out"
CONF_TURN_MIN: Final = "turn_min"
CONF_UNBALANCE_KVA: Final = "unbalance_kva"
"""How far any two phases may differ; 0 or absent: as they like."""
CONF_SOLAR_START_MIN: Final = "solar_start_min"
CONF_SOLAR_STOP_MIN: Final = "solar_stop_min"
CONF_SOLAR_GRID_PCT: Final = "solar_grid_pct"
CONF_SOLAR_FIRST: Final = "solar_first"
"""`battery` or `car`: who gets the surplus first."""
CONF_BATTERY_POWER: Final = "battery_power"
"""The entity of the home battery's power."""
CONF_BATTERY_INVERTED: Final = "battery_inverted"
"""It counts power out of the battery as positive."""
CONF_BATTERY_SOC: Final = "battery_soc"
"""The entity of its charge, %."""
CONF_BATTERY_FLOOR_PCT: Final = "battery_floor_pct"
"""Above this charge the battery helps the car; absent: it never does."""

CONF_WHO: Final = "who"
"""Who may charge: `everybody` (also when absent), `cards` or `home_assistant`."""

CONF_OFF_PEAK: Final = "off_peak"
"""The entity that is on in off-peak hours; absent: nobody knows them."""

# What circuits, chargers and loads have in common.
CONF_CIRCUIT: Final = "circuit"
"""The circuit that feeds it: a circuit subentry's id, or `ROOT_CIRCUIT`, which is also meant when it is absent."""
CONF_WIRING: Final = "wiring"
"""The site's phase behind each of its own: `["l2", "l3", "l1"]`."""

# A circuit subentry's data: also CONF_LIMIT, CONF_LIMIT_UNIT, and with a meter of its own CONF_METER, CONF_METER_INVERTED
# and CONF_METER_PERIOD_S. CONF_CIRCUIT is its parent. The phases of its meter are the circuit's own, not the site's.

# A load subentry's data: also CONF_ENTITY_ID and CONF_PRIORITY.
CONF_POWER_W: Final = "power_w"
"""What it takes when it runs, in total; absent where nobody knows."""
CONF_POWER_ENTITY_ID: Final = "power_entity_id"
"""A sensor that measures that, W or kW; absent where there is none."""
CONF_MINIMUM_ON_MIN: Final = "minimum_on_min"
CONF_MINIMUM_OFF_MIN: Final = "minimum_off_min"
CONF_MAXIMUM_OFF_MIN: Final = "maximum_off_min"
"""Absent: it may be off for as long as it takes."""
CONF_SHED_VALUE: Final = "shed_value"
"""What a number is set to while it gives way; absent for everything else, which is switched off."""

# A limit subentry's data: also CONF_LIMIT and CONF_LIMIT_UNIT (`a` or `kw`), and CONF_ENTITY_ID, which says when it holds:
# absent, always. CONF_CIRCUIT is where.
CONF_KIND: Final = "kind"
"""Who sets it: `operator`, `schedule` or `user`."""
CONF_VALUE_ENTITY_ID: Final = "value_entity_id"
"""Tells how much it allows, A, W or kW; absent: CONF_LIMIT does, which else holds when that has been silent for long."""
CONF_CHARGERS_ONLY: Final = "chargers_only"
"""It bounds what the chargers take together, and not what else runs; absent: all that flows."""

# A card subentry's data. All but the number may be absent.
CONF_NUMBER: Final = "number"
"""What it shows to a charger. Redacted in diagnostics, never logged."""
CONF_PERSON: Final = "person"
"""Whose it is, an entity."""
CONF_VEHICLE: Final = "vehicle"
"""What it charges, in the user's words."""
CONF_GROUP: Final = "group"
"""Cards of a group act for each other."""
CONF_LAST_DAY: Final = "last_day"
"""The last day on which it is good, `2026-12-31`."""
CONF_BLOCKED: Final = "blocked"

# A charger subentry's data.
CONF_DRIVER: Final = "driver"
DRIVER_OCPP: Final = "ocpp"
DRIVER_NETWORK: Final = "network"
"""One at an address in the local network, of a kind that `chargers/network_types.py` knows."""
DRIVER_ADOPTED: Final = "adopted"
"""One that another integration brings, see `chargers/adopted`."""
DRIVER_MQTT: Final = "mqtt"
"""One that speaks MQTT, by a preset of `chargers/mqtt`."""
CONF_UNIT: Final = "unit"
CONF_USER: Final = "user"
CONF_SECRET: Final = "secret"  # noqa: S105 -- a key of the configuration
"""The charger's own password or token, or absent. Redacted in diagnostics, never logged."""
CONF_FOUND_AS: Final = "found_as"
"""What it announced itself as in the local network, its kind and its serial number; absent where it did not."""
CONF_STATION: Final = "station"
"""The identity in the station's address."""
CONF_CONNECTOR: Final = "connector"
CONF_KEY: Final = "key"
"""The station's password, or absent. Redacted in diagnostics, never logged."""
CONF_PREVIOUS_KEY: Final = "previous_key"
"""The one before it, for a station that does not use the new one yet; "" for none. Redacted, as CONF_KEY."""
CONF_SECURITY: Final = "security"
"""`tls` or `certificate`: how it has to connect; absent: as it likes."""
CONF_OPERATOR: Final = "operator"
"""To whom it is handed on; absent: to nobody. Redacted in diagnostics as a whole."""
CONF_OPERATOR_URL: Final = "operator_url"
CONF_OPERATOR_IDENTITY: Final = "operator_identity"
CONF_OPERATOR_KEY: Final = "operator_key"
"""The charger's password at the operator's, or absent. Never logged."""
CONF_OPERATOR_DECIDES: Final = "operator_decides"
"""Whether the operator decides who may charge."""
CONF_OPERATOR_UPDATES: Final = "operator_updates"
"""Whether the operator may update the charger's firmware and fetch its logs."""
CONF_OPERATOR_AUTHORITY: Final = "operator_authority"
"""The certificate (PEM) of who signed the operator's, or absent where the system knows it."""
CONF_MINIMUM_A: Final = "minimum_a"
CONF_MAXIMUM_A: Final = "maximum_a"
CONF_FAILSAFE_A: Final = "failsafe_a"
CONF_PRIORITY: Final = "priority"

ROOT_CIRCUIT: Final = "site"
"""The id of the circuit that is the supply of the whole site."""

DEFAULT_PORT: Final = 9000
DEFAULT_TLS_PORT: Final = 9443
DEFAULT_HOST: Final = "0.0.0.0"  # noqa: S104 the user is asked where to listen; a charger is another machine
DEFAULT_VOLTAGE_V: Final = 230.0
DEFAULT_MARGIN_A: Final = {"a": 0.5, "kva": 0.0, "kw": 0.0}
"""By the limit's unit. A fuse counts A, and most meters W, blind to reactive current; a contract is in the meter's own unit."""
DEFAULT_MINIMUM_ON_MIN: Final = 5.0
DEFAULT_MINIMUM_OFF_MIN: Final = 5.0
"""What a compressor wants between a stop and a start: the usual anti-short-cycle time."""
