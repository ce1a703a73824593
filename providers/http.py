"""The one way out: an HTTP client that a hostile or broken server cannot hold, fill, fool or send elsewhere.

Public HTTPS addresses only (see `addresses`), no redirects, no proxies or passwords from the environment, a deadline
over the whole exchange, a cap on the bytes after decompression, and a body counts only when its end is certain.
Errors of the exchange leave as `providers.errors`; statuses are the caller's to judge (`judge` does the usual).
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError

from providers import addresses
from providers.deadline import Deadline, deadline, watched
from providers.errors import Misconfigured, OutcomeUnknown, ProviderError, Refused, Temporary

DEADLINE = 30.0
CAP = 32 * 1024 * 1024
CONNECT_TIMEOUT = 10.0
LONGEST_WAIT = 24 * 3600.0
USER_AGENT = "number-reputation-portal/1.0"
_CHUNK = 64 * 1024
_IN_MEMORY = 1024 * 1024
_NO_BODY = {204, 304}


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: status, headers (case-insensitive mapping), and the decoded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self, service: str) -> Any:
        """The body as JSON; `Temporary` when it is none (a cut or garbled answer is worth another try)."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as exc:
            raise Temporary(f"{service} sent an answer that is not valid JSON. It will be asked again.") from exc


class HttpClient:
    """One client per thread. `allow` are the operator's host:port pairs, `deadline` seconds, `cap` bytes."""

    def __init__(
        self, *, allow: Collection[str] = (), deadline: float = DEADLINE, cap: int = CAP, verify: bool | str = True
    ) -> None:
        """`verify` is True, or the path of a bundle of certificate authorities; verification cannot be switched off."""
        if verify is False:
            raise ValueError("Certificates are always verified.")
        self.allowed = addresses.parse_allowed(allow)
        self.deadline = deadline
        self.cap = cap
        self._verify = verify
        self._guarded = _session(addresses.GuardedAdapter(is_https_proto=True))
        self._trusted = _session(HTTPAdapter())

    def get(
        self,
        url: str,
        *,
        service: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Read something. Every failure of the exchange is `Temporary` or `Misconfigured`."""
        return self._whole("GET", url, service, changes=False, params=params, headers=headers)

    def send(
        self,
        method: str,
        url: str,
        *,
        service: str,
        body: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Change something, with a JSON body. Once the request may have arrived, a failure is `OutcomeUnknown`."""
        return self._whole(method, url, service, changes=True, params=params, headers=headers, json=body)

    def download(self, url: str, *, service: str, headers: Mapping[str, str] | None = None) -> tuple[Answer, IO[bytes]]:
        """A file, complete before it is handed over: kept in memory up to 1 MB, beyond that in an unlinked file."""
        spool: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (the caller closes it)
        answer = self._exchange("GET", url, service, False, spool, headers=headers)
        spool.seek(0)
        return answer, spool

    def _whole(self, method: str, url: str, service: str, *, changes: bool, **kwargs: Any) -> Answer:
        with SpooledTemporaryFile(max_size=self.cap + 1) as spool:
            answer = self._exchange(method, url, service, changes, spool, **kwargs)
            spool.seek(0)
            return Answer(answer.status, answer.headers, spool.read())

    def _exchange(self, method: str, url: str, service: str, changes: bool, spool: IO[bytes], **kwargs: Any) -> Answer:
        session = self._trusted if addresses.check_address(url, self.allowed) else self._guarded
        with deadline(self.deadline) as running:
            try:
                return self._run(session, running, method, url, service, spool, kwargs)
            except (requests.RequestException, HTTPError, OSError, ValueError, zlib.error) as exc:
                raise self._error(exc, service, url, running, changes) from exc

    def _run(
        self,
        session: requests.Session,
        running: Deadline,
        method: str,
        url: str,
        service: str,
        spool: IO[bytes],
        kwargs: dict[str, Any],
    ) -> Answer:
        timeout = (min(CONNECT_TIMEOUT, self.deadline), self.deadline)
        with session.request(
            method, url, timeout=timeout, allow_redirects=False, stream=True, verify=self._verify, **kwargs
        ) as response:
            _refuse_redirect(response, service)
            _require_length(response, method)
            for chunk in _chunks(response, running):
                spool.write(chunk)
                if spool.tell() > self.cap:
                    raise _TooLarge
            return Answer(response.status_code, response.headers, b"")

    def _error(self, exc: Exception, service: str, url: str, running: Deadline, changes: bool) -> ProviderError:
        if isinstance(exc, InvalidIPAddress):
            return addresses.refused_address(_host(url))
        if isinstance(exc, requests.exceptions.InvalidURL | requests.exceptions.InvalidHeader):
            return Misconfigured(f"The address or key of {service} cannot be used. Correct it in its settings.")
        words = _words(exc, service, running.expired, self.deadline, self.cap)
        return OutcomeUnknown(words) if changes and not _never_arrived(exc) else Temporary(words)


class _TooLarge(ValueError):
    """The body passed the cap."""


class _Cut(ValueError):
    """The packed body ended before its end."""


class _NoEnd(ValueError):
    """The body has neither a length nor chunks, so a cut would go unseen."""


class _DeadlinePassed(ValueError):
    """The whole exchange took too long."""


def _session(adapter: HTTPAdapter) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"})
    session.adapters.clear()
    session.mount("https://", watched(adapter))
    if not isinstance(adapter, addresses.GuardedAdapter):
        session.mount("http://", adapter)
    return session


def _chunks(response: requests.Response, running: Deadline) -> Iterator[bytes]:
    """The decoded body as it comes. Only gzip is asked for, so only gzip is understood."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding == "gzip":
        return _unpacked(_raw_chunks(response, running))
    if encoding == "identity":
        return _raw_chunks(response, running)
    raise ValueError(encoding)


def _raw_chunks(response: requests.Response, running: Deadline) -> Iterator[bytes]:
    """`read1` returns after one read from the network, so the deadline is looked at between drips."""
    while chunk := response.raw.read1(_CHUNK, decode_content=False):
        yield chunk
        if running.left() <= 0:
            raise _DeadlinePassed
    if running.expired:
        raise _DeadlinePassed


def _unpacked(packed: Iterator[bytes]) -> Iterator[bytes]:
    """gzip, unpacked in small steps, so that a bomb meets the cap early; a stream without its end was cut."""
    unpacker, began = zlib.decompressobj(wbits=31), False
    for chunk in packed:
        began = True
        while chunk:
            if unpacker.eof:
                unpacker = zlib.decompressobj(wbits=31)
            yield unpacker.decompress(chunk, _CHUNK)
            chunk = unpacker.unconsumed_tail or unpacker.unused_data
    while rest := unpacker.decompress(b"", _CHUNK):
        yield rest
    if began and not unpacker.eof:
        raise _Cut


def _refuse_redirect(response: requests.Response, service: str) -> None:
    if response.status_code in {301, 302, 303, 307, 308}:
        raise Misconfigured(
            f"{service} answered with a redirect to another address, which the portal does not follow. "
            "Check the address in its settings."
        )


def _require_length(response: requests.Response, method: str) -> None:
    if method == "HEAD" or response.status_code in _NO_BODY:
        return
    chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
    if not chunked and not response.headers.get("Content-Length", "").isdigit():
        raise _NoEnd


def _host(url: str) -> str:
    return urlsplit(url).hostname or "This"


def _never_arrived(exc: Exception) -> bool:
    """Whether the request certainly did not reach the server: the connection was never made."""
    text = repr(exc)
    return isinstance(exc, requests.exceptions.ConnectTimeout | requests.exceptions.SSLError) or any(
        word in text for word in ("NewConnectionError", "NameResolutionError", "Failed to resolve", "NeverConnected")
    )


def _words(exc: Exception, service: str, expired: bool, seconds: float, cap: int) -> str:
    """What happened, for people. The library's own text stays in the exception's cause, for the log."""
    again = "It will be asked again."
    if "NeverConnected" in repr(exc):
        return f"{service} could not be reached within {seconds:g} seconds: its name or address is silent. {again}"
    if expired or isinstance(exc, _DeadlinePassed):
        return f"{service} did not finish its answer within {seconds:g} seconds. {again}"
    if isinstance(exc, _TooLarge):
        return f"{service} sent more than {cap // 2**20} MB in one answer, which is not read further. {again}"
    if isinstance(exc, _NoEnd):
        return f"{service} sent an answer without a length, so it cannot be told whether it is whole. {again}"
    if isinstance(exc, requests.exceptions.SSLError):
        return f"{service} showed a certificate that is expired, for another name, or not trusted. {again}"
    if isinstance(exc, requests.exceptions.Timeout):
        return f"{service} did not answer in time. {again}"
    if "resolve" in repr(exc):
        return f"The host name of {service} cannot be found. Check the address. {again}"
    if isinstance(exc, _Cut) or "IncompleteRead" in repr(exc) or "ProtocolError" in repr(exc):
        return f"{service} broke off in the middle of its answer. {again}"
    if isinstance(exc, requests.exceptions.ConnectionError):
        return f"{service} cannot be reached. {again}"
    return f"{service} sent an answer that cannot be read. {again}"


# Statuses -----------------------------------------------------------------------------------------------------------


def judge(
    answer: Answer, *, service: str, reason: str = "", changes: bool = False, details: tuple[str, ...] = ()
) -> None:
    """Raise the error that fits the status; 2xx passes.

    `reason` is what the provider said, in words; `details` the same as one sentence per entry that it complained about.
    """
    status, said = answer.status, f" It said: {reason}" if reason else ""
    if 200 <= status < 300:
        return
    if status == 429 or status == 503:
        wait = "asks to wait" if status == 429 else "is unavailable"
        raise Temporary(f"{service} {wait} (status {status}).{said}", retry_after=retry_after(answer.headers))
    if status in (401, 407):
        raise Misconfigured(f"{service} does not accept the key (status {status}). Enter a new one.{said}")
    if status == 403:
        raise Misconfigured(f"{service} does not allow this account to do this (status 403).{said}")
    if status >= 500 or status == 408:
        trouble = f"{service} has a fault of its own (status {status}).{said}"
        raise OutcomeUnknown(trouble) if changes else Temporary(trouble, retry_after=retry_after(answer.headers))
    raise Refused(f"{service} refused the request (status {status}).{said}", status=status, details=details)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider asks to wait: Retry-After (seconds or a date) or x-ratelimit-reset; at most a day."""
    for name in ("Retry-After", "x-ratelimit-reset"):
        value = headers.get(name, "")
        seconds = _seconds(value) if value else None
        if seconds is None and value:
            seconds = _until(value, headers.get("Date", ""))
        if seconds is not None:
            return min(max(seconds, 0.0), LONGEST_WAIT)
    return None


def _seconds(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) else None


def _until(value: str, date: str) -> float | None:
    """A date as a wait, measured by the server's own clock, so that skew between the clocks does not matter."""
    try:
        return (parsedate_to_datetime(value) - parsedate_to_datetime(date)).total_seconds()
    except (TypeError, ValueError):
        return None
