"""Phone numbers in any spelling are read or refused in words; nothing else ever comes out."""

import re
import unicodedata

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.phone import NumberError, NumberKind, ParsedNumber, parse_number

DENVER = "+13035550142"
E164 = re.compile(r"\+[1-9]\d{6,14}\Z", re.ASCII)

SPELLINGS = [
    ("3035550142", DENVER),
    ("13035550142", DENVER),
    ("+13035550142", DENVER),
    ("303-555-0142", DENVER),
    ("1-303-555-0142", DENVER),
    ("303.555.0142", DENVER),
    ("1.303.555.0142", DENVER),
    ("1303555.0000", "+13035550000"),
    ("\u202d1303555.0000\u202c", "+13035550000"),
    ("(303) 555-0142", DENVER),
    ("(303)555-0142", DENVER),
    ("(303)5550142", DENVER),
    ("1 (303) 555-0142", DENVER),
    ("+1 (303) 555-0142", DENVER),
    ("+1 303 555 0142", DENVER),
    ("+1-303-555-0142", DENVER),
    ("(+1) 303 555 0142", DENVER),
    ("[303] 555 0142", DENVER),
    ("303/555-0142", DENVER),
    ("303 / 555 / 0142", DENVER),
    ("  3035550142  ", DENVER),
    ("303 555  0142", DENVER),
    ("'3035550142", DENVER),
    ("\u20193035550142", DENVER),
    ('"3035550142"', DENVER),
    ('="3035550142"', DENVER),
    ("=+13035550142", DENVER),
    ("'+1 303 555 0142", DENVER),
    ("0013035550142", DENVER),
    ("00 1 303 555 0142", DENVER),
    ("01113035550142", DENVER),
    ("011 1 303 555 0142", DENVER),
    ("+1 1 303 555 0142", DENVER),
    ("tel:+1-303-555-0142", DENVER),
    ("TEL:3035550142", DENVER),
    ("tel://3035550142", DENVER),
    ("13035550142.0", DENVER),
    ("3035550142.00", DENVER),
    ("13035550142,0", DENVER),
    ("\uff13\uff10\uff13\uff15\uff15\uff15\uff10\uff11\uff14\uff12", DENVER),
    ("\uff0b\uff11\u3000\uff13\uff10\uff13\u3000\uff15\uff15\uff15\u3000\uff10\uff11\uff14\uff12", DENVER),
    ("\u0663\u0660\u0663\u0665\u0665\u0665\u0660\u0661\u0664\u0662", DENVER),
    ("303\u00a0555\u00a00142", DENVER),
    ("303\u2009555\u20090142", DENVER),
    ("\u202d+1 303 555 0142\u202c", DENVER),
    ("\ufeff3035550142", DENVER),
    ("303\u200b5550142", DENVER),
    ("303\u2013555\u20130142", DENVER),
    ("303\u2011555\u20110142", DENVER),
    ("303\u2212555\u22120142", DENVER),
    ("303\u00b7555\u00b70142", DENVER),
    ("303\u2022555\u20220142", DENVER),
    ("303\t555\t0142", DENVER),
    ("303 555 0142\r\n", DENVER),
    ("+44 20 7946 0018", "+442079460018"),
    ("+44 (0)20 7946 0018", "+442079460018"),
    ("0044 20 7946 0018", "+442079460018"),
    ("011 44 20 7946 0018", "+442079460018"),
    ("+49 30 / 23125 014", "+493023125014"),
    ("+80012345678", "+80012345678"),
]

REFUSALS = [
    ("", "no number"),
    ("   ", "no number"),
    ("'", "no number"),
    ("1-800-FLOWERS", "letters"),
    ("Phone 3035550142", "letters"),
    ("n/a", "letters"),
    ("1.3035550142E10", "scientific notation"),
    ("1.30356E+10", "scientific notation"),
    ("1,30356E+10", "scientific notation"),
    ("13035550142.5", "decimal number"),
    ("303-555-0142 x12", "extension"),
    ("303-555-0142 ext. 12", "extension"),
    ("(303) 555-0142 extension 7", "extension"),
    ("303-555-0142;ext=12", "extension"),
    ("303-555-0142,,12", "extension"),
    ("303-555-0142 #12", "extension"),
    ("-3035550142", "minus sign"),
    ("3035550142\0", "control character"),
    ("303\x07555\x070142", "control character"),
    ("3035550142, 3035550143", "does not belong"),
    ("3035550142 / 3035550143 / 3035550144", "too many digits"),
    ("303*555*0142", "does not belong"),
    ("3035550142 \U0001f600", "does not belong"),
    ("555-0142", "area code is missing"),
    ("911", "10 digits"),
    ("303555014", "10 digits"),
    ("103-555-0142", "never begins with 0 or 1"),
    ("303-155-0142", "never begin with 0 or 1"),
    ("710-555-0142", "No number in use begins with 710-555"),
    ("+999 123 4567", "No country"),
    ("+44 1", "short"),
    ("1+303 555 0142", "plus sign"),
    ("++13035550142", "plus sign"),
    ("3" * 81, "too long"),
    ("+", "no digits"),
    ("---", "minus sign"),
    ("()", "no digits"),
]


@pytest.mark.parametrize(("text", "e164"), SPELLINGS)
def test_a_usual_spelling_is_read(text: str, e164: str) -> None:
    assert parse_number(text).e164 == e164


@pytest.mark.parametrize(("text", "words"), REFUSALS)
def test_what_is_no_number_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(NumberError, match=re.escape(words)):
        parse_number(text)


@pytest.mark.parametrize(
    ("e164", "country", "kind"),
    [
        ("+13035550142", "US", NumberKind.GEOGRAPHIC),
        ("+18005550142", "US", NumberKind.TOLL_FREE),
        ("+18885550199", "US", NumberKind.TOLL_FREE),
        ("+19005550142", "US", NumberKind.PREMIUM),
        ("+14165550142", "CA", NumberKind.GEOGRAPHIC),
        ("+18765550142", "JM", NumberKind.MOBILE),
        ("+12423456789", "BS", None),
        ("+17875550142", "PR", NumberKind.GEOGRAPHIC),
        ("+13405550142", "VI", None),
        ("+16715550142", "GU", None),
        ("+442079460018", "GB", NumberKind.GEOGRAPHIC),
        ("+80012345678", "", NumberKind.TOLL_FREE),
    ],
)
def test_country_code_1_is_not_always_the_united_states(e164: str, country: str, kind: NumberKind | None) -> None:
    parsed = parse_number(e164)
    assert parsed.country == country
    assert kind is None or parsed.kind is kind


@pytest.mark.parametrize(
    "code", ["201", "212", "303", "415", "702", "907", "800", "833", "844", "855", "866", "877", "888"]
)
@pytest.mark.parametrize("line", ["0100", "0142", "0199"])
def test_numbers_reserved_for_examples_pass_in_a_code_that_is_in_service(code: str, line: str) -> None:
    parsed = parse_number(f"({code}) 555-{line}")
    assert parsed == ParsedNumber(f"+1{code}555{line}", "US")
    assert (parsed.kind is NumberKind.TOLL_FREE) == code.startswith("8")


def test_another_country_may_be_the_default() -> None:
    assert parse_number("020 7946 0018", "GB").e164 == "+442079460018"
    assert parse_number("+1 303 555 0142", "GB").e164 == DENVER


def _outcome(text: str) -> str:
    """Return what a text is read as, '' for a refusal; any other exception fails the test."""
    try:
        return parse_number(text).e164
    except NumberError:
        return ""


_SPELLED = st.text(alphabet="0123456789+()-. /'x#,;E\u202d\u00a0\uff11\u0661", max_size=30)
_AMERICAN = st.from_regex(r"(\+?1[-. ]?)?\(?[2-9][0-9]{2}\)?[-. ]?[2-9][0-9]{2}[-. ]?[0-9]{4}", fullmatch=True)
_WORLD = st.from_regex(r"\+[1-9][0-9]{5,15}", fullmatch=True)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(st.one_of(st.text(max_size=100), _SPELLED, _AMERICAN, _WORLD))
def test_any_text_gives_e164_that_reads_as_itself_or_a_refusal(text: str) -> None:
    e164 = _outcome(text)
    if e164:
        assert E164.match(e164)
        assert parse_number(e164).e164 == e164


@settings(max_examples=2_000, deadline=None)
@given(st.one_of(_AMERICAN, _WORLD))
def test_clean_numbers_are_valid_exactly_when_the_library_says_so(text: str) -> None:
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        assert not _outcome(text)
        return
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(number) and E164.match(e164):  # it also calls 16 digits valid in Germany
        assert _outcome(text) == e164


@settings(max_examples=500, deadline=None)
@given(_AMERICAN)
def test_invisible_marks_and_full_width_digits_change_nothing(text: str) -> None:
    disguised = "\u202d" + "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text) + "\u202c"
    assert unicodedata.normalize("NFKC", disguised) != text
    assert _outcome(disguised) == _outcome(text)


@given(exchange=st.integers(200, 999), line=st.integers(0, 9999), form=st.sampled_from(["{}{}{:04}", "({}) {}-{:04}"]))
@settings(max_examples=10, deadline=None)
def test_every_area_code_is_of_the_country_that_the_library_says(exchange: int, line: int, form: str) -> None:
    """The ranges of the US are asked by one pattern of our own, made of the library's."""
    for code in range(200, 1000):
        number = phonenumbers.PhoneNumber(country_code=1, national_number=int(f"{code}{exchange}{line:04}"))
        country = phonenumbers.region_code_for_number(number) if phonenumbers.is_valid_number(number) else None
        try:
            assert parse_number(form.format(code, exchange, line)).country == country
        except NumberError:
            assert country is None
