"""OCPP 2.0.1 and 2.1: what a station and the csms say to each other, in those versions' words.

2.1 keeps the messages of 2.0.1 and adds to them; what is used of it here is small enough to live beside it.
"""

from .dialect import V201

__all__ = ["V201"]
