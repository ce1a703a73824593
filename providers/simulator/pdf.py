"""A one-page PDF out of a few lines of text: what the simulated letter of authorization is made of."""

from __future__ import annotations

from collections.abc import Iterable


def letter_pdf(lines: Iterable[str]) -> bytes:
    """A valid PDF 1.4 file with the lines in Helvetica, one below the other."""
    text = " T* ".join(f"({_escaped(line)}) Tj" for line in lines)
    stream = f"BT /F1 14 Tf 72 720 Td 22 TL {text} ET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    return _file(objects)


def _file(objects: list[bytes]) -> bytes:
    body, offsets = b"%PDF-1.4\n", []
    for place, one in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (place, one)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + trailer


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
