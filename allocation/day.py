"""The lines of allocation on Min dag: proposed classes, offers, and choices of a meeting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import RoleKind
from casework.log.day import case_label
from casework.log.flags import due_words
from casework.models import Application, Flag
from common.calendar import local_date
from common.day import DEADLINE_DAYS, MOST, DayLine
from common.formatting import short_date

from .enums import OfferState
from .models import Consideration, ManualClass, Offer
from .ranking import applications_waiting, not_waiting

if TYPE_CHECKING:
    from accounts.models import User


def _line(application: Application, **parts: Any) -> DayLine:
    person = application.person
    url = reverse("desk:person", args=[person.pk])
    return DayLine(name=person.name, url=url, icon="Clock", **parts)


def class_lines(user: User, on: date, flags: Sequence[Flag]) -> list[DayLine]:
    """Priority classes that others have proposed and the user may approve."""
    if not user.has_role(RoleKind.APPROVER):
        return []
    proposals = (
        ManualClass.objects.visible_to(user)
        .pending()
        .exclude(set_by=user)
        .select_related("application__person", "set_by")
        .order_by("set_at", "pk")[:MOST]
    )
    return [
        _line(
            proposal.application,
            about=f"{_('Prioritet')} · {proposal.application.case_number}",
            why=_("%(name)s vil sette prioriteten for hånd: %(why)s")
            % {"name": proposal.set_by, "why": proposal.reason[:120]},
            next=_("Godkjenn, eller si hvorfor ikke."),
            action=_("Se forslaget"),
            action_url=reverse("allocation:class_proposal", args=[proposal.pk]),
            color="warning",
            when=_("Siden %(date)s") % {"date": short_date(local_date(proposal.set_at))}
            if local_date(proposal.set_at) < on
            else _("I dag"),
            sub=_("godkjenning"),
            due=on,
        )
        for proposal in proposals
    ]


def offer_lines(user: User, on: date, flags: Sequence[Flag]) -> list[DayLine]:
    """Offers in the user's cases with an answer date that is near or past."""
    offers = (
        Offer.objects.visible_to(user)
        .open()
        .filter(application__responsible=user, answer_by__lte=on + timedelta(days=DEADLINE_DAYS))
        .select_related("application__person", "unit__property", "sent_by")
        .order_by("answer_by", "pk")[:MOST]
    )
    lines = []
    for offer in offers:
        when, color = due_words(offer.answer_by, on)
        lines.append(
            _line(
                offer.application,
                about=f"{_('Tilbud')} · {offer.application.case_number}",
                why=_("%(who)s sendte tilbud om %(unit)s %(sent)s Svarfristen er %(due)s")
                % {
                    "who": offer.sent_by,
                    "unit": offer.unit,
                    "sent": short_date(local_date(offer.sent_at)),
                    "due": short_date(offer.answer_by),
                },
                next=_("Ring, og før inn svaret."),
                action=_("Før inn svar"),
                action_url=reverse("allocation:offer_answer", args=[offer.pk]),
                color=color,
                when=when,
                sub=_("svarfrist"),
                due=offer.answer_by,
            )
        )
    return lines


def chosen_lines(user: User, on: date, flags: Sequence[Flag]) -> list[DayLine]:
    """Homes that a meeting has allocated in the user's cases, and that are not offered yet."""
    choices = (
        Consideration.objects.visible_to(user)
        .not_offered()
        .can_be_offered()
        .filter(application__responsible=user)
        .select_related("application__person", "item__unit__property")
        .order_by("considered_at", "pk")[:MOST]
    )
    cases = [chosen.application_id for chosen in choices]
    waits = set(applications_waiting(on).filter(pk__in=cases).values_list("pk", flat=True))
    lines = []
    for chosen in choices:
        decided = local_date(chosen.considered_at)
        when, color = due_words(decided, on)
        if chosen.application_id not in waits:
            lines.append(_no_longer_waits(chosen, on, when, color, decided))
            continue
        lines.append(
            _line(
                chosen.application,
                about=case_label(chosen.application),
                why=_("Tildelingsmøtet valgte saken til %(unit)s %(day)s")
                % {"unit": chosen.item.unit, "day": short_date(decided)},
                next=_("Send tilbudet, og ring."),
                action=_("Send tilbud"),
                action_url=reverse("allocation:offer_new", args=[chosen.pk]),
                color=color,
                when=when,
                sub=_("tildelt"),
                due=decided,
            )
        )
    return lines


def _no_longer_waits(
    chosen: Consideration, on: date, when: str, color: str, decided: date
) -> DayLine:
    """The case does not wait any more: no offer can be sent, and nobody gets the home."""
    reason, step = not_waiting(chosen.application, on)
    return _line(
        chosen.application,
        about=case_label(chosen.application),
        why=_("Saken fikk %(unit)s %(day)s, og venter ikke lenger: %(reason)s")
        % {"unit": chosen.item.unit, "day": short_date(decided), "reason": reason},
        next=_("%s, så boligen kan gis til en annen.") % step,
        action=_("Se saken"),
        action_url=reverse("casework:application", args=[chosen.application_id]),
        color=color,
        when=when,
        sub=_("boligen holdes"),
        due=decided,
    )


def accepted_lines(user: User, on: date, flags: Sequence[Flag]) -> list[DayLine]:
    """Accepted offers in the user's cases that have no lease yet."""
    offers = (
        Offer.objects.visible_to(user)
        .filter(application__responsible=user, state=OfferState.ACCEPTED, lease__isnull=True)
        .select_related("application__person", "unit__property", "answered_by")
        .order_by("answered_at", "pk")[:MOST]
    )
    lines = []
    for offer in offers:
        answered = local_date(offer.answered_at)
        when, color = due_words(answered, on)
        lines.append(
            _line(
                offer.application,
                about=case_label(offer.application),
                why=_("Takket ja til %(unit)s %(day)s Svaret er ført av %(who)s.")
                % {
                    "unit": offer.unit,
                    "day": short_date(answered),
                    "who": offer.answered_by or _("personen selv"),
                },
                next=_("Avtal leieforholdet."),
                action=_("Avtal leie"),
                action_url=reverse("allocation:lease_new", args=[offer.pk]),
                color=color,
                when=when,
                sub=_("sa ja"),
                due=answered,
            )
        )
    return lines
