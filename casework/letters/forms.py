from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from common.corrections import SeenMixin
from common.forms import NorwegianDateField, VarigFormHelper, norwegian

from .models import LegalBasis, PlainWord, StandardText


class LetterAgreementForm(SeenMixin, OnceFormMixin, forms.Form):
    words = forms.CharField(
        label=_("Hvordan brev når fram"),
        max_length=160,
        required=False,
        help_text=_(
            "For eksempel «hentes på kontoret» eller «leses opp i møte». Står ikke i brevet."
        ),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Lagre avtalen"), cancel=cancel)


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
