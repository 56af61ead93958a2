"""OCPP 1.6: what a station and the csms say to each other, in that version's words."""

from .dialect import V16

__all__ = ["V16"]
