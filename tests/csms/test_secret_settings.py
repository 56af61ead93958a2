"""Which settings are secret."""

import pytest

from custom_components.smart_charging.csms.secret_settings import is_secret


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("AuthorizationKey", True),
        ("SecurityCtrlr.BasicAuthPassword", True),
        ("wifi_pass-phrase", True),
        ("evb_APNPassword", True),
        ("HeartbeatInterval", False),
        ("AuthorizeRemoteTxRequests", False),
        ("", False),
    ],
)
def test_secret_settings(name: str, secret: bool) -> None:
    assert is_secret(name) is secret
