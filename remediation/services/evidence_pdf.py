"""The evidence pack as PDF: the same facts as the text, the same bytes for the same facts."""

from __future__ import annotations

from reportlab.platypus import Flowable, Paragraph, Spacer

from common import pdf
from remediation.services.evidence import ATTESTATION, NOT_TOLD, Evidence, label_line, moment_words

UNPRINTABLE = "?"


def pdf_of(evidence: Evidence) -> bytes:
    """Return the evidence as PDF."""
    title = f"Evidence for {evidence.number}"
    return pdf.document(_story(evidence), title=title, author=_printable(evidence.business))


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
    return pdf.paragraph(_printable(text), pdf.style(size=size, font=pdf.BOLD if bold else pdf.REGULAR))


def _printable(text: str) -> str:
    """Return the text with a question mark for each character that the font cannot show."""
    while missing := pdf.first_unprintable(text):
        text = text.replace(missing, UNPRINTABLE)
    return text
