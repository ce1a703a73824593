"""Telnyx as the provider that an account names: it registers business and numbers, and re-evaluates labels."""

from __future__ import annotations

from providers.http import HttpClient
from providers.kinds import ServiceKind, Values
from providers.telnyx.client import TelnyxClient
from providers.telnyx.readings import ADDRESS
from providers.telnyx.registrar import TelnyxRegistrar
from providers.telnyx.remediator import TelnyxRemediator


def _registrar(values: Values, secret: str, client: HttpClient) -> TelnyxRegistrar:
    return TelnyxRegistrar(TelnyxClient(client, key=secret, base_url=values["base_url"]))


def _remediator(values: Values, secret: str, client: HttpClient) -> TelnyxRemediator:
    return TelnyxRemediator(TelnyxClient(client, key=secret, base_url=values["base_url"]))


SERVICE = ServiceKind(
    key="telnyx",
    name="Telnyx Number Reputation",
    about=(
        "Vets the business and its letter of authorization, registers US numbers, and asks the analytics networks to "
        "re-evaluate labels. Telnyx charges for each enabled business a month, each number added, each check and each "
        "number submitted."
    ),
    key_label="API key",
    settings=(ADDRESS,),
    make_registrar=_registrar,
    make_remediator=_remediator,
    takes_hosted_toll_free=False,
)
