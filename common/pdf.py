"""PDFs by ReportLab: one page style, one embedded font (Bitstream Vera, which comes with ReportLab), one ink."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import reportlab
from reportlab.lib import colors
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate

FOLDER = Path(reportlab.__file__).parent / "fonts"
REGULAR, BOLD, SLANTED = "Vera", "VeraBd", "VeraIt"
INK = colors.HexColor("#1a2433")
MARGIN = inch


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


def document(story: Sequence[Flowable], *, title: str, author: str) -> bytes:
    """Return a document on letter paper; the same story gives the same bytes."""
    register()
    file = BytesIO()
    made = SimpleDocTemplate(
        file,
        pagesize=LETTER,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=title,
        author=author,
        invariant=1,
    )
    made.build(list(story))
    return file.getvalue()


def style(*, size: float, font: str = REGULAR, **more: object) -> ParagraphStyle:
    """Return the style of a paragraph; `size` in points."""
    register()
    values: dict[str, object] = {"fontName": font, "fontSize": size, "leading": size * 1.45, "textColor": INK}
    return ParagraphStyle(f"{font} {size}", **(values | more))


def paragraph(text: str, drawn: ParagraphStyle) -> Paragraph:
    """Return a paragraph; what a person typed is never read as markup, and its lines stay lines."""
    return Paragraph(escape(text).replace("\n", "<br/>"), drawn)
