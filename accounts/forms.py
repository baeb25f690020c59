from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crispy_forms.layout import Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from common.corrections import SeenMixin
from common.forms import (
    NorwegianDateField,
    PeriodField,
    PrintableMixin,
    ReasonField,
    VarigFormHelper,
    WhyField,
    norwegian,
)
from common.lawful import LawAskedMixin

from .access_models import needs_confirmation
from .enums import RoleKind
from .leaving import LAST_ROLE
from .models import Role, User
from .once import OnceFormMixin
from .settings_table import KEYS


class ProfileForm(SeenMixin, PrintableMixin, forms.ModelForm):
    class Meta:
        model = User
        fields = ["full_name", "keyboard_shortcuts", "daily_summary"]
        help_texts = {
            "full_name": _("Slik navnet ditt står for dem du arbeider sammen med."),
            "daily_summary": _("Bare antall og en lenke, aldri noe om personer."),
            "keyboard_shortcuts": _("Slå av hvis de kommer i veien for et hjelpemiddel."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["full_name"].widget.attrs["autocomplete"] = "name"
        self.helper = VarigFormHelper(submit=_("Lagre"))


class UserForm(OnceFormMixin, forms.ModelForm):
    class Meta:
        model = User
        fields = ["full_name", "username", "email"]
        labels = {"username": _("Brukernavn"), "email": _("E-post")}
        help_texts = {
            "username": _("Bokstaver og tall, for eksempel «ingrid.strand»."),
            "email": _("Adressen i kommunen. Den kobler brukeren til kommunens innlogging."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")
        self.helper = VarigFormHelper(submit=_("Legg til bruker"))

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=email).exists():
            raise ValidationError(_("En bruker med denne e-postadressen finnes allerede."))
        return email


class RoleForm(OnceFormMixin, forms.ModelForm):
    class Meta:
        model = Role
        fields = ["kind", "unit", "period", "protected_access", "shielded_access"]
        formfield_callback = norwegian
        help_texts = {
            "protected_access": _("Personer med fortrolig eller strengt fortrolig adresse."),
            "shielded_access": _("Personer som er ansatt i kommunen."),
        }

    def __init__(self, *args: Any, cancel: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("Velg")), *RoleKind.choices]
        self.fields["unit"].empty_label = _("Velg")
        self.fields["period"].label = _("Når")
        self.helper = VarigFormHelper(submit=_("Gi rollen"), cancel=cancel)
        self.helper.layout = Layout(
            Row("kind", "unit"), "period", "protected_access", "shielded_access"
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        has_access = data.get("protected_access") or data.get("shielded_access")
        if data.get("kind") == RoleKind.SYSTEM_ADMIN and has_access:
            raise ValidationError(
                _(
                    "En systemadministrator ser ikke personopplysninger, "
                    "og kan ikke få tilgang til beskyttede personer."
                )
            )
        return data

    @property
    def needs_confirmation(self) -> bool:
        """Whether what was sent is a proposal, which another must confirm."""
        facts = self.cleaned_data
        return needs_confirmation(
            facts["kind"],
            protected_access=facts["protected_access"],
            shielded_access=facts["shielded_access"],
        )

    def _get_validation_exclusions(self) -> set[str]:
        # The user is known, so that an overlap is found before the database constraint.
        return super()._get_validation_exclusions() - {"user", "basis"}


class RefuseForm(OnceFormMixin, forms.Form):
    reason = ReasonField(
        label=_("Begrunnelse"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Leses av den som foreslo rollen. Skriv ikke om personer i saker."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Avvis"))


class StopForm(OnceFormMixin, forms.Form):
    reason = WhyField(
        label=_("Begrunnelse"),
        max_length=300,
        help_text=_("Står i loggen. Skriv ikke om personer i saker."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["autocomplete"] = "off"
        self.helper = VarigFormHelper(submit=_("Stopp brukeren"), cancel=cancel)


class EndRoleForm(SeenMixin, PrintableMixin, forms.Form):
    """The last day; and the receiver, for somebody who holds something: needed when there is no
    other role (`is_last`). When there is, the action knows whether it lasts as long."""

    last_day = NorwegianDateField(label=_("Siste dag"), help_text=_("Rollen gjelder ut dagen."))
    at_once = forms.BooleanField(
        label=_("Avslutt nå, ikke ved dagens slutt"),
        required=False,
        help_text=_("Brukeren mister tilgangen straks, også på sider som står åpne."),
    )

    def __init__(
        self,
        *args: Any,
        receivers: QuerySet[User] | None,
        stand_ins: QuerySet[User] | None = None,
        is_last: bool = False,
        cancel: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if stand_ins is not None:
            self.fields["stand_in"] = forms.ModelChoiceField(
                stand_ins,
                required=False,
                label=_("Ny stedfortreder"),
                empty_label=_("Velg"),
                help_text=_("Overtar fra dagen etter siste dag, og ut fraværet."),
            )
        if receivers is not None and is_last:
            self.fields["receiver"] = _receiver(receivers)
            self.fields["receiver"].error_messages["required"] = LAST_ROLE
        elif receivers is not None:
            self.fields["receiver"] = _receiver(receivers, required=False)
            self.fields["receiver"].help_text = _(
                "Når brukeren ikke har noen rolle etter siste dag: en som har samme slags rolle i "
                "dag, og som kan se personene det gjelder. Ellers tomt."
            )
        self.helper = VarigFormHelper(submit=_("Avslutt rollen"), cancel=cancel)


class HandOverForm(OnceFormMixin, forms.Form):
    def __init__(self, *args: Any, receivers: QuerySet[User], cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["receiver"] = _receiver(receivers)
        self.helper = VarigFormHelper(submit=_("Overfør alt"), cancel=cancel)


def _receiver(users: QuerySet[User], *, required: bool = True) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        users,
        required=required,
        label=_("Hvem overtar"),
        empty_label=_("Velg"),
        help_text=_("En som har samme slags rolle i dag, og som kan se personene det gjelder."),
    )


class AbsenceForm(OnceFormMixin, forms.Form):
    stand_in = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Stedfortreder"),
        empty_label=_("Velg"),
        help_text=_("Ser Min dag for den som er borte, og kan gjøre det som står der."),
    )
    period = PeriodField(label=_("Borte"), open_ended=False)

    def __init__(self, *args: Any, stand_ins: QuerySet[User], cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stand_in"].queryset = stand_ins
        self.helper = VarigFormHelper(submit=_("Før fraværet"), cancel=cancel)


class ColleagueForm(forms.Form):
    """Whose absence is to be seen."""

    bruker = forms.ModelChoiceField(
        User.objects.none(), label=_("Hvem er borte?"), empty_label=_("Velg")
    )

    def __init__(self, *args: Any, others: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bruker"].queryset = others
        self.helper = VarigFormHelper(submit=_("Se fraværet"), method="get")


class SettingForm(LawAskedMixin, SeenMixin, OnceFormMixin, forms.Form):
    """A new value: like the default a whole number, several with commas, or ja or nei."""

    value = forms.CharField(label=_("Ny verdi"), max_length=60)
    start = NorwegianDateField(label=_("Gjelder fra"))

    def __init__(self, *args: Any, key: str, cancel: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.default = KEYS[key].default
        self.is_list = isinstance(self.default, list)
        unit = KEYS[key].unit
        value = self.fields["value"]
        value.label = _("Ny verdi (%(unit)s)") % {"unit": unit}
        value.widget.attrs["autocomplete"] = "off"
        if self.is_list:
            value.help_text = _("Hele tall med komma mellom, for eksempel %(example)s.") % {
                "example": shown(self.default)
            }
        elif isinstance(self.default, bool):
            value.help_text = _("Skriv ja eller nei.")
        else:
            value.widget.attrs["inputmode"] = "numeric"
        self.order_fields(["value", "start", "anyway", "reason"])
        self.helper = VarigFormHelper(submit=_("Endre"), cancel=cancel)

    def clean_value(self) -> bool | int | list[int]:
        if isinstance(self.default, bool):
            return self._yes_or_no()
        parts = [part.strip() for part in self.cleaned_data["value"].split(",")]
        if not self.is_list and len(parts) > 1:
            raise ValidationError(_("Skriv ett helt tall."))
        if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
            raise ValidationError(_("Skriv hele tall fra 0 til 9999, uten bokstaver."))
        numbers = [int(part) for part in parts]
        if not self.is_list:
            if numbers[0] == 0 and self.default != 0:
                raise ValidationError(_("Tallet må være minst 1."))
            return numbers[0]
        ascending = self.default == sorted(self.default)
        if len(set(numbers)) != len(numbers) or numbers != sorted(numbers, reverse=not ascending):
            order = _("stigende") if ascending else _("synkende")
            raise ValidationError(
                _("Skriv tallene i %(order)s rekkefølge, hvert bare én gang.") % {"order": order}
            )
        return numbers

    def _yes_or_no(self) -> bool:
        answer = self.cleaned_data["value"].strip().lower()
        if answer not in ("ja", "nei"):
            raise ValidationError(_("Skriv ja eller nei."))
        return answer == "ja"


class _Names(ModelChoiceIterator):
    """Reads only key and name, without creating nine hundred user objects."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        yield "", self.field.empty_label
        for pk, name, username in self.queryset.values_list("pk", "full_name", "username"):
            yield pk, name or username


class _UserField(forms.ModelChoiceField):
    iterator = _Names


class ReadLogFilter(forms.Form):
    # The largest key the database can have.
    person = forms.IntegerField(
        label=_("Personens id"), required=False, min_value=1, max_value=2**63 - 1
    )
    user = _UserField(User.objects.all(), label=_("Bruker"), required=False, empty_label=_("Alle"))
    start = NorwegianDateField(label=_("Fra og med"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(method="get", submit=_("Vis"), optional=False)
        self.helper.layout = Layout(Row("person", "user", "start"))


def shown(value: Any) -> str:
    """A setting's value as it is written: «14, 60, 75»."""
    if isinstance(value, bool):
        return _("ja") if value else _("nei")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


ONE_OF = {"dager": _("dag"), "uker": _("uke"), "måneder": _("måned"), "timer": _("time")}


def counted(value: Any, unit: Any) -> str:
    """«14 dager», «1 måned før»."""
    unit_word, space, rest = str(unit).partition(" ")
    if value == 1:
        unit_word = str(ONE_OF.get(unit_word, unit_word))
    return f"{shown(value)} {unit_word}{space}{rest}"
