from __future__ import annotations

import uuid
from datetime import date, timedelta

from crispy_forms.layout import HTML, ButtonHolder, Layout, Row, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.once import OnceFormMixin
from common.corrections import SeenMixin
from common.forms import (
    ChipChoice,
    ChipChoices,
    NorwegianDateField,
    PhoneField,
    PrintableMixin,
    VarigFormHelper,
)

from .enums import Channel, LifeDomain, Share
from .models import Peer, PeerLink

INTERVALS = [(7, _("Hver uke")), (14, _("Annenhver uke")), (30, _("Hver måned"))]
OLDEST_DAYS = 366  # an earlier day is a typing error
MINUTES = [(15, _("15 min")), (30, _("30 min")), (60, _("1 time")), (120, _("2 t +"))]


class PeerNeedForm(OnceFormMixin, forms.Form):
    """The caseworker writes why a peer could help, and the person's answer."""

    YES, NOT_ASKED, NO = "ja", "ikke_spurt", "nei"

    reported_because = forms.CharField(
        label=_("Hvorfor kan en likeperson hjelpe?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Koordinatoren leser dette. Skriv hva personen vil ha hjelp til, ikke helse eller rus."
        ),
    )
    answer = forms.ChoiceField(
        label=_("Ønsker personen en likeperson?"),
        choices=[
            (YES, _("Ja, personen har sagt ja")),
            (NOT_ASKED, _("Personen er ikke spurt ennå")),
        ],
        widget=ChipChoice,
    )
    wanted_on = NorwegianDateField(label=_("Dagen personen sa ja"), required=False)
    call_name = forms.CharField(
        label=_("Fornavn eller kallenavn"),
        max_length=60,
        help_text=_("Det eneste navnet koordinatoren og likepersonen ser."),
    )
    goal = forms.CharField(
        label=_("Hva vil personen selv? Med egne ord"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, cancel: str, link: PeerLink | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        submit = _("Meld fra")
        if link is not None:
            # The need is already reported; only the person's answer is missing.
            del self.fields["reported_because"]
            submit = _("Lagre svaret")
            self.fields["answer"].choices = [
                (self.YES, _("Ja, personen har sagt ja")),
                (self.NO, _("Nei, ikke nå")),
            ]
        first = [] if link is not None else ["reported_because"]
        self.helper = VarigFormHelper(submit=submit, cancel=cancel)
        self.helper.layout = Layout(*first, "answer", Row("wanted_on", "call_name"), "goal")

    def clean(self) -> dict:
        data = super().clean()
        yes = data.get("answer") == self.YES
        if yes and not data.get("wanted_on") and "wanted_on" not in self.errors:
            self.add_error("wanted_on", _("Skriv dagen personen sa ja."))
        if not yes:
            data["wanted_on"] = None
        return data


class PeerAgreementForm(SeenMixin, OnceFormMixin, forms.Form):
    """What the person and the peer have agreed."""

    call_name = forms.CharField(label=_("Fornavn eller kallenavn"), max_length=60)
    agreed_phone = PhoneField(label=_("Telefon deltakeren vil bruke"), required=False)
    interval_days = forms.TypedChoiceField(
        label=_("Avtalt kontakt"), choices=INTERVALS, coerce=int, widget=ChipChoice
    )
    shares = forms.MultipleChoiceField(
        label=_("Hvem kan lese loggen?"),
        choices=Share.choices,
        required=False,
        widget=ChipChoices,
        help_text=_(
            "Deltakeren bestemmer, og kan ombestemme seg. Uten kryss leser bare likepersonen."
        ),
    )
    goal = forms.CharField(
        label=_("Mål, med deltakerens egne ord"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, link: PeerLink, **kwargs) -> None:
        kwargs["initial"] = {
            "call_name": link.call_name,
            "agreed_phone": link.agreed_phone,
            "interval_days": link.interval_days,
            "shares": link.shares or ([] if link.peer_id else [Share.COORDINATOR]),
            "goal": link.goal,
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, row=link, **kwargs)
        days = link.interval_days
        if days not in dict(INTERVALS):
            other = (days, _("Hver %(days)s. dag") % {"days": days})
            self.fields["interval_days"].choices = [*INTERVALS, other]
        self.helper = VarigFormHelper(submit=_("Lagre avtalen"))
        self.helper.layout = Layout(
            Row("call_name", "agreed_phone"), "interval_days", "shares", "goal"
        )


class LinkForm(PeerAgreementForm):
    """The peer chosen at the first meeting (koblingsmøte), and the agreement."""

    peer = forms.ModelChoiceField(
        label=_("Likeperson"),
        queryset=Peer.objects.none(),
        error_messages={
            "required": _("Velg likepersonen deltakeren har valgt."),
            "invalid_choice": _("Velg en likeperson fra listen."),
        },
    )
    met_on = NorwegianDateField(label=_("Koblingsmøtet var"))

    def __init__(self, *args, link: PeerLink, on: date, **kwargs) -> None:
        super().__init__(*args, link=link, initial={"met_on": on}, **kwargs)
        self.fields["peer"].queryset = Peer.objects.active(on).select_related("user")
        self.helper = VarigFormHelper(submit=_("Koble"))
        self.helper.layout = Layout(
            HTML("{% include 'peers/link_peers.html' %}"),
            Row("met_on", "agreed_phone"),
            "call_name",
            "interval_days",
            "shares",
            "goal",
        )


class PauseForm(OnceFormMixin, forms.Form):
    paused_until = NorwegianDateField(
        label=_("Pause til"),
        required=False,
        help_text=_("dd.mm.åååå. Tomt betyr til deltakeren sier fra."),
    )

    def __init__(self, *args, action: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit="", action=action)
        button = Submit("pause", _("Ta pause"), css_class="secondary")
        self.helper.layout = Layout("paused_until", ButtonHolder(button))


class EndForm(OnceFormMixin, forms.Form):
    wished = forms.BooleanField(
        label=_("Deltakeren ønsker å avslutte"),
        error_messages={
            "required": _(
                "En kobling avsluttes når deltakeren ønsker det. Spør først, eller ta en pause."
            )
        },
    )

    def __init__(self, *args, action: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit="", action=action)
        button = Submit("avslutt", _("Avslutt koblingen"), css_class="secondary")
        self.helper.layout = Layout("wished", ButtonHolder(button))


class ClientIdField(forms.UUIDField):
    """Replaces a missing or invalid id with a new one; never shows an error."""

    def clean(self, value: object) -> uuid.UUID:
        try:
            return super().clean(value) or uuid.uuid4()
        except forms.ValidationError:
            return uuid.uuid4()


class ContactForm(PrintableMixin, forms.Form):
    """The contact log on the phone: who and how are required, the rest is optional.

    It has its own template. A form sent twice with the same `client_id` is one contact.
    """

    use_required_attribute = False

    link = forms.ModelChoiceField(
        label=_("Hvem?"),
        queryset=PeerLink.objects.none(),
        error_messages={
            "required": _("Velg hvem du har hatt kontakt med."),
            "invalid_choice": _("Velg en av deltakerne dine."),
        },
    )
    channel = forms.ChoiceField(
        label=_("Hvordan?"),
        choices=Channel.choices,
        error_messages={
            "required": _("Velg hvordan dere hadde kontakt."),
            "invalid_choice": _("Velg hvordan dere hadde kontakt."),
        },
    )
    missed = forms.BooleanField(label=_("Fikk ikke svar, eller vi møttes ikke"), required=False)
    minutes = forms.TypedChoiceField(
        label=_("Hvor lenge?"),
        choices=MINUTES,
        coerce=int,
        empty_value=0,
        required=False,
        error_messages={"invalid_choice": _("Velg hvor lenge det varte.")},
    )
    domains = forms.MultipleChoiceField(
        label=_("Hva handlet det om?"),
        choices=LifeDomain.choices,
        required=False,
        error_messages={"invalid_choice": _("Velg blant temaene på siden.")},
    )
    words = forms.CharField(
        label=_("Kort tekst"),
        max_length=140,
        required=False,
        error_messages={
            "max_length": _("Teksten kan ha høyst 140 tegn. Den har %(show_value)s nå.")
        },
    )
    on = NorwegianDateField(
        label=_("Dag"), error_messages={"required": _("Skriv dagen dere hadde kontakt.")}
    )
    client_id = ClientIdField(required=False)

    def __init__(self, *args, user: User, today: date, **kwargs) -> None:
        kwargs["initial"] = {"on": today, "client_id": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["link"].queryset = PeerLink.objects.followed_by(user)

    def clean_on(self) -> date:
        day = self.cleaned_data["on"]
        if day > self.today:
            raise forms.ValidationError(_("Datoen kan ikke være i framtiden."))
        if day < self.today - timedelta(days=OLDEST_DAYS):
            raise forms.ValidationError(_("Skriv en dag i det siste året."))
        return day

    def facts(self) -> dict:
        """The arguments of `actions.log_contact`, from cleaned data."""
        data = dict(self.cleaned_data)
        data["reached"] = not data.pop("missed")
        return data

    @property
    def lines(self) -> list[dict[str, str]]:
        """The error summary: each error with the id of its field."""
        ids = {"link": "hvem-1", "channel": "hvordan-1", "minutes": "tid-1", "domains": "tema-1"}
        own = {"words": "txt", "on": "dag", "missed": "ikke-svar"}
        return [
            {"id": {**ids, **own}.get(name, ""), "text": text}
            for name, texts in self.errors.items()
            for text in texts
        ]
