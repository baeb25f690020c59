from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Fieldset, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.once import OnceFormMixin
from casework.applications.models import Application
from casework.log.enums import StatementSource
from casework.persons.perms import colleagues
from common.corrections import SeenMixin
from common.forms import ChipChoice, NorwegianDateField, VarigFormHelper

if TYPE_CHECKING:
    from casework.persons.models import Person


def _text(label: Any, rows: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class AskStatementForm(OnceFormMixin, forms.Form):
    """Whom to ask, and about what; an outside helper only with the person's consent."""

    question = _text(
        _("Spørsmål"),
        3,
        max_length=1500,
        help_text=_("Spør om det du trenger å vite for å finne et godt hjem, og ikke mer."),
    )
    source = forms.ChoiceField(
        label=_("Hvem kjenner personen"),
        choices=StatementSource.choices,
        widget=ChipChoice,
        initial=StatementSource.SERVICE,
    )
    due_on = NorwegianDateField(label=_("Svar innen"))
    application = forms.ModelChoiceField(
        label=_("Sak"),
        queryset=Application.objects.none(),
        required=False,
        empty_label=_("Ingen bestemt sak"),
    )
    asked_of = forms.ModelChoiceField(
        label=_("Kollega"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Ingen kollega"),
        help_text=_("Spørsmålet står på Min dag hos kollegaen."),
    )
    helper_name = forms.CharField(label=_("Navn"), max_length=120, required=False)
    helper_place = forms.CharField(label=_("Arbeidssted"), max_length=120, required=False)
    helper_email = forms.EmailField(
        label=_("E-post"),
        required=False,
        help_text=_("Får en lenke uten opplysninger om personen. Koden sier du på telefon."),
    )
    consented_on = NorwegianDateField(
        label=_("Personen samtykket"),
        required=False,
        help_text=_("Dagen personen sa ja til at denne hjelperen blir spurt. dd.mm.åååå"),
    )
    shared = _text(
        _("Dette har personen sagt ja til at hjelperen får vite"), 2, required=False, max_length=600
    )
    first_name = forms.BooleanField(
        label=_("Vis fornavnet; ellers vises bare initialene"), required=False
    )

    def __init__(
        self, *args: Any, person: Person, by: User, on: date, cancel: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["application"].queryset = person.applications.order_by("-received_at", "-pk")
        self.fields["application"].label_from_instance = lambda case: (
            f"{case.case_number} · {case.get_kind_display()}"
        )
        self.fields["asked_of"].queryset = colleagues(person, on).exclude(pk=by.pk)
        if person.is_protected:
            del self.fields["first_name"]
        outside = [
            Row("helper_name", "helper_place"),
            "helper_email",
            "consented_on",
            "shared",
        ]
        if "first_name" in self.fields:
            outside.append("first_name")
        self.helper = VarigFormHelper(self, submit=_("Be om uttalelse"), cancel=cancel)
        self.helper.layout = Layout(
            "question",
            "source",
            Row("due_on", "application"),
            Fieldset(_("Spør en kollega"), "asked_of"),
            Fieldset(_("Eller spør noen utenfor, med lenke"), *outside),
        )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Kode"),
        max_length=12,
        help_text=_("Seks siffer, som du har fått på telefon."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
    # What was written when the session ended, carried past the code. Nobody has signed in, so there
    # is no one to keep a draft for.
    text = forms.CharField(required=False, widget=forms.HiddenInput)
    signed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Gå videre"))


class AnswerStatementForm(OnceFormMixin, forms.Form):
    """The statement itself. An outside helper signs with name and workplace."""

    text = _text(
        _("Uttalelse"),
        8,
        max_length=6000,
        help_text=_(
            "Skriv hva du selv har sett og hva personen har sagt. Personen kan lese det du skriver."
        ),
    )
    signed = forms.CharField(label=_("Ditt navn og arbeidssted"), max_length=160)

    def __init__(self, *args: Any, cancel: str = "", outside: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not outside:
            del self.fields["signed"]
        self.helper = VarigFormHelper(submit=_("Send uttalelsen"), cancel=cancel)


class CommentForm(SeenMixin, OnceFormMixin, forms.Form):
    comment = _text(_("Personens kommentar, med egne ord"), 4, max_length=3000)

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Lagre kommentaren"), cancel=cancel)
