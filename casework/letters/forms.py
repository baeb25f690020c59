from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from casework.log.enums import LetterWay
from common.corrections import SeenMixin
from common.forms import ListChoice, NorwegianDateField, VarigFormHelper, norwegian

from .models import LegalBasis, PlainWord, StandardText


class LetterAgreementForm(SeenMixin, OnceFormMixin, forms.Form):
    way = forms.ChoiceField(
        label=_("Hvordan brev går"),
        choices=LetterWay,
        widget=ListChoice,
        required=False,
        help_text=_("Avgjør hvilken dag et brev regnes som framme, og når klagefristen er ute."),
    )
    words = forms.CharField(
        label=_("Hva som er avtalt"),
        max_length=160,
        required=False,
        help_text=_(
            "For eksempel hvem som henter det, eller at det leses opp i møte. Står ikke i brevet."
        ),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Lagre avtalen"), cancel=cancel)

    def clean_way(self) -> str:
        return self.cleaned_data["way"] or LetterWay.PAPER


class VersionForm(SeenMixin, OnceFormMixin, forms.ModelForm):
    """A version in force from a day. Saving makes a new row and changes none."""

    start = NorwegianDateField(label=_("Gjelder fra"))

    def __init__(self, *args: Any, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=submit, cancel=cancel)


class StandardTextForm(VersionForm):
    class Meta:
        model = StandardText
        fields = ["part", "title", "text", "text_nn"]
        formfield_callback = norwegian


class LegalBasisForm(VersionForm):
    class Meta:
        model = LegalBasis
        fields = [
            "title",
            "title_nn",
            "citation",
            "citation_nn",
            "rules_text",
            "rules_text_nn",
            "appeal_body",
        ]
        formfield_callback = norwegian
        help_texts = {
            "citation": _("Slik det står i brevet, for eksempel «boligsosialloven §§ 4 og 6»."),
            "appeal_body": _("Hvem som avgjør en klage. Brevet sier det."),
        }


class EndVersionForm(SeenMixin, OnceFormMixin, forms.Form):
    last_day = NorwegianDateField(label=_("Siste dag den gjelder"))

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Avslutt"), cancel=cancel)


class PlainWordForm(OnceFormMixin, forms.ModelForm):
    class Meta:
        model = PlainWord
        fields = ["word", "instead"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Legg til"))

    def validate_constraints(self) -> None:
        """Does nothing: the action refuses a word that is listed already, beside its field."""
