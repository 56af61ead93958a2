"""Which settings of a station are secret: some tell their passwords to whoever asks."""

from typing import Final

_WORDS: Final = (
    "password",
    "passphrase",
    "authorizationkey",
    "apikey",
    "secret",
    "token",
    "privatekey",
    "presharedkey",
)


def is_secret(name: str) -> bool:
    """Whether a setting's value is nobody else's business, by the name of its key or variable."""
    return any(word in bare_name(name) for word in _WORDS)


def bare_name(name: str) -> str:
    """A name as names are compared: vendors write them with capitals, dots, dashes and underscores as they like."""
    return "".join(character for character in name.lower() if character.isalnum())
