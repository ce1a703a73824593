"""Pictures of signatures: drawn in the browser, or a typed name rendered as an image."""

from __future__ import annotations

import base64
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from common import pdf

PREFIX = "data:image/png;base64,"
MAX_CHARACTERS = 400_000  # of the data URL; a canvas of 1200 x 400 needs about a tenth
MAX_PIXELS = 2_000_000
LEAST_INK = 60  # dark pixels; a click by mistake leaves fewer
INK_LEVEL = 128
TYPED_SIZE = 64  # pixels
PADDING = 16


class SignatureError(ValueError):
    """The picture is no signature; the message says why, in words for the person who signs."""


def typed_picture(name: str) -> bytes:
    """Return a typed name as a PNG in slanted letters, dark on white."""
    font = ImageFont.truetype(str(pdf.FOLDER / f"{pdf.SLANTED}.ttf"), TYPED_SIZE)
    left, top, right, bottom = font.getbbox(name)
    size = (int(right - left) + 2 * PADDING, int(bottom - top) + 2 * PADDING)
    picture = Image.new("L", size, color=255)
    ImageDraw.Draw(picture).text((PADDING - left, PADDING - top), name, font=font, fill=20)
    return _png(picture)


def drawn_picture(data_url: str) -> bytes:
    """Return what was drawn as a clean PNG, dark on white; raise SignatureError when it is empty or no picture."""
    if not data_url.startswith(PREFIX) or len(data_url) > MAX_CHARACTERS:
        raise SignatureError("The drawing did not arrive. Draw it again, or type your name instead.")
    try:
        gray = _read(base64.b64decode(data_url[len(PREFIX) :], validate=True))
    except SignatureError:
        raise
    except Exception as error:  # a broken or hostile picture makes Pillow raise errors of many kinds
        raise SignatureError("The drawing could not be read. Draw it again, or type your name instead.") from error
    if sum(gray.histogram()[:INK_LEVEL]) < LEAST_INK:
        raise SignatureError("The field is empty. Draw your signature in it, or type your name instead.")
    return _png(gray)


def _read(png: bytes) -> Image.Image:
    """Open a PNG whose size is known before it is unpacked."""
    picture = Image.open(BytesIO(png), formats=["PNG"])
    if picture.width * picture.height > MAX_PIXELS:
        raise SignatureError("The drawing is too large. Draw it again.")
    return _on_white(picture)


def _on_white(picture: Image.Image) -> Image.Image:
    """Return a picture in gray, with white behind what is transparent."""
    layer = picture.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    white.alpha_composite(layer)
    return white.convert("L")


def _png(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, format="PNG", optimize=True)
    return file.getvalue()
