"""Phone numbers in any spelling that people use, read into E.164 or refused in plain words (D4, D8).

The only module that imports `phonenumbers`. Its geocoder is never imported: it takes 150 MB in every process, so areas
come from a table. The library accepts more than one wants (letters, a trailing NUL, Excel's floats as wrong numbers),
so the text is normalized and judged here before the library sees it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

MAX_GIVEN_LENGTH = 80
_E164 = re.compile(r"\+[1-9][0-9]{6,14}\Z", re.ASCII)
# Nine of ten files hold ten plain digits in one of these shapes; reading them here saves the library's slow parse.
_USUAL = re.compile(r"(?:\+?1[-. ]?)?\(?([2-9][0-9]{2})\)?[-. ]?([2-9][0-9]{2})[-. ]?([0-9]{4})\Z")
_SCIENTIFIC = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?\s*[eE]\s*\+?[0-9]+\Z")
_WHOLE_FLOAT = re.compile(r"([0-9]{7,15})[.,]0+\Z")
_FLOAT = re.compile(r"[0-9]{9,}[.,][0-9]+\Z")
_EXTENSION = re.compile(
    r"[0-9)]\s*[,;#]*\s*(?:;?\s*ext(?:ension|n)?\s*[.:=]*|x\.?|[#,;])\s*[0-9]{1,9}\Z", re.IGNORECASE
)
_OPENING = " \"'`\u2018\u2019\u201c\u201d\u00b4="  # Excel's apostrophe, quotes, ="..."
_CLOSING = " \"'`\u2018\u2019\u201c\u201d\u00b4"
_PUNCTUATION = frozenset(" ().[]/+-\u00b7\u2022\u2219\u30fb\u2027\u2212")


# The kinds of numbers that the library tells apart, by its names.
_RANGES = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost"),
    *("personal_number", "voip", "pager", "uan", "voicemail"),
)


class NumberError(ValueError):
    """The text is not a phone number; the message says why, in words for the person who typed it."""


class NumberKind(StrEnum):
    """What kind of line a number is; landline and mobile numbers cannot be told apart in the US."""

    GEOGRAPHIC = "geographic"
    MOBILE = "mobile"
    TOLL_FREE = "toll_free"
    PREMIUM = "premium"
    OTHER = "other"


_KINDS = {
    PhoneNumberType.FIXED_LINE: NumberKind.GEOGRAPHIC,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.GEOGRAPHIC,
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.TOLL_FREE: NumberKind.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: NumberKind.PREMIUM,
}


@dataclass(frozen=True, slots=True)
class ParsedNumber:
    """A valid number: E.164 with its plus sign, and the ISO 3166 country ('' for worldwide codes such as +800).

    Canada, the Caribbean and the US territories have their own country although they share +1; toll-free numbers of
    +1 count as US (D4).
    """

    e164: str
    country: str

    @property
    def kind(self) -> NumberKind:
        """Return what kind of line it is; looked up when asked, since it costs as much as all the rest."""
        return _KINDS.get(phonenumbers.number_type(phonenumbers.parse(self.e164)), NumberKind.OTHER)


def parse_number(text: str, default_region: str = "US") -> ParsedNumber:
    """Read a number in any usual spelling; raise NumberError, and nothing else, when it is none.

    `default_region` is the ISO 3166 country of numbers written without a country code.
    """
    usual = _USUAL.match(text) if default_region == "US" and len(text) < 20 else None
    if usual:
        digits = "".join(usual.groups())
        if _american().fullmatch(digits):
            return ParsedNumber(f"+1{digits}", "US")
        return _judged(PhoneNumber(country_code=1, national_number=int(digits)))
    return _judged(_library_parse(_dialable(text), default_region))


@cache
def _american() -> re.Pattern[str]:
    """Return the ranges of the US that the library knows, in one pattern: it asks for the US first, kind by kind."""
    known = phonenumbers.PhoneMetadata.metadata_for_region("US")
    kinds = [getattr(known, name, None) for name in _RANGES]
    patterns = {kind.national_number_pattern for kind in kinds if kind}
    return re.compile("|".join(sorted(f"(?:{pattern})" for pattern in patterns if pattern)), re.ASCII)


def _dialable(text: str) -> str:
    """Return digits with a leading plus or nothing before them, or raise NumberError."""
    if len(text) > MAX_GIVEN_LENGTH:
        raise NumberError("This is too long for a phone number.")
    clean = _normalized(text)
    if not clean:
        raise NumberError("There is no number.")
    whole = _WHOLE_FLOAT.match(clean)
    if whole and not _USUAL.match(clean):  # a spreadsheet's 12025550142.0 is exact; 1202555.0000 has all its digits
        return whole[1]
    _refuse_mangled(clean)
    _refuse_other_text(clean)
    return _digits_with_plus(clean)


def _normalized(text: str) -> str:
    """Fold full-width and other digits, drop invisible marks, and strip quotes and `tel:` around the number."""
    folded = unicodedata.normalize("NFKC", text)
    visible = "".join(_folded_character(character) for character in folded)
    stripped = " ".join(visible.split()).lstrip(_OPENING).rstrip(_CLOSING)
    if stripped[:4].lower() == "tel:":
        stripped = stripped[4:].lstrip("/ ")
    return stripped


def _folded_character(character: str) -> str:
    """Return a character's plain form: '' for direction marks, a space for blanks, 0-9 for any script's digit."""
    if character.isascii() and character.isprintable():
        return character
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category == "Cc":
        raise NumberError("It contains a control character that cannot be seen. Type the number again.")
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return {"Cf": "", "Pd": "-"}.get(category, character)


def _refuse_mangled(text: str) -> None:
    """Refuse what a spreadsheet or a phone book made of a number, each with its own advice."""
    if _SCIENTIFIC.match(text):
        raise NumberError(
            "A spreadsheet turned this number into scientific notation and may have lost digits. Format the column as "
            "text and save the file again."
        )
    if _FLOAT.match(text):
        raise NumberError("This is a decimal number. Format the column as text and save the file again.")
    if _EXTENSION.search(text):
        raise NumberError("It carries an extension. Callers see only the main number: remove the extension.")
    if text[0] in "-\u2212":
        raise NumberError("It begins with a minus sign. Format the column as text and type the number again.")


def _refuse_other_text(text: str) -> None:
    """Refuse letters and signs that no phone number has."""
    for character in text:
        if character in _PUNCTUATION or "0" <= character <= "9":
            continue
        if character.isalpha():
            raise NumberError("It contains letters. Write the digits instead.")
        raise NumberError(f"The character {character} does not belong in a phone number.")


def _digits_with_plus(text: str) -> str:
    """Return the bare digits, with a plus in front when the country code was written."""
    digits = "".join(character for character in text if "0" <= character <= "9")
    if not digits:
        raise NumberError("There are no digits.")
    if len(digits) > 20:
        raise NumberError("It has too many digits. Write one number in each line.")
    if "+" in text:
        if text.count("+") > 1 or text.index("+") > text.index(digits[0]):
            raise NumberError("A plus sign belongs only at the very start.")
        return "+" + digits
    # 00 is how most of the world dials out; in the US it begins no number (011 is left to the library).
    return "+" + digits[2:] if digits.startswith("00") else digits


def _library_parse(dialable: str, default_region: str) -> PhoneNumber:
    """Parse digits, or raise NumberError with the reason."""
    if default_region == "US" and len(dialable) == 7:
        raise NumberError("The area code is missing.")
    try:
        number = phonenumbers.parse(dialable, default_region)
    except NumberParseException as error:
        raise NumberError(_PARSE_REASONS.get(error.error_type, "This is not a phone number.")) from None
    return _stable(number, default_region)


_PARSE_REASONS = {
    NumberParseException.INVALID_COUNTRY_CODE: "No country has this code. Write the country code after the plus sign.",
    NumberParseException.TOO_SHORT_AFTER_IDD: "It is too short for a phone number.",
    NumberParseException.TOO_SHORT_NSN: "It is too short for a phone number.",
    NumberParseException.TOO_LONG: "It has too many digits for a phone number.",
}


def _stable(number: PhoneNumber, default_region: str) -> PhoneNumber:
    """Return the number as its own E.164 reads: a few prefixes are only shed at the second reading."""
    if number.country_code == 1 and 10**9 < (number.national_number or 0) < 10**10:
        return number
    for _attempt in range(3):
        try:
            again = phonenumbers.parse(phonenumbers.format_number(number, PhoneNumberFormat.E164), default_region)
        except NumberParseException:
            break
        if again == number:
            return number
        number = again
    raise NumberError("This is not a number in use.")


def _judged(number: PhoneNumber) -> ParsedNumber:
    """Return a number that is in a range in use, or raise NumberError."""
    e164, country = _e164(number), _country_in_use(number)
    if country is None or not _E164.match(e164):
        raise NumberError(_reason_not_valid(number))
    return ParsedNumber(e164, country if len(country) == 2 and country.isalpha() else "")


def _country_in_use(number: PhoneNumber) -> str | None:
    """Return the library's region of a valid number, otherwise None; it asks the US first, and so do we, only once."""
    if number.country_code == 1 and phonenumbers.is_valid_number_for_region(number, "US"):
        return "US"
    country: str | None = phonenumbers.region_code_for_number(number)
    return country if country and phonenumbers.is_valid_number_for_region(number, country) else None


def _e164(number: PhoneNumber) -> str:
    if number.country_code == 1:
        return f"+1{number.national_number}"
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _reason_not_valid(number: PhoneNumber) -> str:
    """Say what is wrong with a number that parses but that nobody can have."""
    digits = phonenumbers.national_significant_number(number)
    if number.country_code != 1:
        return f"No number in use begins like this after the country code +{number.country_code}."
    if len(digits) != 10:
        return f"A number of the US and its neighbors has 10 digits, this has {len(digits)}."
    if digits[0] in "01":
        return "An area code never begins with 0 or 1."
    if digits[3] in "01":
        return "The three digits after the area code never begin with 0 or 1."
    return f"No number in use begins with {digits[:3]}-{digits[3:6]}."
