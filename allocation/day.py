"""Classes set by hand, offers and choices on Min dag."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import RoleKind
from casework.log.day import case_label
from casework.log.enums import APPLICATION_CLOSED
from casework.log.flags import due_words, short
from casework.log.visibility import sees
from casework.models import Flag
from common.calendar import local_date
from common.day import DEADLINE_DAYS, MOST, Line

from .enums import ItemOutcome, OfferState
from .models import Consideration, ManualClass, Offer

if TYPE_CHECKING:
    from accounts.models import User


def class_lines(user: User, on: date, flags: Sequence[Flag]) -> list[Line]:
    """Classes set by hand that another has proposed, and I may approve."""
    if not user.has_role(RoleKind.APPROVER):
        return []
    found = (
        ManualClass.objects.visible_to(user)
        .pending()
        .exclude(set_by=user)
        .select_related("application__person", "set_by")
        .order_by("set_at", "pk")[:MOST]
    )
    return [
        Line(
            name=each.application.person.name,
            url=reverse("desk:person", args=[each.application.person_id]),
            about=f"{_('Prioritet')} · {each.application.case_number}",
            why=_("%(name)s vil sette prioriteten for hånd: %(why)s")
            % {"name": each.set_by, "why": each.reason[:120]},
            next=_("Godkjenn, eller si hvorfor ikke."),
            action=_("Se forslaget"),
            action_url=reverse("allocation:class_proposal", args=[each.pk]),
            color="warning",
            when=_("Siden %(date)s") % {"date": short(local_date(each.set_at))}
            if local_date(each.set_at) < on
            else _("I dag"),
            sub=_("godkjenning"),
            icon="Clock",
            due=on,
        )
        for each in found
    ]


def offer_lines(user: User, on: date, flags: Sequence[Flag]) -> list[Line]:
    """Offers in my cases whose answer is due within a week, or has not come."""
    found = (
        Offer.objects.visible_to(user)
        .open()
        .filter(application__responsible=user, answer_by__lte=on + timedelta(days=DEADLINE_DAYS))
        .select_related("application__person", "unit__property")
        .order_by("answer_by", "pk")[:MOST]
    )
    lines = []
    for offer in found:
        when, color = due_words(offer.answer_by, on)
        lines.append(
            Line(
                name=offer.application.person.name,
                url=reverse("desk:person", args=[offer.application.person_id]),
                about=f"{_('Tilbud')} · {offer.application.case_number}",
                why=_("Har tilbud om %(unit)s, sendt %(sent)s Svarfristen er %(due)s")
                % {
                    "unit": offer.unit,
                    "sent": short(local_date(offer.sent_at)),
                    "due": short(offer.answer_by),
                },
                next=_("Ring, og før inn svaret."),
                action=_("Før inn svar"),
                action_url=reverse("allocation:offer_answer", args=[offer.pk]),
                color=color,
                when=when,
                sub=_("svarfrist"),
                icon="Clock",
                due=offer.answer_by,
            )
        )
    return lines


def chosen_lines(user: User, on: date, flags: Sequence[Flag]) -> list[Line]:
    """Homes a meeting gave in my cases, that nobody has offered yet."""
    sent = Offer.objects.filter(item=OuterRef("item"), application=OuterRef("application"))
    found = (
        Consideration.objects.filter(
            sees(user, "application__person__"),
            ~Exists(sent),
            ~Q(application__state__in=APPLICATION_CLOSED),
            chosen=True,
            item__outcome=ItemOutcome.CHOSEN,
            application__responsible=user,
        )
        .select_related("application__person", "item__unit__property")
        .order_by("considered_at", "pk")[:MOST]
    )
    lines = []
    for chosen in found:
        decided = local_date(chosen.considered_at)
        when, color = due_words(decided, on)
        lines.append(
            Line(
                name=chosen.application.person.name,
                url=reverse("desk:person", args=[chosen.application.person_id]),
                about=case_label(chosen.application),
                why=_("Tildelingsmøtet valgte saken til %(unit)s %(day)s")
                % {"unit": chosen.item.unit, "day": short(decided)},
                next=_("Send tilbudet, og ring."),
                action=_("Send tilbud"),
                action_url=reverse("allocation:offer_new", args=[chosen.pk]),
                color=color,
                when=when,
                sub=_("tildelt"),
                icon="Clock",
                due=decided,
            )
        )
    return lines


def accepted_lines(user: User, on: date, flags: Sequence[Flag]) -> list[Line]:
    """Offers said yes to in my cases, without a lease."""
    found = (
        Offer.objects.visible_to(user)
        .filter(application__responsible=user, state=OfferState.ACCEPTED, lease__isnull=True)
        .select_related("application__person", "unit__property")
        .order_by("answered_at", "pk")[:MOST]
    )
    lines = []
    for offer in found:
        answered = local_date(offer.answered_at)
        when, color = due_words(answered, on)
        lines.append(
            Line(
                name=offer.application.person.name,
                url=reverse("desk:person", args=[offer.application.person_id]),
                about=case_label(offer.application),
                why=_("Takket ja til %(unit)s %(day)s")
                % {"unit": offer.unit, "day": short(answered)},
                next=_("Avtal leieforholdet."),
                action=_("Avtal leie"),
                action_url=reverse("allocation:lease_new", args=[offer.pk]),
                color=color,
                when=when,
                sub=_("sa ja"),
                icon="Clock",
                due=answered,
            )
        )
    return lines
