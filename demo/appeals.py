"""Two complete appeals: one under review, one forwarded to the appeals body with its file."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Exists, OuterRef

from accounts.models import User
from casework.appeals import actions
from casework.log.enums import AppealChannel, Outcome, Protection
from casework.models import Appeal, Vedtak

from .lives import at

WORDS = [
    "Dere skriver at jeg har en bolig jeg kan bo i. Den leier jeg bare ut måneden, og huseieren "
    "har sagt at jeg må flytte. Jeg har ikke råd til det som ligger ute.",
    "Jeg mener dere ikke har sett på at jeg ikke kommer opp trappene lenger. Legen har skrevet om "
    "det. Jeg ber om at dere ser på saken én gang til.",
]
REVIEW = (
    "Vi har lest klagen og den nye erklæringen fra legen. Boligen ligger i andre etasje uten heis, "
    "men søkeren har fått tilbud om en leilighet på bakkeplan hos samme utleier.\n\n"
    "Andre som har fått vedtak i samme tid, stod uten bolig eller måtte ut innen to måneder. Vi "
    "mener derfor at vedtaket er riktig, og holder på det."
)


def add(today: date) -> None:
    """Add the appeals with the real actions, so that letters, events and log rows exist."""
    refused = (
        Vedtak.objects.issued()
        .filter(
            ~Exists(Appeal.objects.filter(vedtak=OuterRef("pk"))),
            outcomes__outcome=Outcome.REFUSED,
            issued_on__range=(today - timedelta(days=75), today - timedelta(days=30)),
            application__person__protection=Protection.NONE,
            application__person__shielded=False,
        )
        .select_related("application__person")
        .order_by("-issued_on", "pk")
    )
    users = list(User.objects.filter(username__in=["ingrid", "marius", "kari"]).order_by("pk"))
    for number, vedtak in enumerate(refused[:2]):
        reviewer = next(u for u in users if u.pk not in (vedtak.drafted_by_id, vedtak.issued_by_id))
        received = vedtak.issued_on + timedelta(days=16)
        appeal = actions.register_appeal(
            vedtak=vedtak,
            received_on=received,
            made_on=received - timedelta(days=2),
            words=WORDS[number],
            channel=AppealChannel.ORAL if number == 0 else AppealChannel.LETTER,
            suspension_asked=number == 0,
            by=vedtak.drafted_by,
            at=at(received, 11),
        )
        assigned = received + timedelta(days=1)
        appeal = actions.assign_appeal(
            appeal=appeal, reviewer=reviewer, by=vedtak.drafted_by, at=at(assigned, 9)
        )
        if number == 1:
            day = min(received + timedelta(days=13), today)
            actions.forward(appeal=appeal, review=REVIEW, by=reviewer, at=at(day, 14))
