"""Secrets at rest: AES-GCM with a key from the environment, bound to the row that holds them.

Sealed bytes are version (1), key id (4), nonce (12), then ciphertext with its tag. A value that is moved to another row
does not open. FIELD_KEYS lists base64 keys of 32 bytes; the first seals, all open, so a key is rotated by putting a new
one in front.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = b"\x01"
KEY_ID_BYTES = 4
NONCE_BYTES = 12


class SealBroken(Exception):
    """A sealed value cannot be opened: moved from another row, damaged, or its key is gone."""


def _keys() -> dict[bytes, bytes]:
    """Return the keys by id, in order; raises ImproperlyConfigured when there is none or one is odd."""
    if not settings.FIELD_KEYS:
        raise ImproperlyConfigured("FIELD_KEYS must hold at least one base64 key of 32 bytes.")
    try:
        keys = [base64.b64decode(text, validate=True) for text in settings.FIELD_KEYS]
    except binascii.Error as error:
        raise ImproperlyConfigured("FIELD_KEYS must be base64.") from error
    if any(len(key) != 32 for key in keys):
        raise ImproperlyConfigured("Each key of FIELD_KEYS must have 32 bytes.")
    return {hashlib.sha256(key).digest()[:KEY_ID_BYTES]: key for key in keys}


def seal(text: str, *, place: str) -> bytes:
    """Return `text` sealed; `place` names the row and column, such as `numbers_feed:12:secret`."""
    key_id, key = next(iter(_keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + key_id + nonce + AESGCM(key).encrypt(nonce, text.encode(), place.encode())


def unseal(sealed: bytes, *, place: str) -> str:
    """Return the text behind sealed bytes; b'' is ''. Raises SealBroken."""
    if not sealed:
        return ""
    head = len(VERSION) + KEY_ID_BYTES
    key = _keys().get(bytes(sealed[len(VERSION) : head]))
    if key is None:
        raise SealBroken("The key that sealed this secret is not in FIELD_KEYS.")
    nonce, box = bytes(sealed[head : head + NONCE_BYTES]), bytes(sealed[head + NONCE_BYTES :])
    try:
        return AESGCM(key).decrypt(nonce, box, place.encode()).decode()
    except InvalidTag as error:
        raise SealBroken("This secret was not sealed for this place.") from error
