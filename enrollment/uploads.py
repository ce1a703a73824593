"""Uploaded files: what is taken, by size and by content. The name and the type that the browser says prove nothing."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from PIL import Image

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 60_000_000
PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
ENDINGS = {PDF: ".pdf", PNG: ".png", JPEG: ".jpg"}
# What runs, opens or carries other things inside a PDF has no place in a letter or an invoice.
ACTIVE_WORDS = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia")


class UploadError(ValueError):
    """The file is not taken; the message says why, in words for the person who chose it."""


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """A file that may be kept, with a name that is safe to show and the type that its content has."""

    name: str
    content_type: str
    content: bytes


def judge(name: str, content: bytes, *, types: tuple[str, ...]) -> JudgedFile:
    """Return the file if it is one of the types, or raise UploadError."""
    if not content:
        raise UploadError("The file is empty.")
    if len(content) > MAX_BYTES:
        raise UploadError(f"The file is larger than {MAX_BYTES // 1024**2} MB. Save it smaller and choose it again.")
    found = _type_of(content)
    if found not in types:
        raise UploadError("Choose a PDF." if types == (PDF,) else "Choose a PDF, PNG or JPEG file.")
    if found == PDF:
        _judge_pdf(content)
    else:
        _judge_picture(content)
    return JudgedFile(_safe_name(name, found), found, content)


def _type_of(content: bytes) -> str:
    starts = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
    return next((kind for start, kind in starts if content.startswith(start)), "")


def _judge_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-2048:]:
        raise UploadError("The PDF is cut off. Save it again and choose it once more.")
    if any(word in content for word in ACTIVE_WORDS):
        raise UploadError("The PDF contains scripts or other files. Print it to a new PDF and choose that one.")


def _judge_picture(content: bytes) -> None:
    try:
        with Image.open(BytesIO(content), formats=["PNG", "JPEG"]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise UploadError("The picture is too large. Save it smaller and choose it again.")
            picture.verify()
    except UploadError:
        raise
    except Exception as error:  # a broken or hostile picture makes Pillow raise errors of many kinds
        raise UploadError("The picture cannot be read. Save it again and choose it once more.") from error


def _safe_name(name: str, content_type: str) -> str:
    """Return a file's own name without folders, with the ending of what it is."""
    shown = "".join(character for character in name if character.isprintable())
    stem = PurePosixPath(shown.replace("\\", "/")).stem[:120].strip(". ") or "file"
    return stem + ENDINGS[content_type]
