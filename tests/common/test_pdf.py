"""Letters are accessible, archivable and reproducible, and never read text as markup."""

import copy
import io
import re
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from common import pdf
from common.errors import RuleBroken
from common.pdf import LETTERS, TAB, RenderFailed, UnprintableText, render, unprintable
from tests.common import letters
from tests.pdf_checks import faults


@pytest.fixture(autouse=True)
def without_own_words(monkeypatch):
    """No municipality, and so no database."""
    monkeypatch.setattr(pdf, "_own_words", [])


TEMPLATES = {
    "vedtak": letters.VEDTAK,
    "offer": letters.OFFER,
    "interim_reply": letters.INTERIM_REPLY,
    "minutes": letters.MINUTES,
    "appeal_letter": letters.APPEAL_LETTER,
    "appeal_documents": letters.APPEAL_DOCUMENTS,
    "plain": letters.PLAIN,
}


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def squeezed(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def test_every_letter_template_has_an_example_here():
    assert {path.stem for path in LETTERS.glob("*.typ")} - {"base", "signs"} == set(TEMPLATES)


def test_the_checks_find_what_is_wrong_with_a_plain_pdf():
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    written = io.BytesIO()
    writer.write(written)
    found = " ".join(faults(written.getvalue(), "nb"))
    for fault in ("no file identifier", "no output intent", "not marked as tagged", "no structure"):
        assert fault in found


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_letter_is_tagged_titled_and_archivable(template, language):
    data = TEMPLATES[template]
    content = render(template, data, title=data["title"], language=language)
    assert faults(content, language) == []
    pdf = PdfReader(io.BytesIO(content))
    assert pdf.metadata.title == data["title"]


def test_parts_of_a_vedtak_are_in_reading_order():
    text = squeezed(text_of(render("vedtak", letters.VEDTAK, title="Vedtak", language="nb")))
    parts = [
        "Solvær kommune",
        "Sak 2026/1184",
        "Hanne Myrland",
        "Du får leie kommunal bolig",
        "Vedtak",
        "Hva skjer nå?",
        "Hvorfor får du dette vedtaket?",
        "Reglene vi har brukt",
        "Slik har vi vurdert saken",
        "Dette mener du selv",
        "Barnets beste",
        "Vilkår",
        "Du kan klage",
        "Har du spørsmål?",
        "Med vennlig hilsen",
        "Kopi til",
    ]
    at = [text.index(part) for part in parts]
    assert at == sorted(at)
    assert "31. januar 2027" in text
    assert "Side 1 av 2" in text


def test_parts_that_do_not_apply_leave_no_empty_heading():
    data = letters.VEDTAK | {"children": None, "conditions": [], "copies": [], "appeal": None}
    text = text_of(render("vedtak", data, title="Vedtak", language="nb"))
    for heading in ("Barnets beste", "Vilkår", "Du kan klage", "Kopi til"):
        assert heading not in text


def test_a_nynorsk_letter_has_no_bokmål_headings():
    text = text_of(render("vedtak", letters.VEDTAK, title="Vedtak", language="nn"))
    assert "Kvifor får du dette vedtaket?" in text
    assert "Hvorfor" not in text


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_every_heading_the_templates_ask_for_is_there_and_no_other(language):
    templates = "".join(path.read_text() for path in LETTERS.glob("*.typ"))
    words = tomllib.loads((LETTERS / "words" / f"{language}.toml").read_text())
    assert set(re.findall(r"\bw\.(\w+)", templates)) == set(words["frame"])


def test_the_same_data_gives_the_same_bytes_in_another_process_too():
    code = (
        "import hashlib; from common.pdf import render; from tests.common import letters;"
        "pdf = render('vedtak', letters.VEDTAK, title='Vedtak', language='nb');"
        "print(hashlib.sha256(pdf).hexdigest())"
    )
    root = Path(__file__).parents[2]
    sums = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(sums) == 1


def test_another_creation_time_gives_another_file():
    later = letters.VEDTAK | {"made_at": "2026-11-21T14:30:00+01:00"}
    assert render("vedtak", letters.VEDTAK, title="V", language="nb") != render(
        "vedtak", later, title="V", language="nb"
    )


@pytest.mark.parametrize(
    "hostile",
    [
        '#read("base.typ")',
        "#panic()",
        "*fet* _kursiv_ $x^2$ `kode` <merke> @ref",
        '#import "@preview/x:1.0.0"',
        "= Overskrift",
        "\\u{41} \\",
        '"}],"x":1',
        "<script>alert(1)</script>",
        "{{ 7*7 }} {% now 'Y' %}",
    ],
)
def test_written_text_is_never_read_as_markup(hostile):
    data = copy.deepcopy(letters.VEDTAK)
    data["own_view"] = [hostile]
    data["recipient"]["name"] = hostile
    data["title"] = hostile
    text = text_of(render("vedtak", data, title=hostile, language="nb"))
    assert squeezed(hostile) in squeezed(text)


# Names as people here write them, and emoji.
NAMES = [
    *("Čáhppe Ŋilas Đoalli", "Яна Петренко", "محمد عبد الله", "ۋاھىت", "Nguyễn Ánh", "ሰላም ተስፋዬ"),
    *("王小明", "김민수", "さくら", "สมชาย", "သန်း", "தமிழ்", "రాము", "ਸਿੰਘ", "ગુજરાતી", "বাংলা"),
    *("नाम", "ខ្មែរ", "ລາວ", "שלום", "Գրիգոր", "გიორგი", "සිංහල", "😀 ❤️ 👩‍👧‍👦 👍🏽"),
]


def test_a_name_in_any_common_script_and_emoji_come_through():
    data = letters.VEDTAK | {
        "recipient": {"name": NAMES[0], "address": NAMES},
        "own_view": ["Jeg vil bo ved sjøen 😀", *NAMES],
    }
    pdf = render("vedtak", data, title=NAMES[1], language="nb")
    assert not faults(pdf, "nb")
    text = text_of(pdf)
    assert [sign for sign in "ŊПمሰ王김さส😀" if sign not in text] == []
    assert [name for name in NAMES if unprintable(name)] == []


def test_a_tab_and_a_word_of_four_hundred_signs_come_through():
    word = "Y" * 399 + "Z"
    data = letters.VEDTAK | {"own_view": [f"Punkt:\n\t- innrykk\n{word}"]}
    text = text_of(render("vedtak", data, title="V", language="nb"))
    assert f"\n{TAB}- innrykk" in text
    lines = [line.replace("\u200b", "") for line in text.split("\n") if "YY" in line]
    assert len(lines) > 1 and all(len(line) < 100 for line in lines)
    assert "".join(lines) == word


def test_a_character_that_cannot_be_printed_is_named_in_a_sentence():
    data = letters.VEDTAK | {"own_view": ["Jeg heter ᐃᓄᒃ"]}
    with pytest.raises(UnprintableText, match="«ᐃ»") as refused:
        render("vedtak", data, title="Vedtak", language="nb")
    assert isinstance(refused.value, RuleBroken)
    assert unprintable("Jeg heter ᐃᓄᒃ") == "ᐃ"
    assert unprintable("Jeg heter Bjørn, og bor «her» – for 1 000 kr … 50 € x\u0301") == ""
    assert unprintable("\ue000") == "\ue000"  # private use: it means nothing to others


def test_control_characters_from_a_paste_are_dropped():
    data = letters.VEDTAK | {"own_view": ["før\x00\x0b etter\r\nny linje"]}
    text = squeezed(text_of(render("vedtak", data, title="Vedtak", language="nb")))
    assert "før etter ny linje" in text


def test_a_long_text_flows_over_pages():
    data = letters.VEDTAK | {"assessment": ["Lang vurdering. " * 400] * 5, "signers": []}
    pdf = PdfReader(io.BytesIO(render("vedtak", data, title="V", language="nb")))
    assert len(pdf.pages) > 5


def test_dates_in_the_data_are_written_out():
    data = letters.OFFER | {"answer_by": date(2026, 11, 27)}
    assert "27. november 2026" in squeezed(
        text_of(render("offer", data, title="Tilbud", language="nb"))
    )


def test_closed_part_of_the_minutes_is_on_its_own_last_page():
    pdf = PdfReader(io.BytesIO(render("minutes", letters.MINUTES, title="P", language="nb")))
    *open_pages, closed = [page.extract_text() for page in pdf.pages]
    assert "Lukket del" in closed
    assert "Nordnesveien 20" in closed
    assert not any("Nordnesveien 20" in page for page in open_pages)


def test_minutes_without_a_closed_part_have_no_such_page():
    data = letters.MINUTES | {"closed": []}
    assert "Lukket" not in text_of(render("minutes", data, title="P", language="nb"))


def test_template_errors_differ_from_input_errors():
    without = {key: value for key, value in letters.VEDTAK.items() if key != "facts"}
    with pytest.raises(RenderFailed):
        render("vedtak", without, title="V", language="nb")
    for template in ("../pdf", "finnes_ikke", "fonts/x", ""):
        with pytest.raises(ValueError, match="template"):
            render(template, letters.VEDTAK, title="V", language="nb")
    with pytest.raises(ValueError, match="nb or nn"):
        render("vedtak", letters.VEDTAK, title="V", language="en")
    with pytest.raises(ValueError, match="offset"):
        render("vedtak", letters.VEDTAK | {"made_at": "2026-11-20T14:30"}, title="V", language="nb")
