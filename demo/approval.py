"""A complete vedtak by another caseworker that waits for Marit's approval."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.models import User
from casework.assessment.actions import choices
from casework.assessment.needs import bedrooms
from casework.log.enums import ApplicationKind, LanguageForm, Outcome, Protection
from casework.models import Application
from casework.vedtak import actions as vedtak
from casework.vedtak import completeness
from housing.enums import UnitType

from .lives import at

REASONS = {
    "facts": "Du må ut av boligen du leier, fordi huset skal selges. Det går fram av oppsigelsen "
    "du sendte oss. Du har sett på sju boliger, og ingen av dem var til å betale.",
    "reasoning": "Du har ikke et sted å bo når leieforholdet tar slutt, og du klarer ikke å skaffe "
    "en egnet bolig uten hjelp nå. Andre måter å løse det på, som garanti og bostøtte, er prøvd. "
    "Derfor får du leie kommunal bolig.",
    "best_interests": "Barna trenger ro, egen soveplass og å bli på skolen de går på. Det har stor "
    "vekt, og taler for en bolig i nærheten.",
}
HELP = "En boveileder hjelper deg med flyttingen, og kommer to timer i uka det første halvåret."


def add(today: date) -> None:
    """Add the vedtak with the real actions, so that events and log rows exist."""
    marit = User.objects.get(username="marit")
    case = (
        Application.objects.open()
        .filter(
            kind=ApplicationKind.NEW,
            responsible__username__in=["ingrid", "marius", "kari"],
            vedtak=None,
            person__protection=Protection.NONE,
            person__shielded=False,
            person__language_form=LanguageForm.BOKMAL,
            received_at__lt=at(today - timedelta(days=10)),
        )
        .exclude(person__address="")
        .exclude(person__postcode="")
        .exclude(person__last_name="Myrland")
        .select_related("responsible")
        .order_by("received_at", "pk")
        .first()
    )
    if case is None:
        return
    by, yesterday = case.responsible, today - timedelta(days=1)
    choices.record_choices(
        application=case,
        alternatives=[
            {"what": "Kommunal bolig", "means": "Noen måneders ventetid.", "chosen": True},
            {"what": "Hjelp til å leie privat", "means": "Garanti og bostøtte.", "chosen": False},
        ],
        held_on=today - timedelta(days=4),
        present="Personen selv",
        answer="Jeg vil helst ha et sted jeg kan bli.",
        changed="Vi ser etter en bolig med lang leietid.",
        on=today,
        by=by,
        at=at(today - timedelta(days=4), 13),
    )
    drafted = vedtak.draft_vedtak(application=case, by=by, at=at(yesterday, 9))
    content = completeness.contents(drafted, yesterday)
    facts = {
        **REASONS,
        "person_view": f"Du sier: «{case.words}»",
        "dwelling_type": drafted.dwelling_type or UnitType.MUNICIPAL,
        "bedrooms": max(bedrooms(content.people).value, drafted.bedrooms or 0),
    }
    if content.asks_help:
        facts["help_content"] = HELP
    if not content.children:
        facts["best_interests"] = ""
    drafted = vedtak.save_draft(
        vedtak=drafted,
        facts=facts,
        outcomes=dict.fromkeys(content.bases, (Outcome.GRANTED, "")),
        by=by,
        at=at(yesterday, 10),
    )
    vedtak.submit_vedtak(vedtak=drafted, approver=marit, by=by, at=at(yesterday, 11))
