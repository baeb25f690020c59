"""Min dag: what waits for the user today, why, and the next step (need I1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import drafts, settings_table
from accounts.enums import ReadKind, RoleKind
from accounts.models import ReadLog
from accounts.reads import PAGES
from allocation import ranking
from allocation.models import AllocationMeeting, Offer
from casework.log import flags as flag_words
from casework.log.day import case_label
from casework.log.enums import APPLICATION_ALIVE, APPLICATION_CLOSED, ApplicationState, FlagKind
from casework.log.escalation import escalated
from casework.log.flags import FlagWording, due_words, follow_up_url
from casework.models import Application, Flag, Person
from common import day
from common.calendar import local_date
from common.day import DEADLINE_DAYS, MOST, DayLine
from common.formatting import days_nb, nbdate, short_date
from common.sql import end_of_day, local_day
from housing.providers import flags as agreement_flags
from housing.providers.models import AgreementFlag
from stays.enums import InstitutionKind, StayKind
from stays.homes import HomeBy, homes_by
from stays.models import Stay
from stays.temporary import section_27
from stays.temporary.discharge_flags import agreed_step, without_home
from stays.temporary.flags import explained

if TYPE_CHECKING:
    from accounts.models import User


SHOWN = 5

RECENT, RECENT_DAYS, RECENT_READS = 5, 30, 60


@dataclass(frozen=True, slots=True)
class DayPanel:
    """A panel of Min dag: the lines shown, how many there are, and how many are urgent."""

    lines: list[DayLine]
    total: int
    urgent: int = 0

    @property
    def more(self) -> bool:
        return self.total > len(self.lines)


@dataclass(frozen=True, slots=True)
class Day:
    """Everything on Min dag. `mine` has label, number and URL of each group of cases."""

    deadlines: DayPanel
    temporary: DayPanel
    discharges: DayPanel
    forgotten: DayPanel
    forgotten_days: int
    long_days: int
    meeting: AllocationMeeting | None
    mine: list[tuple[str, int, str]]
    mine_total: int
    waiting_mine: int
    recent: list[dict[str, Any]]
    begun: list[dict[str, Any]]
    escalated: DayPanel | None = None


def day_of(user: User, on: date, at: datetime, *, everything: bool = False) -> Day:
    """The user's day. `everything` shows whole panels, up to `MOST` lines each."""
    shown = MOST if everything else SHOWN
    numbers = settings_table.values(
        on, "forgotten_days", "discharge_days", "discharge_red_days", "long_stay_days"
    )
    own_flags = list(
        Flag.objects.visible_to(user)
        .open()
        .of(user)
        .filter(kind__in=flag_words.day_kinds())
        .select_related("person", "application")
        .order_by("due_on", "pk")[: 2 * MOST]
    )
    stay_flags = [flag for flag in own_flags if flag.kind == FlagKind.TEMPORARY_STAY]
    other_flags = [flag for flag in own_flags if flag.kind != FlagKind.TEMPORARY_STAY]
    waiting = _waiting(user, on)
    mine, mine_total = _mine(user, len(waiting))
    deadlines = _deadlines(user, other_flags, on, at, shown)
    temporary = _temporary(stay_flags, on, shown)
    discharges = _discharges(user, on, numbers, shown)
    forgotten = _forgotten(waiting, on, numbers["forgotten_days"], shown)
    panels = [deadlines, temporary, discharges, forgotten]
    return Day(
        *_with_one_primary(panels),
        forgotten_days=numbers["forgotten_days"],
        long_days=numbers["long_stay_days"],
        meeting=_next_meeting(on),
        mine=mine,
        mine_total=mine_total,
        waiting_mine=len(waiting),
        recent=_recent(user, at),
        begun=_drafts(user),
        escalated=_escalated(user, at, shown) if user.has_role(RoleKind.MANAGER) else None,
    )


def _escalated(user: User, at: datetime, shown: int) -> DayPanel:
    """Flags nobody has handled, for the manager. At most five queries."""
    on = local_date(at)
    flags = list(escalated(user)[:MOST])
    stay_flags = [flag for flag in flags if flag.kind == FlagKind.TEMPORARY_STAY]
    worded = {
        flag.pk: words
        for flag, words in [
            *_worded((flag for flag in flags if flag.kind != FlagKind.TEMPORARY_STAY), at),
            *explained(stay_flags, on),
        ]
    }
    lines = []
    for flag in flags:
        if flag.pk not in worded:
            continue
        owner = flag.owner.get_full_name() if flag.owner else _("Ingen ansvarlig")
        line = _flag_line(flag, worded[flag.pk])
        about = f"{line.about} · {owner}"
        lines.append(replace(line, about=about, action=_("Les"), action_url=follow_up_url(flag)))
    lines += agreement_flags.lines(AgreementFlag.objects.escalated(), on)
    return DayPanel(lines[:shown], len(lines), len(lines))


def _drafts(user: User) -> list[dict[str, Any]]:
    """Forms the user has begun and not sent, about people the user may see. Two queries, and one
    when there is none."""
    begun = drafts.shown_to(user, SHOWN)
    persons = {draft.persons[0] for draft in begun if len(draft.persons) == 1}
    seen = Person.objects.visible_to(user).filter(pk__in=persons)
    names = {(person.pk,): str(person) for person in seen}
    lines = []
    for draft in begun:
        page, name = PAGES.get(draft.page, _("Skjema")), names.get(tuple(draft.persons))
        text = f"{page} · {name}" if name else str(page)
        drop = reverse("accounts:draft_drop", args=[draft.pk])
        lines.append({"text": text, "url": draft.path, "at": draft.saved_at, "drop": drop})
    return lines


def _with_one_primary(panels: list[DayPanel]) -> list[DayPanel]:
    """The panels, where the first line of the first panel with lines is the primary one."""
    for index, panel in enumerate(panels):
        if panel.lines:
            lines = [replace(panel.lines[0], primary=True), *panel.lines[1:]]
            panels[index] = replace(panel, lines=lines)
            break
    return panels


# ------------------------------------------------------------------ deadlines


def _deadlines(user: User, flags: list[Flag], on: date, at: datetime, shown: int) -> DayPanel:
    until = on + timedelta(days=DEADLINE_DAYS)
    lines = [
        _flag_line(flag, words)
        for flag, words in _worded(flags, at)
        if flag.due_on is None or flag.due_on <= until
    ]
    lines += day.lines(user, on, flags)
    lines.sort(key=lambda line: (line.due or until, line.name))
    urgent = sum(line.due is not None and line.due <= on for line in lines)
    return DayPanel(lines[:shown], len(lines), urgent)


def _worded(flags: Iterable[Flag], at: datetime) -> list[tuple[Flag, FlagWording]]:
    """The flags with their words, without those of § 27 that are met since the job ran."""
    flags = list(flags)
    tonight = [flag for flag in flags if flag.kind == FlagKind.SECTION_27]
    others = [flag for flag in flags if flag.kind != FlagKind.SECTION_27]
    on = local_date(at)
    return [
        *section_27.explained(tonight, at),
        *((flag, flag_words.words(flag, on)) for flag in others),
    ]


def _flag_line(flag: Flag, words: FlagWording) -> DayLine:
    return DayLine(
        name=flag.person.name,
        url=reverse("desk:person", args=[flag.person_id]),
        about=case_label(flag.application),
        why=words.why,
        next=words.next,
        action=words.action,
        action_url=words.action_url,
        color=words.color,
        when=words.when,
        sub=words.sub,
        icon=words.icon,
        days=words.days,
        mark=words.mark,
        warn=words.warn,
        due=flag.due_on,
    )


# ------------------------------------------------------------------ temporary places


def _temporary(flags: list[Flag], on: date, shown: int) -> DayPanel:
    # People flagged because they came straight from an institution are first: after those with
    # the longest stays they would not be seen in time.
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
        case = case_label(flag.application, short=bool(place))
        lines.append(
            DayLine(
                name=flag.person.name,
                url=reverse("desk:person", args=[flag.person_id]),
                about=f"{place} · {case}" if place else case,
                why=words.why,
                next=words.next,
                action=words.action,
                action_url=words.action_url,
                color=words.color,
                days=words.days,
                mark=words.mark,
                warn=words.warn,
            )
        )
    long = sum(words.is_long for _flag, words in pairs)
    return DayPanel(lines[:shown], len(lines), long)


# ------------------------------------------------------------------ out of an institution


def _discharges(user: User, on: date, numbers: dict[str, Any], shown: int) -> DayPanel:
    """The user's persons who will soon leave an institution without a home on that day.

    Those with a home agreed are last, as reminders, and do not count as urgent.
    """
    open_case = Application.objects.filter(
        person=OuterRef("person"),
        responsible=user,
        state__in=APPLICATION_ALIVE,
    )
    stays = list(
        Stay.objects.visible_to(user)
        .current(on)
        .filter(
            Q(person__responsible=user) | Exists(open_case),
            kind=StayKind.INSTITUTION,
            planned_out__isnull=False,
            planned_out__lte=on + timedelta(days=numbers["discharge_days"]),
        )
        .select_related("person")
        .order_by("planned_out", "pk")
    )
    homes = homes_by({(stay.person_id, max(stay.planned_out, on)) for stay in stays}, on)
    pairs = [(stay, homes[stay.person_id, max(stay.planned_out, on)]) for stay in stays]
    pairs = [pair for pair in pairs if not pair[1].is_ready]
    pairs.sort(key=lambda pair: pair[1].is_agreed)
    cases = _latest_cases([stay.person_id for stay, _home in pairs])
    lines = [
        _discharge_line(stay, home, cases.get(stay.person_id), on, numbers)
        for stay, home in pairs[:MOST]
    ]
    return DayPanel(lines[:shown], len(lines), sum(not home.is_agreed for _stay, home in pairs))


def _discharge_line(
    stay: Stay, home: HomeBy, case: Application | None, on: date, numbers: dict[str, Any]
) -> DayLine:
    left = (stay.planned_out - on).days
    when, _color = due_words(stay.planned_out, on)
    prison = stay.institution == InstitutionKind.PRISON
    what = _("Løslatelse") if prison else _("Utskriving")
    if case is None:
        step, action = _("Registrer søknad, så retten til bolig kan vurderes."), _("Ny søknad")
        url = reverse("casework:application_new", args=[stay.person_id])
    elif case.is_open:
        step, action = _("Gjør saken ferdig, så en bolig kan holdes av."), _("Åpne saken")
        url = reverse("casework:application", args=[case.pk])
    else:
        step, action = _("Finn en bolig som passer, og ta den opp i møtet."), _("Finn bolig")
        url = f"{reverse('desk:units')}?ledig={nbdate(max(stay.planned_out, on))}"
    color = "danger" if left <= numbers["discharge_red_days"] else "warning"
    if home.is_agreed:
        step, color = agreed_step(home), "neutral"
    return DayLine(
        name=stay.person.name,
        url=reverse("desk:person", args=[stay.person_id]),
        about=f"{what} · {case.case_number}" if case else what,
        why=_("%(home)s Planlagt ut fra %(place)s %(date)s")
        % {
            "home": home.sentence if home.is_agreed else without_home(home),
            "place": _place(stay),
            "date": short_date(stay.planned_out),
        },
        next=step,
        action=action,
        action_url=url,
        color=color,
        when=when,
        sub=_("om %(days)s") % {"days": days_nb(left)} if left > 0 else "",
        icon="Calendar",
    )


def _place(stay: Stay) -> str:
    """The institution's name, or its kind for the middle of a sentence when no name is known."""
    kind = stay.get_institution_display().lower()
    return kind if stay.place.lower() in ("", kind) else stay.place


def _latest_cases(persons: list[int]) -> dict[int, Application]:
    """Each person's latest case that is not closed, by person id."""
    if not persons:
        return {}
    cases = Application.objects.filter(person__in=persons, state__in=APPLICATION_ALIVE)
    return {case.person_id: case for case in cases.order_by("received_at", "pk")}


# ------------------------------------------------------------------ the waiting list


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A case on the waiting list, and the day of its last meeting or offer."""

    application_id: int
    case_number: str
    person: Person
    issued_on: date
    considered_on: date | None

    @property
    def since(self) -> date:
        return self.considered_on or self.issued_on


# Only the user's cases, so without numbers, which compare all cases on the list.
MY_WAITING = f"""
WITH {ranking.WAITING.format(visible="AND a.id = ANY(%(mine)s)")},
considered AS (
    SELECT application_id, {local_day("max(at)")} AS day
    FROM (
        SELECT application_id, considered_at AS at FROM allocation_consideration
        WHERE application_id = ANY(%(mine)s)
        UNION ALL
        SELECT application_id, sent_at FROM allocation_offer WHERE application_id = ANY(%(mine)s)
    ) both_kinds
    WHERE at < {end_of_day()}
    GROUP BY application_id
)
SELECT w.application_id, w.issued_on, c.day
FROM waiting w LEFT JOIN considered c ON c.application_id = w.application_id
"""


def _waiting(user: User, on: date) -> list[WaitingCase]:
    """The user's cases on the waiting list, those not considered for longest first."""
    mine = {
        case.pk: case
        for case in Application.objects.visible_to(user)
        .filter(responsible=user)
        .exclude(state__in=APPLICATION_CLOSED)
        .select_related("person")
        .order_by("pk")
    }
    if not mine:
        return []
    with connection.cursor() as cursor:
        cursor.execute(MY_WAITING, {**ranking.waiting_params(on), "mine": list(mine)})
        waiting = [
            WaitingCase(pk, mine[pk].case_number, mine[pk].person, issued, considered)
            for pk, issued, considered in cursor.fetchall()
        ]
    return sorted(waiting, key=lambda case: (case.since, case.application_id))


def _forgotten(waiting: list[WaitingCase], on: date, forgotten_days: int, shown: int) -> DayPanel:
    before = on - timedelta(days=forgotten_days)
    forgotten = [case for case in waiting if case.since <= before]
    lines = []
    for case in forgotten[:shown]:
        if case.considered_on:
            why = _("Sist vurdert %(date)s Har ventet %(days)s.") % {
                "date": short_date(case.considered_on),
                "days": days_nb((on - case.issued_on).days),
            }
        else:
            why = _("Vedtaket kom %(date)s Saken er ikke tatt opp i noe møte.") % {
                "date": short_date(case.issued_on)
            }
        lines.append(
            DayLine(
                name=case.person.name,
                url=reverse("desk:person", args=[case.person.pk]),
                about=f"{_('Sak')} {case.case_number}",
                why=why,
                next=_("Spør om behovet er det samme, og skriv hva du fikk vite."),
                action=_("Logg kontakt"),
                action_url=reverse("casework:note_new", args=[case.person.pk])
                + f"?sak={case.application_id}&kontakt=1",
                when=days_nb((on - case.since).days),
                sub=_("siden %(date)s") % {"date": short_date(case.since)},
                icon="Hourglass",
            )
        )
    return DayPanel(lines, len(forgotten))


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
    """The user's cases by state, as label, number and URL; and how many there are."""
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
    labels = {
        ApplicationState.RECEIVED: _("Nye, ikke påbegynt"),
        ApplicationState.ASSESSING: _("Under utredning"),
    }
    rows = [
        (label, states.get(state, 0), f"{list_url}?mine=1&tilstand={state}")
        for state, label in labels.items()
    ]
    waiting_url = f"{reverse('allocation:waiting_list')}?visning=mine"
    rows.append((_("Venter på bolig"), waiting, waiting_url))
    total = sum(number for _label, number, _url in rows)
    # Added after the total: they are also among those who wait.
    rows.append((_("… av dem med tilbud"), offers.count(), waiting_url))
    return rows, total


def _recent(user: User, at: datetime) -> list[dict[str, Any]]:
    """The persons the user opened last and may still see."""
    latest: dict[int, datetime] = {}
    reads = ReadLog.objects.filter(
        user=user, kind=ReadKind.PERSON, at__gte=at - timedelta(days=RECENT_DAYS)
    ).order_by("-at")
    # The first is the one the page is of.
    for person, when in reads.values_list("persons__0", "at")[:RECENT_READS]:
        latest.setdefault(person, when)
    persons = Person.objects.visible_to(user).in_bulk(list(latest)[: RECENT * 2])
    return [{"person": persons[pk], "at": when} for pk, when in latest.items() if pk in persons][
        :RECENT
    ]
