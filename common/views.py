"""The component page: every component in all its states. Development only."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Fieldset, Layout, Row
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods

from .forms import (
    ChipChoices,
    ListChoice,
    NorwegianDateField,
    PeriodField,
    PhoneField,
    VarigFormHelper,
)
from .paging import Page


class ExampleForm(forms.Form):
    """One field of every kind."""

    token = forms.CharField(widget=forms.HiddenInput, initial="x")
    name = forms.CharField(label="Navn", max_length=60)
    born = NorwegianDateField(label="Fødselsdato")
    phone = PhoneField(label="Mobil", required=False, help_text="For SMS om visning og svarfrist.")
    outcome = forms.ChoiceField(
        label="Utfall",
        widget=forms.RadioSelect,
        choices=[("ja", "Innvilget"), ("delvis", "Delvis"), ("nei", "Avslag"), ("av", "Avvisning")],
    )
    topics = forms.MultipleChoiceField(
        label="Hva handlet det om?",
        required=False,
        widget=ChipChoices,
        choices=[("b", "Bolig"), ("n", "Nettverk"), ("a", "Aktivitet"), ("o", "Økonomi")],
    )
    reason = forms.ChoiceField(
        label="Hvorfor avslutter du?",
        widget=ListChoice,
        choices=[("1", "Personen har flyttet inn"), ("2", "Personen vil ikke ha bolig lenger")],
    )
    helpers = forms.MultipleChoiceField(
        label="Hvem skal ha kopi?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("f", "Fullmektig"), ("v", "Verge")],
    )
    size = forms.ChoiceField(
        label="Størrelse", choices=[("", "Velg"), ("2", "2-roms"), ("3", "3-roms")]
    )
    period = PeriodField(label="Leieperiode")
    text = forms.CharField(
        label="Vurdering",
        max_length=140,
        help_text="Koble fakta til reglene: hva talte for, hva talte mot, og hva veide tyngst?",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    paper = forms.FileField(label="Dokument", required=False, help_text="PDF, inntil 10 MB.")
    agreed = forms.BooleanField(label="Personen har lest og er enig")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit="Send til godkjenning", cancel="/")
        self.helper.layout = Layout(
            Fieldset("Person", "name", Row("born", "phone")),
            Fieldset("Vedtak", "outcome", "topics", "reason", "helpers", Row("size", "period")),
            "text",
            "paper",
            "agreed",
        )

    def clean(self) -> dict[str, Any]:
        if not self.cleaned_data.get("name"):
            self.add_error(None, "Vedtaket er endret av en annen mens du skrev. Les det på nytt.")
        return self.cleaned_data


class FilterForm(forms.Form):
    size = forms.ChoiceField(
        label="Størrelse", required=False, choices=[("", "Alle"), ("2", "2-roms")]
    )
    mine = forms.BooleanField(label="Bare mine", required=False)
    wish = forms.BooleanField(label="Har områdeønske", required=False)


CHART = mark_safe(
    '<svg viewBox="0 0 353 178" role="img" aria-label="Inn 24, 31 og 28, ut 22, 25 og 27">'
    '<path d="M26 152H353" class="ax"/><path d="M26 81H353" class="grid"/>'
    '<text x="20" y="156" text-anchor="end">0</text><text x="20" y="85" text-anchor="end">20</text>'
    '<rect x="60" y="67" width="30" height="85" class="f1"/>'
    '<rect x="92" y="74" width="30" height="78" class="f2"/>'
    '<rect x="160" y="42" width="30" height="110" class="f1"/>'
    '<rect x="192" y="63" width="30" height="89" class="f2"/>'
    '<rect x="260" y="53" width="30" height="99" class="f1"/>'
    '<rect x="292" y="56" width="30" height="96" class="f2"/>'
    '<text x="91" y="170" text-anchor="middle">sep</text>'
    '<text x="191" y="170" text-anchor="middle">okt</text>'
    '<text x="291" y="170" text-anchor="middle">nov</text></svg>'
)

EXAMPLES: dict[str, Any] = {
    "flags": [
        {
            "color": "danger",
            "icon": "Clock",
            "when": "I dag",
            "sub": "foreløpig svar",
            "name": "Hanne Myrland",
            "about": "Søknad · 2026/1184",
            "why": "Søknaden kom 20.10. Du må svare innen én måned (fvl. § 11 a).",
            "next": "Send foreløpig svar. Utkastet er klart.",
            "action": "Åpne utkast",
            "primary": True,
            "url": "#flagg",
            "action_url": "#flagg",
        },
        {
            "color": "danger",
            "days": 117,
            "mark": 90,
            "warn": 60,
            "name": "Tomasz Wrona",
            "about": "Breivika · 2026/0944",
            "why": "Dag 90 var 24.10. Telles fra 26.07., også når vedtaket er forlenget.",
            "next": "Skriv begrunnelse og plan for varig bolig.",
            "action": "Skriv begrunnelse",
            "url": "#flagg",
            "action_url": "#flagg",
        },
        {
            "color": "warning",
            "days": 88,
            "mark": 90,
            "warn": 60,
            "name": "Odd Rune Strandvik",
            "about": "Fjordgløtt · 2026/1017",
            "why": "Når 90 dager søndag 22.11. Har et tilbud med svarfrist 23.11.",
            "next": "Avklar svaret om Ørneveien 12.",
            "action": "Se tilbudet",
            "url": "#flagg",
            "action_url": "#flagg",
        },
    ],
    "kpis": [
        {"value": 3, "label": "frister i dag", "color": "danger", "url": "#flagg"},
        {"value": 2, "label": "over 90 dager midlertidig", "color": "danger", "url": "#flagg"},
        {"value": 2, "label": "uten bolig ved utskriving", "color": "warning", "url": "#flagg"},
        {"value": 4, "label": "ikke vurdert på 60 dager", "url": "#flagg"},
    ],
    "tall_kpis": [
        {"value": "138", "label": "på ventelisten", "note": "+34 på 12 måneder"},
        {"value": "5,1 md.", "label": "median ventetid", "note": "P90: 13,6 md."},
        {"value": "12", "label": "over 90 dager", "note": "+3 siden oktober", "color": "danger"},
    ],
    "facts": [
        ("Ønsker område", "Nordsida, Verftsbakken"),
        ("Vil unngå", "Sentrum, Havnegata"),
        ("Boform", None),
        ("Barn", "Zofia (9), annenhver helg"),
    ],
    "events": [
        {"when": "18.11.", "text": "SMS til Tomasz om møtet 24.11.", "by": "Ingrid Solbakken"},
        {"when": "17.11.", "text": "Likeperson: møte, 60 min."},
        {
            "when": "12.10.",
            "text": "Flyttet til Breivika.",
            "url": "#tid",
            "url_text": "Se opphold",
        },
    ],
    "reasons": [
        {"color": "success", "text": "Ønsker akkurat dette området"},
        {"color": "warning", "text": "Ett soverom, barn på besøk annenhver helg"},
        {"color": "neutral", "text": "R.L. står foran i køen"},
    ],
    "steps": [
        {"state": "done", "text": "Utfall", "note": "Innvilget", "url": "#deler"},
        {
            "state": "missing",
            "text": "Vurdering",
            "note": "For kort",
            "url": "#deler",
            "current": True,
        },
        {"state": "open", "text": "Klage", "note": "Ikke begynt", "url": "#deler"},
    ],
    "views": [
        {"text": "1- og 2-roms", "url": "#liste", "current": True, "count": 74},
        {"text": "Alle", "url": "#liste", "count": 138},
        {"text": "Mine", "url": "#liste", "count": 0},
    ],
    "rows": [
        (
            1,
            "Gunn Hovdevik",
            "Trenger nivåfri inngang",
            1,
            "Over 90 dager i midlertidig bolig",
            318,
        ),
        (2, "Ruth Lianes", "Stille, kort vei til buss", 1, "Må ut innen 30 dager", 204),
        (3, "Leif Torsvoll", "Vil unngå Nordsida", 2, "Kontrakt går ut", 188),
    ],
    "figure": {
        "id": "flyt",
        "title": "Inn og ut av ventelisten",
        "finding": "83 inn og 74 ut. Ventelisten har vokst med 9.",
        "svg": CHART,
        "head": ["Måned", "Inn", "Ut"],
        "rows": [("sep", 24, 22), ("okt", 31, 25), ("nov", 28, 27)],
        "legend": [("f1", "Nye vedtak"), ("f2", "Flyttet inn, bortfalt eller trukket")],
    },
}


@require_http_methods(["GET", "POST"])
def components(request: HttpRequest) -> HttpResponse:
    """Show every component. Sending the form empty shows its errors."""
    if settings.PRODUCTION:
        raise Http404
    form = ExampleForm(request.POST, request.FILES) if request.method == "POST" else ExampleForm()
    if form.is_bound and form.is_valid():
        messages.success(request, "Kontakten er lagret.")
    context = {
        **EXAMPLES,
        "form": form,
        "faulty": ExampleForm(
            {"token": "x", "born": "31.02.2026", "phone": "123", "text": "x" * 150}
        ),
        "filter_form": FilterForm({"mine": "on"}),
        "page": Page(items=[], next_cursor="x", prev_cursor="y"),
    }
    context["faulty"].auto_id = "feil_%s"
    return render(request, "common/components.html", context)
