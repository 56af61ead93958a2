"""Chargers that are told and tell over a broker (MQTT): what a kind of them says is data, a file in `presets`."""
