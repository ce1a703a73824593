"""Excel workbooks: read as a stream when they are harmless, refused in words when they are not."""

import io
import struct
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from phone_numbers.imports import workbook as workbook_module
from phone_numbers.imports.checking import LineChecker
from phone_numbers.imports.errors import ImportFileError
from phone_numbers.imports.reading import Table, open_table

Write = Callable[[xlsxwriter.Workbook], None]

RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)
WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="Numbers" sheetId="1" r:id="r1"/></sheets></workbook>'
)
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Number</t></is></c></row>'
    '<row r="2"><c r="A2"><v>13035550100</v></c></row>'
)


def made(write: Write) -> bytes:
    """Return a workbook as Excel would save it."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        write(book)
    return content.getvalue()


def by_hand(
    sheet: str = SHEET.format(ROWS), *, workbook: str = WORKBOOK, more: dict[str, bytes] | None = None
) -> bytes:
    """Return a package put together by hand, with further parts."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        package.writestr("xl/workbook.xml", workbook)
        package.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, data in (more or {}).items():
            package.writestr(name, data)
    return content.getvalue()


def opened(content: bytes, name: str = "numbers.xlsx") -> Table:
    return open_table(io.BytesIO(content), name)


def numbers_in(content: bytes) -> list[str]:
    table = opened(content)
    lines = [LineChecker(table.columns, {}).check(line) for line in table.lines]
    return [line.e164 or line.refusal for line in lines]


def refusal_of(content: bytes, name: str = "numbers.xlsx") -> str:
    with pytest.raises(ImportFileError) as refusal:
        list(opened(content, name).lines)
    return str(refusal.value)


def test_a_workbook_is_read_however_excel_keeps_its_numbers() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Numbers")
        sheet.write_row(0, 0, ["Phone", "Label"])
        sheet.write_string(1, 0, "(303) 555-0100")
        sheet.write_number(2, 0, 13035550101)
        sheet.write_number(3, 0, 3035550102.0)
        sheet.write_formula(4, 0, "=1", value=13035550103)
        sheet.write_string(6, 0, "'+1 303 555 0104")

    assert numbers_in(made(write)) == [f"+1303555010{n}" for n in range(5)]


def test_lines_have_the_numbers_of_their_rows() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_string(3, 2, "Number")
        sheet.write_number(9, 2, 13035550100)

    table = opened(made(write))
    assert [line for line, _cells in table.lines] == [10]


def test_rich_text_is_joined_and_a_number_in_scientific_notation_is_exact_in_a_cell() -> None:
    shared = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>Number</t></si>'
        b"<si><r><t>303 555</t></r><r><t> 0100</t></r><rPh><t>aloud</t></rPh></si></sst>"
    )
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row>'
        '<row r="3"><c r="A3"><v>1.3035550101E10</v></c></row>'
    )
    content = by_hand(SHEET.format(rows), more={"xl/sharedStrings.xml": shared})
    assert numbers_in(content) == ["+13035550100", "+13035550101"]


def test_files_with_a_prefix_and_without_cell_references_are_read() -> None:
    sheet = (
        '<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData>'
        '<x:row><x:c t="str"><x:v>Label</x:v></x:c><x:c t="str"><x:v>Number</x:v></x:c></x:row>'
        '<x:row><x:c t="str"><x:v>Denver</x:v></x:c><x:c><x:v>13035550100</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    assert numbers_in(by_hand(sheet)) == ["+13035550100"]


def test_the_first_visible_sheet_is_read_and_the_others_are_named() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        hidden = book.add_worksheet("Old")
        hidden.write_string(0, 0, "x")
        sheet = book.add_worksheet("Numbers")
        sheet.write_string(0, 0, "Number")
        sheet.write_number(1, 0, 13035550100)
        sheet.activate()
        hidden.hide()

    table = opened(made(write))
    assert "Only the sheet “Numbers” was read" in table.notes[0]
    assert "“Old”" in table.notes[0]


def test_one_cell_in_the_last_corner_costs_nothing() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "Number")
        sheet.write_number(1, 0, 13035550100)
        sheet.write_string(1_048_575, 16_383, "x")

    assert numbers_in(made(write))[0] == "+13035550100"


def test_a_workbook_that_declares_too_much_is_refused_before_it_is_unpacked() -> None:
    content = bytearray(by_hand(more={"xl/media/a.bin": b"x"}))
    name = content.rindex(b"xl/media/a.bin")  # in the directory at the end: the declared size is 22 bytes before
    content[name - 22 : name - 18] = struct.pack("<I", 300 * 1024**2)
    assert "200 MB" in refusal_of(bytes(content))


def test_a_part_that_packs_too_well_is_refused() -> None:
    assert "200 MB" in refusal_of(by_hand(more={"xl/media/zeros.bin": bytes(50 * 1024**2)}))


def test_a_part_that_holds_more_than_it_declares_is_damaged() -> None:
    content = bytearray(by_hand(more={"xl/media/a.bin": bytes(range(256)) * 4096}))
    name = content.rindex(b"xl/media/a.bin")
    content[name - 22 : name - 18] = struct.pack("<I", 100)
    assert "damaged" in refusal_of(bytes(content))


def test_too_many_parts_are_refused() -> None:
    assert "parts" in refusal_of(by_hand(more={f"xl/media/{n}": b"" for n in range(10_001)}))


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        (
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + SHEET.format("<row><c><v>&e;</v></c></row>"),
            "document",
        ),
        ('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + SHEET.format(""), "document type"),
        (SHEET.format("<row><c><v>1</v></row>"), "damaged"),
        (SHEET.format('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'), "does not hold"),
        (SHEET.format(""), "empty"),
    ],
)
def test_harmful_or_broken_sheets_are_refused(sheet: str, words: str) -> None:
    assert words in refusal_of(by_hand(sheet))


def test_macros_are_refused_whatever_the_name_says() -> None:
    assert "macros" in refusal_of(by_hand(more={"xl/vbaProject.bin": b"x"}))
    assert "macros" in refusal_of(by_hand(), "numbers.xlsm")


def test_a_workbook_under_the_name_of_a_text_file_is_told() -> None:
    assert "rename it to .xlsx" in refusal_of(by_hand(), "numbers.csv")


def test_another_zip_file_is_told() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        package.writestr("numbers.csv", "Number\n3035550100\n")
    assert "not an Excel workbook" in refusal_of(content.getvalue())


@pytest.mark.parametrize("cut", [10, 200, 700])
def test_a_cut_file_is_damaged(cut: int) -> None:
    assert "damaged" in refusal_of(by_hand()[:-cut])


def test_changed_bytes_never_raise_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_module, "MAX_DECLARED", 10 * 1024**2)
    good = by_hand()
    for place in range(4, len(good), 3):
        broken = good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :]
        try:
            list(opened(broken).lines)
        except ImportFileError:
            continue


def test_an_encrypted_part_is_refused() -> None:
    content = bytearray(by_hand())
    for mark, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = content.index(mark)
        content[place + flags] |= 1
    assert "password" in refusal_of(bytes(content))
