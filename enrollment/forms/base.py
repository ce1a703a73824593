"""What the parts of the enrollment form have in common: answers that are typed, judged, kept and shown again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from accounts.products import Product
from common.templatetags.formats import national
from enrollment.forms.fields import UsPhoneField
from enrollment.states import SectionKey

KEPT_LIMIT = 10_000  # characters of one answer; longer ones are refused at the field and not kept
Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What the form knows of the account: whether it has numbers of other carriers, and how many proofs are kept."""

    has_byoc: bool = False
    proofs: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that stand together under a title; the title may be empty."""

    title: str
    fields: tuple[str, ...]
    lead: str = ""


class SectionForm(forms.Form):
    """One part of the form. Unjudged, it shows what is kept; judged, it says what is wrong with it."""

    key: ClassVar[SectionKey]
    lead: ClassVar[str] = ""
    groups: ClassVar[tuple[Group, ...]]
    only_other: ClassVar[tuple[str, ...]] = ()  # asked only where an address or contact is another one

    def __init__(self, answers: Answers, *, judged: bool, facts: AccountFacts) -> None:
        self.answers, self.facts = answers, facts
        super().__init__(data=dict(answers) if judged else None, initial=dict(answers), label_suffix="")
        for field in self.fields.values():
            style(field)

    @property
    def rows(self) -> Iterator[tuple[Group, list[BoundField]]]:
        """Yield each group with its fields, as the page shows them."""
        for group in self.groups:
            yield group, [self[name] for name in group.fields]

    def kept(self) -> dict[str, Any]:
        """Return the answers as they are kept: in their final spelling where they are right, else as typed."""
        good = self.cleaned_data
        return {name: _plain(good[name]) if name in good else self.answers.get(name, "") for name in self.fields}

    def spoken(self, name: str, answer: Any) -> str:
        """Return an answer in the words of the page: choices by their labels, phones as people write them."""
        field = self.fields[name]
        labels: dict[Any, Any] = dict(field.choices) if isinstance(field, forms.ChoiceField) else {}  # type: ignore[arg-type]
        if isinstance(field, UsPhoneField):
            return national(str(answer))
        answers = answer if isinstance(answer, list) else [answer]
        return ", ".join(str(labels.get(one, one)) for one in answers if one != "")


def typed(section: type[SectionForm], post: QueryDict) -> dict[str, Any]:
    """Return what was typed into a part of the form, ready to be kept: no NUL, nothing over the limit."""
    return {name: _typed(field, name, post) for name, field in section.base_fields.items()}


def _typed(field: forms.Field, name: str, post: QueryDict) -> Any:
    if isinstance(field, forms.MultipleChoiceField):
        return [_clean(one) for one in post.getlist(name)][:20]
    return _clean(post.get(name, ""))


def _clean(text: str) -> str:
    return text.replace("\0", "")[:KEPT_LIMIT]


def _plain(value: Any) -> Any:
    """Return a cleaned value as the draft keeps it: text, or a list of texts."""
    if isinstance(value, list):
        return [str(one) for one in value]
    return "" if value is None else str(value)


def style(field: forms.Field) -> None:
    """Give a widget the classes of the house."""
    widget = field.widget
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple, forms.CheckboxInput)):
        widget.attrs["class"] = "form-check-input"
    else:
        widget.attrs["class"] = "form-select" if isinstance(widget, forms.Select) else "form-control"


PRODUCT_CHOICES = [(product.key, product.label) for product in (Product.CONTACT_CENTER, Product.PHONE)]
