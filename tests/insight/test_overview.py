"""The overview: the waiting list, waiting times, temporary places, empty homes (I2, I3, I5)."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from allocation import ranking, vacancy
from casework.log.enums import (
    ApplicationState,
    MemberRelation,
    Outcome,
    Protection,
    RefusalGround,
    VedtakState,
)
from common.calendar import add_months
from housing.enums import UnavailableCause, UnitType
from insight import figures, panels
from stays.models import Stay
from stays.temporary.chains import chains
from tests import factories as f

pytestmark = pytest.mark.django_db
PAGE = "/oversikt/"


def waits(days: int = 5, bedrooms: int = 1, valid_to: date | None = None, **person):
    """A person who has waited this many days."""
    application = f.ApplicationFactory(
        person=f.PersonFactory(**person),
        assessed=True,
        state=ApplicationState.DECIDED,
        received_days_ago=days + 20,
    )
    application.needs.update(bedrooms=bedrooms)
    at = f.now() - timedelta(days=days)
    application.decision = f.VedtakFactory(
        application=application,
        issued=True,
        letter=False,
        drafted_at=at - timedelta(days=2),
        submitted_at=at - timedelta(days=1),
        issued_at=at,
        issued_on=f.days_ago(days),
        valid_from=f.days_ago(days),
        valid_to=valid_to,
    )
    return application


def panel(today: date, name: str, months: int = 12) -> panels.Panel:
    return next(p for p in panels.overview(today, months).panels if p.id == name)


def kpi(today: date, label: str) -> dict:
    return next(k for k in panels.overview(today, 12).kpis if label in k["label"])


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# ------------------------------------------------------------------ who sees it


@pytest.mark.parametrize("role", ["leder", "moteleder"])
def test_managers_and_chairs_see_the_overview(login, role):
    client = login(role)
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert "Ingen venter på bolig." in text(answer)
    assert "Ingen bor i midlertidig bolig." in text(answer)


@pytest.mark.parametrize(
    "role", ["saksbehandler", "beslutter", "boligforvalter", "personvernombud", "likeperson"]
)
def test_other_roles_do_not_see_the_overview(login, role):
    assert login(role).get(PAGE).status_code == 403


def test_menu_links_to_the_overview_for_users_with_access(as_manager, as_caseworker):
    assert 'href="/oversikt/"' in as_manager.get("/venteliste/").content.decode()
    assert 'href="/oversikt/"' not in as_caseworker.get("/venteliste/").content.decode()


@pytest.mark.parametrize(
    ("asked", "months"), [("6", 6), ("24", 24), ("7", 12), ("x", 12), ("", 12)]
)
def test_the_period_is_one_of_three(as_manager, asked, months):
    answer = as_manager.get(PAGE, {"periode": asked})
    assert answer.context["months"] == months
    assert len(answer.context["overview"].panels[0].rows) == months


# ------------------------------------------------------------------ the waiting list


def test_overview_counts_the_persons_on_the_waiting_list(today):
    for days in (3, 40, 100, 100, 400, 420):
        waits(days)
    f.ApplicationFactory(refused=True)
    housed = waits(60)
    f.LeaseFactory(application=housed)
    assert figures.waiting(today).total == ranking.count_waiting(today) == 6
    assert kpi(today, "på ventelisten")["value"] == "6"


def test_median_and_p90_are_of_those_waiting_now(today):
    counts = figures.Waiting([figures.Group(days, "k", 1, 1) for days in range(1, 101)]).days()
    assert figures.percentile(counts, 0.5) == 50
    assert figures.percentile(counts, 0.9) == 90
    for _n in range(5):
        waits(152)
    assert kpi(today, "median")["value"] == "5,0\u00a0md."
    assert kpi(today, "median")["note"] == "P90: –", "ten per cent of five would be one person"


def test_every_figure_counts_everybody_whoever_looks(today, login):
    for _n in range(6):
        waits(30)
    waits(30, protection=Protection.STRICTLY)
    waits(30, shielded=True)
    hidden = f.PersonFactory(protection=Protection.CONFIDENTIAL)
    f.StayFactory(person=hidden, days_ago=100)
    client = login("leder", sees_protected=True, sees_shielded=True)
    assert figures.waiting(today).total == 8
    assert sum(month.came for month in figures.flow(today, 12)) == 8
    assert figures.temporary(today, 1)[0].total == 1
    page = text(client.get(PAGE))
    assert "alle er talt med, også de du ikke kan se" in page


def test_in_and_out_add_up_to_those_who_wait(today):
    """Over all time, those who came minus those who left are those who wait."""
    for days in (3, 40, 100, 400):
        waits(days)
    leased = waits(200)
    f.LeaseFactory(application=leased, days_ago=100)
    moved = waits(150)
    f.StayFactory(person=moved.person, lease=True, days_ago=20)
    waits(300, valid_to=f.days_ago(10))
    gone = waits(90)
    type(gone).objects.filter(pk=gone.pk).update(state=ApplicationState.WITHDRAWN)
    months = figures.flow(today, 24)
    came, left = sum(m.came for m in months), sum(m.left for m in months)
    assert (came, left) == (7, 3), "a withdrawal without a date was never counted"
    assert came - left == ranking.count_waiting(today) == 4


def test_a_case_leaves_in_the_month_it_was_closed(today):
    from casework.models import Transition

    gone = waits(200)
    type(gone).objects.filter(pk=gone.pk).update(state=ApplicationState.LAPSED)
    at = f.now() - timedelta(days=70)
    Transition.objects.create(
        process="application", object_id=gone.pk, to_state="bortfalt", at=at, by=gone.responsible
    )
    months = {month.month: month for month in figures.flow(today, 12)}
    assert months[at.date().replace(day=1)].left == 1
    assert sum(month.came for month in months.values()) == 1


def test_small_numbers_are_not_shown(today, as_manager):
    for _n in range(3):
        waits(30)
    f.StayFactory(days_ago=100)
    page = as_manager.get(PAGE)
    overview = page.context["overview"]
    assert [kpi["value"] for kpi in overview.kpis][:4] == ["<5", "–", "<5", "–"]
    for drawn in overview.panels:
        if drawn.id != "tom" and drawn.id != "behov":
            cells = {str(cell) for row in drawn.rows for cell in row[1:]}
            assert not cells & {"1", "2", "3", "4"}, drawn.title


# ------------------------------------------------------------------ temporary places


def test_each_month_counts_the_stay_chain_on_that_day(today):
    for days in (5, 20, 70, 100, 200):
        f.StayFactory(days_ago=days)
    f.StayFactory(days_ago=300, days=250)
    for month in figures.temporary(today, 12):
        lived = [chain.days for chain in chains(month.day).values() if chain.is_open]
        bands = [0, 0, 0, 0]
        for days in lived:
            bands[sum(days > last for last in month.limits)] += 1
        assert month.bands == tuple(bands), month.day


def test_bands_end_at_the_limits_of_the_law(today):
    for days in (14, 15, 60, 61, 90, 91):
        f.StayFactory(days_ago=days)
    assert figures.temporary(today, 1)[0].bands == (1, 2, 2, 1)


def test_a_family_counts_once_with_children(today):
    family = f.FamilyFactory(children=2)
    head = family.members.get(relation=MemberRelation.SELF).person
    f.StayFactory(person=head, days_ago=40)
    f.StayFactory(days_ago=40)
    now = figures.temporary(today, 1)[0]
    assert (now.total, now.with_children) == (2, 1)


# ------------------------------------------------------------------ empty homes


def test_void_days_are_days_in_use_without_a_tenant():
    month = date(2026, 9, 1)
    unit = f.UnitFactory(rent=7300)
    in_september = [(1, 11), (21, 26)]
    for first, last in in_september:
        person = f.PersonFactory()
        f.StayFactory(
            person=person,
            lease=True,
            unit=unit,
            period=f.since(date(2026, 9, first), date(2026, 9, last)),
        )
    f.UnavailabilityFactory(unit=unit, period=f.since(date(2026, 9, 9), date(2026, 9, 16)))
    f.UnitFactory(temporary=True)
    voids = {void.cause: void for void in figures.vacancies([month])}
    # 30 days less 15 lived in; closed 9.–15., two of them occupied: 5 closed, 10 vacant.
    assert voids[""].days == 10
    assert voids[UnavailableCause.REFURBISHING].days == 5
    assert voids[""].lost == 10 * 7300 * 12 // 365


def test_home_with_unknown_rent_counts_in_days_but_not_in_kroner():
    f.UnitFactory(rent=None)
    (void,) = figures.vacancies([date(2026, 9, 1)])
    assert (void.days, void.lost, void.unpriced) == (30, 0, 30)


def test_homes_counted_as_vacant_are_those_that_can_be_allocated(today):
    f.UnitFactory(bedrooms=2)
    f.UnitFactory(bedrooms=None)
    f.UnitFactory(refurbished=True)
    f.StayFactory(lease=True)
    f.OfferFactory()
    counted = figures.vacant_by_bedrooms(today)
    assert counted.total() == vacancy.vacant_units(today).count()
    assert (counted[2], counted[None]) == (1, 1)


def test_need_is_compared_with_vacant_homes(today):
    for _n in range(6):
        waits(30, bedrooms=2)
    for _n in range(7):
        waits(30, bedrooms=0)
    f.UnitFactory(bedrooms=2)
    need = panel(today, "behov")
    assert need.finding == "Mangler mest inntil 1 soverom: 7 venter, ingen ledige."
    label, waiting, vacant, gap = need.rows[1]
    assert "/venteliste/?soverom=2" in label
    assert (waiting, vacant, gap) == ("6", "1", "−5")


def test_sizes_few_wait_for_are_grouped_with_the_next_size(today):
    for bedrooms, people in ((1, 8), (2, 6), (3, 2), (4, 3)):
        for _n in range(people):
            waits(30, bedrooms=bedrooms)
    rows = panel(today, "behov").rows
    assert [row[1] for row in rows] == ["8", "6", "5"]
    assert "3 eller flere" in rows[2][0]


# ------------------------------------------------------------------ homes the municipality lacks


def lacks(dwelling_type, people=1, *, days=20, **facts):
    """People refused because no dwelling of the type exists."""
    made = []
    for _n in range(people):
        application = f.ApplicationFactory(person=f.PersonFactory(**facts), assessed=True)
        made.append(
            f.VedtakFactory(
                application=application,
                issued=True,
                letter=False,
                outcome=Outcome.REFUSED,
                ground=RefusalGround.NO_DWELLING,
                dwelling_type=dwelling_type,
                issued_on=f.days_ago(days),
            )
        )
    return made


def test_refusals_without_a_suitable_home_show_what_the_municipality_lacks(today, as_manager):
    lacks(UnitType.ROBUST, 7)
    lacks(UnitType.SHARED, 5)
    f.ApplicationFactory(refused=True)  # refused on the conditions: not an unmet need
    shown = panel(today, "mangler")
    assert shown.finding == (
        "Kommunen mangler mest forsterket bolig: 7 av 12 fikk avslag av den grunn."
    )
    assert [row[1] for row in shown.rows] == ["7", "5"]
    page = text(as_manager.get(PAGE))
    assert "Boliger kommunen mangler" in page and shown.finding in page


def test_person_refused_twice_counts_once_by_the_latest_refusal(today):
    (first,) = lacks(UnitType.ROBUST, days=100)
    (second,) = lacks(UnitType.SHARED, days=10)
    second.application.person.applications.update(person=first.application.person)
    assert figures.unmet(today, 12) == {UnitType.SHARED: 1}
    assert figures.unmet(today, 1) == {UnitType.SHARED: 1}


def test_replaced_or_old_refusals_are_not_unmet_need(today):
    (replaced,) = lacks(UnitType.ROBUST)
    type(replaced).objects.filter(pk=replaced.pk).update(state=VedtakState.REPLACED)
    lacks(UnitType.ROBUST, days=800)
    assert figures.unmet(today, 24) == {}
    assert panel(today, "mangler").finding == ("Ingen fikk avslag fordi kommunen mangler boligen.")


@pytest.mark.parametrize(
    ("people", "finding", "rows"),
    [
        ({UnitType.ROBUST: 3}, "Færre enn fem fikk avslag", ["<5"]),
        ({UnitType.ROBUST: 6}, "6 fikk avslag fordi kommunen mangler forsterket bolig.", ["6"]),
        ({UnitType.ROBUST: 3, UnitType.SHARED: 2}, "5 fikk avslag", ["5"]),
        ({UnitType.ROBUST: 9, UnitType.SHARED: 3}, "12 fikk avslag", ["12"]),
        (
            {UnitType.ROBUST: 9, UnitType.SHARED: 3, UnitType.CARE: 2},
            "forsterket bolig: 9 av 14",
            ["9", "5"],
        ),
    ],
)
def test_types_few_people_lack_are_grouped(today, people, finding, rows):
    for kind, number in people.items():
        lacks(kind, number)
    shown = panel(today, "mangler")
    assert finding in shown.finding
    assert [row[1] for row in shown.rows] == rows


# ------------------------------------------------------------------ what it costs


def test_number_of_queries_depends_on_neither_months_nor_people(as_manager, today):
    def queries(months: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert as_manager.get(PAGE, {"periode": months}).status_code == 200
        return len(asked)

    f.UnitFactory()
    as_manager.get(PAGE)
    few = queries(6)
    for days in range(10, 60, 10):
        waits(days)
        f.StayFactory(days_ago=days)
    f.UnitFactory()
    assert queries(24) == few
    assert few <= 20


def test_last_month_is_the_current_one(today):
    months = figures.months_to(today, 6)
    assert months[-1] == today.replace(day=1)
    assert months[0] == add_months(today.replace(day=1), -5)
    assert Stay.objects.count() == 0
