"""Texts about an appeal: who decides it, whether it is late, the next step (fvl. §§ 28-31)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.log.enums import AppealState
from casework.log.steps import Step
from common import calendar
from common.formatting import WEEKDAYS, days_nb, nbdate, nbdate_long

if TYPE_CHECKING:
    from accounts.models import User

    from .models import Appeal

REVERSE_OR_FORWARD = gettext_lazy("Gjør om vedtaket, eller send klagen videre.")


def timeliness(appeal: Appeal, on: date) -> list[str]:
    """Sentences on how the deadline was counted, and whether the appeal came in time.

    On `on`, which is before the end of the deadline or after it."""
    vedtak = appeal.vedtak
    if appeal.about_dismissal_id:
        dismissed = {"on": nbdate_long(appeal.decided_on), "due": nbdate(appeal.due_on)}
        return [
            (
                _("Klagen ble avvist %(on)s. Fristen for å klage på det er %(due)s.")
                if on <= appeal.due_on
                else _("Klagen ble avvist %(on)s. Fristen for å klage på det var %(due)s.")
            )
            % dismissed,
            _in_time_or_late(appeal),
        ]
    deadline = vedtak.appeal_deadline()
    if deadline is None:
        waits = _("Brevet er ikke registrert hentet, så klagefristen har ikke begynt å løpe.")
        return [
            waits,
            _("Klagen er fra %(made)s, og kom i tide.") % {"made": nbdate(appeal.made_on)},
        ]
    if vedtak.arrived_on:
        sentences = [_("Brevet kom fram %(on)s.") % {"on": nbdate_long(vedtak.arrived_on)}]
        if deadline.arrived != vedtak.arrived_on:
            told = _("Fristen regnes fra %(on)s, som brevet sa.")
            sentences[0] += " " + told % {"on": nbdate_long(deadline.arrived)}
    else:
        sentences = [
            _("Vedtaket ble fattet %(on)s. Brevet regnes som framme %(arrived)s, %(days)s etter.")
            % {
                "on": nbdate_long(vedtak.issued_on),
                "arrived": nbdate_long(deadline.arrived),
                "days": days_nb((deadline.arrived - vedtak.issued_on).days),
            }
        ]
    weeks_end = deadline.arrived + timedelta(weeks=deadline.weeks)
    counting = _("%(weeks)d uker etter det er %(day)s %(on)s.") % {
        "weeks": deadline.weeks,
        "day": WEEKDAYS[weeks_end.weekday()],
        "on": nbdate(weeks_end),
    }
    if appeal.due_on != deadline.due:
        # The letter is known to have come another day since it was judged whether the appeal was
        # late: that stands.
        counting += " " + _("Da klagen ble vurdert, var fristen %(due)s, og det står.") % {
            "due": nbdate(appeal.due_on)
        }
    elif appeal.due_on != weeks_end:
        counting += " " + _why_moved(weeks_end, appeal.due_on)
    sentences.append(counting)
    sentences.append(_in_time_or_late(appeal))
    return sentences


def _why_moved(weeks_end: date, due: date) -> str:
    holiday = calendar.public_holidays(weeks_end.year).get(weeks_end)
    reason = (
        _("%(name)s er helligdag") % {"name": holiday} if holiday else _("Det er ikke en virkedag")
    )
    return _("%(reason)s, så fristen er %(day)s %(due)s (fvl. § 30).") % {
        "reason": reason,
        "day": WEEKDAYS[due.weekday()],
        "due": nbdate(due),
    }


def _in_time_or_late(appeal: Appeal) -> str:
    made = nbdate(appeal.made_on)
    days_late = (appeal.made_on - appeal.due_on).days
    if days_late > 0:
        return _("Klagen er fra %(made)s, %(days)s etter fristen.") % {
            "made": made,
            "days": days_nb(days_late),
        }
    if days_late == 0:
        return _("Klagen er fra %(made)s, siste dag i fristen. Den kom i tide.") % {"made": made}
    return _("Klagen er fra %(made)s, %(days)s før siste dag i fristen. Den kom i tide.") % {
        "made": made,
        "days": days_nb(-days_late),
    }


def who_reviews(appeal: Appeal) -> str:
    """Who may review the appeal, as a sentence."""
    if appeal.about_dismissal_id:
        return _("En annen enn den som avviste klagen, skal vurdere klagen på avvisningen.")
    return _("En som verken skrev eller godkjente vedtaket, skal vurdere klagen.")


def why_not_you(appeal: Appeal) -> str:
    """What a user who may not review the appeal has done, as a sentence to them."""
    if appeal.about_dismissal_id:
        return _("Du avviste klagen.")
    return _("Du skrev eller godkjente vedtaket.")


def next_step(appeal: Appeal, user: User, *, reviews: bool, works: bool, own: bool) -> Step:
    """The next thing to do with the appeal, and who or what it waits for.

    The order is: assign, judge lateness, decide on suspension (utsatt iverksetting), reverse or
    forward, record the answer. `reviews`: the user reviews it; `works`: does casework; `own`:
    drafted or approved the vedtak."""

    def step(text: str, why: str, name: str, *, post: bool = False, may: bool = works) -> Step:
        url = reverse(f"casework:{name}", args=[appeal.pk]) if may else ""
        return Step(text, why, url, post)

    if appeal.state == AppealState.RECEIVED:
        why = who_reviews(appeal)
        return step(_("Fordel klagen"), why, "appeal_assign")
    if appeal.state == AppealState.REVIEWING:
        if not reviews:
            return Step(
                _("Venter på %(name)s") % {"name": appeal.reviewer},
                _("%(why)s Derfor vurderer du ikke klagen.") % {"why": why_not_you(appeal)}
                if own
                else _("Klagen vurderes av en annen."),
            )
        if appeal.must_judge_lateness:
            why = _("Klagen kom etter fristen. Den tas opp, eller den avvises.")
            return step(_("Avgjør om klagen tas opp"), why, "appeal_take_up")
        if appeal.suspension_waits:
            why = _("Personen venter svar på om vedtaket settes i verk nå.")
            return step(_("Avgjør utsatt iverksetting"), why, "appeal_suspension")
        return step(_("Send til klageinstansen"), str(REVERSE_OR_FORWARD), "appeal_forward")
    if appeal.state == AppealState.REDRAFTING:
        return Step(
            _("Skriv ferdig det nye vedtaket"),
            _("Klagen er avgjort når det nye vedtaket er fattet."),
            reverse("casework:vedtak", args=[appeal.new_vedtak_id]),
        )
    if appeal.state == AppealState.FORWARDED:
        why = _("Klageinstansen har klagen. Når svaret kommer, føres det her.")
        return step(_("Registrer svaret"), why, "appeal_outcome")
    if appeal.awaits_new_vedtak:
        if appeal.about_dismissal_id:
            why = _("Klageinstansen har opphevet avvisningen. Klagen skal vurderes.")
            return step(_("Ta opp klagen som ble avvist"), why, "appeal_take_in")
        why = _("Klageinstansen har endret eller opphevet vedtaket.")
        if appeal.new_vedtak_id:
            url = reverse("casework:vedtak", args=[appeal.new_vedtak_id])
            return Step(_("Skriv ferdig det nye vedtaket"), why, url)
        return step(_("Skriv nytt vedtak"), why, "appeal_new_vedtak", post=True)
    return Step(_("Ingenting å gjøre"), _("Klagen er avsluttet."))
