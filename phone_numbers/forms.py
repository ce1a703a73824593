"""Forms of the hub."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from phone_numbers.imports.checking import printable
from phone_numbers.imports.reading import ENDINGS


class ImportForm(forms.Form):
    """A file of numbers. `token` is drawn with the page, so that a form sent twice makes one import."""

    file = forms.FileField(
        label="File",
        error_messages={
            "required": "Choose a file first.",
            "empty": "The file is empty.",
            "missing": "Choose a file first.",
        },
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
    )
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean_file(self) -> UploadedFile[Any]:
        """Refuse files by name and size; the content is judged when it is read."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        file.name = printable(file.name or "")
        if PurePosixPath(file.name).suffix.lower() not in (*ENDINGS, ".xlsm"):  # .xlsm gets its own words when read
            raise forms.ValidationError(f"Choose a file that ends in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}.")
        if (file.size or 0) > settings.IMPORT_MAX_BYTES:
            megabytes = settings.IMPORT_MAX_BYTES // 1024**2
            raise forms.ValidationError(f"The file is larger than {megabytes} MB. Split it and upload the parts.")
        return file
