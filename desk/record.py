"""What the pages of one person show, from all apps (need C24)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.translation import gettext as _

from allocation import ranking
from allocation.enums import OfferState
from allocation.models import Offer
from allocation.perms import can_offer
from allocation.ranking import Explanation
from casework.case.next_step import next_step
from casework.log import flags as flag_words
from casework.log.enums import (
    APPLICATION_ALIVE,
    APPLICATION_CLOSED,
    OWN_HOUSEHOLD,
    FlagKind,
    IdKind,
)
from casework.log.perms import can_do_casework
from casework.log.steps import Step
from casework.log.visibility import visible_persons
from casework.models import (
    Application,
    Assessment,
    AssessmentAnswer,
    Death,
    Flag,
    HouseholdMember,
    HousingNeed,
    Person,
    Service,
    Vedtak,
    VedtakOutcome,
    Wish,
)
from casework.persons.children import is_child_member
from common.calendar import local_date
from common.errors import RuleBroken
from common.formatting import days_nb, initials, nbdate
from common.phones import checked
from common.prepared import DAY, IDS, Prepared
from common.sorting import home_key
from peers.enums import Share
from peers.models import Contact, PeerLink
from stays.models import Stay
from stays.perms import can_follow_up_flags
from stays.temporary import section_27 as place_flags
from stays.temporary.chains import Chain, chain_of
from stays.temporary.flags import stay_words

if TYPE_CHECKING:
    from accounts.models import User

# The columns shown of a stay, its dwelling and its lease.
STAY_COLUMNS = (
    *(field.attname for field in Stay._meta.concrete_fields),
    *("unit__name", "unit__type", "unit__property__name"),
    *("lease__application", "lease__agreed_on"),
)
# The most urgent kinds of flags, in order.
URGENT = (FlagKind.SECTION_27, FlagKind.TEMPORARY_STAY, FlagKind.INTERIM_REPLY, FlagKind.LEASE)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of every page of a person. `tags` have text, colour and icon; `works`: may edit."""

    person: Person
    age: int | None
    number: str
    number_hidden: str
    representatives: list[Any]
    chain: Chain | None
    tags: list[tuple[str, str, str]]
    children: list[tuple[Person, int | None, HouseholdMember]]
    phone: str
    works: bool
    death: Death | None


def head(person: Person, user: User, on: date) -> Head:
    """The head of the person's pages. Six queries."""
    chain = chain_of(person.pk, on)
    children = _children(person, user, on)
    tags: list[tuple[str, str, str]] = []
    if chain and chain.is_open:
        text = _("%(days)s i midlertidig bolig") % {"days": days_nb(chain.days)}
        tags.append((text, chain.color, "Clock"))
    if children:
        visiting = all(member.is_visiting for _child, _age, member in children)
        tags.append((_("Samværsbarn") if visiting else _("Har barn"), "neutral", ""))
    if person.is_protected:
        tags.append((person.get_protection_display(), "warning", "PadlockLocked"))
    death = person.deaths.in_force().first()
    if death:
        tags = [(_("Død %(day)s") % {"day": nbdate(death.died_on)}, "neutral", "")]
    shown, hidden = masked(person)
    return Head(
        person=person,
        age=person.age(death.died_on if death else on),
        number=shown,
        number_hidden=hidden,
        representatives=list(person.representatives.filter(period__contains=on).order_by("pk")),
        chain=chain,
        tags=tags,
        children=children,
        phone=checked(person.phone),
        works=can_do_casework(user),
        death=death,
    )


def masked(person: Person) -> tuple[str, str]:
    """The part of the number that is shown, and stars for the rest."""
    if person.id_kind == IdKind.NATIONAL:
        return person.national_id[:6], "*****"
    if person.id_kind == IdKind.DUF:
        return f"DUF {person.duf[:4]}", "*" * 8
    return _("Nummer ikke kjent"), ""


def _children(
    person: Person, user: User, on: date
) -> list[tuple[Person, int | None, HouseholdMember]]:
    """Children, with age, of the household the person heads, if the user may see them."""
    heads = HouseholdMember.objects.filter(
        person=person,
        relation__in=OWN_HOUSEHOLD,
        period__contains=on,
    )
    members = (
        HouseholdMember.objects.filter(
            visible_persons(user, "person__"),
            household__in=heads.values("household"),
            period__contains=on,
        )
        .select_related("person")
        .only("relation", "living", "person__first_name", "person__last_name", "person__birth_date")
        .order_by("person__birth_date", "pk")
    )
    return [
        (member.person, member.person.age(on), member)
        for member in members
        if is_child_member(member, on)
    ]


# ------------------------------------------------------------------ the overview


@dataclass(frozen=True, slots=True)
class Primary:
    """The page's primary button: text, URL, whether it sends a POST, and why it is there."""

    text: str
    url: str
    post: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class CurrentCase:
    """The application the page shows, with its vedtak, need, next step and offer."""

    application: Application
    vedtak: Vedtak | None
    need: HousingNeed | None
    step: Step
    waits: bool
    offer: Offer | None

    @property
    def outcomes(self) -> list[Any]:
        """The outcomes that stand, of any vedtak in the case; else those being written."""
        standing = [
            outcome
            for vedtak in self.application.vedtak.all()
            for outcome in vedtak.outcomes.all()
            if outcome.stands
        ]
        return standing or (list(self.vedtak.outcomes.all()) if self.vedtak else [])

    @property
    def valid_to(self) -> date | None:
        """The last day of what is granted; None if nothing is, or it has no end."""
        days = [outcome.last_day for outcome in self.outcomes if outcome.is_granted]
        return max(days) if days and None not in days else None


def wish_of(person: Person) -> Wish | None:
    return person.wishes.order_by("-said_on", "-pk").first()


def _places(model: type[Model], field: str, label: str) -> QuerySet:
    rows = model._base_manager.filter(housingneed__id__any_of=IDS).order_by()
    return rows.values_list(Value(label), f"{field}__name")


_all_places = Prepared(
    lambda: _places(HousingNeed.areas.through, "area", "wanted").union(
        _places(HousingNeed.avoid_areas.through, "area", "avoided"),
        _places(HousingNeed.avoid_properties.through, "property", "avoided"),
        all=True,
    )
)


def cases_beside(person: Person, user: User, on: date) -> list[Application]:
    """The cases under way of those the person shares a household of their own with, if the user
    may see them: a partner's case is found from both sides. One query."""
    shared = HouseholdMember.objects.filter(
        household__in=HouseholdMember.objects.filter(
            person=person, relation__in=OWN_HOUSEHOLD, period__contains=on
        ).values("household"),
        period__contains=on,
    )
    return list(
        Application.objects.visible_to(user)
        .filter(person__in=shared.values("person"), state__in=APPLICATION_ALIVE)
        .exclude(person=person)
        .select_related("person")
        .order_by("-received_at", "-pk")
    )


def places_of(need: HousingNeed | None) -> dict[str, list[str]]:
    """Names of areas wanted, and of areas and properties to avoid. One query."""
    places: dict[str, list[str]] = {"wanted": [], "avoided": []}
    for label, name in _all_places(ids=[need.pk]) if need else ():
        places[label].append(name)
    return {label: sorted(names, key=home_key) for label, names in places.items()}


def applications_of(person: Person, *, alive: bool = False) -> list[Application]:
    """The person's applications with all `next_step` asks for, newest first.

    `alive`: those that can wait or be decided yet, and the latest: all that `current_case` reads.
    """
    applications = person.applications.all()
    if alive:
        latest = applications.order_by("-received_at", "-pk").values("pk")[:1]
        applications = applications.filter(
            ~Q(state__in=APPLICATION_CLOSED) | Q(pk=Subquery(latest))
        )
    return list(
        applications.select_related("responsible", "unit")
        .prefetch_related(
            Prefetch(
                "vedtak",
                Vedtak.objects.select_related("approver").prefetch_related(
                    Prefetch("outcomes", VedtakOutcome.objects.select_related("basis"))
                ),
            ),
            "assessments",
            Prefetch("needs", HousingNeed.objects.order_by("-decided_at", "-pk")),
        )
        .order_by("-received_at", "-pk")
    )


def current_case(
    applications: list[Application], stays: list[Stay], user: User, on: date
) -> CurrentCase | None:
    """The case to show: one on the waiting list, else an open one, else the latest, else None.

    Its number is computed separately (`rank_of`), since it needs the whole waiting list.
    """
    waiting = next((case for case in applications if ranking.is_waiting(case, stays, on)), None)
    chosen = waiting or next((case for case in applications if case.is_open), None)
    if chosen is None:
        chosen = applications[0] if applications else None
    if chosen is None:
        return None
    offers = Offer.objects.reserving().filter(application=chosen)
    return CurrentCase(
        application=chosen,
        vedtak=_shown_vedtak(chosen),
        need=next(iter(chosen.needs.all()), None),
        step=next_step(chosen, user),
        waits=waiting is not None,
        offer=offers.select_related("unit__property")
        .only("state", "answer_by", "unit__name", "unit__property__name")
        .order_by("-sent_at", "-pk")
        .first(),
    )


def rank_of(case: Application, user: User, on: date) -> tuple[Explanation | None, str]:
    """The case's number explained, or None with a text when there is no list."""
    try:
        return ranking.explain(case.pk, on, visible_to=user), ""
    except ranking.NotWaiting:
        return None, ""
    except RuleBroken as error:
        return None, str(error)


def _shown_vedtak(case: Application) -> Vedtak | None:
    """The vedtak in force, first the latest that grants something; else the one being written."""

    def order(vedtak: Vedtak) -> tuple[bool, date, int]:
        grants = any(one.stands and one.is_granted for one in vedtak.outcomes.all())
        return grants, vedtak.issued_on, vedtak.pk

    issued = [vedtak for vedtak in case.vedtak.all() if vedtak.is_issued]
    if issued:
        return max(issued, key=order)
    return next((vedtak for vedtak in case.vedtak.all() if vedtak.is_open), None)


def open_flags(person: Person, chain: Chain | None, at: datetime) -> list[tuple[Flag, Any]]:
    """The person's open flags with their words, the most urgent first."""
    on = local_date(at)
    flags = list(person.flags.open().select_related("owner"))
    tonight = [flag for flag in flags if flag.kind == FlagKind.SECTION_27]
    words_tonight = {flag.pk: words for flag, words in place_flags.explained(tonight, at)}
    flags = [flag for flag in flags if flag.kind != FlagKind.SECTION_27 or flag.pk in words_tonight]
    flags.sort(
        key=lambda flag: (
            URGENT.index(flag.kind) if flag.kind in URGENT else len(URGENT),
            -(flag.threshold or 0),
            flag.pk,
        )
    )
    return [
        (
            flag,
            stay_words(flag, on, chain)
            if flag.kind == FlagKind.TEMPORARY_STAY
            else words_tonight.get(flag.pk) or flag_words.words(flag, on),
        )
        for flag in flags
    ]


def primary(
    person: Person,
    user: User,
    flags: list[tuple[Flag, Any]],
    now: CurrentCase | None,
    on: date,
) -> Primary | None:
    """The most urgent next step this user can take, or None."""
    offer = now.offer if now and can_offer(user) else None
    answer = None
    if offer and offer.state == OfferState.SENT:
        answer = Primary(_("Før inn svar"), reverse("allocation:offer_answer", args=[offer.pk]))
        if offer.answer_by <= on:
            return answer
    if flags and can_follow_up_flags(user):
        words = flags[0][1]
        return Primary(words.action, words.action_url, why=words.why)
    if offer:
        return answer or Primary(
            _("Skriv leieforhold"), reverse("allocation:lease_new", args=[offer.pk])
        )
    if now and now.application.is_open and now.step.url:
        return Primary(now.step.text, now.step.url, now.step.post, now.step.why)
    if now is None and can_do_casework(user):
        return Primary(_("Registrer søknad"), reverse("casework:application_new", args=[person.pk]))
    return None


def latest_assessment(person: Person) -> Assessment | None:
    return (
        person.assessments.order_by("-held_on", "-pk")
        .prefetch_related(Prefetch("answers", AssessmentAnswer.objects.select_related("dimension")))
        .first()
    )


def who_does_what(person: Person, user: User, on: date) -> list[dict[str, Any]]:
    """The caseworker, the services, the team, and the peers the person shares with caseworkers."""
    lines = []
    if person.responsible:
        lines.append(
            {
                "mark": initials(person.responsible.get_full_name()),
                "name": person.responsible.get_full_name(),
                "role": _("Saksbehandler"),
                "what": _("Søknad, vedtak, tilbud"),
                "when": "",
            }
        )
    services = Service.objects.filter(person=person, period__contains=on).with_hours(on)
    by_name: dict[str, dict[str, Any]] = {}
    for service in services.select_related("unit").order_by("pk"):
        name = service.contact or str(service.unit or service.name)
        if name in by_name:
            by_name[name]["what"] += f", {service.name[:1].lower()}{service.name[1:]}"
            continue
        by_name[name] = {
            "mark": initials(name),
            "name": name,
            "role": str(service.unit) if service.unit and service.contact else "",
            "what": service.name,
            "when": service.hours_now,
        }
        lines.append(by_name[name])
    for member in person.team.filter(period__contains=on):
        role = _("Koordinator, %(role)s") if member.is_coordinator else "%(role)s"
        role %= {"role": member.role[:1].lower() + member.role[1:]}
        if member.name in by_name:
            by_name[member.name]["role"] = role[:1].upper() + role[1:]
            continue
        lines.append(
            {
                "mark": initials(member.name),
                "name": member.name,
                "role": role[:1].upper() + role[1:],
                "what": _("I ansvarsgruppa"),
                "when": "",
            }
        )
    return lines + _peers(person, on)


def _shared_links() -> QuerySet:
    contacts = Contact.objects.filter(link=OuterRef("pk"), on__lte=DAY).order_by("-on")
    return (
        PeerLink.objects.active()
        .filter(person__id__any_of=IDS, shares__contains=[Share.CASEWORKER])
        .annotate(last=Subquery(contacts.values("on")[:1]))
        .order_by("pk")
        .values_list(
            Coalesce(NullIf("peer__user__full_name", Value("")), "peer__user__username"),
            "peer__organisation__name",
            "interval_days",
            "last",
        )
    )


_links = Prepared(_shared_links)


def _peers(person: Person, on: date) -> list[dict[str, Any]]:
    """First name and last contact, of links whose log the person shares (need P4)."""
    lines = []
    for full_name, organisation, interval, last in _links(on=on, ids=[person.pk]):
        name = full_name.split(" ")[0]
        lines.append(
            {
                "mark": initials(name),
                "name": name,
                "role": f"{_('Likeperson')}, {organisation}",
                "what": _("Avtalt kontakt hver %(days)s") % {"days": days_nb(interval)},
                "last": last,
                "peer": True,
            }
        )
    return lines


def stays_of(person: Person) -> list[Stay]:
    return list(
        person.stays.select_related("unit__property", "lease")
        .only(*STAY_COLUMNS)
        .order_by("-period", "-pk")
    )
