"""What waits for me today, why, and the next step (need I1). Only the user's own things.

Everything is asked anew: flags keep facts, words are made as they are read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import settings_table
from accounts.enums import RoleKind
from accounts.models import ReadLog
from allocation import ranking
from allocation.enums import ItemOutcome, OfferState
from allocation.models import AllocationMeeting, Consideration, ManualClass, Offer
from casework.log import flags as flag_words
from casework.log.enums import AppealState, ApplicationState, FlagKind, VedtakState
from casework.log.escalation import escalated
from casework.log.flags import due_words, follow_up_url, short
from casework.log.visibility import sees
from casework.models import Appeal, Application, Draft, Flag, Handover, Person, Statement, Vedtak
from common.calendar import local_date
from common.formatting import days_nb
from housing.providers import flags as agreement_flags
from housing.providers.models import AgreementFlag
from stays.enums import LASTING, InstitutionKind, StayKind
from stays.models import Stay
from stays.temporary.flags import explained

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 5
# Flags that wait under «Frister», and those of temporary places.
DUE_FLAGS = (
    FlagKind.SECTION_27,
    FlagKind.INTERIM_REPLY,
    FlagKind.PAPERS,
    FlagKind.TEMPORARY_STAY,
    FlagKind.LEASE,
    FlagKind.MILESTONE,
    FlagKind.HANDOVER,
    FlagKind.STILL_NEEDED,
    FlagKind.OUTREACH,
    FlagKind.APPEAL,
    FlagKind.APPEAL_BODY,
    FlagKind.STATEMENT,
    FlagKind.NO_SERVICE,
)
# Nobody follows up more than this in a day; what is beyond is reached by its own list.
MOST = 100
DEADLINE_DAYS = 7
LONG_DAYS = 90
RECENT = 5
RECENT_READS = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that waits, as `components/flag.html` draws it."""

    name: str
    url: str
    about: str
    why: str
    next: str
    action: str
    action_url: str
    color: str = "neutral"
    when: str = ""
    sub: str = ""
    icon: str = ""
    days: int | None = None
    due: date | None = None
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A list of lines: those shown, and how many there are in all."""

    lines: list[Line]
    total: int
    urgent: int = 0

    @property
    def more(self) -> bool:
        return self.total > len(self.lines)


@dataclass(frozen=True, slots=True)
class Day:
    deadlines: Panel
    temporary: Panel
    discharges: Panel
    forgotten: Panel
    forgotten_days: int
    meeting: AllocationMeeting | None
    mine: list[tuple[str, int, str]]
    mine_total: int
    waiting_mine: int
    recent: list[dict[str, Any]]
    begun: list[dict[str, Any]]
    escalated: Panel | None = None


def day_of(user: User, on: date, at: datetime, *, everything: bool = False) -> Day:
    """The user's day. `everything` shows the panels whole, up to a hundred lines."""
    shown = MOST if everything else SHOWN
    numbers = settings_table.values(on, "forgotten_days", "discharge_days", "discharge_red_days")
    own_flags = list(
        Flag.objects.visible_to(user)
        .open()
        .of(user)
        .filter(kind__in=DUE_FLAGS)
        .select_related("person", "application")
        .order_by("due_on", "pk")[: 2 * MOST]
    )
    stay_flags = [flag for flag in own_flags if flag.kind == FlagKind.TEMPORARY_STAY]
    other_flags = [flag for flag in own_flags if flag.kind != FlagKind.TEMPORARY_STAY]
    waiting = _waiting(user, on)
    mine, mine_total = _mine(user, len(waiting))
    deadlines = _deadlines(user, other_flags, on, shown)
    temporary = _temporary(stay_flags, on, shown)
    discharges = _discharges(user, on, numbers, shown)
    forgotten = _forgotten(waiting, on, numbers["forgotten_days"], shown)
    panels = [deadlines, temporary, discharges, forgotten]
    return Day(
        *_with_one_primary(panels),
        forgotten_days=numbers["forgotten_days"],
        meeting=_next_meeting(on),
        mine=mine,
        mine_total=mine_total,
        waiting_mine=len(waiting),
        recent=_recent(user, at),
        begun=_begun(user),
        escalated=_escalated(user, on, shown) if user.has_role(RoleKind.MANAGER) else None,
    )


def _escalated(user: User, on: date, shown: int) -> Panel:
    """Whoever's flags nobody has touched: the manager's. Two queries."""
    found = list(escalated(user)[:MOST])
    lines = []
    for flag in found:
        owner = flag.owner.get_full_name() if flag.owner else _("Ingen ansvarlig")
        line = _flag_line(flag, on)
        about = f"{line.about} · {owner}"
        lines.append(replace(line, about=about, action=_("Les"), action_url=follow_up_url(flag)))
    lines += _agreement_lines(AgreementFlag.objects.escalated(), on)
    return Panel(lines[:shown], len(lines), len(lines))


def _begun(user: User) -> list[dict[str, Any]]:
    """Forms I have begun on and not sent, those about people I may know of. One query."""
    drafts = Draft.objects.filter(Q(person=None) | sees(user, "person__"), saved_by=user)
    return [
        {
            "text": _("Søknad fra %(name)s") % {"name": draft.person}
            if draft.person
            else _("Sted i natt (§ 27)"),
            "url": reverse("casework:application_new", args=[draft.person_id])
            if draft.person
            else reverse("casework:section_27"),
            "at": draft.saved_at,
        }
        for draft in drafts.select_related("person")[:SHOWN]
    ]


def _with_one_primary(panels: list[Panel]) -> list[Panel]:
    """The first line of the first panel that has any is the page's most urgent next step."""
    done = False
    for place, panel in enumerate(panels):
        if panel.lines and not done:
            lines = [replace(panel.lines[0], primary=True), *panel.lines[1:]]
            panels[place] = replace(panel, lines=lines)
            done = True
    return panels


# ------------------------------------------------------------------ deadlines


def _deadlines(user: User, flags: list[Flag], on: date, shown: int) -> Panel:
    until = on + timedelta(days=DEADLINE_DAYS)
    lines = [_flag_line(flag, on) for flag in flags if flag.due_on is None or flag.due_on <= until]
    lines += _vedtak_lines(user, on)
    lines += _class_lines(user, on)
    lines += _appeal_lines(user, on, flags)
    lines += _statement_lines(user, on)
    lines += _offer_lines(user, on, until)
    lines += _chosen_lines(user, on)
    lines += _accepted_lines(user, on)
    lines += _handover_lines(user, on)
    lines += _agreement_lines(AgreementFlag.objects.open().filter(owner=user), on)
    lines.sort(key=lambda line: (line.due or until, line.name))
    urgent = sum(line.due is not None and line.due <= on for line in lines)
    return Panel(lines[:shown], len(lines), urgent)


def _flag_line(flag: Flag, on: date) -> Line:
    words = flag_words.words(flag, on)
    return Line(
        name=flag.person.name,
        url=reverse("desk:person", args=[flag.person_id]),
        about=_case(flag.application),
        why=words.why,
        next=words.next,
        action=words.action,
        action_url=words.action_url,
        color=words.color,
        when=words.when,
        sub=words.sub,
        icon=words.icon,
        days=words.days,
        due=flag.due_on,
    )


def _vedtak_lines(user: User, on: date) -> list[Line]:
    """Vedtak that wait for my approval, and my drafts that were sent back."""
    found = (
        Vedtak.objects.visible_to(user)
        .filter(
            Q(state=VedtakState.SUBMITTED, approver=user)
            | Q(state=VedtakState.RETURNED, drafted_by=user)
        )
        .select_related("application__person", "drafted_by", "approver")
        .order_by("submitted_at", "pk")[:MOST]
    )
    lines = []
    for vedtak in found:
        sent = local_date(vedtak.submitted_at or vedtak.drafted_at)
        if vedtak.state == VedtakState.SUBMITTED:
            why = _("%(name)s ba deg godkjenne %(date)s Du har ikke skrevet vedtaket.") % {
                "name": vedtak.drafted_by,
                "date": short(sent),
            }
            sub, step, act = _("godkjenning"), _("Godkjenn, eller send tilbake."), _("Les vedtak")
        else:
            said = vedtak.return_comment.strip()
            why = _("%(name)s sendte vedtaket tilbake.") % {
                "name": vedtak.approver or _("Godkjenner")
            }
            why = f"{why} «{said[:120]}»" if said else why
            sub, step, act = _("sendt tilbake"), _("Rett, og send på nytt."), _("Åpne utkast")
        lines.append(
            Line(
                name=vedtak.application.person.name,
                url=reverse("desk:person", args=[vedtak.application.person_id]),
                about=f"{_('Vedtak')} · {vedtak.application.case_number}",
                why=why,
                next=step,
                action=act,
                action_url=reverse("casework:vedtak", args=[vedtak.pk]),
                color="danger" if (on - sent).days > 2 else "warning",
                when=_("Siden %(date)s") % {"date": short(sent)} if sent < on else _("I dag"),
                sub=sub,
                icon="Clock",
                due=on,
            )
        )
    return lines


def _class_lines(user: User, on: date) -> list[Line]:
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


def _appeal_lines(user: User, on: date, flags: list[Flag]) -> list[Line]:
    """Klager nobody reviews yet in my cases, and those I review; the flagged have their line."""
    told = {flag.facts["appeal"] for flag in flags if flag.kind == FlagKind.APPEAL}
    found = (
        Appeal.objects.visible_to(user)
        .filter(
            Q(state=AppealState.RECEIVED, vedtak__application__responsible=user)
            | Q(state=AppealState.REVIEWING, reviewer=user)
        )
        .exclude(pk__in=told)
        .select_related("vedtak__application__person")
        .order_by("received_on", "pk")[:MOST]
    )
    lines = []
    for appeal in found:
        application = appeal.vedtak.application
        why = _("Klagen kom %(date)s") % {"date": short(appeal.received_on)}
        url, act = reverse("casework:appeal", args=[appeal.pk]), _("Åpne klagen")
        if appeal.state == AppealState.RECEIVED:
            why = f"{why} {_('Ingen vurderer den ennå.')}"
            step = _("Gi den til en som verken skrev eller godkjente vedtaket.")
            url, act = reverse("casework:appeal_assign", args=[appeal.pk]), _("Fordel")
        elif appeal.suspension_waits:
            step = _("Avgjør om vedtaket skal vente til klagen er avgjort.")
        elif appeal.must_judge_lateness:
            step = _("Den kom etter fristen. Ta den opp, eller avvis den.")
        else:
            step = _("Gjør om vedtaket, eller send klagen videre.")
        urgent = appeal.state == AppealState.RECEIVED or appeal.suspension_waits
        lines.append(
            Line(
                name=application.person.name,
                url=reverse("desk:person", args=[application.person_id]),
                about=f"{_('Klage')} · {application.case_number}",
                why=why,
                next=step,
                action=act,
                action_url=url,
                color="warning" if urgent else "neutral",
                when=_("Siden %(date)s") % {"date": short(appeal.received_on)},
                sub=_("klage"),
                icon="Gavel",
            )
        )
    return lines


def _statement_lines(user: User, on: date) -> list[Line]:
    """Statements I am asked for and have not written."""
    found = (
        Statement.objects.visible_to(user)
        .open()
        .filter(asked_of=user)
        .select_related("person", "application", "asked_by")
        .order_by("due_on", "pk")[:MOST]
    )
    lines = []
    for statement in found:
        when, color = due_words(statement.due_on, on)
        lines.append(
            Line(
                name=statement.person.name,
                url=reverse("desk:person", args=[statement.person_id]),
                about=_case(statement.application),
                why=_("%(name)s ba deg om en uttalelse %(date)s")
                % {"name": statement.asked_by, "date": short(local_date(statement.asked_at))},
                next=_("Skriv det du vet, så de som tildeler kan velge rett."),
                action=_("Skriv uttalelse"),
                action_url=reverse("casework:statement_answer", args=[statement.pk]),
                color=color,
                when=when,
                sub=_("uttalelse"),
                icon="Clock",
                due=statement.due_on,
            )
        )
    return lines


def _offer_lines(user: User, on: date, until: date) -> list[Line]:
    """Offers in my cases whose answer is due within a week, or has not come."""
    found = (
        Offer.objects.visible_to(user)
        .open()
        .filter(application__responsible=user, answer_by__lte=until)
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


def _chosen_lines(user: User, on: date) -> list[Line]:
    """Homes a meeting gave in my cases, that nobody has offered yet."""
    sent = Offer.objects.filter(item=OuterRef("item"), application=OuterRef("application"))
    found = (
        Consideration.objects.filter(
            sees(user, "application__person__"),
            ~Exists(sent),
            ~Q(application__state__in=ranking.CLOSED_STATES),
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
                about=_case(chosen.application),
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


def _accepted_lines(user: User, on: date) -> list[Line]:
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
                about=_case(offer.application),
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


def _agreement_lines(flags: QuerySet[AgreementFlag], on: date) -> list[Line]:
    """Kvalitetsavtaler that run out."""
    found = flags.select_related("agreement__provider", "owner").order_by("due_on", "pk")[:MOST]
    return [Line(**agreement_flags.line(flag, on), due=flag.due_on) for flag in found]


def _handover_lines(user: User, on: date) -> list[Line]:
    """Tasks sent to me, or to my unit and nobody named; and those I took and have not done."""
    found = (
        Handover.objects.visible_to(user)
        .waiting_for(user)
        .select_related("person", "application", "sent_by", "to_unit")
        .order_by("sent_at", "pk")[:MOST]
    )
    lines = []
    for task in found:
        sent = local_date(task.sent_at)
        taken = task.acknowledged_at is not None
        due = task.due_on or (None if taken else sent)
        when, color = due_words(task.due_on, on)
        lines.append(
            Line(
                name=task.person.name,
                url=reverse("desk:person", args=[task.person_id]),
                about=_case(task.application),
                why=_("%(name)s ba %(day)s om «%(what)s».")
                % {"name": task.sent_by, "day": short(sent), "what": task.what},
                next=_("Gjør oppgaven, og si fra når den er ferdig.")
                if taken
                else _("Les, og kvitter for at du tar den."),
                action=_("Åpne oppgaven") if taken else _("Kvitter"),
                action_url=reverse("casework:handover", args=[task.pk]),
                color=color if taken else "warning",
                when=when or (_("Siden %(day)s") % {"day": short(sent)}),
                sub=_("din oppgave") if taken else _("ny oppgave"),
                icon="Clock",
                due=due,
            )
        )
    return lines


def _case(application: Application | None, *, short: bool = False) -> str:
    if application is None:
        return _("ingen sak") if short else _("Ingen sak")
    return application.case_number if short else f"{_('Sak')} {application.case_number}"


# ------------------------------------------------------------------ temporary places


def _temporary(flags: list[Flag], on: date, shown: int) -> Panel:
    # Who came straight from an institution is flagged at once, and is told of first: behind those
    # who have lived there longest nobody would see them the day something can be done.
    pairs = sorted(
        explained(flags, on), key=lambda pair: (pair[0].threshold != 0, -(pair[1].days or 0))
    )
    stays = Stay.objects.temporary().current(on).filter(person__in={f.person_id for f in flags})
    places = {
        stay.person_id: stay.unit.property.name if stay.unit else stay.place
        for stay in (stays.select_related("unit__property").order_by("pk") if flags else ())
    }
    lines = []
    for flag, words in pairs:
        place = places.get(flag.person_id)
        case = _case(flag.application, short=bool(place))
        lines.append(
            Line(
                name=flag.person.name,
                url=reverse("desk:person", args=[flag.person_id]),
                about=f"{place} · {case}" if place else case,
                why=words.why,
                next=words.next,
                action=words.action,
                action_url=words.action_url,
                color=words.color,
                days=words.days,
            )
        )
    long = sum((words.days or 0) > LONG_DAYS for _flag, words in pairs)
    return Panel(lines[:shown], len(lines), long)


# ------------------------------------------------------------------ out of an institution


def _discharges(user: User, on: date, numbers: dict[str, Any], shown: int) -> Panel:
    """Those of mine who are to leave an institution soon, without a home now or ahead."""
    home = Stay.objects.filter(person=OuterRef("person"), kind__in=LASTING, period__endswith__gt=on)
    endless = Stay.objects.filter(
        person=OuterRef("person"), kind__in=LASTING, period__upper_inf=True
    )
    open_case = Application.objects.filter(
        person=OuterRef("person"),
        responsible=user,
        state__in=[ApplicationState.RECEIVED, ApplicationState.ASSESSING, ApplicationState.DECIDED],
    )
    stays = list(
        Stay.objects.visible_to(user)
        .current(on)
        .filter(
            Q(person__responsible=user) | Exists(open_case),
            ~Exists(home),
            ~Exists(endless),
            kind=StayKind.INSTITUTION,
            planned_out__isnull=False,
            planned_out__lte=on + timedelta(days=numbers["discharge_days"]),
        )
        .select_related("person")
        .order_by("planned_out", "pk")[:MOST]
    )
    cases = _latest_cases([stay.person_id for stay in stays])
    lines = [_discharge_line(stay, cases.get(stay.person_id), on, numbers) for stay in stays]
    return Panel(lines[:shown], len(lines), len(lines))


def _discharge_line(
    stay: Stay, case: Application | None, on: date, numbers: dict[str, Any]
) -> Line:
    left = (stay.planned_out - on).days
    when, _color = due_words(stay.planned_out, on)
    prison = stay.institution == InstitutionKind.PRISON
    what = _("Løslatelse") if prison else _("Utskriving")
    if case is None:
        step, act = _("Registrer søknad, så retten til bolig kan vurderes."), _("Ny søknad")
        url = reverse("casework:application_new", args=[stay.person_id])
    elif case.is_open:
        step, act = _("Gjør saken ferdig, så en bolig kan holdes av."), _("Åpne saken")
        url = reverse("casework:application", args=[case.pk])
    else:
        step, act = _("Finn en bolig som passer, og ta den opp i møtet."), _("Finn bolig")
        url = reverse("desk:units") + "?status=ledig"
    return Line(
        name=stay.person.name,
        url=reverse("desk:person", args=[stay.person_id]),
        about=f"{what} · {case.case_number}" if case else what,
        why=_("Ingen bolig er avklart. Planlagt ut fra %(place)s %(date)s")
        % {
            "place": _place(stay),
            "date": short(stay.planned_out),
        },
        next=step,
        action=act,
        action_url=url,
        color="danger" if left <= numbers["discharge_red_days"] else "warning",
        when=when,
        sub=_("om %(days)s") % {"days": days_nb(left)} if left > 0 else "",
        icon="Calendar",
    )


def _place(stay: Stay) -> str:
    """The institution's name; its kind, in the middle of a sentence, when that is all we know."""
    kind = stay.get_institution_display().lower()
    return kind if stay.place.lower() in ("", kind) else stay.place


def _latest_cases(persons: list[int]) -> dict[int, Application]:
    """Each person's latest case that is not closed."""
    if not persons:
        return {}
    found = Application.objects.filter(
        person__in=persons,
        state__in=[ApplicationState.RECEIVED, ApplicationState.ASSESSING, ApplicationState.DECIDED],
    ).order_by("received_at", "pk")
    return {case.person_id: case for case in found}


# ------------------------------------------------------------------ the waiting list


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case of mine on the waiting list, and when a meeting or an offer last took it up."""

    application_id: int
    case_number: str
    person: Person
    issued_on: date
    considered_on: date | None

    @property
    def since(self) -> date:
        return self.considered_on or self.issued_on


# Mine alone: who stands before whom is asked of the list, where all are compared.
MY_WAITING = f"""
WITH {ranking.WAITING.format(visible="AND a.id = ANY(%(mine)s)")},
considered AS (
    SELECT application_id, (max(at) AT TIME ZONE %(tz)s)::date AS day
    FROM (
        SELECT application_id, considered_at AS at FROM allocation_consideration
        WHERE application_id = ANY(%(mine)s)
        UNION ALL
        SELECT application_id, sent_at FROM allocation_offer WHERE application_id = ANY(%(mine)s)
    ) both_kinds
    WHERE at < (%(on)s::date + 1)::timestamp AT TIME ZONE %(tz)s
    GROUP BY application_id
)
SELECT w.application_id, w.issued_on, c.day
FROM waiting w LEFT JOIN considered c ON c.application_id = w.application_id
"""


def _waiting(user: User, on: date) -> list[Waiting]:
    """My cases on the waiting list, the longest not considered first."""
    mine = {
        case.pk: case
        for case in Application.objects.visible_to(user)
        .filter(responsible=user)
        .exclude(state__in=ranking.CLOSED_STATES)
        .select_related("person")
        .order_by("pk")
    }
    if not mine:
        return []
    with connection.cursor() as cursor:
        cursor.execute(MY_WAITING, {"mine": list(mine), "on": on, "tz": settings.TIME_ZONE})
        found = [
            Waiting(pk, mine[pk].case_number, mine[pk].person, issued, considered)
            for pk, issued, considered in cursor.fetchall()
        ]
    return sorted(found, key=lambda case: (case.since, case.application_id))


def _forgotten(waiting: list[Waiting], on: date, forgotten_days: int, shown: int) -> Panel:
    before = on - timedelta(days=forgotten_days)
    found = [case for case in waiting if case.since <= before]
    lines = []
    for case in found[:shown]:
        if case.considered_on:
            why = _("Sist vurdert %(date)s Har ventet %(days)s.") % {
                "date": short(case.considered_on),
                "days": days_nb((on - case.issued_on).days),
            }
        else:
            why = _("Vedtaket kom %(date)s Saken er ikke tatt opp i noe møte.") % {
                "date": short(case.issued_on)
            }
        lines.append(
            Line(
                name=case.person.name,
                url=reverse("desk:person", args=[case.person.pk]),
                about=f"{_('Sak')} {case.case_number}",
                why=why,
                next=_("Spør om behovet er det samme, og skriv hva du fikk vite."),
                action=_("Logg kontakt"),
                action_url=reverse("casework:note_new", args=[case.person.pk])
                + f"?sak={case.application_id}&kontakt=1",
                when=days_nb((on - case.since).days),
                sub=_("siden %(date)s") % {"date": short(case.since)},
                icon="Hourglass",
            )
        )
    return Panel(lines, len(found))


# ------------------------------------------------------------------ the right column


def _next_meeting(on: date) -> AllocationMeeting | None:
    return (
        AllocationMeeting.objects.unfinished()
        .filter(starts_at__date__gte=on)
        .select_related("chair")
        .annotate(homes=Count("items"))
        .order_by("starts_at", "pk")
        .first()
    )


def _mine(user: User, waiting: int) -> tuple[list[tuple[str, int, str]], int]:
    """My cases by where they stand: label, number, and the list behind it."""
    states = dict(
        Application.objects.visible_to(user)
        .open()
        .filter(responsible=user)
        .values_list("state")
        .annotate(number=Count("pk"))
        .order_by()
    )
    offers = Offer.objects.visible_to(user).reserving().filter(application__responsible=user)
    list_url = reverse("casework:applications")
    rows = [
        (_("Nye, ikke påbegynt"), states.get("mottatt", 0), f"{list_url}?mine=1&tilstand=mottatt"),
        (_("Under utredning"), states.get("utredes", 0), f"{list_url}?mine=1&tilstand=utredes"),
        (
            _("Venter på bolig"),
            waiting,
            reverse("allocation:waiting_list") + "?visning=mine",
        ),
    ]
    total = sum(number for _label, number, _url in rows)
    # Some of those who wait have an offer: told, but not counted twice.
    rows.append((_("… av dem med tilbud"), offers.count(), rows[-1][2]))
    return rows, total


def _recent(user: User, at: datetime) -> list[dict[str, Any]]:
    """The persons I last opened, those I may still see."""
    latest: dict[int, datetime] = {}
    reads = ReadLog.objects.filter(user=user, at__gte=at - timedelta(days=30)).order_by("-at")
    for person, when in reads.values_list("person_id", "at")[:RECENT_READS]:
        latest.setdefault(person, when)
    persons = Person.objects.visible_to(user).in_bulk(list(latest)[: RECENT * 2])
    return [{"person": persons[pk], "at": when} for pk, when in latest.items() if pk in persons][
        :RECENT
    ]
