"""Keys that every station can take."""

import re

from custom_components.smart_charging.csms.keys import generate_key, is_authentic

from .peer import basic


def test_a_key_is_a_hexadecimal_number_and_a_password_at_once() -> None:
    key = generate_key()
    assert re.fullmatch("[0-9a-f]{40}", key)  # OCPP-J 1.6, 6.2; 40 characters for OCPP 2.0.1
    assert re.fullmatch("[A-Za-z0-9]{20}", bytes.fromhex(key).decode())
    assert is_authentic(basic("CP1", key), "CP1", key)
    assert is_authentic(basic("CP1", bytes.fromhex(key)), "CP1", key)


def test_no_two_keys_are_alike() -> None:
    assert len({generate_key() for _ in range(100)}) == 100
