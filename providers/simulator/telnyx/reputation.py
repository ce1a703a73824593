"""Reputation settings of an enterprise: enabling, its two gates, letter, frequency, webhook, external verification.

A legal name with the word `reject` is refused by the vetting, a letter whose file name holds `unsigned` by the review,
and proof whose file name holds `unclear` by the external verification: so every answer can be asked for.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from providers.simulator.answers import ApiError, body_of, not_found, single, stamp
from providers.simulator.pdf import letter_pdf
from providers.simulator.records import Document, Enterprise, Proof, Settings
from providers.simulator.state import LETTER_REVIEW, Simulator
from providers.simulator.telnyx import access
from providers.simulator.telnyx.shapes import CHANGE_FREQUENCY, ENABLE, LETTER, PROOF, RENDER, WEBHOOK

PROOF_REVIEW = LETTER_REVIEW


def routes() -> list[web.RouteDef]:
    base = "/v2/enterprises/{enterprise_id}/reputation"
    return [
        web.get(base, read),
        web.post(base, enable),
        web.delete(base, disable),
        web.post(base + "/loa", render_letter),
        web.patch(base + "/loa", replace_letter),
        web.patch(base + "/frequency", change_frequency),
        web.patch(base + "/webhook", change_webhook),
        web.get(base + "/external_verification", read_proof),
        web.post(base + "/external_verification", submit_proof),
    ]


async def read(request: web.Request) -> web.Response:
    owner, settings = access.settings(request)
    return single(_render(access.simulator(request), owner, settings))


async def enable(request: web.Request) -> web.Response:
    owner, simulator = access.enterprise(request), access.simulator(request)
    access.require_terms(request)
    body = await body_of(request, ENABLE)
    if owner.settings is not None and simulator.gates(owner.settings)[0] != "rejected":
        raise ApiError(400, ("Reputation is already enabled for this enterprise.", ""))
    document, now = _document(request, body["loa_document_id"]), simulator.now()
    owner.settings = Settings(
        loa_document_id=document.id,
        check_frequency=body.get("check_frequency", "business_daily"),
        created_at=now,
        updated_at=now,
        business_since=now,
        letter_since=now,
        refusals=_refusals(owner),
        letter_refused="unsigned" in document.filename.lower(),
    )
    simulator.charge(access.account(request), "monitoring", 1, "Number reputation enabled")
    return single(_render(simulator, owner, owner.settings), status=201)


def _refusals(owner: Enterprise) -> tuple[str, ...]:
    refused = "reject" in owner.fields["legal_name"].lower()
    return ("Business details could not be verified",) if refused else ()


def _document(request: web.Request, identity: str) -> Document:
    document = access.account(request).documents.get(identity)
    if document is None:
        raise ApiError(422, ("The document does not exist.", "/body/loa_document_id"))
    document.linked = True
    return document


async def disable(request: web.Request) -> web.Response:
    owner, _ = access.settings(request)
    owner.holding.clear(access.simulator(request).now())
    owner.settings = None
    return web.Response(status=204)


async def render_letter(request: web.Request) -> web.Response:
    owner = access.enterprise(request)
    access.require_terms(request)
    body = await body_of(request, RENDER, status=400, optional=True)
    signature = body.get("signature") or {}
    lines = [owner.fields["legal_name"], "Letter of Authorization", str(signature.get("signer_name") or "unsigned")]
    return web.Response(body=letter_pdf(lines), content_type="application/pdf")


async def replace_letter(request: web.Request) -> web.Response:
    owner, settings = access.settings(request)
    simulator = access.simulator(request)
    body = await body_of(request, LETTER, status=400)
    if simulator.gates(settings)[1] == "approved":
        raise ApiError(400, ("The letter cannot be changed after approval.", "/body/loa_document_id"))
    document = _document(request, body["loa_document_id"])
    settings.loa_document_id, settings.letter_refused = document.id, "unsigned" in document.filename.lower()
    settings.letter_since = settings.updated_at = simulator.now()
    settings.decided.discard("letter")
    return single(_render(simulator, owner, settings))


async def change_frequency(request: web.Request) -> web.Response:
    owner, settings = access.settings(request)
    simulator = access.simulator(request)
    body = await body_of(request, CHANGE_FREQUENCY, status=400)
    if simulator.gates(settings)[0] != "approved":
        raise ApiError(400, ("The frequency can be changed once status is approved.", ""))
    settings.check_frequency, settings.updated_at = body["check_frequency"], simulator.now()
    return single(_render(simulator, owner, settings))


async def change_webhook(request: web.Request) -> web.Response:
    owner, settings = access.settings(request)
    body = await body_of(request, WEBHOOK)
    settings.webhook_url, settings.updated_at = body["webhook_url"], access.simulator(request).now()
    return single(_render(access.simulator(request), owner, settings))


# External verification ----------------------------------------------------------------------------------------------


async def submit_proof(request: web.Request) -> web.Response:
    owner, account = access.enterprise(request), access.account(request)
    body = await body_of(request, PROOF)
    unknown = [one for one in body["document_ids"] if one not in account.documents]
    if unknown:
        raise ApiError(422, ("A document does not exist.", "/body/document_ids"))
    if owner.proof is not None and proof_status(access.simulator(request), owner) == "approved":
        raise ApiError(400, ("The external verification is approved and cannot be changed.", ""))
    names = [account.documents[one].filename.lower() for one in body["document_ids"]]
    refused = any("unclear" in name for name in names)
    owner.proof = Proof(body["document_ids"], body.get("phone_numbers"), access.simulator(request).now(), refused)
    return single(_render_proof(access.simulator(request), owner, owner.proof))


async def read_proof(request: web.Request) -> web.Response:
    owner = access.enterprise(request)
    if owner.proof is None:
        raise not_found("The external verification")
    return single(_render_proof(access.simulator(request), owner, owner.proof))


def proof_status(simulator: Simulator, owner: Enterprise) -> str | None:
    if owner.proof is None:
        return None
    return simulator.gate(owner.proof.submitted_at, PROOF_REVIEW, owner.proof.refused, decided=owner.proof.decided)


def _render_proof(simulator: Simulator, owner: Enterprise, proof: Proof) -> dict[str, Any]:
    status = proof_status(simulator, owner)
    reviewed = simulator.later(proof.submitted_at, PROOF_REVIEW) if status != "pending" else None
    return {
        "enterprise_id": owner.id,
        "status": status,
        "document_ids": proof.document_ids,
        "phone_numbers": proof.phone_numbers,
        "rejection_reason": proof.reason if status == "rejected" else None,
        "submitted_at": stamp(proof.submitted_at),
        "reviewed_at": stamp(reviewed),
    }


def _render(simulator: Simulator, owner: Enterprise, settings: Settings) -> dict[str, Any]:
    status, letter = simulator.gates(settings)
    return {
        "enterprise_id": owner.id,
        "status": status,
        "loa_status": letter,
        "check_frequency": settings.check_frequency,
        "loa_document_id": settings.loa_document_id,
        "rejection_reasons": list(settings.refusals) if status == "rejected" else None,
        "external_verification_status": proof_status(simulator, owner),
        "webhook_url": settings.webhook_url,
        "created_at": stamp(settings.created_at),
        "updated_at": stamp(settings.updated_at),
    }
