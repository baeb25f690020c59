"""Flags count in SQL the days that pages count in Python: over holidays and changed settings."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.timezone import get_default_timezone

from accounts import settings_table
from accounts.models import FlagDay, Setting
from casework.appeals.flags import flag_appeals
from casework.appeals.models import Appeal
from casework.applications import section_27
from casework.applications.flags import flag_deadlines
from casework.log import deadlines
from casework.log.enums import FlagKind
from casework.models import Application, Flag
from common.calendar import local_date
from stays.temporary.section_27 import flag_section_27
from tests import factories as f

pytestmark = pytest.mark.django_db

# Easter, the night the clocks change, 1 and 17 May, Ascension Day and Whit Monday.
STARTS = [date(2026, 1, 31), *(date(2026, 2, 25) + timedelta(days=n) for n in range(90))]
CHANGED = DateRange(date(2026, 3, 15), date(2026, 4, 20))
ON = date(2026, 12, 31)


@pytest.fixture(autouse=True)
def settings_change_twice():
    """Other numbers than the defaults from 15 March until 20 April."""
    for key, value in {
        "interim_reply_months": 2,
        "interim_reply_warn_days": 10,
        "section_27_place_hours": 31,
        "appeal_prepare_weeks": 3,
        "appeal_prepare_warn_days": 3,
        "appeal_remind_weeks": 5,
    }.items():
        assert settings_table.KEYS[key].default != value
        Setting.objects.create(key=key, value=value, valid=CHANGED)


def moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=get_default_timezone())


def raised(job, kind: FlagKind, on: date = ON) -> dict[str, Flag]:
    """The flags one run raises, by the last part of the key."""
    Flag.objects.all().delete()
    FlagDay.objects.all().delete()  # as if no other day had been judged
    job(on)
    return {flag.key.rpartition(":")[2]: flag for flag in Flag.objects.filter(kind=kind)}


@pytest.mark.parametrize("at", [time(0, 30), time(23, 30)])
def test_flags_of_an_application_are_due_when_its_page_says(at):
    f.ApplicationFactory(temporary=True)
    table = settings_table.SettingsTable(*deadlines.REPLY_KEYS)
    for day in STARTS:
        received = moment(day, at)
        Application.objects.update(received_at=received)

        [flag] = raised(flag_deadlines, FlagKind.INTERIM_REPLY).values()
        deadline = deadlines.interim_reply(received)
        assert (flag.due_on, flag.facts["warn"]) == (deadline.due, deadline.warn.isoformat())
        assert deadline == deadlines.interim_reply(day, table)
        assert not raised(flag_deadlines, FlagKind.INTERIM_REPLY, deadline.warn - timedelta(days=1))

        flags = raised(flag_section_27, FlagKind.SECTION_27)
        place_by = deadlines.section_27_place(received)
        assert flags["vedtak"].due_on == deadlines.section_27_decision(received).due
        assert flags["plass"].due_on == local_date(place_by)
        assert datetime.fromisoformat(flags["plass"].facts["place_by"]) == place_by
        [standing] = section_27.standing(Application.objects.all(), received).values()
        assert standing.place_by == place_by and not standing.is_late
        late = section_27.standing(Application.objects.all(), place_by + timedelta(minutes=1))
        assert all(found.place.color == "danger" for found in late.values())


def test_flags_of_an_appeal_are_due_when_its_page_says():
    f.AppealFactory()
    table = settings_table.SettingsTable(*deadlines.APPEAL_KEYS)
    for day in STARTS:
        Appeal.objects.update(received_on=day, made_on=day)

        [flag] = raised(flag_appeals, FlagKind.APPEAL).values()
        deadline = deadlines.appeal_prepared(day)
        assert flag.due_on == deadline.due
        assert deadline == deadlines.appeal_prepared(day, table)
        assert raised(flag_appeals, FlagKind.APPEAL, deadline.warn)
        assert not raised(flag_appeals, FlagKind.APPEAL, deadline.warn - timedelta(days=1))


def test_flags_of_an_appeal_at_the_appeals_body_are_due_when_its_page_says():
    f.AppealFactory(forwarded=True)
    table = settings_table.SettingsTable(*deadlines.APPEAL_KEYS)
    for day in STARTS:
        forwarded = moment(day, time(23, 30))
        Appeal.objects.update(forwarded_at=forwarded)

        [flag] = raised(flag_appeals, FlagKind.APPEAL_BODY).values()
        assert flag.due_on == deadlines.appeal_answered(forwarded).due
        assert flag.due_on == deadlines.appeal_answered(day, table).due


def test_setting_that_was_not_read_is_an_error_and_not_the_default():
    with pytest.raises(KeyError):
        deadlines.appeal_answered(ON, settings_table.SettingsTable(*deadlines.REPLY_KEYS))
