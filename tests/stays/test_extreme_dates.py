"""Days in the years 1 and 9999, as an import may leave them, crash no page and no job."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from stays.enums import StayKind
from stays.leases.models import Lease
from stays.models import Stay
from tests import factories as f

pytestmark = pytest.mark.django_db

JOBS = ("flag_stays", "flag_no_service", "flag_discharges", "flag_leases", "flag_section_27")
PERIODS = {
    "since the year 1": DateRange(date.min, None),
    "the year 1": DateRange(date.min, date(1, 1, 2)),
    "until 9999": DateRange(date(2026, 1, 1), date.max),
    "from 9999": DateRange(date(9999, 12, 30), date.max),
}


def pages(person):
    parts = ("", "_stays", "_cases", "_follow_up", "_events", "_documents", "_assessments")
    return [reverse(f"desk:person{part}", args=[person.pk]) for part in parts]


@pytest.mark.parametrize("period", PERIODS.values(), ids=PERIODS)
@pytest.mark.parametrize("kind", ["midlertidig", "hos_andre", "institusjon", "leie"])
def test_no_page_and_no_job_crashes(as_caseworker, login, today, kind, period):
    traits = {
        "midlertidig": {"night_price": 900},
        "hos_andre": {"with_friends": True},
        "institusjon": {"prison": True},
        "leie": {"lease": True},
    }[kind]
    stay = f.StayFactory(**traits)
    application = f.ApplicationFactory(person=stay.person, granted=True)
    Stay.objects.filter(pk=stay.pk).update(period=period)
    urls = [
        *pages(stay.person),
        reverse("stays:stay_change", args=[stay.pk]),
        reverse("stays:stay_void", args=[stay.pk]),
        reverse("stays:stay_end", args=[stay.pk]),
        reverse("stays:stay_reopen", args=[stay.pk]),
        reverse("stays:stay_new", args=[stay.person_id]),
        reverse("stays:place", args=[application.pk]),
        reverse("allocation:why", args=[application.pk]),
        *("/", "/midlertidig/", "/midlertidig/i-natt/", "/venteliste/", "/utskrivninger/"),
        "/leieforhold/",
    ]
    if stay.unit_id:
        urls.append(reverse("desk:unit", args=[stay.unit_id]))
    if kind == StayKind.TEMPORARY:
        urls.append(reverse("stays:renew", args=[stay.pk]))
    if kind == StayKind.LEASE:
        lease = f.LeaseFactory(stay=stay, application=None, expires_on=None)
        Lease.objects.filter(pk=lease.pk).update(starts_on=period.lower, expires_on=period.upper)
        names = ("lease", "lease_correct", "lease_cancel", "lease_rent", "lease_step", "risk_new")
        urls += [reverse(f"stays:{name}", args=[lease.pk]) for name in names]
    for job in JOBS:
        call_command(job, "--on", today.isoformat())
    for url in urls:
        assert as_caseworker.get(url).status_code in (200, 302), url
    manager = login("leder")
    for url in ("/oversikt/", "/boliger/", "/boliger/tomme/", "/boliger/bomiljo/", "/personer/"):
        assert manager.get(url).status_code == 200, url


def test_no_page_of_somebody_born_in_the_future_crashes(as_caseworker):
    person = f.PersonFactory(birth_date=date(2126, 2, 1), unknown_id=True)
    application = f.ApplicationFactory(person=person)
    f.StayFactory(person=person, days_ago=20)
    names = ("casework:application", "casework:need", "casework:assessment_new", "stays:place")
    urls = [
        *pages(person),
        *(reverse(name, args=[application.pk]) for name in names),
        reverse("casework:household", args=[person.pk]),
        *("/", "/midlertidig/", "/midlertidig/i-natt/", "/venteliste/"),
        f"/sok/?q={person.last_name}",
    ]
    for url in urls:
        assert as_caseworker.get(url).status_code == 200, url
