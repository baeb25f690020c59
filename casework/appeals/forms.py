from __future__ import annotations

from typing import Any

from crispy_forms.layout import Fieldset, Layout, Row
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.once import OnceFormMixin
from casework.letters.forms import OtherFormMixin
from casework.log.enums import AppealChannel, AppealSender, AppealState, DismissalGround, LetterWent
from casework.persons.models.persons import POSTCODE
from casework.vedtak.forms import OutcomesField
from casework.vedtak.models import Vedtak, VedtakOutcome
from common.corrections import SeenMixin
from common.formatting import listed
from common.forms import CardChoice, ListChoice, NorwegianDateField, ReasonField, VarigFormHelper
from common.readings import ReadMixin
from common.reasons import STATEMENT, WORD


class ArrivalForm(SeenMixin, OnceFormMixin, forms.Form):
    way = forms.ChoiceField(label=_("Hvordan brevet gikk"), choices=LetterWent, widget=ListChoice)
    arrived_on = NorwegianDateField(
        label=_("Dagen det kom fram"),
        required=False,
        help_text=_(
            "La feltet stå tomt hvis brevet ble hentet eller gitt i hånden i dag, eller hvis du "
            "ikke vet når posten kom fram."
        ),
    )

    def __init__(self, *args: Any, cancel: str, row: Vedtak, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        if row.arrives_on:
            # The letter told a day: it cannot wait.
            ways = [way for way in LetterWent.choices if way[0] != LetterWent.WAITING]
            self.fields["way"].choices = ways
        self.helper = VarigFormHelper(self, submit=_("Lagre"), cancel=cancel)


class CollectedForm(SeenMixin, OnceFormMixin, forms.Form):
    collected_on = NorwegianDateField(label=_("Dagen brevet ble hentet, eller kom fram"))

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Lagre"), cancel=cancel)


class AppealForm(OnceFormMixin, forms.Form):
    """An appeal as it came, about some or all of the outcomes of a vedtak."""

    outcomes = OutcomesField(
        VedtakOutcome.objects.none(),
        label=_("Hva klagen gjelder"),
        help_text=_("Delene behandles hver for seg. Det blir én klage til hver klageinstans."),
    )
    words = forms.CharField(
        label=_("Hva klagen går ut på, med egne ord"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=20_000,
        help_text=_("Skriv av brevet, eller det som ble sagt."),
    )
    channel = forms.ChoiceField(
        label=_("Kom inn som"),
        choices=AppealChannel.choices,
        widget=CardChoice,
        initial=AppealChannel.LETTER,
        required=False,
    )
    received_on = NorwegianDateField(label=_("Mottatt"))
    made_on = NorwegianDateField(
        label=_("Postlagt eller sendt"),
        required=False,
        help_text=_("Hvis det var før den kom hit. Det er denne dagen som teller."),
    )
    arrived_on = NorwegianDateField(
        label=_("Vedtaket kom fram"),
        required=False,
        help_text=_("Hvis dere vet det. Ellers regnes dagen ut."),
    )
    sender = forms.ChoiceField(
        label=_("Klaget av"),
        choices=AppealSender.choices,
        initial=AppealSender.PERSON,
        required=False,
    )
    sender_name = forms.CharField(
        label=_("Navn på fullmektig eller verge"), max_length=120, required=False
    )
    # Asked about a sender who is not registered.
    register = forms.ChoiceField(
        label=_("Får den som klaget, kopi av brevene?"),
        choices=[
            ("ja", _("Ja, registrer som fullmektig eller verge i saken")),
            ("nei", _("Nei, fullmakten er trukket, eller gjelder ikke klagen")),
        ],
        widget=ListChoice,
        required=False,
    )
    address = forms.CharField(
        label=_("Adressen til den som klaget"), max_length=200, required=False
    )
    postcode = forms.CharField(
        label=_("Postnummer"), max_length=4, validators=[POSTCODE], required=False
    )
    city = forms.CharField(label=_("Poststed"), max_length=60, required=False)
    letter_agreement = forms.CharField(
        label=_("Avtale om brev"),
        max_length=200,
        required=False,
        help_text=_("Hvordan kopien når fram uten adresse."),
    )
    suspension_asked = forms.BooleanField(
        label=_("Ber om at vedtaket ikke settes i verk før klagen er avgjort"), required=False
    )

    def __init__(
        self,
        *args: Any,
        cancel: str,
        outcomes: QuerySet[VedtakOutcome],
        names: list[str],
        about_dismissal: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        several = len(outcomes) > 1
        if several:
            self.fields["outcomes"].queryset = outcomes
        else:
            del self.fields["outcomes"]
        if about_dismissal:
            self.fields["arrived_on"].label = _("Avvisningen kom fram")
        if names:
            self.fields["sender_name"].help_text = _("Registrert på personen: %(names)s.") % {
                "names": listed(names)
            }
        self.helper = VarigFormHelper(
            self, submit=_("Registrer klagen"), cancel=cancel, optional=False
        )
        self.names = {name.casefold() for name in names}
        self.several = several
        self.draw(ask=False)

    def draw(self, *, ask: bool) -> None:
        several = self.several
        self.helper.layout = Layout(
            Fieldset(_("Klagen"), *(["outcomes"] if several else []), "words"),
            Fieldset(
                _("Hvordan og når den kom"),
                "channel",
                Row("received_on", "made_on", "arrived_on"),
                Row("sender", "sender_name"),
                *(["register", "address", Row("postcode", "city"), "letter_agreement"] * ask),
            ),
            Fieldset(_("Utsatt iverksetting"), "suspension_asked"),
        )

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        facts["channel"] = facts.get("channel") or AppealChannel.LETTER
        facts["sender"] = facts.get("sender") or AppealSender.PERSON
        if facts["sender"] == AppealSender.PERSON:
            facts["sender_name"] = ""
        elif not facts.get("sender_name"):
            self.add_error("sender_name", _("Skriv hvem som klaget på vegne av personen."))
        self._ask_about_copies(facts)
        return facts

    def _ask_about_copies(self, facts: dict[str, Any]) -> None:
        """Put how copies reach the sender in `facts["copies"]`: None if they are not to be made."""
        answer = facts.pop("register", "")
        place = {name: facts.pop(name, "") for name in COPY_FIELDS}
        facts["copies"] = None
        name = facts.get("sender_name", "").strip()
        if not name or name.casefold() in self.names:
            return
        self.draw(ask=True)
        if not answer:
            self.add_error(
                "register",
                _(
                    "%(name)s er ikke registrert, og får ikke kopi av brevene i klagesaken. Skal "
                    "%(name)s registreres (fvl. § 12)?"
                )
                % {"name": name},
            )
        elif answer == "ja":
            facts["copies"] = place


# How copies of letters reach a representative, as on the page of representatives.
COPY_FIELDS = ("address", "postcode", "city", "letter_agreement")
WHO_DECIDED = _("Den som skrev eller godkjente vedtaket")


class AssignForm(SeenMixin, OnceFormMixin, forms.Form):
    reviewer = forms.ModelChoiceField(
        label=_("Vurderes av"),
        queryset=User.objects.none(),
        empty_label=_("Velg"),
    )

    def __init__(
        self,
        *args: Any,
        cancel: str,
        reviewers: QuerySet[User],
        user: User,
        about_dismissal: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reviewer"]
        field.queryset = reviewers
        who = _("Den som avviste klagen") if about_dismissal else WHO_DECIDED
        field.help_text = _("%(who)s, står ikke i listen.") % {"who": who}
        field.error_messages["invalid_choice"] = _(
            "Velg en i listen. %(who)s, kan ikke vurdere klagen."
        ) % {"who": who}
        if reviewers.filter(pk=user.pk).exists():
            self.fields["reviewer"].initial = user.pk
        self.helper = VarigFormHelper(self, submit=_("Fordel klagen"), cancel=cancel)


class ReasonForm(OnceFormMixin, forms.Form):
    """A form with one text; the caller gives its label and button."""

    reason = ReasonField(least=WORD, max_length=10_000, widget=forms.Textarea(attrs={"rows": 8}))

    def __init__(
        self,
        *args: Any,
        cancel: str,
        label: str,
        submit: str,
        help_text: str = "",
        rows: int = 8,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label
        self.fields["reason"].help_text = help_text
        self.fields["reason"].widget.attrs["rows"] = rows
        self.helper = VarigFormHelper(self, submit=submit, cancel=cancel)


class SignForm(OtherFormMixin, ReadMixin, ReasonForm):
    """A `ReasonForm` for a step that answers the appeal or sends it on; its text is in a letter."""

    in_letter = ("reason",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].least = STATEMENT


class DismissForm(SignForm):
    ground = forms.ChoiceField(label=_("Hva klagen mangler"), choices=(), widget=ListChoice)

    field_order = ("ground", "reason", "other_form")

    def __init__(self, *args: Any, grounds: list[DismissalGround], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = [(one.value, one.label) for one in grounds]
        self.fields["ground"].help_text = _(
            "Mangler noe i selve klagen, skal den som klaget, først få en kort frist til å rette "
            "den (fvl. § 32)."
        )


class TakeInForm(SignForm):
    """The appeals body set a dismissal aside: who reviews now, and what the letter says."""

    reviewer = forms.ModelChoiceField(
        label=_("Vurderes av"),
        queryset=User.objects.none(),
        empty_label=_("Velg"),
        help_text=_("Den som avviste klagen, eller skrev eller godkjente vedtaket, står ikke her."),
    )

    field_order = ("reviewer", "reason", "other_form")

    def __init__(self, *args: Any, reviewers: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].queryset = reviewers


class SuspensionForm(OtherFormMixin, ReadMixin, OnceFormMixin, forms.Form):
    in_letter = ("reason",)

    granted = forms.ChoiceField(
        label=_("Skal vedtaket vente?"),
        choices=[
            ("ja", _("Ja, vedtaket settes ikke i verk før klagen er avgjort")),
            ("nei", _("Nei, vedtaket settes i verk nå")),
        ],
        widget=ListChoice,
    )
    reason = ReasonField(
        label=_("Hvorfor"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Står i brevet til personen. Skriv i målformen brevet har."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Avgjør og lag brevet"), cancel=cancel)

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if "granted" in facts:
            facts["granted"] = facts["granted"] == "ja"
        return facts


class AskSuspensionForm(OnceFormMixin, forms.Form):
    asked_on = NorwegianDateField(label=_("Når det ble bedt om"))

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Registrer"), cancel=cancel)


class OutcomeForm(OnceFormMixin, forms.Form):
    outcome = forms.ChoiceField(
        label=_("Hva klageinstansen kom til"),
        choices=[
            (AppealState.UPHELD, _("Vedtaket ble stående")),
            (AppealState.CHANGED, _("Klageinstansen endret vedtaket")),
            (AppealState.RETURNED, _("Vedtaket ble opphevet, og må avgjøres på nytt her")),
            (AppealState.DISMISSED, _("Klagen ble avvist")),
        ],
        widget=ListChoice,
    )
    outcome_on = NorwegianDateField(label=_("Klageinstansens dato"))
    words = ReasonField(
        label=_("Hva de la vekt på"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Det viktigste i avgjørelsen, og hva som må gjøres."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Registrer svaret"), cancel=cancel)
