"""The font of letters and typed signatures: Bitstream Vera, which comes with ReportLab, embedded in each letter."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(reportlab.__file__).parent / "fonts"
REGULAR, BOLD, SLANTED = "Vera", "VeraBd", "VeraIt"


@cache
def register() -> None:
    """Make the font known to ReportLab, once in each process."""
    for name in (REGULAR, BOLD, SLANTED):
        pdfmetrics.registerFont(TTFont(name, str(FOLDER / f"{name}.ttf")))


@cache
def _glyphs() -> frozenset[int]:
    register()
    return frozenset.intersection(*(frozenset(pdfmetrics.getFont(name).face.charToGlyph) for name in (REGULAR, BOLD)))


def first_unprintable(text: str) -> str:
    """Return the first character that the font cannot show, or ''."""
    return next((one for one in text if ord(one) not in _glyphs() and not one.isspace()), "")
