"""Flags for cases on the waiting list (need A3).

* `waiting`: `forgotten_days` since a meeting considered the case, an offer was sent, a class was
  set by hand, or else since the vedtak. Starts again when the case is considered.
* `offer`: the answer date is past, and no answer is registered.
* `viewing`: the day of the viewing is past, and no answer is registered.
* `chosen`: a meeting chose the case for a dwelling `chosen_days` ago, and no offer is sent.
"""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.log.enums import APPLICATION_CLOSED, FlagKind
from casework.log.flags import FlagWording, due_words, who
from casework.log.raising import LEVEL, FlagRule, due_on, user_name
from casework.models import Flag
from common.formatting import days_nb, short_date
from common.jobs import JobResult
from common.sql import end_of_day, enum_values, local_day

from .enums import ItemOutcome, OfferState
from .ranking import WAITING, waiting_params

FORGOTTEN = f"""
{WAITING.format(visible="")},
seen AS (
    SELECT application_id, {local_day("max(at)")} AS seen_on
    FROM (
        SELECT application_id, considered_at AS at FROM allocation_consideration
        UNION ALL SELECT application_id, sent_at FROM allocation_offer
        UNION ALL SELECT application_id, approved_at FROM allocation_manualclass
            WHERE approved_at IS NOT NULL
    ) looks
    WHERE at < {end_of_day()}
    GROUP BY application_id
),
since AS (
    SELECT w.*, greatest(seen.seen_on, w.issued_on) AS seen_on
    FROM waiting w LEFT JOIN seen USING (application_id)
),
wanted AS (
    SELECT s.person_id, s.application_id, s.application_id || ':' || s.seen_on AS key, 1 AS level,
        %(days)s::int AS threshold,
        jsonb_build_object('since', s.seen_on, 'days', %(on)s::date - s.seen_on) AS facts,
        coalesce(s.responsible_id, p.responsible_id) AS owner_id, %(due_on)s::date AS due_on
    FROM since s
    JOIN casework_person p ON p.id = s.person_id
    WHERE s.seen_on + %(days)s::int <= %(on)s::date
)"""

UNANSWERED = f"""
wanted AS (
    SELECT a.person_id, a.id AS application_id, o.id::text AS key, 1 AS level,
        jsonb_build_object('offer', o.id, 'answer_by', o.answer_by,
            'sent', {local_day("o.sent_at")}, 'by', {user_name("o.sent_by_id")}) AS facts,
        coalesce(a.responsible_id, p.responsible_id) AS owner_id, o.answer_by AS due_on
    FROM allocation_offer o
    JOIN casework_application a ON a.id = o.application_id
    JOIN casework_person p ON p.id = a.person_id
    WHERE o.answer_by < %(on)s::date
        AND (o.state = %(OfferState.SENT)s OR {local_day("o.answered_at")} > %(on)s::date)
)"""

VIEWED = f"""
wanted AS (
    SELECT a.person_id, a.id AS application_id, o.id || ':' || o.viewing_on AS key,
        jsonb_build_object('offer', o.id, 'viewing', o.viewing_on) AS facts,
        coalesce(a.responsible_id, p.responsible_id) AS owner_id, o.viewing_on AS due_on
    FROM allocation_offer o
    JOIN casework_application a ON a.id = o.application_id
    JOIN casework_person p ON p.id = a.person_id
    -- From the answer date, the flag of the offer says the same.
    WHERE o.viewing_on < %(on)s::date AND o.answer_by >= %(on)s::date
        AND (o.state = %(OfferState.SENT)s OR {local_day("o.answered_at")} > %(on)s::date)
)"""

UNOFFERED = f"""
wanted AS (
    SELECT a.person_id, a.id AS application_id, c.id::text AS key, 1 AS level,
        jsonb_build_object('consideration', c.id,
            'chosen', {local_day("c.considered_at")}) AS facts,
        coalesce(a.responsible_id, p.responsible_id) AS owner_id, %(on)s::date AS due_on
    FROM allocation_consideration c
    JOIN allocation_agendaitem i ON i.id = c.item_id
    JOIN casework_application a ON a.id = c.application_id
    JOIN casework_person p ON p.id = a.person_id
    WHERE c.chosen AND i.outcome = %(ItemOutcome.CHOSEN)s AND a.state <> ALL(%(closed)s)
        AND {local_day("c.considered_at")} + %(days)s::int <= %(on)s::date
        AND NOT EXISTS (
            SELECT FROM allocation_offer o
            WHERE o.item_id = c.item_id AND o.application_id = c.application_id
                AND {local_day("o.sent_at")} <= %(on)s::date)
        AND NOT EXISTS (
            SELECT FROM stays_lease l
            WHERE l.application_id = a.id AND l.agreed_on <= %(on)s::date)
)"""


# ------------------------------------------------------------------ in words


def waiting_words(flag: Flag, on: date) -> FlagWording:
    since = date.fromisoformat(flag.facts["since"])
    when, color = due_words(flag.due_on, on)
    return FlagWording(
        why=_("Ingen har vurdert saken siden %(date)s, for %(days)s siden.")
        % {"date": short_date(since), "days": days_nb((on - since).days)},
        next=_("Ta saken opp i neste møte, eller skriv hvorfor ikke."),
        action=_("Se plassen på lista"),
        action_url=reverse("allocation:why", args=[flag.application_id]),
        color=color,
        when=when,
        sub=_("ventelisten"),
        icon="Clock",
    )


def offer_words(flag: Flag, on: date) -> FlagWording:
    when, color = due_words(flag.due_on, on)
    days = {key: short_date(date.fromisoformat(flag.facts[key])) for key in ("sent", "answer_by")}
    return FlagWording(
        why=_("%(who)s sendte tilbudet %(sent)s Svarfristen var %(answer_by)s")
        % {"who": who(flag), **days},
        next=_("Ring, og før inn svaret."),
        action=_("Før inn svar"),
        action_url=reverse("allocation:offer_answer", args=[flag.facts["offer"]]),
        color=color,
        when=when,
        sub=_("svarfrist"),
        icon="Clock",
    )


def viewing_words(flag: Flag, on: date) -> FlagWording:
    when, color = due_words(flag.due_on, on)
    return FlagWording(
        why=_("Visningen var %(day)s, og det er ikke ført noe svar.")
        % {"day": short_date(date.fromisoformat(flag.facts["viewing"]))},
        next=_("Ring, og hør hvordan det gikk."),
        action=_("Før inn svar"),
        action_url=reverse("allocation:offer_answer", args=[flag.facts["offer"]]),
        color=color,
        when=when,
        sub=_("visning"),
        icon="Calendar",
    )


def chosen_words(flag: Flag, on: date) -> FlagWording:
    when, color = due_words(flag.due_on, on)
    return FlagWording(
        why=_("Tildelingsmøtet valgte saken %(date)s Boligen står tom, og er ikke tilbudt.")
        % {"date": short_date(date.fromisoformat(flag.facts["chosen"]))},
        next=_("Send tilbudet, og ring."),
        action=_("Send tilbud"),
        action_url=reverse("allocation:offer_new", args=[flag.facts["consideration"]]),
        color=color,
        when=when,
        sub=_("tildelt"),
        icon="Clock",
    )


FORGOTTEN_FLAG = FlagRule(
    kind=FlagKind.FORGOTTEN,
    words=waiting_words,
    wanted=FORGOTTEN,
    params=lambda on: {
        **waiting_params(on),
        "days": settings_table.value("forgotten_days", on),
        "due_on": due_on(on),
    },
    level=LEVEL,
    threshold=True,
    due_from_run=True,
    dated=True,
    on_day=False,
)
OFFER = FlagRule(
    kind=FlagKind.OFFER,
    words=offer_words,
    wanted=UNANSWERED,
    enums=(OfferState,),
    level=LEVEL,
    on_day=False,
)
VIEWING = FlagRule(kind=FlagKind.VIEWING, words=viewing_words, wanted=VIEWED, enums=(OfferState,))
CHOSEN = FlagRule(
    kind=FlagKind.CHOSEN,
    words=chosen_words,
    wanted=UNOFFERED,
    params=lambda on: {
        "days": settings_table.value("chosen_days", on),
        "closed": enum_values(APPLICATION_CLOSED),
    },
    enums=(ItemOutcome,),
    level=LEVEL,
    due_from_run=True,
    on_day=False,
)


def flag_waiting(on: date) -> JobResult:
    """Flag cases nobody has considered for long. Safe to run twice, and for any date."""
    return FORGOTTEN_FLAG.run(on)


def flag_offers(on: date) -> JobResult:
    """Flag offers and viewings without an answer, and choices without an offer. Safe to run
    twice."""
    return OFFER.run(on) + VIEWING.run(on) + CHOSEN.run(on)
