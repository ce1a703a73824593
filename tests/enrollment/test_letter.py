"""The letter of authorization and kept files: signing three ways, what is refused, and who may read them (D15)."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from accounts.models import Account, User
from common.scope import account_scope
from enrollment import letter, signatures, uploads
from enrollment.models import Attachment, Letter
from enrollment.selectors import files as kept_files
from enrollment.selectors import profile
from enrollment.states import SectionKey, SigningMethod
from tests import factories
from tests.conftest import ClientFor
from tests.enrollment import forms_world as world
from tests.enrollment.forms_world import REGISTRATION, address, post_step
from tests.factories import NOW

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
SIGNER = {"signer_name": "Olivia Owens", "signer_title": "COO"}


@pytest.fixture
def manager(client_for: ClientFor, stranger: User) -> Client:
    """The owner of globex, with business and contacts answered."""
    client = client_for(stranger)
    for key in (SectionKey.BUSINESS, SectionKey.CONTACTS):
        post_step(client, REGISTRATION, key)
    return client


def drawn(*, ink: bool = True, size: tuple[int, int] = (900, 260)) -> str:
    picture = Image.new("RGBA", size)
    if ink:
        ImageDraw.Draw(picture).line([(50, 200), (400, 60), (800, 220)], fill="#10223a", width=6)
    file = BytesIO()
    picture.save(file, format="PNG")
    return signatures.PREFIX + base64.b64encode(file.getvalue()).decode()


def sign(client: Client, **data: object) -> object:
    return client.post(address(REGISTRATION, "letter"), {**SIGNER, **data})


def newest(account: Account) -> Letter:
    with account_scope(account):
        return Letter.objects.select_related("pdf", "signature").order_by("-pk")[0]


WAYS = [
    ({"method": "typed", "typed": "Olivia Müller-Owens"}, SigningMethod.TYPED),
    ({"method": "drawn", "drawing": drawn()}, SigningMethod.DRAWN),
]


@pytest.mark.parametrize(("data", "method"), WAYS, ids=["typed", "drawn"])
def test_the_letter_is_signed_and_kept_with_signer_date_and_hash(
    manager: Client, globex: Account, data: dict[str, str], method: SigningMethod
) -> None:
    assert sign(manager, **data)["Location"] == address(REGISTRATION, "review")  # type: ignore[index]
    signed = newest(globex)
    content = bytes(signed.pdf.content)
    assert content.startswith(b"%PDF-")
    assert signed.pdf.sha256 == hashlib.sha256(content).hexdigest()
    assert (signed.method, signed.signer_name, signed.signer_title) == (method, "Olivia Owens", "COO")
    assert signed.signature is not None
    assert Image.open(BytesIO(bytes(signed.signature.content))).format == "PNG"
    assert profile.profile_of(globex).signed_letter == signed


def test_a_letter_signed_by_hand_is_uploaded(manager: Client, globex: Account) -> None:
    sign(manager, method="uploaded", letter=SimpleUploadedFile("../../Signed letter.exe", PDF))
    signed = newest(globex)
    assert (signed.method, signed.pdf.filename) == (SigningMethod.UPLOADED, "Signed letter.pdf")
    assert bytes(signed.pdf.content) == PDF


BAD = [
    ({"method": "typed", "typed": ""}, "Type your name"),
    ({"method": "typed", "typed": "王"}, "cannot show"),
    ({"method": "drawn", "drawing": ""}, "did not arrive"),
    ({"method": "drawn", "drawing": drawn(ink=False)}, "The field is empty"),
    ({"method": "drawn", "drawing": signatures.PREFIX + "%%%"}, "could not be read"),
    ({"method": "drawn", "drawing": signatures.PREFIX + base64.b64encode(b"GIF89a").decode()}, "could not be read"),
    ({"method": "drawn", "drawing": drawn(size=(3000, 3000))}, "too large"),
    ({"method": "uploaded"}, "Choose the signed letter."),
    ({"method": "nonsense"}, "Select a valid choice"),
    ({"method": "typed", "typed": "Olivia", "signer_name": ""}, "required"),
]


@pytest.mark.parametrize(("data", "words"), BAD)
def test_what_is_no_signature_is_refused_in_words(
    manager: Client, globex: Account, data: dict[str, str], words: str
) -> None:
    answer = manager.post(address(REGISTRATION, "letter"), {**SIGNER, **data})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    with account_scope(globex):
        assert not Letter.objects.exists()


BAD_FILES = [
    ("letter.pdf", b"", "The file is empty."),
    ("letter.pdf", b"MZ this is a program", "Choose a PDF."),
    ("letter.pdf", b"%PDF-1.7 cut off", "cut off"),
    ("letter.pdf", b"%PDF-1.7 /JavaScript (app.alert(1)) %%EOF", "scripts"),
    ("letter.png", b"\x89PNG\r\n\x1a\n", "Choose a PDF."),
    ("letter.pdf", b"%PDF-" + b"0" * (uploads.MAX_BYTES + 1) + b"%%EOF", "larger than 10 MB"),
]


@pytest.mark.parametrize(("name", "content", "words"), BAD_FILES)
def test_files_are_judged_by_their_content(manager: Client, name: str, content: bytes, words: str) -> None:
    answer = manager.post(
        address(REGISTRATION, "letter"), {**SIGNER, "method": "uploaded", "letter": SimpleUploadedFile(name, content)}
    )
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_without_business_and_contacts_there_is_nothing_to_sign(client_for: ClientFor, stranger: User) -> None:
    client = client_for(stranger)
    assert "Complete" in client.get(address(REGISTRATION, "letter")).content.decode()
    assert sign(client, method="typed", typed="Olivia Owens").status_code == 400  # type: ignore[attr-defined]


def test_the_same_facts_and_signature_make_the_same_letter() -> None:
    values = {**world.BUSINESS, **world.CONTACTS, "legal_name": "<b>{business}</b> & Sons %s"}
    signature = letter.Signature("Olivia", "COO", NOW, signatures.typed_picture("Olivia"))
    assert letter.render(values, signature=signature) == letter.render(values, signature=signature)
    assert letter.paragraphs(values)[0].startswith("<b>{business}</b> & Sons %s authorizes")


def test_the_unsigned_letter_can_be_read_as_pdf(manager: Client) -> None:
    answer = manager.get(f"{address(REGISTRATION, 'letter')}preview.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


WHOLE = base64.b64decode(drawn()[len(signatures.PREFIX) :])


@given(place=st.integers(0, 400), junk=st.binary(max_size=40), cut=st.integers(0, len(WHOLE)))
@settings(max_examples=300, deadline=None)
def test_a_broken_picture_is_refused_in_words_whatever_is_broken(place: int, junk: bytes, cut: int) -> None:
    broken = (WHOLE[:place] + junk + WHOLE[place + len(junk) :])[:cut]
    with contextlib.suppress(signatures.SignatureError):
        signatures.drawn_picture(signatures.PREFIX + base64.b64encode(broken).decode())
    with contextlib.suppress(uploads.UploadError):
        uploads.judge("scan.png", broken, types=(uploads.PNG,))


def test_a_small_file_that_unpacks_into_a_huge_picture_is_refused() -> None:
    header = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x06\x00\x00\x00"
    bomb = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + header + zlib.crc32(header).to_bytes(4, "big")
    with pytest.raises(signatures.SignatureError):
        signatures.drawn_picture(signatures.PREFIX + base64.b64encode(bomb).decode())
    with pytest.raises(uploads.UploadError):
        uploads.judge("scan.png", bomb, types=(uploads.PNG,))


# --- Proofs ---


def upload(client: Client, name: str, content: bytes) -> object:
    return post_step(client, REGISTRATION, SectionKey.CALLS, go="upload", proof=SimpleUploadedFile(name, content))


def picture(kind: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (20, 20), "white").save(file, format=kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("invoice.pdf", PDF, "invoice.pdf"),
        ("scan.jpeg", picture("JPEG"), "scan.jpg"),
        ("scan.txt", picture("PNG"), "scan.png"),
    ],
)
def test_a_proof_is_kept_once_and_can_be_taken_back(
    manager: Client, globex: Account, name: str, content: bytes, kept: str
) -> None:
    for _ in range(2):
        assert upload(manager, name, content).status_code == 302  # type: ignore[attr-defined]
    (proof,) = profile.proofs_of(globex)
    assert proof.filename == kept
    page = manager.get(address(REGISTRATION, SectionKey.CALLS)).content.decode()
    assert kept in page
    post_step(manager, REGISTRATION, SectionKey.CALLS, remove_proof=str(proof.uuid))
    assert profile.proofs_of(globex) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"hello", "Choose a PDF, PNG or JPEG file."), (b"\xff\xd8\xff broken", "cannot be read"), (b"", "is empty")],
)
def test_a_proof_that_is_none_is_refused_and_the_answers_are_kept(
    manager: Client, globex: Account, content: bytes, words: str
) -> None:
    answer = upload(manager, "invoice.pdf", content)
    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert words in answer.content.decode()  # type: ignore[attr-defined]
    assert profile.profile_of(globex).values["calls_per_day"] == "2500"


# --- Who may read a file ---


def test_only_the_account_and_reviewers_get_a_file_and_never_to_run_it(
    manager: Client, globex: Account, client_for: ClientFor, owner: User, reviewer: User, nobody: User
) -> None:
    sign(manager, method="typed", typed="Olivia Owens")
    href = f"/services/files/{newest(globex).pdf.uuid}/"
    viewer = factories.make_member(globex, role=factories.Role.VIEWER)
    found = {person: client_for(person).get(href).status_code for person in (viewer, reviewer, owner, nobody)}
    assert found == {viewer: 200, reviewer: 200, owner: 404, nobody: 404}
    answer = manager.get(href)
    assert answer["Content-Disposition"] == 'attachment; filename="letter-of-authorization.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("name", ['a"b.pdf', "a\r\nSet-Cookie: x.pdf", "résumé.pdf", "漢.pdf", ""])
def test_a_file_name_never_breaks_a_header(name: str) -> None:
    plain = kept_files.header_name(Attachment(filename=name))
    assert plain.isascii()
    assert not set(plain) & set('"\r\n')
    assert plain
