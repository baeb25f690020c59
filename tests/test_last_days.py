"""A last day is shown as it was typed: a period is stored with the day after it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.postgres.fields import DateRangeField
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from accounts.models import Absence, Setting
from common import changes
from common.calendar import ONE_DAY
from common.formatting import nbdate
from tests import factories as f
from tests.factories_housing import QualityAgreementFactory

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parent.parent

# Typed as the last day, so the day after it is stored; and typed as the first day outside.
LAST, OUTSIDE = ONE_DAY, timedelta(0)


def typed_day():
    return f.today() + timedelta(days=200)


def service(period, client):
    made = f.ServiceFactory(period=DateRange(period.lower, None))
    last = nbdate(period.upper - ONE_DAY)
    url = reverse("casework:service_end", args=[made.pk])
    assert client.post(url, {"last_day": last, "reason": "Flyttet."}).status_code == 302
    assert last in made.person.events.get(kind="service.ended").text
    person = made.person_id
    return made, [
        ("casework:service", made.pk),
        ("desk:person_follow_up", person),
        ("desk:person", person),
    ]


def home(period, client):
    unit = f.UnitFactory(in_use=period)
    return unit, [("desk:unit", unit.pk)]


def out_of_use(period, client):
    closed = f.UnavailabilityFactory(period=period)
    return closed, [("desk:unit", closed.unit_id)]


def absence(period, client):
    user = f.UserFactory(caseworker=True)
    away = Absence.objects.create(
        user=user,
        stand_in=f.UserFactory(caseworker=True),
        period=period,
        registered_at=f.now(),
        registered_by=user,
    )
    return away, [("accounts:absence", user.pk)]


def role(period, client):
    made = f.RoleFactory(period=period)
    return made, [("accounts:user", made.user_id)]


def setting(period, client):
    made = Setting.objects.create(key="appeal_weeks", value=4, valid=period)
    return made, []  # ends the day before the next value begins; only its history says when


def agreement(period, client):
    made = QualityAgreementFactory(valid=period)
    return made, [("housing:provider", made.provider_id), ("housing:providers",)]


def stay(period, client):
    # The home tells when somebody lives there to those who follow the person up.
    made = f.StayFactory(period=period, person=f.PersonFactory(responsible=client.user))
    return made, [("desk:person_stays", made.person_id), ("desk:unit", made.unit_id)]


def member(period, client):
    family = f.FamilyFactory(children=1)
    child = family.members.get(relation="barn")
    child.period = period
    child.save()
    head = family.members.get(relation="hovedperson").person_id
    return child, [("casework:household", head)]


def representative(period, client):
    made = f.RepresentativeFactory(period=period)
    return made, [("casework:representatives", made.person_id)]


@pytest.mark.parametrize(
    ("kind", "stored", "role_name"),
    [
        (service, LAST, "saksbehandler"),
        (home, LAST, "boligforvalter"),
        (out_of_use, LAST, "boligforvalter"),
        (agreement, LAST, "boligforvalter"),
        (absence, LAST, "systemadministrator"),
        (role, LAST, "systemadministrator"),
        (setting, LAST, "systemadministrator"),
        (stay, OUTSIDE, "saksbehandler"),
        (member, OUTSIDE, "saksbehandler"),
        (representative, OUTSIDE, "saksbehandler"),
    ],
)
def test_end_of_a_period_is_shown_as_typed(login, kind, stored, role_name):
    typed, client = typed_day(), login(role_name)
    row, pages = kind(DateRange(f.days_ago(20), typed + stored), client)
    for name, *args in pages:
        html = client.get(reverse(name, args=args)).text
        if name != "desk:person" and name != "desk:person_follow_up":
            assert nbdate(typed) in html, name
        for other in (typed - ONE_DAY, typed + ONE_DAY):
            assert nbdate(other) not in html.replace(f"ledig fra {nbdate(other)}", ""), name
    row.refresh_from_db()
    assert nbdate(typed) in " ".join(changes._words(row, row).values())


def test_no_page_writes_the_day_after_as_the_last_day():
    """Where the stored end is written as it is, the user typed it so: by file, the variables."""
    typed_so = {
        "casework/persons/actions/persons.py": {"member", "period"},
        "casework/persons/actions/representatives.py": {"representative"},
        "casework/vedtak/checks.py": {"basis"},
        "desk/career.py": {"stay"},
        "stays/actions.py": {"other", "period", "stay"},
        "stays/leases/correcting.py": {"stay"},
        "stays/placement/separation.py": {"stay"},
        "stays/views.py": {"ended", "stay"},
        "templates/casework/persons/person_household_row.html": {"member"},
        "templates/casework/persons/representative_row.html": {"one"},
        "templates/desk/person_stays.html": {"stay"},
        "templates/stays/leases/lease.html": {"stay"},
        "templates/stays/placement/place.html": {"from_institution"},
        "templates/stays/temporary/flag.html": {"stay"},
    }
    written = re.compile(r"nbdate\((\w+)[\w.]*\.upper\)|(\w+)[\w.]*\.upper\|nbdate")
    found: dict[str, set[str]] = {}
    for folder, pattern in (("templates", "*.html"), *((app.path, "*.py") for app in ours())):
        for path in (ROOT / folder).rglob(pattern):
            for names in written.findall(path.read_text()):
                found.setdefault(str(path.relative_to(ROOT)), set()).update(filter(None, names))
    assert found == typed_so, "use |last_day, or say here that it is typed as the first day outside"


def ours():
    return [app for app in apps.get_app_configs() if Path(app.path).parent == ROOT]


def test_every_period_says_how_its_end_is_typed():
    models = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, DateRangeField) and getattr(model, "ENDS_WITH_DAY_AFTER", False)
    }
    assert models == {
        "casework.HouseholdMember", "casework.Representative", "casework.TeamMember", "stays.Stay",
    }  # fmt: skip
