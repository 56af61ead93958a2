"""What the words of a register mean, and the words that mean something."""

import math
import struct

from modbus_connection import WordOrder
from modbus_connection.decode import decode_float32, decode_float64, decode_int

from .profile import Raw, Register, Type

_SIGNED = frozenset({Type.INT16, Type.INT32, Type.INT64})
_LONGEST = 200
# A multiple of a scale may be a hair less in a binary number.
_HAIR = 1e-6


def decode(register: Register, words: list[int]) -> Raw | None:
    """What stands in one value's words, raw; None where that says that it is not known."""
    value = _decode(register, words)
    if isinstance(value, str):
        return value
    if not math.isfinite(value) or value in register.invalid:
        return None
    return value


def _decode(register: Register, words: list[int]) -> Raw:
    if register.type.text:
        return _text(_signs(register.type, words))
    order: WordOrder = "little" if register.little else "big"
    match register.type:
        case Type.FLOAT32:
            return decode_float32(words, word_order=order)
        case Type.FLOAT64:
            return decode_float64(words, word_order=order)
        case _:
            return decode_int(words, signed=register.type in _SIGNED, word_order=order)


def _signs(type_: Type, words: list[int]) -> str:
    match type_:
        case Type.UTF16:
            return "".join(map(chr, words))
        case Type.ASCII_HIGH:
            return chr(words[0] >> 8)
        case Type.ASCII_LOW:
            return chr(words[0] & 0xFF)
        case _:
            return b"".join(word.to_bytes(2, "big") for word in words).decode("latin-1")


def _text(text: str) -> str:
    """What is before the first NUL, without what cannot be printed."""
    text = text.lstrip("\0").split("\0", 1)[0]
    return "".join(sign for sign in text if sign.isprintable())[:_LONGEST].strip()


def encode(register: Register, value: float) -> list[int]:
    """Give the words of a raw value; whole numbers are rounded down. One that does not fit is the highest that does."""
    if register.type in {Type.FLOAT32, Type.FLOAT64}:
        packed = struct.pack(">f" if register.type is Type.FLOAT32 else ">d", value)
    else:
        bits = 16 * register.size
        most = (1 << bits - (register.type in _SIGNED)) - 1
        packed = min(max(0, math.floor(value + _HAIR)), most).to_bytes(2 * register.size, "big")
    words = [int.from_bytes(packed[at : at + 2], "big") for at in range(0, len(packed), 2)]
    return words[::-1] if register.little else words
