"""The evidence pack as PDF: the same facts as the text, the same bytes for the same facts."""

from __future__ import annotations

from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer

from common import pdf
from remediation.services.evidence import (
    ATTESTATION,
    ATTESTED,
    NOT_TOLD,
    Affected,
    Evidence,
    label_lines,
    moment_words,
)

UNPRINTABLE = "?"


def pdf_of(evidence: Evidence) -> bytes:
    """Return the evidence as PDF."""
    return pdf.document(story_of(evidence), title=evidence.title, author=_printable(evidence.business))


def story_of(evidence: Evidence) -> list[Flowable]:
    """Return the paragraphs of the document."""
    practices = [f"{practice}: {answer}" for practice, answer in evidence.practices]
    return [
        _paragraph(evidence.title, size=16, bold=True),
        *_part("Business", [evidence.business, evidence.contact or NOT_TOLD]),
        *_part("What the calls are for", [evidence.purpose]),
        *_part(ATTESTED, practices or [NOT_TOLD]),
        *(flowable for affected in evidence.numbers for flowable in _number_part(affected)),
        Spacer(1, 18),
        _paragraph(f"{ATTESTATION} Put together {moment_words(evidence.made_at)}.", size=9),
    ]


def _number_part(affected: Affected) -> list[Flowable]:
    since = f"flagged since {moment_words(affected.tag_since)}" if affected.tag_since else "not flagged now"
    title = f"Affected number: {affected.number}, {since}"
    return [KeepTogether(_part(title, [*label_lines(affected), *affected.attempts]))]


def _part(title: str, lines: list[str]) -> list[Flowable]:
    return [Spacer(1, 12), _paragraph(title, size=11, bold=True), *(_paragraph(line, size=10) for line in lines)]


def _paragraph(text: str, *, size: float, bold: bool = False) -> Paragraph:
    return pdf.paragraph(_printable(text), pdf.style(size=size, font=pdf.BOLD if bold else pdf.REGULAR))


def _printable(text: str) -> str:
    """Return the text with a question mark for each character that the font cannot show."""
    while missing := pdf.first_unprintable(text):
        text = text.replace(missing, UNPRINTABLE)
    return text
