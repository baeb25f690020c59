"""The pages of the waiting list, and of why a case has its number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts import settings_table
from accounts.reads import log_read
from casework.log.enums import OWN_HOUSEHOLD, LivingArrangement, MemberRelation
from casework.models import Application, HouseholdMember, HousingNeed, Person, Wish
from casework.persons.children import is_child_of_household
from common.access import allowed
from common.calendar import DAYS_A_MONTH
from common.errors import RuleBroken
from common.formatting import days_nb, months_nb
from housing.enums import Staffing, UnitType
from housing.models import Area

from .. import perms, ranking
from ..models import ManualClass
from ..ranking import Entry, Filters, RankedPage

MONTHS_FROM_DAYS = 60  # a shorter wait is shown in days
BEDROOMS = {"1": (0, 1), "2": (2, 2), "3": (3, 9)}


@dataclass(frozen=True, slots=True)
class ListRow:
    """A line of the list as text, made here because template tags are slow on fifty lines.

    `waited` and `since` (since last considered) are in days.
    """

    entry: Entry
    name: str
    household: str
    need: str
    size: str
    reason: str
    waited: int
    since: int
    forgotten: bool


@require_safe
@allowed(perms.can_see_waiting_list)
def waiting_list(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    on = timezone.localdate(at)
    forgotten_days = settings_table.value("forgotten_days", on)
    view, filters = _filters(request, forgotten_days)
    context: dict[str, Any] = {"on": on, "at": at, "view": view, "forgotten_days": forgotten_days}
    try:
        page = ranking.page(
            on,
            visible_to=request.user,
            filters=filters,
            number=_page_number(request),
            not_considered_days=forgotten_days,
        )
    except RuleBroken as error:
        return render(request, "allocation/waiting_list.html", context | {"error": str(error)})
    context |= {
        "page": page,
        "rows": _rows(page, on, forgotten_days),
        "views": _views(request, view, page, forgotten_days),
        "pages": _pages(page),
        "before": (page.number - 2) * page.size or None,
        "after": page.number * page.size,
        "median": _span(page.median_days),
        "classes": page.policy.classes,
        "bedrooms": BEDROOMS.get(request.GET.get("soverom", "")) and request.GET["soverom"],
        "class_chosen": filters.class_number and page.policy.numbers.get(filters.class_number),
        "narrowed": len(request.GET) > 0,
        "error": "",
    }
    return render(request, "allocation/waiting_list.html", context)


@require_safe
@allowed(perms.can_see_waiting_list)
def why(request: HttpRequest, pk: int) -> HttpResponse:
    application = get_object_or_404(
        Application.objects.visible_to(request.user).select_related("person"), pk=pk
    )
    on = timezone.localdate()
    try:
        explanation = ranking.explain(application.pk, on, visible_to=request.user)
    except ranking.NotWaiting as error:
        raise Http404(str(error)) from error
    log_read(request, application.person_id, "venteliste-hvorfor")
    wish = Wish.objects.filter(person=application.person_id).first()
    template = "allocation/waiting_why.html" + ("#why" if request.htmx else "")
    return render(
        request,
        template,
        {
            "application": application,
            "why": explanation,
            "entry": explanation.entry,
            "wish": wish,
            "on": on,
            "by_hand": _by_hand(application),
            "may_set": perms.can_set_class_by_hand(request.user),
        },
    )


def _by_hand(application: Application) -> dict[str, ManualClass | None]:
    """The class that waits for approval, and the latest approved one."""
    newest = list(
        application.manual_classes.select_related("set_by", "approved_by").order_by(
            F("approved_at").desc(nulls_first=True), "-pk"
        )[:2]
    )
    return {
        "waits": next((manual for manual in newest if manual.approved_at is None), None),
        "counts": next((manual for manual in newest if manual.approved_at), None),
    }


# ------------------------------------------------------------------ the query string


def _filters(request: HttpRequest, forgotten_days: int) -> tuple[str, Filters]:
    """The view and the filters of the query string. Values that are not valid are ignored."""
    query = request.GET
    view = query.get("visning", "")
    chosen = query.get("prioritet", "")
    return view, Filters(
        responsible_id=request.user.pk if view == "mine" else None,
        families=view == "barnefamilier",
        long_temporary=view == "lenge",
        not_considered_days=forgotten_days if view == "ikke-vurdert" else None,
        without_offer=query.get("tilbud") == "skjul",
        class_number=int(chosen)
        if chosen.isascii() and chosen.isdigit() and len(chosen) < 3
        else None,
        bedrooms=BEDROOMS.get(query.get("soverom", "")),
        sort=query.get("sorter", ""),
    )


def _page_number(request: HttpRequest) -> int:
    """The page number; `?etter=100` is the page after a hundred lines."""
    after = request.GET.get("etter", "")
    if not (after.isascii() and after.isdigit() and len(after) < 7):
        return 1
    return int(after) // ranking.PAGE_SIZE + 1


# ------------------------------------------------------------------ the page


def _views(
    request: HttpRequest, view: str, page: RankedPage, forgotten_days: int
) -> list[dict[str, Any]]:
    names = {
        "": (_("Alle"), "alle"),
        "mine": (_("Mine"), "mine"),
        "barnefamilier": (_("Barnefamilier"), "barnefamilier"),
        "lenge": (_("Over %(n)d dager midlertidig") % {"n": page.long_days}, "lenge"),
        "ikke-vurdert": (_("Ikke vurdert på %(n)d dager") % {"n": forgotten_days}, "ikke_vurdert"),
    }
    current = view if view in names else ""
    return [
        {
            "text": text,
            "url": "?" + urlencode({"visning": key}) if key else request.path,
            "current": key == current,
            "count": page.counts[count],
        }
        for key, (text, count) in names.items()
    ]


def _pages(page: RankedPage) -> list[dict[str, Any]]:
    """The page numbers to show: the first, the last, and those around this one."""
    near = {1, page.pages, *range(page.number - 1, page.number + 2)}
    numbers = sorted(n for n in near if 1 <= n <= page.pages)
    pages: list[dict[str, Any]] = []
    for number in numbers:
        if pages and number > pages[-1]["number"] + 1:
            pages.append({"number": number - 1, "gap": True})
        after = (number - 1) * page.size
        pages.append({"number": number, "after": after or None, "gap": False})
    return pages if page.pages > 1 else []


def _span(days: int | None) -> str:
    if days is None:
        return ""
    return months_nb(round(days / DAYS_A_MONTH)) if days >= MONTHS_FROM_DAYS else days_nb(days)


def _rows(page: RankedPage, on: date, forgotten_days: int) -> list[ListRow]:
    entries = page.entries
    people = Person.objects.only("first_name", "last_name").in_bulk(
        {entry.person_id for entry in entries}
    )
    households = _households({entry.household_id for entry in entries}, on)
    needs = {
        need.application_id: need
        for need in HousingNeed.objects.filter(
            application_id__in=[entry.application_id for entry in entries]
        )
        .order_by("application_id", "-decided_at", "-pk")
        .distinct("application_id")
    }
    avoided, wished = (_areas(needs.values(), field) for field in ("avoid_areas", "areas"))
    one_adult = _("1 voksen")
    rows = []
    for entry in entries:
        need = needs.get(entry.application_id)
        rows.append(
            ListRow(
                entry=entry,
                name=people[entry.person_id].name,
                household=households.get(entry.household_id, one_adult),
                need=_need(need, avoided, wished),
                size=_size(need),
                reason=entry.short_reason,
                waited=entry.days_waited,
                since=entry.days_since_considered,
                forgotten=entry.days_since_considered >= forgotten_days,
            )
        )
    return rows


def _areas(needs: Iterable[HousingNeed], field: str) -> dict[int, list[str]]:
    """The area names in a field of each need, by need id."""
    through = HousingNeed._meta.get_field(field).remote_field.through
    names: dict[int, list[str]] = {}
    rows = through.objects.filter(housingneed__in=[need.pk for need in needs])
    order = [f"area__{field}" for field in Area._meta.ordering]
    for need, name in rows.order_by(*order).values_list("housingneed_id", "area__name"):
        names.setdefault(need, []).append(name)
    return names


def _households(ids: set[int], on: date) -> dict[int, str]:
    """Each household as text: «1 voksen», «Par, 2 barn», «1 voksen, samværsbarn»."""
    members: dict[int, list[tuple[str, str, bool]]] = {}
    rows = HouseholdMember.objects.filter(household__in=ids, period__contains=on).values_list(
        "household_id", "relation", "living", "person__birth_date"
    )
    for household_id, relation, living, born in rows:
        child = is_child_of_household(relation, born, on)
        members.setdefault(household_id, []).append((relation, living, child))
    return {pk: _household(people) for pk, people in members.items()}


def _household(members: list[tuple[str, str, bool]]) -> str:
    visiting = [m for m in members if m[1] == LivingArrangement.VISITING]
    living = [m for m in members if m[1] != LivingArrangement.VISITING]
    children = sum(child for _relation, _living, child in living)
    paired = any(relation == MemberRelation.PARTNER for relation, *_rest in living)
    others = sum(not child and relation not in OWN_HOUSEHOLD for relation, _living, child in living)
    parts = [_("Par") if paired else _("1 voksen")]
    if children:
        parts.append(ngettext("%(n)d barn", "%(n)d barn", children) % {"n": children})
    if others:
        parts.append(ngettext("%(n)d annen", "%(n)d andre", others) % {"n": others})
    if visiting:
        parts.append(_("samværsbarn"))
    return ", ".join(parts)


def _size(need: HousingNeed | None) -> str:
    if need is None:
        return ""
    return ngettext("%(n)d soverom", "%(n)d soverom", need.bedrooms) % {"n": need.bedrooms}


def _need(
    need: HousingNeed | None, avoided: dict[int, list[str]], wished_in: dict[int, list[str]]
) -> str:
    """The requirements, then the wishes, in one line."""
    if need is None:
        return ""
    parts = []
    if need.types and UnitType.MUNICIPAL not in need.types:
        parts.append(str(UnitType(need.types[0]).label))
    if need.wheelchair:
        parts.append(_("Rullestol"))
    elif need.step_free:
        parts.append(_("Uten trapper"))
    elif need.max_floor is not None:
        parts.append(_("Høyest %(n)d. etasje") % {"n": need.max_floor})
    if need.staffing != Staffing.NONE:
        parts.append(str(Staffing(need.staffing).label))
    if need.pets:
        parts.append(_("Har dyr"))
    if avoid := avoided.get(need.pk):
        parts.append(_("Ikke %(areas)s") % {"areas": ", ".join(avoid)})
    wished = [*wished_in.get(need.pk, ())]
    for wanted, text in (
        (need.own_entrance, _("egen inngang")),
        (need.near_transport, _("nær buss eller bane")),
        (need.quiet, _("rolig")),
        (need.drug_free, _("rusfritt miljø")),
    ):
        if wanted:
            wished.append(text)
    if wished:
        parts.append(_("Ønsker %(what)s") % {"what": ", ".join(wished)})
    first, *rest = parts or [_("Ingen særlige krav")]
    return ". ".join([first, *rest])
