"""The letter of authorization: made from the record as PDF, the same bytes for the same facts (D15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from reportlab.lib import colors
from reportlab.lib.units import inch
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable, HRFlowable, Image, Spacer, Table

from common import pdf
from common.us_states import STATE_NAMES
from enrollment.application import Values, text_of

QUIET = colors.HexColor("#56677e")
SIGNATURE_HEIGHT, SIGNATURE_WIDTH = 0.8 * inch, 3 * inch
PARAGRAPHS = (
    (
        "{business} authorizes the operator of its reputation portal, and the call-analytics providers that the "
        "operator works with, to act for it in matters of the reputation of its telephone numbers. This covers "
        "registering the business and its numbers with call-analytics engines and carriers, reading how these label "
        "calls from the numbers, and submitting numbers for re-evaluation when they are labeled as spam or the like."
    ),
    (
        "The authorization covers the telephone numbers that {business} assigns to these services in its account. "
        "{business} confirms that it has the right to use each of them, that its calls follow the laws that apply to "
        "them, and that the details below are true."
    ),
    (
        "It is valid from the date of the signature until it is withdrawn in writing. Whoever receives this letter may "
        "rely on a copy of it."
    ),
)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed, as what, when, and the picture of the signature as PNG."""

    name: str
    title: str
    signed_at: datetime
    png: bytes


def paragraphs(values: Values) -> list[str]:
    """Return the text of the letter, as the page shows it before it is signed."""
    return [paragraph.format(business=text_of(values, "legal_name")) for paragraph in PARAGRAPHS]


def facts(values: Values) -> list[tuple[str, str]]:
    """Return what the letter says about the business, each with its name."""
    state = STATE_NAMES.get(text_of(values, "state"), text_of(values, "state"))
    street = ", ".join(part for part in (text_of(values, "street"), text_of(values, "extended")) if part)
    contact = f"{text_of(values, 'contact_first_name')} {text_of(values, 'contact_last_name')}"
    return [
        ("Legal name", text_of(values, "legal_name")),
        ("Trading name", text_of(values, "trading_name")),
        ("Tax ID (EIN)", text_of(values, "ein")),
        ("Address", f"{street}, {text_of(values, 'city')}, {state} {text_of(values, 'zip_code')}"),
        ("Contact", f"{contact}, {text_of(values, 'contact_title')}"),
        ("E-mail", text_of(values, "contact_email")),
        ("Phone", text_of(values, "contact_phone")),
    ]


def render(values: Values, *, signature: Signature | None) -> bytes:
    """Return the letter as PDF; without a signature it has a line to sign on."""
    return pdf.document(
        _story(values, signature), title="Letter of authorization", author=text_of(values, "legal_name")
    )


def _story(values: Values, signature: Signature | None) -> list[Flowable]:
    body = pdf.style(size=9.5, spaceAfter=8)
    return [
        pdf.paragraph("Letter of authorization", pdf.style(size=17, font=pdf.BOLD, spaceAfter=6)),
        HRFlowable(width="100%", thickness=0.75, color=pdf.INK, spaceAfter=14),
        pdf.paragraph("To whom it may concern", pdf.style(size=10.5, font=pdf.BOLD, spaceAfter=8)),
        *(pdf.paragraph(paragraph, body) for paragraph in paragraphs(values)),
        Spacer(1, 6),
        _facts_table(values),
        Spacer(1, 26),
        *_signature_block(signature),
    ]


def _facts_table(values: Values) -> Table:
    name = pdf.style(size=8.5, textColor=QUIET)
    value = pdf.style(size=9.5)
    rows = [[pdf.paragraph(title, name), pdf.paragraph(text, value)] for title, text in facts(values)]
    table = Table(rows, colWidths=[1.25 * inch, None], hAlign="LEFT")
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.lightgrey)])
    return table


def _signature_block(signature: Signature | None) -> list[Flowable]:
    small = pdf.style(size=9)
    if signature is None:
        above, below = [Spacer(1, SIGNATURE_HEIGHT)], "Signature, name, title and date"
    else:
        above = [_picture(signature.png)]
        below = f"{signature.name}, {signature.title}. Signed on {signature.signed_at:%B %d, %Y at %H:%M} UTC."
    rule = HRFlowable(width=SIGNATURE_WIDTH, thickness=0.75, color=pdf.INK, hAlign="LEFT", spaceBefore=2, spaceAfter=4)
    return [*above, rule, pdf.paragraph(below, small)]


def _picture(png: bytes) -> Image:
    """Return the picture of a signature, scaled into its place."""
    width, height = ImageReader(BytesIO(png)).getSize()
    scale = min(SIGNATURE_WIDTH / width, SIGNATURE_HEIGHT / height)
    return Image(BytesIO(png), width=width * scale, height=height * scale, hAlign="LEFT")
