"""Signing the letter of authorization: draw, type, or upload a signed letter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from enrollment import signatures, uploads
from enrollment.forms import fields
from enrollment.forms.base import style
from enrollment.states import SigningMethod


class SigningForm(forms.Form):
    """Who signs, and how. `picture` (PNG) or `document` is there when the form is valid."""

    signer_name = fields.line(
        "Full name of the signer", "Printed below the signature.", limit=130, printed=True, autocomplete="name"
    )
    signer_title = fields.line(
        "Job title of the signer", "Shows that the person may sign for the business.", limit=100, printed=True
    )
    method = forms.ChoiceField(label="How do you sign?", choices=SigningMethod.choices, widget=forms.RadioSelect)
    drawing = forms.CharField(required=False, widget=forms.HiddenInput, strip=True)
    typed = fields.line("Type your name as your signature", "", limit=60, required=False, printed=True)
    letter = forms.FileField(
        label="Signed letter (PDF)",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages={"empty": "The file is empty."},
    )

    picture: bytes | None = None
    document: uploads.JudgedFile | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for field in self.fields.values():
            style(field)

    def clean(self) -> dict[str, Any]:
        """Judge what belongs to the chosen way of signing, and only that."""
        cleaned = super().clean() or self.cleaned_data
        judge = {
            SigningMethod.DRAWN: self._judge_drawing,
            SigningMethod.TYPED: self._judge_typed,
            SigningMethod.UPLOADED: self._judge_letter,
        }.get(cleaned.get("method", ""))
        if judge:
            judge(cleaned)
        return cleaned

    def _judge_drawing(self, cleaned: dict[str, Any]) -> None:
        try:
            self.picture = signatures.drawn_picture(cleaned.get("drawing", ""))
        except signatures.SignatureError as error:
            self.add_error("drawing", str(error))

    def _judge_typed(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("typed"):
            self.picture = signatures.typed_picture(cleaned["typed"])
        elif "typed" not in self.errors:
            self.add_error("typed", "Type your name, or choose another way to sign.")

    def _judge_letter(self, cleaned: dict[str, Any]) -> None:
        file: UploadedFile[Any] | None = cleaned.get("letter")
        if file is None:
            if "letter" not in self.errors:
                self.add_error("letter", "Choose the signed letter.")
            return
        try:
            self.document = judged_upload(file, types=(uploads.PDF,))
        except uploads.UploadError as error:
            self.add_error("letter", str(error))


class ProofForm(forms.Form):
    """An invoice or statement of another carrier."""

    proof = forms.FileField(
        label="Invoice or statement",
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg", "class": "form-control"}),
        help_text="PDF, PNG or JPEG, up to 10 MB.",
        error_messages={"required": "Choose a file first.", "empty": "The file is empty."},
    )

    def clean_proof(self) -> uploads.JudgedFile:
        """Judge the file by its content."""
        try:
            return judged_upload(self.cleaned_data["proof"], types=(uploads.PDF, uploads.PNG, uploads.JPEG))
        except uploads.UploadError as error:
            raise forms.ValidationError(str(error)) from error


def judged_upload(file: UploadedFile[Any], *, types: tuple[str, ...]) -> uploads.JudgedFile:
    """Read an uploaded file, never more than is taken, and judge it. Raises UploadError."""
    if (file.size or 0) > uploads.MAX_BYTES:
        raise uploads.UploadError(f"The file is larger than {uploads.MAX_BYTES // 1024**2} MB. Save it smaller.")
    return uploads.judge(file.name or "", file.read(), types=types)
