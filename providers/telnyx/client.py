"""Requests to the Telnyx API v2: addresses, the key, paging, and its error bodies put into words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from providers import http
from providers.errors import Misconfigured, OutcomeUnknown, Temporary

SERVICE = "Telnyx"
BASE_URL = "https://api.telnyx.com/v2"
PAGE_SIZE = 250


class TelnyxClient:
    """The API with one key. Paths begin with a slash; ids and numbers in them go through `segment`."""

    def __init__(self, http_client: http.HttpClient, *, key: str, base_url: str = BASE_URL) -> None:
        self._http = http_client
        self._base = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key.strip()}", "Accept": "application/json"}

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The answer's JSON. Statuses other than 2xx raise as `providers.http.judge` says."""
        answer = self._http.get(self._base + path, service=SERVICE, params=params, headers=self._headers)
        judge(answer, changes=False)
        return answer.json(SERVICE)

    def get_page(self, path: str, number: int, params: Mapping[str, Any] | None = None) -> tuple[list[Any], Meta]:
        """One page of a list at the largest size (the default size differs per list, so it is always sent)."""
        asked = {"page[number]": number, "page[size]": PAGE_SIZE, **(params or {})}
        return page_of(self.get(path, asked))

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """Change something; the answer's JSON, None for 204. Done, but told in a garbled way, is `OutcomeUnknown`."""
        answer = self._http.send(method, self._base + path, service=SERVICE, body=body, headers=self._headers)
        judge(answer, changes=True)
        try:
            return answer.json(SERVICE) if answer.body else None
        except Temporary as exc:
            raise OutcomeUnknown(f"{SERVICE} took the request, and its answer cannot be read.") from exc

    def send_repeatable(self, method: str, path: str, body: Any = None) -> Any:
        """The same for what may be sent again without harm or cost: instead of unknown its outcome is `Temporary`."""
        try:
            return self.send(method, path, body)
        except OutcomeUnknown as exc:
            raise Temporary(exc.message) from exc

    def send_for_pdf(self, path: str, body: Any) -> bytes:
        """POST something that is free and changes nothing, and is answered by a PDF."""
        headers = self._headers | {"Accept": "application/pdf, application/json"}
        try:
            answer = self._http.send("POST", self._base + path, service=SERVICE, body=body, headers=headers)
            judge(answer, changes=True)
        except OutcomeUnknown as exc:
            raise Temporary(exc.message) from exc
        if not answer.body.startswith(b"%PDF"):
            raise Temporary(f"{SERVICE} sent something else than a PDF. It will be asked again.")
        return answer.body


class Meta:
    """A list's `meta`: how many pages and results there are in all."""

    __slots__ = ("total_pages", "total_results")

    def __init__(self, total_pages: int, total_results: int) -> None:
        self.total_pages = total_pages
        self.total_results = total_results


def segment(value: str) -> str:
    """An id or number as one path segment: a number's plus sign becomes %2B, as the contract asks."""
    return quote(value, safe="")


def page_of(answer: Any) -> tuple[list[Any], Meta]:
    """The `data` and `meta` of a list answer; `Temporary` when it is not shaped like one."""
    meta = answer.get("meta") if isinstance(answer, dict) else None
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list) or not isinstance(meta, dict):
        raise Temporary(f"{SERVICE} sent an answer that is not a list of results. It will be asked again.")
    return data, Meta(_count(meta, "total_pages"), _count(meta, "total_results"))


def _count(meta: Mapping[str, Any], name: str) -> int:
    value = meta.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Temporary(f"{SERVICE} sent a list without its total. It will be asked again.")
    return value


def judge(answer: http.Answer, *, changes: bool) -> None:
    """Raise the error that fits, with what Telnyx said.

    Branching is on the HTTP status: the service's codes clash with Telnyx's general catalogue (10005, 10009).
    """
    details = details_of(answer)
    said = "; ".join(details)[:500]
    if answer.status == 403:
        raise Misconfigured(
            f"{SERVICE} does not allow this to this key (status 403). Check that its terms of service for Number "
            f"Reputation are accepted.{f' It said: {said}' if said else ''}"
        )
    http.judge(answer, service=SERVICE, reason=said, changes=changes, details=details)


def details_of(answer: http.Answer) -> tuple[str, ...]:
    """The error envelope in words, one sentence per entry; empty when the body is none (a proxy's page, say)."""
    if answer.status < 400:
        return ()
    try:
        errors = answer.json(SERVICE)["errors"]
    except (Temporary, KeyError, TypeError):
        return ()
    found = (_sentence(one) for one in (errors if isinstance(errors, list) else [errors]))
    return tuple(one for one in found if one)


def _sentence(error: Any) -> str:
    """`Invalid parameters: must have the right form (phone_numbers/1)`. The text is called detail or description."""
    if not isinstance(error, dict):
        return str(error)[:200] if isinstance(error, str) else ""
    title, detail = str(error.get("title") or ""), str(error.get("detail") or error.get("description") or "")
    words = f"{title}: {detail}" if title and detail else title or detail
    source = error.get("source")
    where = (source.get("pointer") or source.get("parameter")) if isinstance(source, dict) else None
    return f"{words} ({str(where).removeprefix('/body/')})" if words and where else words
