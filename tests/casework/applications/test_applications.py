"""Applications: receipt, deadlines, taking, interim reply, withdrawal, sending on."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from accounts.enums import UnitKind
from accounts.models import FlagDay
from casework.applications import reply_clock
from casework.applications.flags import flag_promises
from casework.letters import actions as wording
from casework.log.enums import ApplicationState, FlagKind, LetterKind, Protection, Urgency
from casework.models import (
    Application,
    Disqualification,
    Event,
    Flag,
    LegalBasis,
    Letter,
    Transition,
)
from common.formatting import nbdate_long
from stays.temporary.section_27 import flag_section_27
from tests.factories import (
    ApplicationFactory,
    AssessmentFactory,
    FamilyFactory,
    FlagFactory,
    OrganisationUnitFactory,
    PersonFactory,
    UserFactory,
    VedtakFactory,
    basis,
    days_ago,
    now,
    today,
)

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")
LIST = "/soknader/"


@pytest.fixture
def caseworker(client):
    user = UserFactory(caseworker=True)
    client.force_login(user)
    return user


def to_new(person) -> str:
    return reverse("casework:application_new", args=[person.pk])


def to(application, name="application") -> str:
    return reverse(f"casework:{name}", args=[application.pk])


def typed(user, **changes) -> dict[str, str]:
    return {
        "kind": "ny",
        "channel": "muntlig",
        "received_on": today().strftime("%d.%m.%Y"),
        "received_time": "00.00",
        "sender": "personen",
        "unit": str(user.main_unit.pk),
        "responsible": str(user.pk),
        "words": "Et sted å bo.",
        **changes,
    }


def page(response) -> str:
    return response.content.decode()


# ------------------------------------------------------------------ registering


def test_an_application_gets_a_case_number_a_household_and_the_usual_bases(client, caseworker):
    person = PersonFactory()
    response = client.post(to_new(person), typed(caseworker))

    made = Application.objects.get()
    assert response.url == to(made)
    assert made.case_number == f"{today().year}/{made.case_seq:04d}"
    assert made.household.members.get().person == person
    assert {basis.code for basis in made.bases.all()} == {"kommunal_bolig", "boligsosialloven_6"}
    assert Event.objects.get(application=made).by == caseworker
    assert Transition.objects.get(object_id=made.pk, process="application").to_state == "mottatt"


def test_case_numbers_never_repeat(client, caseworker):
    for _n in range(3):
        client.post(to_new(PersonFactory()), typed(caseworker))

    assert Application.objects.values("case_number").distinct().count() == 3


def test_application_from_prison_keeps_the_date_of_the_prison(client, caseworker):
    sent = typed(
        caseworker,
        received_on=(today() - timedelta(days=9)).strftime("%d%m%y"),
        received_time="1430",
        sender="fengsel",
        sender_name="Solvær fengsel",
        sender_contact="Sosialkonsulenten, 75 00 01 17",
    )
    client.post(to_new(PersonFactory()), sent)

    made = Application.objects.get()
    assert made.received_on == today() - timedelta(days=9)
    assert made.received_at.astimezone(OSLO).strftime("%H:%M") == "14:30"
    assert made.sender_name == "Solvær fengsel"


def test_form_sent_twice_creates_one_application(client, caseworker):
    person = PersonFactory()
    token = client.get(to_new(person)).context["form"]["form_token"].value()
    sent = typed(caseworker, form_token=str(token))
    first, second = client.post(to_new(person), sent), client.post(to_new(person), sent)

    assert first.url == second.url
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"received_on": "31.02.2026"}, "received_on"),
        ({"received_on": "01.01.2150"}, "received_on"),
        ({"received_on": "01.01.1950"}, "received_on"),
        ({"received_on": ""}, "received_on"),
        ({"received_time": "25.00"}, "received_time"),
        ({"received_time": "nå"}, "received_time"),
        ({"kind": "slott"}, "kind"),
        ({"channel": ""}, "channel"),
        ({"sender": "hjelper"}, "sender_name"),
        ({"sender": "fengsel", "sender_name": "Solvær fengsel"}, "sender_contact"),
        ({"unit": "0"}, "unit"),
        ({"unit": "x"}, "unit"),
        ({"responsible": "0"}, "responsible"),
        ({"bases": ["0"]}, "bases"),
        ({"words": "A" * 5001}, "words"),
    ],
)
def test_error_is_shown_beside_the_field(client, caseworker, wrong, field):
    response = client.post(to_new(PersonFactory()), typed(caseworker, **wrong))

    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert not Application.objects.exists()


@time_machine.travel(datetime(2026, 11, 20, 10, 0, tzinfo=OSLO), tick=False)
def test_application_cannot_be_received_later_today(client, caseworker):
    response = client.post(to_new(PersonFactory()), typed(caseworker, received_time="10.01"))
    assert "Klokkeslettet er ikke kommet ennå." in page(response)

    assert (
        client.post(to_new(PersonFactory()), typed(caseworker, received_time="10.00")).status_code
        == 302
    )


def test_legal_basis_needs_to_be_in_force_on_the_day(client, caseworker):
    sent = typed(caseworker, received_on="01.06.2023")
    client.post(to_new(PersonFactory()), sent)

    assert [basis.code for basis in Application.objects.get().bases.all()] == ["kommunal_bolig"]


def test_case_of_a_protected_person_goes_only_to_users_with_access(client):
    trusted = UserFactory(caseworker=True, sees_protected=True)
    client.force_login(trusted)
    other = UserFactory(caseworker=True)
    person = PersonFactory(protected=True)

    response = client.post(to_new(person), typed(trusted, responsible=str(other.pk)))
    assert response.context["form"].errors["responsible"]
    assert client.post(to_new(person), typed(trusted)).status_code == 302


# ------------------------------------------------------------------ deadlines


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 10, 20), date(2026, 11, 20)),
        (date(2026, 1, 31), date(2026, 3, 2)),  # 28 February is a Saturday
        (date(2026, 3, 3), date(2026, 4, 7)),  # Good Friday to Easter Monday
    ],
)
def test_deadlines_of_a_page_equal_the_deadlines_of_each_application(received, due):
    at = datetime(received.year, received.month, received.day, 23, 30, tzinfo=OSLO)
    application = ApplicationFactory(received_at=at, registered_at=at)
    application.refresh_from_db()

    def urgency(day: date) -> Urgency:
        clock = reply_clock.clock(application, datetime.combine(day, at.timetz()))
        assert clock.due == due
        return clock.urgency

    assert urgency(due) == Urgency.TODAY
    assert urgency(due + timedelta(days=1)) == Urgency.LATE
    assert urgency(received) == Urgency.FINE
    assert urgency(received + timedelta(days=21)) == Urgency.SOON
    for day in (due, due + timedelta(days=1)):
        late = Application.objects.late(
            reply_clock.late_before(day), datetime.combine(day, at.timetz())
        )
        assert late.exists() == (day > due)


def test_deadline_for_a_place_to_sleep_counts_from_the_minute_of_asking(client, caseworker):
    application = ApplicationFactory(temporary=True, received_at=now())

    due = reply_clock.clock(application, now()).section_27.place_by
    assert due - application.received_at == timedelta(hours=24)
    assert names(client.get(f"{LIST}?sen=1")) == []
    with time_machine.travel(now() + timedelta(days=1)):
        client.force_login(caseworker)
        assert len(names(client.get(f"{LIST}?sen=1"))) == 1


# ------------------------------------------------------------------ the list


def names(response) -> list[str]:
    return [row["application"].person.last_name for row in response.context["rows"]]


def test_list_is_newest_first_and_filtered(client, caseworker):
    ApplicationFactory(person__last_name="Gammel", late=True)
    ApplicationFactory(person__last_name="Min", responsible=caseworker)
    ApplicationFactory(person__last_name="Trukket", withdrawn=True, received_days_ago=2)
    ApplicationFactory(person__last_name="Seng", temporary=True, received_days_ago=1)

    assert names(client.get(LIST)) == ["Seng", "Trukket", "Min", "Gammel"]
    assert names(client.get(LIST, {"mine": "1"})) == ["Min"]
    assert names(client.get(LIST, {"sen": "1"})) == ["Seng", "Gammel"]
    assert names(client.get(LIST, {"tilstand": "trukket"})) == ["Trukket"]
    assert names(client.get(LIST, {"tilstand": "apne"})) == ["Seng", "Min", "Gammel"]
    assert names(client.get(LIST, {"type": "midlertidig"})) == ["Seng"]
    assert len(names(client.get(LIST, {"tilstand": "x'--", "type": "\x00", "etter": "?"}))) == 4
    assert names(client.get(LIST, {"tilstand": "bortfalt"})) == []


def test_the_list_pages_by_fifty(client, caseworker):
    ApplicationFactory.create_batch(52, unit=caseworker.main_unit, registered_by=caseworker)
    first = client.get(LIST)
    rest = client.get(LIST, {"etter": first.context["page"].next_cursor})

    assert (len(names(first)), len(names(rest))) == (50, 2)


def test_list_has_the_same_number_of_queries_for_many(
    client, caseworker, django_assert_max_num_queries
):
    ApplicationFactory.create_batch(3)
    with django_assert_max_num_queries(10) as few:
        client.get(LIST)
    ApplicationFactory.create_batch(9)
    with django_assert_max_num_queries(len(few)):
        client.get(LIST)


def test_list_and_menu_count_leave_out_protected_persons(client, caseworker):
    unit = caseworker.main_unit
    ApplicationFactory(person__last_name="Kanari", person__protected=True, unit=unit)
    ApplicationFactory(person__last_name="Ansatt", person__employee=True, unit=unit)
    ApplicationFactory(person__last_name="Åpen", unit=unit)
    response = client.get(LIST)

    assert names(response) == ["Åpen"]
    menu = {item["key"]: item["count"] for item in response.context["nav_items"]}
    assert menu["soknader"] == 1


# ------------------------------------------------------------------ one application


def test_page_shows_person_case_dates_and_next_step(client, caseworker):
    family = FamilyFactory(children=2)
    application = ApplicationFactory(person=family.head, household=family, words="Nær skolen.")
    shown = page(client.get(to(application)))

    assert "«Nær skolen.»" in shown
    assert application.case_number in shown
    assert "Ta saken" in shown
    for child in family.children:
        assert child.name in shown


def test_page_has_few_queries(client, caseworker, django_assert_max_num_queries):
    application = ApplicationFactory(granted=True)
    AssessmentFactory.create_batch(3, application=application, person=application.person)
    with django_assert_max_num_queries(26):
        assert client.get(to(application)).status_code == 200


def test_next_step_leads_from_the_case_to_the_waiting_list(client, caseworker):
    application = ApplicationFactory()

    def step() -> str:
        return client.get(to(application)).context["step"].text

    assert step() == "Ta saken"
    client.post(to(application, "application_take"))
    assert step() == "Kartlegg sammen"
    AssessmentFactory(application=application, person=application.person)
    assert step() == "Fastsett boligbehov"
    decided = ApplicationFactory(assessed=True, person=application.person)
    application = decided
    AssessmentFactory(application=application, person=application.person)
    assert step() == "Skriv vedtak"
    VedtakFactory(application=application)
    assert step() == "Skriv ferdig vedtaket"
    application = ApplicationFactory(granted=True)
    assert step() == "Se ventelisten"
    # Who asks for a place tonight with it, is not kept waiting for a kartlegging.
    application = ApplicationFactory(responsible=caseworker, state=ApplicationState.ASSESSING)
    assert step() == "Kartlegg sammen"
    application.bases.add(basis("sosialtjenesteloven_27"))
    assert step() == "Skriv vedtak"
    application = ApplicationFactory(granted=True, basis="sosialtjenesteloven_27")
    assert step() == "Registrer oppholdet"


def test_user_who_takes_a_case_becomes_responsible(client, caseworker):
    application = ApplicationFactory(responsible=None)
    client.post(to(application, "application_take"))

    application.refresh_from_db()
    assert application.state == ApplicationState.ASSESSING
    assert application.responsible == caseworker
    assert application.person.responsible == caseworker
    assert Transition.objects.filter(object_id=application.pk, to_state="utredes").count() == 1


def test_second_user_to_take_a_case_gets_a_message(client, caseworker):
    application = ApplicationFactory(responsible=None)
    client.post(to(application, "application_take"))
    client.force_login(UserFactory(caseworker=True))
    response = client.post(to(application, "application_take"), follow=True)

    assert "Utredes" in page(response)
    application.refresh_from_db()
    assert application.responsible == caseworker


def test_disqualified_user_cannot_take_the_case(client, caseworker):
    application = ApplicationFactory()
    Disqualification.objects.create(
        application=application,
        user=caseworker,
        reason="Søsken",
        declared_at=now(),
        declared_by=caseworker,
    )
    assert client.post(to(application, "application_take")).status_code == 403


def test_withdrawing_requires_a_reason(client, caseworker):
    application = ApplicationFactory()
    flag = FlagFactory(
        person=application.person, kind=FlagKind.INTERIM_REPLY, key=str(application.pk)
    )
    url = to(application, "application_withdraw")
    assert client.post(url, {"reason": " "}).context["form"].errors["reason"]

    client.post(url, {"reason": "Fant bolig selv."})
    application.refresh_from_db()
    flag.refresh_from_db()
    assert flag.closed_on == today()
    assert application.state == ApplicationState.WITHDRAWN
    assert "Fant bolig selv." in Event.objects.latest("pk").text


def test_withdrawing_twice_shows_the_current_state(client, caseworker):
    application = ApplicationFactory(withdrawn=True)
    response = client.post(to(application, "application_withdraw"), {"reason": "Igjen"})

    assert "Dette står som «Trukket»" in page(response)
    assert "Igjen" in page(response)


def test_sending_to_another_unit_keeps_number_date_and_deadline(client, caseworker):
    application = ApplicationFactory(late=True, state=ApplicationState.ASSESSING)
    right = OrganisationUnitFactory(kind=UnitKind.NAV)
    due = reply_clock.clock(application, now()).due
    client.post(to(application, "application_forward"), {"unit": right.pk, "reason": "Om § 27."})

    sent = Application.objects.get(pk=application.pk)
    assert (sent.unit, sent.responsible) == (right, None)
    assert (sent.received_at, sent.case_number) == (application.received_at, sent.case_number)
    assert sent.is_open
    assert reply_clock.clock(sent, now()).due == due
    assert str(right) in Event.objects.latest("pk").text

    client.post(to(application, "application_take"))
    sent.refresh_from_db()
    assert sent.responsible == caseworker


def test_application_for_another_municipality_is_closed_here(client, caseworker):
    application = ApplicationFactory()
    url = to(application, "application_forward")
    assert client.post(url, {"reason": "Bor der."}).context["form"].errors["unit"]
    client.post(url, {"receiver": "Vik kommune", "reason": "Bor der."})

    application.refresh_from_db()
    assert application.state == ApplicationState.FORWARDED


# ------------------------------------------------------------------ interim reply


def reply(**changes) -> dict[str, str]:
    later = today() + timedelta(days=20)
    return {
        "delay": "Vi venter på uttalelse fra legen din.",
        "expected_on": later.strftime("%d.%m.%Y"),
        "needed": "Lønnsslipp\n\nSkattemelding",
        **changes,
    }


def test_new_home_applied_for_under_section_27_has_its_clock(client, caseworker):
    """Which § it is asked under is chosen beside the kind: the clock follows the paragraph."""
    application = ApplicationFactory(received_days_ago=2)
    assert "Vedtak over fristen" not in page(client.get(to(application, "application")))
    application.bases.add(basis("sosialtjenesteloven_27"))
    shown = page(client.get(to(application, "application")))
    assert "Vedtak over fristen" in shown and "Gi midlertidig plass" in shown
    flag_section_27(today())
    assert Flag.objects.filter(kind="section_27", application=application).exists()


@pytest.mark.parametrize(
    ("name", "field", "typed"),
    [
        ("interim_reply", "expected_on", {"delay": "Vi venter på legen."}),
        (
            "notice_new",
            "due_on",
            {"considering": "Vi vurderer å gi avslag.", "grounds": "Naboen har klaget."},
        ),
        ("papers_ask", "due_on", {"papers": "Lønnsslipp"}),
    ],
)
def test_no_letter_promises_or_asks_for_a_day_in_another_century(
    client, caseworker, name, field, typed
):
    application = ApplicationFactory(assessed=True)
    for year in ("2126", "2036"):
        page_url = to(application, name)
        seen = client.get(page_url).context["form"].initial.get("seen", "")
        sent = {"seen": seen, **typed, field: f"31.12.{year}"}
        answer = client.post(page_url, sent)
        assert f"Året {year} kan ikke stemme" in str(answer.context["form"].errors[field])
    assert not Letter.objects.filter(application=application).exists()


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_interim_reply_is_a_letter_and_stops_the_deadline(client, caseworker, language):
    application = ApplicationFactory(late=True, person__language_form=language)
    assert client.post(to(application, "interim_reply"), reply()).status_code == 302

    application.refresh_from_db()
    assert application.interim_reply_by == caseworker
    clock = reply_clock.clock(application, now())
    assert clock.promised and clock.due == today() + timedelta(days=20)
    letter = Letter.objects.get(application=application)
    assert (letter.kind, letter.language) == (LetterKind.INTERIM, language)
    assert bytes(letter.file.content).startswith(b"%PDF")


def test_promised_day_is_flagged_and_follows_a_second_interim_reply(client, caseworker):
    application = ApplicationFactory(responsible=caseworker)
    opened = page(client.get(to(application, "interim_reply")))
    first, second = today() + timedelta(days=20), today() + timedelta(days=40)
    client.post(to(application, "interim_reply"), reply())

    def flagged(on: date) -> list[date]:
        FlagDay.objects.all().delete()
        flag_promises(on)
        flags = application.flags.filter(kind=FlagKind.PROMISED, closed_on=None)
        return [flag.due_on for flag in flags]

    assert flagged(first - timedelta(days=8)) == []
    assert flagged(first - timedelta(days=7)) == [first]
    # The same day again promises nothing new; a form opened before the first letter is told of it.
    response = client.post(to(application, "interim_reply"), reply(delay="En gang til."))
    assert "allerede lovet" in page(response) and "En gang til." in page(response)
    sooner = (first - timedelta(days=1)).strftime("%d.%m.%Y")
    response = client.post(to(application, "interim_reply"), reply(expected_on=sooner))
    assert "Skriv en senere dag." in page(response) and f"{first:%d.%m.%Y}" in page(response)
    assert application.letters.count() == 1
    again = reply(expected_on=second.strftime("%d.%m.%Y"))
    [seen] = re.findall(r'name="seen" value="(\d+)"', opened)
    response = client.post(to(application, "interim_reply"), {**again, "seen": seen})
    assert "Noen har endret dette" in page(response)
    assert Letter.objects.count() == 1

    assert "Sist lovet vi svar innen" in page(client.get(to(application, "interim_reply")))
    assert client.post(to(application, "interim_reply"), again).status_code == 302
    assert application.flags.filter(kind=FlagKind.PROMISED, closed_on=None).count() == 0
    assert flagged(first) == []
    assert flagged(second) == [second]
    newest, oldest = Letter.objects.order_by("-made_at", "-pk")
    assert newest.title == "Vi trenger enda mer tid til søknaden din"
    assert nbdate_long(first) in newest.said["intro"][1] and "intro" in oldest.said
    html = page(client.get(to(application)))
    assert f"Lovet svar innen</dt>\n              <dd>{nbdate_long(second)}" in html
    assert f"ikke {first:%d.%m.%Y}" in html

    late = second + timedelta(days=1)
    with time_machine.travel(datetime.combine(late, now().timetz())):
        client.force_login(caseworker)
        assert len(names(client.get(f"{LIST}?sen=1"))) == 1
        assert f"Over frist {second:%d.%m.%Y}" in page(client.get(LIST))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"delay": ""}, "delay"),
        ({"expected_on": "31.02.2026"}, "expected_on"),
        ({"expected_on": "01.01.2020"}, "expected_on"),
    ],
)
def test_invalid_interim_reply_sends_nothing(client, caseworker, wrong, field):
    application = ApplicationFactory()
    response = client.post(to(application, "interim_reply"), reply(**wrong))

    assert list(response.context["form"].errors) == [field]
    assert not Letter.objects.exists()


def test_unprintable_character_is_named(client, caseworker):
    application = ApplicationFactory()
    response = client.post(to(application, "interim_reply"), reply(delay="Hei \U0001f9ff\ue000"))

    assert response.status_code in (200, 302)
    application.refresh_from_db()
    assert bool(application.interim_reply_at) == (response.status_code == 302)


# ------------------------------------------------------------------ who may

MOVES = ["application_take", "application_withdraw", "application_forward", "interim_reply"]


@pytest.mark.parametrize("name", ["application", *MOVES])
@pytest.mark.parametrize("protection", [Protection.CONFIDENTIAL, Protection.STRICTLY])
def test_case_of_a_protected_person_is_404(client, caseworker, name, protection):
    url = to(ApplicationFactory(person__protection=protection), name)

    assert client.post(url).status_code in (404, 405)
    assert client.get(url).status_code in (404, 405)
    assert client.get("/soknader/99999999/").status_code == 404


@pytest.mark.parametrize("role", ["leder", "moteleder"])
def test_managers_and_chairs_can_read_cases_but_not_change_them(client, role):
    client.force_login(UserFactory(role=role))
    application = ApplicationFactory()

    shown = client.get(to(application))
    assert shown.status_code == 200
    assert not shown.context["step"].url
    for name in MOVES:
        assert client.post(to(application, name)).status_code == 403


@pytest.mark.parametrize("role", ["likeperson", "boligforvalter", "systemadministrator"])
def test_user_without_a_casework_role_sees_no_cases(client, role):
    client.force_login(UserFactory(role=role))

    assert client.get(LIST).status_code == 403
    assert client.get(to(ApplicationFactory())).status_code == 403


# ------------------------------------------------------------------ legal bases in versions


def test_legal_basis_with_many_versions_is_once_on_the_form(client, caseworker):
    old = LegalBasis.objects.get(code="kommunal_bolig")
    new = start_version(old, caseworker)

    form = client.get(to_new(PersonFactory())).context["form"]

    offered = [basis for basis in form.fields["bases"].queryset if basis.code == old.code]
    assert offered == [new]


def test_application_uses_the_legal_basis_version_of_its_received_date(client, caseworker):
    old = LegalBasis.objects.get(code="kommunal_bolig")
    new = start_version(old, caseworker)
    yesterday = today() - timedelta(days=1)

    for day, version in ((yesterday, old), (today(), new)):
        person = PersonFactory()
        received = day.strftime("%d.%m.%Y")
        client.post(to_new(person), typed(caseworker, received_on=received, bases=[str(new.pk)]))
        assert list(person.applications.get().bases.all()) == [version]


def start_version(basis, user):
    words = ("title", "title_nn", "citation", "citation_nn", "rules_text", "rules_text_nn")
    facts = {name: getattr(basis, name) for name in (*words, "appeal_body")}
    return wording.write_basis(version=basis, start=today(), by=user, on=today(), **facts)


def test_open_case_is_shown_before_another_is_registered(client, caseworker):
    case = ApplicationFactory()

    assert case.case_number in page(client.get(to_new(case.person)))
    assert "åpen sak fra før" not in page(client.get(to_new(PersonFactory())))


def test_the_received_day_is_corrected_and_the_deadline_follows(client, caseworker):
    case = ApplicationFactory(received_days_ago=5, registered_at=now(), responsible=caseworker)
    url = to(case, "application_correct")
    assert url in client.get(to(case)).text
    earlier = today() - timedelta(days=40)
    data = {"received_on": f"{earlier:%d.%m.%Y}", "received_time": "10.00", "why": "Lå i posten"}
    ahead = f"{today() + timedelta(days=2):%d.%m.%Y}"
    assert client.post(url, data | {"received_on": ahead}).status_code == 200
    assert client.post(url, data).status_code == 302
    case.refresh_from_db()
    assert case.received_on == earlier
    assert reply_clock.clock(case, now()).urgency == Urgency.LATE
    assert "Lå i posten" in case.events.get(kind="application_corrected").text
    case.interim_reply_at, case.interim_reply_by = now() - timedelta(days=3), caseworker
    case.save()
    late = data | {"received_on": f"{today():%d.%m.%Y}", "received_time": "00.00"}
    assert "besvart før denne dagen" in client.post(url, late).text


def test_the_time_of_the_page_is_not_that_of_an_earlier_day(client, caseworker):
    person = PersonFactory()
    client.force_login(caseworker)
    form = client.get(to_new(person)).context["form"]
    shown = {"shown_at": form["shown_at"].value(), "received_time": form["received_time"].value()}
    earlier = days_ago(40).strftime("%d.%m.%Y")
    client.post(to_new(person), typed(caseworker, **shown, received_on=earlier))
    made = Application.objects.get()
    assert (made.received_on, made.received_clock) == (days_ago(40), None)
    header = page(client.get(reverse("casework:application", args=[made.pk])))
    assert "kl." not in header.split("mottatt", 1)[1][:40]
    for time, clock in (("09.15", "09.15"), ("", None)):
        other = PersonFactory()
        data = typed(caseworker, **shown | {"received_time": time}, received_on=earlier)
        client.post(to_new(other), data)
        made = Application.objects.get(person=other)
        assert (made.received_clock and f"{made.received_clock:%H.%M}") == clock
