"""Files as people send them: read, or refused with the line and what to do."""

import io
from collections.abc import Iterator

import pytest

from accounts.products import Product
from phone_numbers.imports.checking import CheckedLine, LineChecker
from phone_numbers.imports.delimited import MAX_LINE
from phone_numbers.imports.errors import ImportFileError
from phone_numbers.imports.reading import Table, open_table
from phone_numbers.states import Origin

CAMPAIGNS = {"spring": "Spring", "win back": "Win back"}


def open_text(text: str | bytes, name: str = "numbers.csv", encoding: str = "utf-8") -> Table:
    return open_table(io.BytesIO(text if isinstance(text, bytes) else text.encode(encoding)), name)


def checked(text: str | bytes, name: str = "numbers.csv", encoding: str = "utf-8") -> list[CheckedLine]:
    table = open_text(text, name, encoding)
    return [LineChecker(table.columns, CAMPAIGNS).check(line) for line in table.lines]


def refusal_of(text: str | bytes, name: str = "numbers.csv") -> str:
    with pytest.raises(ImportFileError) as refusal:
        checked(text, name)
    return str(refusal.value)


TWO_LINES = "Number{0}Label{1}3035550100{0}Zoë{1}3035550101{0}Büro{1}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_usual_dialect_is_read(encoding: str, end: str, delimiter: str) -> None:
    lines = checked(TWO_LINES.format(delimiter, end), encoding=encoding)
    assert [(line.e164, line.label) for line in lines] == [("+13035550100", "Zoë"), ("+13035550101", "Büro")]


def test_utf_16_with_the_mark_of_big_endian_is_read() -> None:
    content = b"\xfe\xff" + TWO_LINES.format(",", "\n").encode("utf-16-be")
    assert [line.label for line in checked(content)] == ["Zoë", "Büro"]


def test_a_file_that_is_not_utf_8_is_read_as_latin_1_and_says_so() -> None:
    table = open_text("Number,Label\n3035550100,Zoë\n", encoding="latin-1")
    assert "Latin-1" in table.notes[0]


def test_bytes_that_windows_leaves_open_do_not_stop_the_file() -> None:
    assert checked(b"Number,Label\n3035550100,Zo\xeb\n3035550101,Bu\x81\n")[0].label == "Zoë"


@pytest.mark.parametrize(
    "header",
    ["Number", "number", "PHONE NUMBER", "Phone", "phone_number", "Caller ID", "CallerID", "DID", "E.164", "TN"],
)
def test_the_column_of_numbers_goes_by_many_names(header: str) -> None:
    assert checked(f"Label,{header}\nDenver,3035550100\n")[0].e164 == "+13035550100"


def test_the_only_column_that_ends_like_one_is_taken() -> None:
    table = open_text("Created_Date,Company_Phone_Number\n2020-02-14,3035550100\n")
    assert (table.columns.place, table.notes) == (
        {"Number": 1},
        ["Columns that an import does not use: “Created_Date”."],
    )


def test_every_column_is_understood() -> None:
    text = (
        'Name,TN,Product,Source,Campaign\n"Sales, Denver",(303) 555-0100,contact_center,BYOC,spring; Win Back;spring\n'
    )
    assert checked(text) == [
        CheckedLine(
            2,
            "(303) 555-0100",
            "+13035550100",
            "US",
            "Sales, Denver",
            Product.CONTACT_CENTER,
            Origin.BYOC,
            ("Spring", "Win back"),
        )
    ]


def test_an_empty_cell_or_a_missing_column_says_nothing() -> None:
    lines = checked("Number,Label,Product,Source,Campaign\n3035550100,,,,\n3035550101\n")
    assert {(line.label, line.product, line.origin, line.campaigns) for line in lines} == {(None, None, None, None)}


def test_one_column_of_numbers_needs_no_header() -> None:
    assert [(line.line, line.e164) for line in checked("3035550100\n3035550101\n")] == [
        (1, "+13035550100"),
        (2, "+13035550101"),
    ]
    assert "no header" in open_text("3035550100\n").notes[0]


def test_empty_lines_are_passed_over_and_the_others_keep_their_line_numbers() -> None:
    assert [line.line for line in checked("\n\nNumber\n\n3035550100\n  \n3035550101\n")] == [5, 7]


def test_a_separator_line_of_excel_is_obeyed() -> None:
    assert [line.line for line in checked("sep=;\r\nNumber;Label\r\n3035550100;A, B\r\n")] == [3]


def test_a_quoted_cell_may_hold_the_delimiter_a_quote_and_in_other_columns_a_line_break() -> None:
    text = 'Number,Label,Notes\n3035550100,"Say ""hi"", twice","a\nb"\n3035550101,Next,c\n'
    assert [(line.line, line.label) for line in checked(text)] == [(2, 'Say "hi", twice'), (4, "Next")]


def test_columns_that_are_not_used_are_named() -> None:
    assert "“Area”, “Overall”" in open_text("Number,Area,Overall\n3035550100,x,y\n").notes[0]


def test_the_portals_own_export_can_be_imported() -> None:
    text = "Number,Label,Area,Product\r\n+13035550100,'=cmd,Colorado,Contact Center\r\n"
    assert checked(text)[0].label == "=cmd"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"Label,Area\nA,B\n", "one of them must be Number. It holds “Label”, “Area”. Known columns: Number, Label"),
        (b"Home phone,Work phone\n1,2\n", "one of them must be Number. It holds “Home phone”"),
        (b"3035550100,3035550101\n", "one of them must be Number"),
        (b"Number,Phone\n1,2\n", "Number 2 times: “Number” and “Phone”"),
        (b"Number,Label,Name\n1,2,3\n", "Label 2 times: “Label” and “Name”"),
        (b"Number\n30355\x0050100\n", "Line 2 contains a NUL"),
        (b'Number,Label\n3035550100,"open\n3035550101,b\n', "Line 2: a quotation mark"),
        (b'Number,Label\n3035550100,a\n3035550101,"b"c\n', "Line 3: a quotation mark"),
        (b'Number,Label\n3035550100,"' + b"x\n" * 200, "Line 2: a quotation mark"),
        (b"Number\n3035550100\n" + b"9" * (MAX_LINE + 1) + b"\n", "Line 3 is longer than"),
        (b"\xff\xfe\x00\x00N\x00\x00\x00", "UTF-32"),
        ("Number\n3035550100".encode("utf-16")[:-1], "not valid UTF-16"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "PDF"),
        (b"\x1f\x8b\x08\x00", "compressed"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old or protected Excel"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_what_to_do(content: bytes, words: str) -> None:
    assert words in refusal_of(content)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("numbers.xlsx", "no Excel workbook"),
        ("numbers.xls", "must end in"),
        ("numbers", "must end in"),
        ("numbers.xlsm", "macros"),
        ("numbers.pdf", "must end in"),
    ],
)
def test_the_name_must_say_what_the_content_is(name: str, words: str) -> None:
    assert words in refusal_of("Number\n3035550100\n", name)


class _EndlessLine(io.RawIOBase):
    """A gigabyte without a line end, made as it is read; it remembers how much was asked for."""

    size = 1024**3

    def __init__(self) -> None:
        self.place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place = offset
        return offset

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        count = min(len(buffer), self.size - self.place)
        buffer[:count] = b"5" * count
        self.place += count
        return count


def test_a_line_of_a_gigabyte_is_refused_without_being_held() -> None:
    with pytest.raises(ImportFileError, match="Line 1 is longer than"):
        open_table(io.BufferedReader(_EndlessLine()), "numbers.csv")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("303555010,,,,", "10 digits"),
        ("1.30356E+10,,,,", "scientific notation"),
        ("3035550100,,Fax,,", "The product “Fax” is not known"),
        ("3035550100,,,Rented,", "The source “Rented” is not known"),
        ("3035550100,,,,Autumn", "There is no campaign called “Autumn”"),
        ("3035550100," + "x" * 81 + ",,,", "81 characters"),
        ('3035550100,"two\nlines",,,', "line break"),
        ("3035550100,a\x07b,,,", "control character"),
        ("3035550100,a,,,,too,many", "more cells than the header"),
        (",label,,,", "no number"),
    ],
)
def test_a_bad_line_is_refused_with_its_reason_and_the_good_ones_stay(line: str, words: str) -> None:
    bad, good = checked(f"Number,Label,Product,Source,Campaign\n{line}\n3035550199,Good,,,\n")
    assert words in bad.refusal
    assert bad.line == 2
    assert (good.e164, good.refusal) == ("+13035550199", "")


def test_empty_cells_behind_the_header_are_no_harm() -> None:
    assert checked("Number,Label,,\n3035550100,A,,,,\n")[0].refusal == ""


@pytest.mark.parametrize(
    "label", ["<b>x</b>", "Robert'); DROP TABLE--", "\u202eevil", "🎉 party", "إتصل", "''", "%s %d"]
)
def test_naughty_labels_are_kept_as_text(label: str) -> None:
    kept = checked(f"Number,Label\n3035550100,{label}\n")[0]
    assert kept.refusal == ""
    assert kept.label == label.replace("\u202e", "")


def _lines(count: int) -> Iterator[bytes]:
    yield b"Number,Label\n"
    for serial in range(count):
        yield b"303555%04d,Line %d\n" % (100 + serial % 100, serial)


def test_lines_are_read_one_by_one() -> None:
    table = open_table(io.BytesIO(b"".join(_lines(50_000))), "numbers.csv")
    assert sum(1 for _ in table.lines) == 50_000
