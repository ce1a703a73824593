"""Documents: upload as JSON or multipart, read, download. Unlinked ones are gone after 30 wall-clock minutes."""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import timedelta
from typing import Any

from aiohttp import web

from providers.simulator.answers import ApiError, body_of, not_found, single, stamp
from providers.simulator.records import Document, made_up_id
from providers.simulator.telnyx import access
from providers.simulator.telnyx.shapes import DOCUMENT

KEPT_UNLINKED = timedelta(minutes=30)


def routes() -> list[web.RouteDef]:
    return [
        web.post("/v2/documents", upload),
        web.get("/v2/documents/{id}", read),
        web.get("/v2/documents/{id}/download", download),
    ]


async def upload(request: web.Request) -> web.Response:
    account = access.account(request)
    multipart = request.content_type.startswith("multipart/")
    filename, content, reference = await (_multipart(request) if multipart else _json(request))
    now = access.simulator(request).now()
    identity = made_up_id(account.key, "document", str(len(account.documents)), str(now))
    kind = "application/pdf" if content.startswith(b"%PDF") else "application/octet-stream"
    account.documents[identity] = Document(identity, filename, content, kind, reference, now)
    return single(_render(account.documents[identity]))


async def _json(request: web.Request) -> tuple[str, bytes, str]:
    body = await body_of(request, DOCUMENT)
    try:
        content = base64.b64decode(body.get("file", ""), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise ApiError(422, ("file is not base64.", "/body/file")) from exc
    if not content and not body.get("url"):
        raise ApiError(422, ("file or url is required.", "/body/file"))
    return body.get("filename", "document.pdf"), content, body.get("customer_reference", "")


async def _multipart(request: web.Request) -> tuple[str, bytes, str]:
    form = await request.post()
    part = form.get("file")
    if not isinstance(part, web.FileField):
        raise ApiError(422, ("file is required.", "/body/file"))
    return part.filename, part.file.read(), str(form.get("customer_reference", ""))


async def read(request: web.Request) -> web.Response:
    return single(_render(_find(request)))


async def download(request: web.Request) -> web.Response:
    document = _find(request)
    return web.Response(body=document.content, content_type=document.content_type)


def _find(request: web.Request) -> Document:
    documents = access.account(request).documents
    found = documents.get(request.match_info["id"])
    if found is not None and not found.linked and access.simulator(request).now() > found.created_at + KEPT_UNLINKED:
        del documents[found.id]
        found = None
    if found is None:
        raise not_found("The document")
    return found


def _render(one: Document) -> dict[str, Any]:
    return {
        "id": one.id,
        "record_type": "document",
        "filename": one.filename,
        "content_type": one.content_type,
        "size": {"amount": len(one.content), "unit": "bytes"},
        "sha256": hashlib.sha256(one.content).hexdigest(),
        "status": "verified",
        "av_scan_status": "scanned",
        "customer_reference": one.customer_reference,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
    }
