"""Form fields accept what people write, and explain what they cannot read."""

from __future__ import annotations

import re
from datetime import date

import pytest
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.template import Context, Template
from django.test import RequestFactory

from common.forms import NorwegianDateField, PeriodField, PhoneField, VarigFormHelper


@pytest.mark.parametrize(
    "written", ["20.11.2026", "20.11.26", "201126", "20112026", "2026-11-20", " 20. 11. 2026 "]
)
def test_date_can_be_written_in_the_usual_ways(written: str) -> None:
    assert NorwegianDateField().clean(written) == date(2026, 11, 20)


def test_two_digits_above_68_are_the_last_century() -> None:
    assert NorwegianDateField().clean("010149") == date(2049, 1, 1)
    assert NorwegianDateField().clean("010182") == date(1982, 1, 1)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("31.02.2026", "31.02.2026 finnes ikke i kalenderen."),
        ("320126", "32.01.2026 finnes ikke i kalenderen."),
        ("i morgen", "Skriv datoen som dag, måned og år, for eksempel 20.11.2026."),
        ("20.11.202", "Skriv datoen som dag, måned og år, for eksempel 20.11.2026."),
        ("٢٠.١١.٢٠٢٦", "Skriv datoen som dag, måned og år, for eksempel 20.11.2026."),
        ("20.11.1026", "Året må være mellom 1880 og 2199."),
        ("0000-01-01", "01.01.0000 finnes ikke i kalenderen."),
    ],
)
def test_invalid_date_gets_an_explanation(written: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        NorwegianDateField().clean(written)
    assert refused.value.messages == [sentence]


def test_period_is_written_with_its_last_day_and_stored_with_the_day_after() -> None:
    period = PeriodField().clean(["01.01.2026", "31.12.2026"])
    assert period == DateRange(date(2026, 1, 1), date(2027, 1, 1))
    assert PeriodField().widget.decompress(period) == [date(2026, 1, 1), date(2026, 12, 31)]


def test_period_can_be_open_ended_by_default() -> None:
    assert PeriodField().clean(["01.01.2026", ""]) == DateRange(date(2026, 1, 1), None)
    with pytest.raises(ValidationError, match="Skriv siste dag i perioden"):
        PeriodField(open_ended=False).clean(["01.01.2026", ""])


def test_a_period_cannot_run_backwards_or_lack_its_start() -> None:
    with pytest.raises(ValidationError, match="Siste dag kan ikke være før første dag"):
        PeriodField().clean(["02.01.2026", "01.01.2026"])
    with pytest.raises(ValidationError, match="Skriv første dag i perioden"):
        PeriodField().clean(["", "01.01.2026"])


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("400 00 117", "+4740000117"),
        ("+47 900 00 117", "+4790000117"),
        ("0047 40000117", "+4740000117"),
        ("+46 70 123 45 67", "+46701234567"),
    ],
)
def test_a_phone_number_is_stored_with_its_country_code(written: str, stored: str) -> None:
    assert PhoneField().clean(written) == stored


@pytest.mark.parametrize("written", ["7500011", "75000117", "+47 123", "ring meg", "+4775000117"])
def test_a_mobile_that_cannot_take_an_sms_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="Skriv et mobilnummer med åtte siffer"):
        PhoneField().clean(written)


def test_landline_is_accepted_when_the_field_allows_it() -> None:
    assert PhoneField(landline=True).clean("75 00 01 17") == "+4775000117"
    assert PhoneField().prepare_value("+4740000117") == "400 00 117"


class Example(forms.Form):
    token = forms.CharField(widget=forms.HiddenInput)
    born = NorwegianDateField(label="Fødselsdato")
    outcome = forms.ChoiceField(
        label="Utfall", widget=forms.RadioSelect, choices=[("ja", "Innvilget"), ("nei", "Avslag")]
    )
    period = PeriodField(label="Leieperiode")
    note = forms.CharField(
        label="Merknad", required=False, max_length=10, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit="Lagre")
        self.helper.layout = Layout("born", "outcome", "period", "note")

    def clean(self) -> dict:
        self.add_error(None, "Boligen er nettopp tildelt en annen.")
        return self.cleaned_data


def drawn(form: forms.Form) -> str:
    template = Template("{% load crispy_forms_tags %}{% crispy form %}")
    request = RequestFactory().get("/")
    return template.render(Context({"form": form, "request": request, "csrf_token": "x"}))


def test_error_summary_has_the_field_messages_and_links_to_the_fields() -> None:
    page = drawn(Example({"token": "x", "born": "31.02.2026", "note": "altfor lang tekst"}))
    summary = page[page.index("ds-error-summary") : page.index("</ul>")]
    lines = re.findall(r'href="#(\w+)">([^<]+)</a>', summary)
    assert lines == [
        ("id_born", "31.02.2026 finnes ikke i kalenderen."),
        ("id_outcome_0", "Velg «Utfall»."),
        ("id_period_0", "Fyll ut «Leieperiode»."),
        ("id_note", "«Merknad» kan ha inntil 10 tegn. Nå er det 17."),
    ]
    assert "Boligen er nettopp tildelt en annen." in summary
    below = page[page.index("</ul>") :]
    for target, words in lines:
        assert f'id="{target}"' in below
        assert words in below


def test_input_is_kept() -> None:
    page = drawn(Example({"token": "x", "born": "31.02.2026", "period_0": "tull"}))
    assert 'value="31.02.2026"' in page
    assert 'value="tull"' in page


def test_field_is_described_by_its_help_text_and_error() -> None:
    page = drawn(Example({"token": "x"}))
    control = re.search(r'<input[^>]*name="born"[^>]*>', page)[0]
    assert 'aria-describedby="id_born_helptext id_born_error"' in control
    assert 'aria-invalid="true"' in control
    assert 'id="id_born_helptext"' in page
    assert 'id="id_born_error"' in page


def test_optional_fields_say_so_and_required_ones_are_not_starred() -> None:
    page = drawn(Example())
    assert page.count("(valgfritt)") == 1
    assert "*" not in re.sub(r"<[^>]*>", "", page)


def test_hidden_field_is_drawn_even_if_the_layout_omits_it() -> None:
    assert 'name="token"' in drawn(Example())


def test_the_button_is_never_disabled() -> None:
    assert "disabled" not in drawn(Example({"token": "x"}))
