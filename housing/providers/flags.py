"""Flags for quality agreements that expire while places are still in use, and for breaches that
are not corrected in time (needs H12, T8).

A flag is raised at each of `agreement_horizon_days` before the agreement expires; a later one
supersedes the earlier. It is closed by the job when another agreement follows without a gap or
has begun, or when none of the provider's places is in use. A breach is flagged the day after it
was to be corrected, and closed when it is. As in `casework.log.raising`, the flags follow the facts
as of the latest day the job was run for, and what was followed up stays so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import settings_table
from accounts.jobs import WORKING, latest_day
from common.calendar import local_date, next_working_day
from common.day import MOST, DayLine
from common.errors import RuleBroken
from common.formatting import days_nb, nbdate
from common.jobs import JobResult
from common.locking import locked
from common.sql import enum_params

from ..enums import AgreementFlagClosed, PropertyStage
from .models import AgreementFlag, QualityAgreement, QualityCheck

if TYPE_CHECKING:
    from accounts.models import User


FLAG_AGREEMENTS = f"""
WITH {WORKING},
wanted AS (
    SELECT a.id AS agreement_id, a.responsible_id,
        (SELECT min(h) FROM unnest(%(days)s::int[]) h WHERE upper(a.valid) - h <= %(on)s::date)
            AS threshold
    FROM housing_qualityagreement a
    WHERE lower(a.valid) <= %(on)s::date
        AND upper(a.valid) - %(furthest)s::int <= %(on)s::date
        AND NOT EXISTS (
            SELECT FROM housing_qualityagreement later
            WHERE later.provider_id = a.provider_id AND lower(later.valid) >= upper(a.valid)
                AND lower(later.valid) <= greatest(upper(a.valid), %(on)s::date))
        AND EXISTS (
            SELECT FROM housing_property p
            WHERE p.provider_id = a.provider_id AND p.stage <> %(PropertyStage.CLOSED)s)
),
raised AS (
    INSERT INTO housing_agreementflag
        (agreement_id, threshold, owner_id, due_on, raised_on, closed_because, closing_note)
    SELECT w.agreement_id, w.threshold, working.id, %(due_on)s::date, %(on)s::date, '', ''
    FROM wanted w LEFT JOIN working ON working.id = w.responsible_id
    WHERE NOT EXISTS (
        SELECT FROM housing_agreementflag f
        WHERE f.agreement_id = w.agreement_id
            AND (f.closed_on IS NULL AND f.threshold = w.threshold
                OR f.closed_because = %(AgreementFlagClosed.HANDLED)s
                    AND f.threshold <= w.threshold))
    RETURNING 1
),
closed AS (
    UPDATE housing_agreementflag f
    SET closed_on = %(on)s::date,
        closed_because = CASE WHEN past.further
            THEN %(AgreementFlagClosed.SUPERSEDED)s ELSE %(AgreementFlagClosed.FACTS)s END
    FROM (
        SELECT o.id, coalesce(w.threshold < o.threshold, false) AS further
        FROM housing_agreementflag o
        LEFT JOIN wanted w ON w.agreement_id = o.agreement_id
        WHERE o.agreement_id IS NOT NULL
            AND o.closed_on IS NULL AND w.threshold IS DISTINCT FROM o.threshold
    ) past
    WHERE f.id = past.id
    RETURNING 1
)
SELECT (SELECT count(*) FROM raised), (SELECT count(*) FROM closed)
"""


# The owner answers for the agreement on the day, else for the latest one, else made the check.
FLAG_BREACHES = f"""
WITH {WORKING},
wanted AS (
    SELECT c.id AS check_id, coalesce((
        SELECT a.responsible_id FROM housing_qualityagreement a
        WHERE a.provider_id = c.provider_id
        ORDER BY a.valid @> %(on)s::date DESC, lower(a.valid) DESC LIMIT 1
    ), c.checked_by_id) AS owner_id
    FROM housing_qualitycheck c
    WHERE c.mended_at IS NULL AND c.mend_by < %(on)s::date
),
raised AS (
    INSERT INTO housing_agreementflag AS f
        (check_made_id, threshold, owner_id, due_on, raised_on, closed_because, closing_note)
    SELECT w.check_id, 0, working.id, %(due_on)s::date, %(on)s::date, '', ''
    FROM wanted w LEFT JOIN working ON working.id = w.owner_id
    -- Closed by a fact that was wrong: it comes back. Followed up: it does not.
    ON CONFLICT (check_made_id) DO UPDATE SET closed_on = NULL, closed_because = ''
        WHERE f.closed_because = %(AgreementFlagClosed.FACTS)s
    RETURNING 1
),
closed AS (
    UPDATE housing_agreementflag f
    SET closed_on = %(on)s::date, closed_because = %(AgreementFlagClosed.FACTS)s
    WHERE f.check_made_id IS NOT NULL AND f.closed_on IS NULL
        AND f.check_made_id NOT IN (SELECT check_id FROM wanted)
    RETURNING 1
)
SELECT (SELECT count(*) FROM raised), (SELECT count(*) FROM closed)
"""


class NotFollowedUp(RuleBroken):
    """The flag is already closed."""


@transaction.atomic
def flag_agreements(on: date) -> JobResult:
    """Raise and close the flags of expiring agreements and late breaches. Safe to run twice, or
    for any date."""
    with connection.cursor() as cursor:
        on = latest_day(cursor, "agreement", on)
        numbers = settings_table.values(on, "agreement_horizon_days", "flag_due_days")
        days = numbers["agreement_horizon_days"]
        params = {
            **enum_params(AgreementFlagClosed, PropertyStage),
            "on": on,
            "days": days,
            "furthest": max(days, default=0),
            "due_on": next_working_day(on + timedelta(days=numbers["flag_due_days"])),
        }
        raised = ended = 0
        for statement in (FLAG_AGREEMENTS, FLAG_BREACHES):
            cursor.execute(statement, params)
            now_raised, now_ended = cursor.fetchone()
            raised, ended = raised + now_raised, ended + now_ended
        return JobResult(raised=raised, ended=ended)


def close_renewed(agreement: QualityAgreement, on: date) -> None:
    """Close the flags of agreements that this one follows without a gap, or replaces by now."""
    begins = agreement.valid.lower
    open_flags = AgreementFlag.objects.filter(
        agreement__provider=agreement.provider_id, closed_on=None
    )
    followed = Q(agreement__valid__endswith=begins)
    if begins <= on:
        followed |= Q(agreement__valid__endswith__lt=begins)
    open_flags.filter(followed).update(closed_on=on, closed_because=AgreementFlagClosed.FACTS)


def close_corrected(check: QualityCheck, on: date) -> None:
    """Close the flag of a breach that is corrected, without waiting for the job."""
    AgreementFlag.objects.open().filter(check_made=check).update(
        closed_on=on, closed_because=AgreementFlagClosed.FACTS
    )


def line(flag: AgreementFlag, on: date) -> DayLine:
    """The flag as a line on a date. Makes no queries."""
    if flag.check_made is not None:
        return _breach_line(flag, flag.check_made, on)
    agreement = flag.agreement
    assert agreement is not None  # agreement_flag_of_one
    last, url = agreement.last_day, reverse("housing:provider", args=[agreement.provider_id])
    over = last < on
    if over:
        why = _("Kvalitetsavtalen gikk ut %(date)s, for %(days)s siden. Stedene er i bruk.")
        step = _("Inngå en ny avtale, eller avklar hvor de som bor der, skal bo.")
    else:
        why = _("Kvalitetsavtalen går ut %(date)s, om %(days)s. Stedene er i bruk.")
        step = _("Gå gjennom kontrollene, og forny avtalen.")
    return DayLine(
        name=agreement.provider.name,
        url=url,
        about=f"{agreement.reference} · {_who(flag)}",
        why=why % {"date": nbdate(last), "days": days_nb(abs((on - last).days))},
        next=step,
        action=_("Se avtalen"),
        action_url=url,
        color="danger" if over else "warning",
        when=nbdate(last),
        sub=_("kvalitetsavtale"),
        icon="Calendar",
        due=flag.due_on,
    )


def _breach_line(flag: AgreementFlag, check: QualityCheck, on: date) -> DayLine:
    url = reverse("housing:provider", args=[check.provider_id])
    why = _("Avviket skulle vært rettet %(date)s, for %(days)s siden: %(what)s")
    return DayLine(
        name=check.provider.name,
        url=url,
        about=f"{nbdate(check.checked_on)} · {_who(flag)}",
        why=why
        % {
            "date": nbdate(check.mend_by),
            "days": days_nb((on - check.mend_by).days if check.mend_by else 0),
            "what": check.breach,
        },
        next=_("Krev at det rettes, eller skriv at det er gjort."),
        action=_("Se kontrollen"),
        action_url=url,
        color="danger",
        when=nbdate(check.mend_by),
        sub=_("avvik"),
        icon="ExclamationmarkTriangle",
        due=flag.due_on,
    )


def _who(flag: AgreementFlag) -> str:
    return str(flag.owner or _("ikke fordelt"))


def lines(flags: QuerySet[AgreementFlag], on: date) -> list[DayLine]:
    """Flags as lines, the most urgent first. One query."""
    rows = flags.select_related("agreement__provider", "check_made__provider", "owner")
    return [line(flag, on) for flag in rows.order_by("threshold", "due_on", "pk")[:MOST]]


def own_lines(user: User, on: date, flags: Sequence) -> list[DayLine]:
    """The user's own flags, for Min dag."""
    return lines(AgreementFlag.objects.open().filter(owner=user), on)


@transaction.atomic
def follow_up(*, flag: AgreementFlag, note: str, by: User, at: datetime) -> AgreementFlag:
    """Close a flag that was followed up. Raises `NotFollowedUp` when it is closed already."""
    # Locked, so that only one of two users who follow up at once closes it.
    flag = locked(AgreementFlag.objects.all(), flag.pk)
    if flag.closed_on is not None:
        raise NotFollowedUp(_("Varselet er allerede avsluttet."))
    flag.closed_on, flag.closed_by, flag.closing_note = local_date(at), by, note.strip()
    flag.closed_because = AgreementFlagClosed.HANDLED
    flag.save()
    return flag
