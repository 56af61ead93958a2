"""Where the address of the csms is entered in chargers: what their makers, or people who did it, wrote.

Data: the words themselves are in the translations (`vendor_hint`), one for each key. Only what a source says is here;
a maker that is missing was not found to say it.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorHint:
    """What is known of the chargers of one kind. `name` is what their owners know them by."""

    key: str
    name: str
    sources: tuple[str, ...]


VENDOR_HINTS: Final = (
    VendorHint(
        key="abb",
        name="ABB Terra AC",
        sources=(
            "https://github.com/lbbrhzn/ocpp/issues/994",
            "https://github.com/evcc-io/evcc/issues/16959",
        ),
    ),
    VendorHint(
        key="alfen",
        name="Alfen Eve",
        sources=("https://aceservice.alfen.com/en-US/knowledgebase/article/KA-01372",),
    ),
    VendorHint(
        key="autel",
        name="Autel MaxiCharger",
        sources=(
            "https://github.com/evcc-io/evcc/blob/master/templates/definition/charger/ocpp-autel.yaml",
            "https://github.com/lbbrhzn/ocpp/issues/1523",
        ),
    ),
    VendorHint(
        key="bender",
        name="Bender, Mennekes Professional, Webasto Live, Juice, Garo",
        sources=(
            "https://dlm.energy/hub-internal/OCPP/ocpp-csms",
            "https://github.com/evcc-io/evcc/blob/master/templates/definition/charger/bender-cc.yaml",
        ),
    ),
    VendorHint(
        key="easee",
        name="Easee",
        sources=(
            "https://developer.easee.com/docs/ocpp-commissioning-easee-users",
            "https://github.com/evcc-io/evcc/blob/master/templates/definition/charger/ocpp-easee.yaml",
        ),
    ),
    VendorHint(
        key="etrel",
        name="Etrel Inch, Landis+Gyr",
        sources=(
            "https://landisgyr-evsolutions.atlassian.net/wiki/spaces/EKC/pages/4754374701",
            "https://github.com/lbbrhzn/ocpp/blob/main/docs/supported-devices.md",
        ),
    ),
    VendorHint(
        key="evbox",
        name="EVBox Elvi",
        sources=("https://github.com/evcc-io/evcc/discussions/3806",),
    ),
    VendorHint(
        key="fronius",
        name="Fronius Wattpilot",
        sources=("https://github.com/evcc-io/evcc/discussions/24738",),
    ),
    VendorHint(
        key="go_e",
        name="go-e",
        sources=("https://github.com/goecharger/go-eCharger-API-v2/blob/main/ocpp-en.md",),
    ),
    VendorHint(
        key="homecharge",
        name="Homecharge HC11, HC22",
        sources=("https://github.com/evcc-io/evcc/blob/master/templates/definition/charger/ocpp-homecharge.yaml",),
    ),
    VendorHint(
        key="huawei",
        name="Huawei SCharger",
        sources=("https://github.com/wlcrs/huawei_solar/issues/491",),
    ),
    VendorHint(
        key="keba",
        name="KEBA KeContact P30",
        sources=("https://github.com/dallmann-consulting/OCPP.Core/issues/1",),
    ),
    VendorHint(
        key="mennekes_acu",
        name="Mennekes Amtron Smart, eMobility Gateway",
        sources=("https://github.com/evcc-io/evcc/blob/master/templates/definition/charger/ocpp-mennekes-acu.yaml",),
    ),
    VendorHint(
        key="spelsberg",
        name="Spelsberg Wallbox",
        sources=("https://spelsberg.com/service/support/e-mobility/wallbox/backend-integration",),
    ),
    VendorHint(
        key="wallbox",
        name="Wallbox Pulsar, Commander, Copper",
        sources=(
            "https://support.wallbox.com/en/knowledge-base/ocpp-activation-and-setup-guide",
            "https://github.com/evcc-io/evcc/blob/master/templates/definition/charger/ocpp-wallbox.yaml",
        ),
    ),
    VendorHint(
        key="warp",
        name="WARP Charger",
        sources=("https://docs.warp-charger.com/docs/mqtt_http/api_reference/ocpp",),
    ),
    VendorHint(
        key="zaptec",
        name="Zaptec",
        sources=(
            "https://help.zaptec.com/hc/en-001/articles/4530001974033-Zaptec-Cloud-and-OCPP-Integration",
            "https://github.com/evcc-io/evcc/blob/master/templates/definition/charger/ocpp-zaptec.yaml",
        ),
    ),
)
"""Sorted by name."""
