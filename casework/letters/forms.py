from __future__ import annotations

from typing import Any

from crispy_forms.layout import Submit
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import UNKNOWN_NUMBER, Municipality, OrganisationUnit
from accounts.once import OnceFormMixin
from casework.log.enums import LanguageForm, LetterWay
from common.corrections import SeenMixin
from common.forms import (
    AskedField,
    AsksMixin,
    ListChoice,
    NorwegianDateField,
    PhoneField,
    VarigFormHelper,
    norwegian,
)
from common.lawful import LawAskedMixin

from . import plain_language
from .models import AppealBodyAddress, LegalBasis, PlainWord, StandardText
from .words import placeholders, standards, wrong_placeholders


class OtherFormMixin(AsksMixin):
    """A form whose text stands in a letter: text in another målform than the letter's is asked
    about. `in_letter` names the fields, and `language` is that of the letter.
    """

    other_form = AskedField(label=_("Teksten skal stå slik likevel"))

    in_letter: tuple[str, ...] = ()

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = language

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.pop("other_form", False):
            # Still there if the form is shown again for another reason.
            self.fields["other_form"].widget = forms.CheckboxInput()
            return data
        for name in self.in_letter:
            written = data.get(name) or ""
            text = "\n".join(written) if isinstance(written, list) else written
            if told := plain_language.wrong_form(text, self.language):
                about = {"field": self.fields[name].label, "told": told}
                sentence = _(
                    "«%(field)s»: %(told)s Skriv om, eller kryss av hvis det skal stå slik."
                )
                self.add_error("other_form", ValidationError(sentence % about))
        return data


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
        last = [name for name in ("start", "anyway", "reason") if name in self.fields]
        self.order_fields([*(name for name in self.fields if name not in last), *last])
        self.helper = VarigFormHelper(submit=submit, cancel=cancel)


def previews(helper: VarigFormHelper) -> None:
    """Add the buttons that show a letter as the form has it, beside the page: one a målform."""
    for form, label in LanguageForm.choices:
        text = _("Se et brev på %s") % str(label).lower()
        helper.add_input(Submit(f"vis_{form}", text, css_class="secondary", formtarget="_blank"))


class SenderForm(SeenMixin, OnceFormMixin, forms.ModelForm):
    """Who letters are from: the municipality, or one of its units."""

    phone = PhoneField(label=_("Telefon"), landline=True, required=False)

    class Meta:
        model = Municipality
        fields = ["name", "number", "address", "phone", "hours", "hours_nn"]
        labels = {"hours": _("Åpningstid"), "hours_nn": _("Åpningstid på nynorsk")}
        help_texts = {
            "address": _("Med komma mellom linjene: «Torget 1, 0001 Byen»."),
            "hours": _("Slik det står etter «Åpent» i brevet: «hverdager kl. 9–15»."),
            "hours_nn": _("Slik det står etter «Ope» i brevet: «kvardagar kl. 9–15»."),
        }

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")
        if "number" in self.fields:
            self.fields["address"].required = True
            if not self.instance.is_set_up:
                self.initial.update(name="", number="")
        self.helper = VarigFormHelper(submit=_("Lagre"), cancel=cancel)
        previews(self.helper)

    def clean_number(self) -> str:
        number = self.cleaned_data["number"]
        if number == UNKNOWN_NUMBER:
            raise ValidationError(_("Skriv kommunens eget nummer."))
        return number

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("hours_nn") and not data.get("hours"):
            self.add_error("hours", _("Skriv åpningstiden på bokmål også."))
        return data


class UnitForm(SenderForm):
    class Meta(SenderForm.Meta):
        model = OrganisationUnit
        fields = ["name", "kind", "address", "phone", "hours", "hours_nn"]
        formfield_callback = norwegian

    clean_number = None

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        others = OrganisationUnit.objects.exclude(pk=self.instance.pk)
        if others.filter(name__iexact=name).exists():
            raise ValidationError(_("En annen enhet har dette navnet."))
        return name


class AppealsBodyForm(SeenMixin, OnceFormMixin, forms.ModelForm):
    class Meta:
        model = AppealBodyAddress
        fields = ["name", "name_nn", "address"]
        help_texts = {"address": _("Med komma mellom linjene: «Postboks 1, 0001 Byen».")}

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")
        self.helper = VarigFormHelper(
            submit=_("Lagre: jeg har kontrollert navn og adresse"), cancel=cancel
        )
        previews(self.helper)


class LetterTextForm(LawAskedMixin, SeenMixin, OnceFormMixin, forms.Form):
    """The municipality's own words for one fixed text, in both language forms."""

    text = forms.CharField(label=_("Bokmål"), max_length=2000)
    text_nn = forms.CharField(label=_("Nynorsk"), max_length=2000)
    start = NorwegianDateField(label=_("Gjelder fra"))

    def __init__(self, *args: Any, code: str, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.code = code
        self.fields["anyway"].label = _("Teksten sier det loven krever")
        self.fields["reason"].label = _("Hvorfor den endres")
        self.order_fields(["text", "text_nn", "start", "anyway", "reason"])
        for name, form in FORM_OF.items():
            field, text = self.fields[name], standards(form)[code]
            field.widget = forms.Textarea(attrs={"rows": 2 + len(text) // 70})
            if filled := sorted(placeholders(text)):
                field.help_text = _("Dette fylles ut, og må stå: %s") % ", ".join(
                    f"{{{name}}}" for name in filled
                )
        self.helper = VarigFormHelper(submit=_("Sett i kraft"), cancel=cancel)
        previews(self.helper)
        self.helper.add_input(
            Submit("standard", _("Ta tilbake standardteksten"), css_class="secondary")
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name, form in FORM_OF.items():
            if name in data and (wrong := wrong_placeholders(data[name], self.code, form)):
                self.add_error(name, wrong)
        return data


FORM_OF = {"text": LanguageForm.BOKMAL.value, "text_nn": LanguageForm.NYNORSK.value}


class StandardTextForm(VersionForm):
    class Meta:
        model = StandardText
        fields = ["part", "title", "text", "text_nn"]
        formfield_callback = norwegian


class LegalBasisForm(LawAskedMixin, VersionForm):
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
