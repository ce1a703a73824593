"""The evidence pack as PDF: the same facts as the text, the same bytes for the same facts."""

from __future__ import annotations

from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer

from enrollment import letter_font
from remediation.services.evidence import ATTESTATION, NOT_TOLD, Evidence, label_line, moment_words

INK = colors.HexColor("#1a2433")
MARGIN = inch
UNPRINTABLE = "?"


def pdf_of(evidence: Evidence) -> bytes:
    """Return the evidence as PDF."""
    letter_font.register()
    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=LETTER,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=f"Evidence for {evidence.number}",
        author=_printable(evidence.business),
        invariant=1,
    )
    document.build(_story(evidence))
    return file.getvalue()


def _story(evidence: Evidence) -> list[Flowable]:
    since = f"Flagged since {moment_words(evidence.tag_since)}" if evidence.tag_since else "Not flagged now"
    practices = [f"{practice}: {answer}" for practice, answer in evidence.practices]
    return [
        _paragraph(f"Request to re-evaluate the label of {evidence.number}", size=16, bold=True),
        *_part("Business", [evidence.business, evidence.contact or NOT_TOLD]),
        *_part("What the calls are for", [evidence.purpose]),
        *_part("Affected number", [f"{evidence.number}. {since}."]),
        *_part("Labels", [label_line(label) for label in evidence.labels] or ["No source shows a label now."]),
        *_part("Dialing practices, as attested by the business", practices or [NOT_TOLD]),
        *_part("Attempts", evidence.attempts),
        Spacer(1, 18),
        _paragraph(f"{ATTESTATION} Put together {moment_words(evidence.made_at)}.", size=9),
    ]


def _part(title: str, lines: list[str]) -> list[Flowable]:
    return [Spacer(1, 12), _paragraph(title, size=11, bold=True), *(_paragraph(line, size=10) for line in lines)]


def _paragraph(text: str, *, size: float, bold: bool = False) -> Paragraph:
    """Return a paragraph; what a person typed is never read as markup."""
    font = letter_font.BOLD if bold else letter_font.REGULAR
    style = ParagraphStyle(f"{font}{size}", fontName=font, fontSize=size, leading=size * 1.45, textColor=INK)
    return Paragraph(escape(_printable(text)).replace("\n", "<br/>"), style)


def _printable(text: str) -> str:
    """Return the text with a question mark for each character that the font cannot show."""
    while missing := letter_font.first_unprintable(text):
        text = text.replace(missing, UNPRINTABLE)
    return text
