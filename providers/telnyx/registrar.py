"""The business side of Telnyx: terms, enterprise, letter of authorization, the two gates, and the business's numbers.

Uploaded documents that nothing refers to are deleted after 30 minutes, so each is uploaded right before the call that
takes it. The single GET of a number is never used: it is billed when nothing is stored.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import Any

from providers.base import ConnectionReport
from providers.business import Business, File, Gate, NumberResult, ProofStatus, ProviderNumber, RegistrarStatus
from providers.errors import OutcomeUnknown, Refused, Temporary
from providers.telnyx import connection, enterprise, gates, held
from providers.telnyx.client import SERVICE, TelnyxClient, segment

LARGEST_ADD = 100
LONGEST_SIGNER = 255
LONGEST_ID = 64


class TelnyxRegistrar:
    """Registers businesses at Telnyx; see `providers.base.Registrar`."""

    max_numbers_per_add = LARGEST_ADD

    def __init__(self, client: TelnyxClient) -> None:
        self._client = client

    def test_connection(self) -> ConnectionReport:
        """Whether the key reads the account, and whether the terms are accepted."""
        return connection.report(self._client)

    # The business ---------------------------------------------------------------------------------------------------

    def accept_terms(self) -> None:
        """Idempotent at Telnyx."""
        self._client.send_repeatable("POST", "/terms_of_service/number_reputation/agree")

    def create_business(self, business: Business) -> str:
        """The new enterprise's id; `Refused` with status 409 when there is one of this identity."""
        try:
            return _identity(self._client.send("POST", "/enterprises", enterprise.fields(business)))
        except Refused as exc:
            raise enterprise.about_fields(exc) from exc

    def find_business(self, business: Business) -> str | None:
        """By legal name and tax id; the list has no other way in."""
        return enterprise.find(self._client, business)

    def update_business(self, reference: str, business: Business) -> None:
        """Everything that may be changed is sent: the type of organization and the country may not."""
        try:
            self._client.send_repeatable("PUT", f"/enterprises/{segment(reference)}", enterprise.changeable(business))
        except Refused as exc:
            raise enterprise.about_fields(exc) from exc

    # Letter and gates -----------------------------------------------------------------------------------------------

    def render_letter(self, business: str, *, signature_png: bytes | None, signer: str) -> bytes:
        """The letter as Telnyx words it, from what it knows of the enterprise."""
        body: dict[str, Any] = {}
        if signature_png is not None:
            image = base64.b64encode(signature_png).decode()
            body = {"signature": {"image_base64": image, "signer_name": signer[:LONGEST_SIGNER]}}
        return self._client.send_for_pdf(_path(business, "loa"), body)

    def enable(self, business: str, *, signed_letter: File) -> RegistrarStatus:
        """Upload the letter and enable; when it is enabled already, what its gates say."""
        document = self._upload(signed_letter)
        try:
            answer = self._client.send("POST", _path(business), {"loa_document_id": document})
        except Refused as exc:
            found = gates.read_gates(self._client, business) if exc.status == 400 else None
            if found is None or found.business is Gate.REJECTED:
                raise
            return found
        return _told(answer)

    def replace_letter(self, business: str, *, signed_letter: File) -> RegistrarStatus:
        """`Refused` with status 400 once the letter is approved."""
        document = self._upload(signed_letter)
        answer = self._client.send_repeatable("PATCH", _path(business, "loa"), {"loa_document_id": document})
        return gates.in_force(answer)

    def status(self, business: str) -> RegistrarStatus | None:
        """Both gates; None when Number Reputation was never enabled, or is disabled."""
        return gates.read_gates(self._client, business)

    def _upload(self, file: File) -> str:
        """Free, and forgotten when nothing refers to it: a lost answer is simply asked for again."""
        body = {"file": base64.b64encode(file.content).decode(), "filename": file.name}
        try:
            return _identity(self._client.send("POST", "/documents", body))
        except OutcomeUnknown as exc:
            raise Temporary(exc.message) from exc

    # Numbers --------------------------------------------------------------------------------------------------------

    def add_numbers(self, business: str, e164s: Sequence[str]) -> Sequence[NumberResult]:
        """All of them, or none with the reasons that Telnyx gave."""
        asked = list(dict.fromkeys(e164s))
        if not 0 < len(asked) <= LARGEST_ADD:
            raise ValueError(f"One call adds 1 to {LARGEST_ADD} numbers, not {len(asked)}.")
        try:
            self._client.send("POST", _path(business, "numbers"), {"phone_numbers": asked})
        except Refused as exc:
            return self._refused(business, asked, exc)
        return [NumberResult(e164, accepted=True) for e164 in asked]

    def _refused(self, business: str, asked: list[str], exc: Refused) -> list[NumberResult]:
        """What a refusal says about each number; raised again when it is about the business."""
        if exc.status not in (400, 422):
            raise exc
        reasons = held.reasons_by_number(exc, asked)
        if not reasons and not self._may_add(business):
            raise exc
        if not reasons and len(asked) == 1:
            reasons = {asked[0]: exc.message}
        return [NumberResult(e164, accepted=False, reason=reasons.get(e164, "")) for e164 in asked]

    def _may_add(self, business: str) -> bool:
        status = gates.read_gates(self._client, business)
        return status is not None and status.approved

    def remove_number(self, business: str, e164: str) -> None:
        """404 means that it is not there, which is what was asked for."""
        try:
            self._client.send_repeatable("DELETE", _path(business, "numbers", e164))
        except Refused as exc:
            if exc.status != 404:
                raise

    def number(self, business: str, e164: str) -> ProviderNumber | None:
        """By the list's filter, which is free."""
        found = held.pages(self._client, _path(business, "numbers"), {"filter[phone_number][eq]": e164})
        return next((one for one in found if one.e164 == e164), None)

    def numbers(self, business: str) -> Iterator[ProviderNumber]:
        """The whole list, page by page."""
        return held.pages(self._client, _path(business, "numbers"), {})

    def hosted_elsewhere(self, business: str) -> Iterator[ProviderNumber]:
        """Those with the source `external`; removed ones show only when they are asked for."""
        for filters in ({}, {"filter[ownership_status]": "removed"}):
            yield from held.pages(self._client, _path(business, "numbers"), {"filter[source]": "external"} | filters)

    # Ownership ------------------------------------------------------------------------------------------------------

    def confirm_ownership(self, business: str, e164: str, *, still_own: bool) -> ProviderNumber | None:
        """The answer, and what the list says of the number then: the success answer of this call is not published."""
        path = _path(business, "numbers", e164, "ownership_confirm")
        try:
            self._client.send_repeatable("POST", path, {"still_own": still_own})
        except Refused as exc:
            if exc.status != 404:
                raise
            return None
        return self.number(business, e164)

    def submit_proof(self, business: str, files: Sequence[File], *, e164s: Sequence[str]) -> ProofStatus:
        """Upload each document and hand them in together."""
        body: dict[str, Any] = {"document_ids": [self._upload(one) for one in files]}
        if e164s:
            body["phone_numbers"] = list(e164s)
        return held.proof_of(self._client.send_repeatable("POST", _path(business, "external_verification"), body))

    def proof_status(self, business: str) -> ProofStatus | None:
        """404 means that no proof was handed in."""
        try:
            return held.proof_of(self._client.get(_path(business, "external_verification")))
        except Refused as exc:
            if exc.status == 404:
                return None
            raise


def _path(business: str, *more: str) -> str:
    return "/".join([f"/enterprises/{segment(business)}/reputation", *(segment(one) for one in more)])


def _identity(answer: Any) -> str:
    """The id of what was made; without one the outcome is unknown, since it may have been made all the same."""
    data = answer.get("data") if isinstance(answer, dict) else None
    identity = data.get("id") if isinstance(data, dict) else None
    if not isinstance(identity, str) or not 0 < len(identity) <= LONGEST_ID:
        raise OutcomeUnknown(f"{SERVICE} took the request, and its answer holds no id.")
    return identity


def _told(answer: Any) -> RegistrarStatus:
    """The gates in the answer of a billed change; unreadable ones are an unknown outcome, not a reason to repeat it."""
    try:
        return gates.in_force(answer)
    except Temporary as exc:
        raise OutcomeUnknown(exc.message) from exc
