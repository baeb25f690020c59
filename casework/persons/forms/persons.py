from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from crispy_forms.layout import HTML, Fieldset, Layout, Row, Submit
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from casework.log.enums import (
    PROTECTED,
    IdKind,
    LivingArrangement,
    MemberRelation,
    PreferredChannel,
    Sex,
)
from common import national_id
from common.corrections import SeenMixin
from common.formatting import nbdate
from common.forms import (
    AskedField,
    AsksMixin,
    CardChoice,
    ListChoice,
    NorwegianDateField,
    PhoneField,
    VarigFormHelper,
    WhyField,
    norwegian,
)

from ..actions import persons as actions
from ..models import Person
from ..perms import can_set_protection, can_set_shielded

if TYPE_CHECKING:
    from accounts.models import User

IN_THE_FUTURE = _("Datoen er ikke kommet ennå.")

TWO_HOMES = _("Barnet bor fast i to husstander")
OTHER_BIRTH_DATE = _("Fødselsdatoen er riktig, selv om nummeret har en annen")

LONGEST_NUMBER = 20  # with the spaces people write


def parse_national_id(text: str) -> str:
    """The eleven digits. A demo refuses numbers that may belong to a real person."""
    try:
        number = national_id.parse(text)
    except national_id.InvalidNationalId as error:
        raise ValidationError(str(error)) from error
    if settings.DEMO and number.is_real:
        raise ValidationError(
            _(
                "Dette er et øvingsmiljø. Bruk et syntetisk nummer, "
                "aldri nummeret til en virkelig person."
            ),
            code="real",
        )
    return number.value


ONE_NAME = _("Har personen bare ett navn, er ett av feltene nok.")


class PersonForm(AsksMixin, OnceFormMixin, forms.ModelForm):
    """Registers or changes a person. `similar` and `existing` may be the same person."""

    national_id = forms.CharField(
        label=_("Fødselsnummer eller D-nummer"), max_length=LONGEST_NUMBER, required=False
    )
    duf = forms.CharField(label=_("DUF-nummer"), max_length=LONGEST_NUMBER, required=False)
    phone = PhoneField(label=_("Telefon"), landline=True, required=False)
    other_birth_date = AskedField(label=OTHER_BIRTH_DATE)
    # «Dette er en annen person», and the keys it was ticked for. Shown by person_similar.html.
    other_person = forms.BooleanField(required=False)
    seen = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    # Set when the user has been asked about the household of a person who gets protection.
    asked = forms.BooleanField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Person
        fields = [
            "first_name",
            "last_name",
            "id_kind",
            "national_id",
            "duf",
            "birth_date",
            "sex",
            "phone",
            "email",
            "preferred_channel",
            "language",
            "interpreter",
            "language_form",
            "address",
            "postcode",
            "city",
            "protection",
            "shielded",
        ]
        formfield_callback = norwegian
        widgets = {"id_kind": CardChoice, "sex": CardChoice, "language_form": CardChoice}

    def __init__(self, *args: Any, user: User, on: date, cancel: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.on = user, on
        self.limits: list[str] = []
        self.similar: list[actions.Similar] = []
        self.existing: Person | None = None
        # Who had the number before: asked about with the similar persons.
        self.former: Person | None = None
        for name in ("first_name", "last_name"):
            self.fields[name].mark_optional = False  # one of them must be filled in
        self.fields["last_name"].help_text = ONE_NAME
        self.fields["id_kind"].label = _("Nummer")
        self.fields["id_kind"].choices = IdKind.choices
        self.fields["sex"].choices = Sex.choices
        for name in ("national_id", "duf"):
            # Required by the choice above, so never marked «valgfritt».
            self.fields[name].mark_optional = False
        self.fields["preferred_channel"].choices = [
            ("", _("Ikke avklart")),
            *PreferredChannel.choices,
        ]
        self.fields["birth_date"].required = False
        self.fields["language"].help_text = _("Det personen vil snakke med oss.")
        if can_set_protection(user):
            self.limits.append("protection")
        else:
            del self.fields["protection"]
        if can_set_shielded(user):
            self.limits.append("shielded")
        else:
            del self.fields["shielded"]
        new = self.instance.pk is None
        self.protected_before = self.instance.is_protected
        self.beside = list(self._beside()) if self.data.get("asked") and not new else []
        if new:
            self.fields["id_kind"].initial = IdKind.NATIONAL
        else:
            self.fields["version"].initial = actions.version_of(self.instance)
        self.helper = VarigFormHelper(
            submit=_("Registrer personen") if new else _("Lagre endringene"), cancel=cancel
        )
        if new:
            # Most persons are registered because an application has come in.
            self.helper.add_input(
                Submit("soknad", _("Registrer, og skriv søknaden"), css_class="secondary")
            )
            if not self.is_bound:
                self.fields["first_name"].widget.attrs["autofocus"] = True
        self._draw()

    def _beside(self) -> QuerySet[Person]:
        return actions.unprotected_beside(user=self.user, person=self.instance, on=self.on)

    def _draw(self) -> None:
        household = []
        if self.beside:
            household = ["protect", "protect_reason"]
            self.fields["protect"] = forms.ModelMultipleChoiceField(
                label=_("Skal disse også beskyttes?"),
                queryset=self._beside(),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=_(
                    "De bor i samme husstand. "
                    "Uten beskyttelse kan adressen deres røpe hvor personen er."
                ),
            )
            self.fields["protect"].mark_optional = False
            self.fields["protect_reason"] = WhyField(
                label=_("Hvorfor"),
                max_length=100,
                error_messages={"required": _("Skriv hvorfor de skal, eller ikke skal, med.")},
            )
        limits = self.limits
        self.helper.layout = Layout(
            HTML('{% include "casework/persons/person_similar.html" %}'),
            *([Fieldset(_("Husstanden"), *household)] if household else []),
            Fieldset(
                _("Hvem"),
                Row("first_name", "last_name"),
                "id_kind",
                Row("national_id", "duf"),
                Row("birth_date", "sex"),
                "other_birth_date",
            ),
            Fieldset(
                _("Kontakt"),
                Row("phone", "email", "preferred_channel"),
                "address",
                Row("postcode", "city"),
            ),
            Fieldset(_("Språk"), Row("language", "language_form"), "interpreter"),
            *([Fieldset(_("Beskyttelse"), *limits)] if limits else []),
        )

    def clean_national_id(self) -> str:
        text = self.cleaned_data["national_id"]
        if not text or self.data.get(self.add_prefix("id_kind")) != IdKind.NATIONAL:
            return ""
        # An unchanged number is not checked again: the rules may have changed since.
        if text == self.initial.get("national_id"):
            return text
        return parse_national_id(text)

    def clean_duf(self) -> str:
        text = self.cleaned_data["duf"]
        if not text or self.data.get(self.add_prefix("id_kind")) != IdKind.DUF:
            return ""
        try:
            return national_id.parse_duf(text)
        except national_id.InvalidNationalId as error:
            raise ValidationError(str(error)) from error

    def clean_birth_date(self) -> date | None:
        born = self.cleaned_data["birth_date"]
        if born and born > self.on:
            raise ValidationError(IN_THE_FUTURE, code="future")
        return born

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if facts.get("first_name") == facts.get("last_name") == "":
            self.add_error("first_name", _("Skriv navnet."))
        field = {IdKind.NATIONAL: "national_id", IdKind.DUF: "duf"}.get(facts.get("id_kind"))
        if field and field in facts and not facts[field]:
            self.add_error(field, _("Skriv nummeret, eller velg at det ikke er kjent."))
        elif field and field in facts:
            try:
                actions.check_number_is_free(
                    by=self.user, exclude_pk=self.instance.pk, **{field: facts[field]}
                )
            except actions.HadNumberBefore as error:
                self.former = error.person
            except actions.AlreadyRegistered as error:
                self.existing = error.person
                self.add_error(field, str(error))
        changed = {"national_id", "birth_date"} & set(self.changed_data)
        if changed and not facts.get("other_birth_date"):
            ask_about_birth_date(self, facts.get("national_id"), facts.get("birth_date"))
        return facts

    def _get_validation_exclusions(self) -> set[str]:
        """Whether the number is free is left to `clean`, which names nobody hidden, to the action
        and to the database."""
        return super()._get_validation_exclusions() | {"national_id", "duf"}

    def asks_about_similar(self) -> bool:
        """Whether the user must first answer if a similar registered person is the same one."""
        facts = self.cleaned_data
        self.similar = actions.similar_persons(
            user=self.user,
            first_name=facts["first_name"],
            last_name=facts["last_name"],
            birth_date=facts["birth_date"],
            exclude_pk=self.instance.pk,
        )
        if self.former:
            others = [match for match in self.similar if match.person != self.former]
            self.similar = [actions.Similar(self.former, _("Har hatt dette nummeret før")), *others]
        keys = {str(match.person.pk) for match in self.similar}
        if not keys or (facts["other_person"] and keys <= set(facts["seen"].split(","))):
            return False
        self.data = self.data.copy()
        self.data["seen"] = ",".join(sorted(keys))
        self.data.pop("other_person", None)
        self.add_error(
            "other_person",
            _("Se om personen er registrert fra før. Kryss av hvis det er en annen."),
        )
        return True

    def asks_about_household(self) -> bool:
        """Whether the user must first choose who else in the household gets address protection:
        it is being set now, and others there have none."""
        facts = self.cleaned_data
        if self.instance.pk is None or self.protected_before:
            return False
        if facts.get("protection") not in PROTECTED:
            return False
        if facts["asked"] or not (unprotected := list(self._beside())):
            return False
        # Everybody is chosen by default.
        self.data = self.data.copy()
        self.data["asked"] = "on"
        self.data.setlist("protect", [str(person.pk) for person in unprotected])
        self.data["protect_reason"] = str(_("Bor sammen."))
        self.beside = unprotected
        self._draw()
        self.add_error("protect", _("Velg hvem som også skal beskyttes, og lagre en gang til."))
        return True

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of the person, for the action."""
        not_of_person = (
            "other_birth_date",
            "other_person",
            "seen",
            "version",
            "asked",
            "protect",
            "protect_reason",
        )
        return {
            name: value for name, value in self.cleaned_data.items() if name not in not_of_person
        }

    def renew(self, stored: Person) -> list[tuple[str, str]]:
        """Take over the version another user saved; return label and value of what differs."""
        self.data = self.data.copy()
        self.data["version"] = str(actions.version_of(stored))
        differing = []
        for name, value in self.facts.items():
            if getattr(stored, name) != value:
                display = getattr(stored, f"get_{name}_display", None)
                stored_value = display() if display else getattr(stored, name)
                differing.append((str(self.fields[name].label), stored_value))
        return differing


def ask_about_birth_date(form: forms.Form, number: str | None, born: date | None) -> None:
    """Ask when the birth date is another than the number shows. The date is never taken from it."""
    if number and born and not national_id.shows_birth_date(number, born):
        form.add_error(
            "other_birth_date",
            _(
                "Fødselsdatoen du skrev, er en annen enn nummeret viser. Rett det som er feil, "
                "eller kryss av for at begge er riktige."
            ),
        )


class FindPersonForm(AsksMixin, forms.Form):
    """Finds a person by number or name, or registers one with few fields. `person` is the match.

    The subclass sets `on` and `user` before cleaning; `exclude_pk` is never a match.
    """

    # One field for every kind of number (`common.form_errors.refuse`).
    FIELD_OF: ClassVar = {"national_id": "number", "duf": "number"}

    number = forms.CharField(
        label=_("Fødselsnummer, D-nummer eller DUF-nummer"),
        max_length=LONGEST_NUMBER,
        required=False,
        help_text=_("Er personen registrert, holder det med nummeret."),
    )
    first_name = forms.CharField(label=_("Fornavn"), max_length=80, required=False)
    last_name = forms.CharField(label=_("Etternavn"), max_length=80, required=False)
    birth_date = NorwegianDateField(label=_("Fødselsdato"), required=False)
    other_birth_date = AskedField(label=OTHER_BIRTH_DATE)
    same_as = forms.ChoiceField(label=_("Er det en av disse?"), required=False, widget=ListChoice)

    NEW = "ny"
    user: User
    on: date
    exclude_pk: int | None = None
    person: Person | None = None

    def draw(self, *, ask: bool) -> None:
        """Lay out the form; with `ask` also the question whether it is a similar person."""
        raise NotImplementedError

    def clean_birth_date(self) -> date | None:
        born = self.cleaned_data["birth_date"]
        if born and born > self.on:
            raise ValidationError(IN_THE_FUTURE, code="future")
        return born

    def clean_number(self) -> dict[str, str]:
        text = self.cleaned_data["number"]
        if not text:
            return {}
        digits = "".join(c for c in text if c.isdigit())
        if len(digits) == 12:
            try:
                return {"duf": national_id.parse_duf(text)}
            except national_id.InvalidNationalId as error:
                raise ValidationError(str(error)) from error
        return {"national_id": parse_national_id(text)}

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if facts.get("number") == {} and not self._is_named(facts):
            self.add_error(
                "first_name", _("Skriv navnet, eller nummeret til en registrert person.")
            )
        if self.errors:
            return facts
        if facts["number"]:
            self._find_by_number(facts)
        if not self.errors and self.person is None:
            self._find_by_name(facts)
            if not facts["other_birth_date"]:
                number = facts["number"].get("national_id")
                ask_about_birth_date(self, number, facts["birth_date"])
        return facts

    def _is_named(self, facts: dict[str, Any]) -> bool:
        """Whether there is a name; a last name the form itself suggests is none."""
        last = facts.get("last_name")
        return bool(facts.get("first_name") or (last and last != self.fields["last_name"].initial))

    def _find_by_number(self, facts: dict[str, Any]) -> None:
        try:
            actions.check_number_is_free(by=self.user, **facts["number"])
        except actions.AlreadyRegistered as error:
            self.person = error.person
            born = facts["birth_date"]
            if born and error.person.birth_date and born != error.person.birth_date:
                self.add_error(
                    "birth_date", _("Nummeret er registrert på en med en annen fødselsdato.")
                )
            return
        if not self._is_named(facts):
            self.add_error(
                "first_name", _("Nummeret er ikke registrert. Skriv navnet for å registrere.")
            )

    def _find_by_name(self, facts: dict[str, Any]) -> None:
        similar = actions.similar_persons(
            user=self.user,
            first_name=facts["first_name"],
            last_name=facts["last_name"],
            birth_date=facts["birth_date"],
            exclude_pk=self.exclude_pk,
        )
        if not similar:
            return
        chosen = self.data.get(self.add_prefix("same_as"), "")
        by_key = {str(match.person.pk): match.person for match in similar}
        self.person = by_key.get(chosen)
        if self.person is None and chosen != self.NEW:
            self.ask(similar)
            self.add_error("same_as", _("Velg om det er en av disse, eller en annen person."))

    def ask(self, similar: list[actions.Similar]) -> None:
        self.draw(ask=True)
        self.fields["same_as"].choices = [
            *(
                (str(match.person.pk), f"{match.person} ({_born(match.person)}). {match.why}.")
                for match in similar
            ),
            (self.NEW, _("Nei, dette er en annen person")),
        ]

    def full_clean(self) -> None:
        # The choices depend on the name, so `_find_by_name` checks the chosen one.
        self.fields["same_as"].validate = lambda value: None
        super().full_clean()

    @property
    def new_person(self) -> dict[str, Any]:
        facts = self.cleaned_data
        kind = {"national_id": IdKind.NATIONAL, "duf": IdKind.DUF}
        return {
            "first_name": facts["first_name"],
            "last_name": facts["last_name"],
            "birth_date": facts["birth_date"],
            "id_kind": next((kind[name] for name in facts["number"]), IdKind.NONE),
            **facts["number"],
        }


def nights_field() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Netter på fjorten dager"),
        min_value=1,
        max_value=13,
        required=False,
        help_text=_("Ved delt bosted eller samvær."),
    )


def check_nights(form: forms.Form, facts: dict[str, Any]) -> None:
    """Refuse nights for a member who lives there permanently."""
    if facts.get("nights") and facts.get("living") == LivingArrangement.PERMANENT:
        form.add_error("nights", _("Den som bor fast, er her alle netter. La feltet stå tomt."))


class MemberForm(OnceFormMixin, FindPersonForm):
    """Adds a member to a household."""

    two_homes = AskedField(label=TWO_HOMES)
    relation = forms.ChoiceField(
        label=_("Relasjon"),
        # The household already has its head.
        choices=[choice for choice in MemberRelation.choices if choice[0] != MemberRelation.SELF],
        widget=ListChoice,
    )
    living = forms.ChoiceField(
        label=_("Bor i husstanden"),
        choices=LivingArrangement.choices,
        initial=LivingArrangement.PERMANENT,
        widget=ListChoice,
    )
    nights = nights_field()
    since = NorwegianDateField(label=_("Med fra"), help_text=_("Kan være fram i tid."))

    def __init__(self, *args: Any, user: User, head: Person, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.head, self.on = user, head, on
        self.exclude_pk = head.pk
        self.fields["since"].initial = on
        self.fields["last_name"].initial = head.last_name
        self.helper = VarigFormHelper(submit=_("Legg til i husstanden"))
        self.draw(ask=False)

    def draw(self, *, ask: bool) -> None:
        self.helper.layout = Layout(
            *(["same_as"] if ask else []),
            "number",
            Row("first_name", "last_name", "birth_date"),
            "other_birth_date",
            Row("relation", "living"),
            Row("nights", "since"),
            "two_homes",
        )

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        check_nights(self, facts)
        return facts


def _born(person: Person) -> str:
    if person.birth_date is None:
        return str(_("fødselsdato ikke kjent"))
    return str(_("født %(on)s")) % {"on": nbdate(person.birth_date)}


class EndMembershipForm(SeenMixin, OnceFormMixin, forms.Form):
    last = NorwegianDateField(label=_("Ute fra"))


class HeadForm(SeenMixin, OnceFormMixin, forms.Form):
    since = NorwegianDateField(label=_("Hovedperson fra"))


class ChangeLivingForm(SeenMixin, AsksMixin, OnceFormMixin, forms.Form):
    two_homes = AskedField(label=TWO_HOMES)
    living = forms.ChoiceField(
        label=_("Bor i husstanden"), choices=LivingArrangement.choices, widget=ListChoice
    )
    nights = nights_field()
    since = NorwegianDateField(label=_("Fra"), help_text=_("Kan være fram i tid."))

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        check_nights(self, facts)
        return facts
