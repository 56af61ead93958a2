"""Hands a station on to an operator's csms, message by message, while it stays ours: see `Relay`."""
