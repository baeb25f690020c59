"""Files for going live: leases, temporary stays, waiting cases, the price index (need X1)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from accounts.file_imports import running
from accounts.file_imports.kinds import Report
from accounts.models import FileImport
from allocation import ranking
from casework.applications.flags import flag_deadlines
from casework.log.enums import FlagKind
from casework.models import Application, Flag, Letter, Person
from common.formatting import nbdate
from common.national_id import generate_tenor
from stays.leases import imports as lease_imports
from stays.leases.flags import flag_leases
from stays.models import Lease, PriceIndex, Stay
from stays.temporary import imports as temporary_imports
from stays.temporary.flags import flag_stays
from tests import factories as f
from tests.factories_leases import PriceIndexFactory

LEASES = "fødselsnummer;fornavn;etternavn;fødselsdato;eiendom;bolig;leies_fra;leies_til;husleie"
KARI = generate_tenor(date(1980, 2, 1), 101)
OLA = generate_tenor(date(1975, 6, 9), 102)


def send(client, kind: str, *lines: str) -> FileImport:
    """The file, read."""
    content = "\r\n".join(lines).encode("utf-8-sig")
    answer = client.post(f"/import/{kind}/", {"file": SimpleUploadedFile("liste.csv", content)})
    assert answer.status_code == 302, answer.content.decode()
    made = FileImport.objects.latest("pk")
    running.run(made.pk)
    made.refresh_from_db()
    return made


def confirm(client, made: FileImport) -> None:
    digest = Report.from_json(made.report).digest
    client.post(reverse("accounts:import_confirm", args=[made.pk]), {"digest": digest})


def take_in(client, made: FileImport) -> str:
    """Say yes, run the job, and return the page."""
    confirm(client, made)
    running.run(made.pk)
    return page_of(client, made)


def page_of(client, made: FileImport) -> str:
    return client.get(reverse("accounts:import", args=[made.pk])).content.decode()


def errors(made: FileImport) -> list[str]:
    return [error for row in made.report["rows"] for error in row["errors"]]


@pytest.fixture
def home(db):
    return f.UnitFactory(property=f.PropertyFactory(name="Storgata 12"), name="H0202")


def lease_line(number: str = KARI, first: str = "Kari", last: str = "Vik", **more: str) -> str:
    values = {"born": "01.02.1980", "unit": "h0202", "since": "01.09.2024", "until": "", **more}
    parts = [number, first, last, values["born"], "STORGT. 12", values["unit"], values["since"]]
    return ";".join([*parts, values["until"], "8.500"])


# ------------------------------------------------------------------ leases


def test_lease_from_before_varig_has_its_tenant_and_no_case(as_caseworker, home):
    made = send(as_caseworker, "leieforhold", LEASES, lease_line())
    assert not Person.objects.exists(), "nothing is taken in before it is confirmed"
    page = take_in(as_caseworker, made)
    assert "Tatt inn" in page
    lease = Lease.objects.get()
    assert (lease.rent, lease.starts_on, lease.application) == (8500, date(2024, 9, 1), None)
    assert (lease.stay.person.name, lease.stay.unit) == ("Kari Vik", home)
    assert as_caseworker.get(reverse("stays:lease", args=[lease.pk])).status_code == 200
    again = send(as_caseworker, "leieforhold", LEASES, lease_line())
    assert "Alt som står i filen, er i Varig fra før." in page_of(as_caseworker, again)


def test_lease_without_a_case_gets_its_horizon_notice_and_renewal(as_caseworker, home, today):
    until = nbdate(today + timedelta(days=25))
    made = send(as_caseworker, "leieforhold", LEASES, lease_line(until=until))
    take_in(as_caseworker, made)
    lease = Lease.objects.get()
    flag_leases(today)
    flag = Flag.objects.get(kind=FlagKind.LEASE)
    assert flag.owner == as_caseworker.user
    Person.objects.update(address="Storgata 12", postcode="9990", city="Solvær")
    PriceIndexFactory(month=date(2024, 9, 1), value=Decimal("130.0"))
    PriceIndexFactory(month=today.replace(day=1), value=Decimal("143.0"))
    url = reverse("stays:lease_rent", args=[lease.pk])
    effective = nbdate(today + timedelta(days=70))
    assert as_caseworker.post(url, {"effective_on": effective}).status_code == 302
    assert lease.adjustments.get().new_rent == 9350
    letter = Letter.objects.get()
    assert letter.application.received_on == date(2024, 9, 1)
    assert letter.application not in Application.objects.filter(state="mottatt")
    flag_deadlines(today + timedelta(days=1))
    assert not Flag.objects.filter(kind=FlagKind.INTERIM_REPLY).exists(), "it was answered in 2024"
    url = reverse("stays:lease_renew", args=[lease.pk])
    assert as_caseworker.post(url).status_code == 302
    assert lease.stay.person.applications.filter(kind="forlengelse").exists()


def test_rows_with_errors_are_left_out_and_the_others_taken_in(as_caseworker, home):
    f.StayFactory(lease=True, unit=f.UnitFactory(property=home.property, name="H0203"))
    made = send(
        as_caseworker,
        "leieforhold",
        LEASES,
        lease_line(),
        lease_line(OLA, "Ola", "Berg", unit="H0203"),
        lease_line("01020312345", "Nils", "Nes"),
        lease_line("", "", "", unit="H0202"),
        lease_line(OLA, "Ola", "Berg", unit="H0999"),
        lease_line(OLA, "Ola", "Berg", unit=""),
    )
    page = page_of(as_caseworker, made)
    assert "Velg en annen" in page or "Det bor noen" in page
    assert "Fornavn eller etternavn må fylles ut." in page
    assert "Boligen finnes ikke i Varig: STORGT. 12, H0999." in page
    assert "Skriv eiendom og bolig, eller Kobo-ID." in page
    take_in(as_caseworker, made)
    assert Lease.objects.filter(stay__person__last_name="Vik").count() == 1
    assert not Person.objects.filter(last_name="Berg").exists(), "no half row is written"


def test_row_names_all_its_errors_at_once(as_caseworker, home):
    head = LEASES + ";sikkerhet"
    line = "123;;Vik;32.02.1980;STORGT. 12;H0999;31.02.2024;ja;åtte;gull"
    assert errors(send(as_caseworker, "leieforhold", head, line)) == [
        "«31.02.2024» kan ikke leses som leies_fra.",
        "«ja» kan ikke leses som leies_til.",
        "«åtte» kan ikke leses som husleie.",
        "Sikkerheten «gull» finnes ikke.",
        "Boligen finnes ikke i Varig: STORGT. 12, H0999. Ta inn boligene først.",
        "Et fødselsnummer eller D-nummer har elleve siffer. Sjekk det du har skrevet.",
        "«32.02.1980» kan ikke leses som fødselsdato.",
    ]
    head = "etternavn;eiendom;bolig;fra;til;pris_per_natt"
    found = errors(send(as_caseworker, "midlertidige-opphold", head, ";;;;32.01.2026;-1"))
    assert found == [
        "fra må fylles ut.",
        "«32.01.2026» kan ikke leses som til.",
        "«-1» kan ikke leses som pris_per_natt.",
        "Skriv eiendom og bolig, eller Kobo-ID.",
        "Fornavn eller etternavn må fylles ut.",
    ]
    head = "etternavn;mottatt;vedtaksdato;gjelder;enhet;boligtyper;soverom;bemanning"
    line = "Vik;01.03.2026;01.02.2026;strøm;Ingen;slott;mange;butler"
    assert errors(send(as_caseworker, "ventende-saker", head, line)) == [
        "Vedtaket kan ikke være fattet før søknaden kom.",
        "Skriv hvor vedtaket ligger: saksnummeret i arkivet eller systemet.",
        "Saken må gjelde kommunal bolig eller bytte.",
        "Boligtypen «slott» finnes ikke.",
        "Bemanningen «butler» finnes ikke.",
        "«mange» kan ikke leses som soverom.",
        "Enheten «Ingen» finnes ikke i Varig.",
    ]


def test_facts_that_cannot_be_are_errors_of_their_rows(as_caseworker, home):
    """Born in the future, agreed in the future, before the birth, after the death, asleep in two
    places."""
    for n in range(1, 7):
        f.UnitFactory(property=home.property, name=f"H030{n}")
    known = {"birth_date": date(1980, 2, 1), "last_name": "Vik"}
    dead, asleep = generate_tenor(date(1980, 2, 1), 1), generate_tenor(date(1980, 2, 1), 2)
    f.DeathFactory(person=f.PersonFactory(national_id=dead, **known), died_on=date(2023, 1, 1))
    f.StayFactory(person=f.PersonFactory(national_id=asleep, **known), days_ago=50)
    made = send(
        as_caseworker,
        "leieforhold",
        LEASES + ";inngått",
        lease_line("", "Ada", "Ask", born="01.02.2126", unit="H0301") + ";",
        lease_line("", "Bo", "Bø", born="01.02.1970", unit="H0302") + ";01.09.2126",
        lease_line("", "Cia", "Dal", born="01.02.2025", unit="H0303") + ";",
        lease_line(dead, unit="H0304") + ";",
        lease_line(asleep, unit="H0305") + ";",
        lease_line("", "Eva", "Foss", born="01.02.1960", unit="H0306") + ";30.08.2024",
    )
    words = ("Fødselsdatoen", "inngått", "Personen er født", "Personen døde", "Det står at")
    for error, word in zip(errors(made), words, strict=True):
        assert error.startswith(word) or word in error, error
    take_in(as_caseworker, made)
    assert Lease.objects.get().stay.person.last_name == "Foss"
    assert not Person.objects.filter(birth_date__year=2126).exists()


def test_the_same_file_again_knows_whom_has_no_number(as_caseworker, home):
    line = lease_line("")
    take_in(as_caseworker, send(as_caseworker, "leieforhold", LEASES, line))
    again = send(as_caseworker, "leieforhold", LEASES, line)
    assert [row["verdict"] for row in again.report["rows"]] == ["Finnes fra før"]


def test_rows_are_judged_against_each_other(as_caseworker, home):
    """Of two rows on one home the second is refused in the report, and not first on taking in."""
    siri = generate_tenor(date(1990, 1, 3), 103)
    lines = lease_line(), lease_line(OLA, "Ola", "Dal"), lease_line(siri, "Siri", "Ås", unit="X")
    made = send(as_caseworker, "leieforhold", LEASES, *lines)
    assert [row["verdict"] for row in made.report["rows"]] == [
        "Nytt leieforhold",
        "Tas ikke inn",
        "Tas ikke inn",
    ]
    assert not Person.objects.exists()


def test_who_has_lost_the_role_takes_nothing_in(as_caseworker, home):
    made = send(as_caseworker, "leieforhold", LEASES, lease_line())
    confirm(as_caseworker, made)
    as_caseworker.user.roles.update(period=DateRange(f.LONG_AGO, f.today()))
    running.run(made.pk)
    made.refresh_from_db()
    assert made.is_failed and "ikke lenger tilgang" in made.error
    assert not Lease.objects.exists()


def test_report_names_nobody_and_only_the_sender_sees_it(as_caseworker, login, home):
    hidden = f.PersonFactory(strictly_protected=True, national_id=OLA, last_name="Hemmelig")
    made = send(
        as_caseworker,
        "leieforhold",
        LEASES,
        lease_line(OLA, "Ola", "Hemmelig"),
        lease_line("", "Ole", hidden.last_name, born=nbdate(hidden.birth_date)),
    )
    assert errors(made) == ["Nummeret må kontrolleres av en annen. Spør lederen din."]
    page = page_of(as_caseworker, made) + str(made.report)
    for secret in ("Hemmelig", OLA, KARI):
        assert secret not in page
    url = reverse("accounts:import", args=[made.pk])
    assert login("saksbehandler").get(url).status_code == 404
    assert login("boligforvalter").get(url).status_code == 403
    take_in(as_caseworker, made)
    made.refresh_from_db()
    assert bytes(made.content) == b"", "a file about persons is thrown away"


def test_somebody_who_may_be_registered_already_is_caught(as_caseworker, home):
    f.PersonFactory(first_name="Kari Anne", last_name="Vik", birth_date=date(1980, 2, 1),
                    national_id="", id_kind="ingen")  # fmt: skip
    made = send(as_caseworker, "leieforhold", LEASES, lease_line(), lease_line("", "Kari", "Vik"))
    assert len(errors(made)) == 2
    assert "En som ligner, er registrert fra før." in errors(made)[0]
    f.PersonFactory(national_id=OLA, last_name="Dahl")
    made = send(as_caseworker, "leieforhold", LEASES, lease_line(OLA, "Ola", "Strand"))
    assert "på en person med et annet etternavn" in errors(made)[0]


def test_a_run_that_dies_goes_on_where_it_was(as_caseworker, home, monkeypatch):
    for name in ("H0203", "H0204"):
        f.UnitFactory(property=home.property, name=name)
    siri = generate_tenor(date(1990, 1, 3), 103)
    lines = [lease_line(), lease_line(OLA, "Ola", "Berg", unit="H0203")]
    made = send(
        as_caseworker, "leieforhold", LEASES, *lines, lease_line(siri, "Siri", "Ås", unit="H0204")
    )
    confirm(as_caseworker, made)
    take_over, calls = lease_imports.actions.take_over_lease, []

    def dies_at_the_second(**facts):
        calls.append(facts)
        if len(calls) == 2:
            raise RuntimeError("the power went")
        return take_over(**facts)

    with monkeypatch.context() as patched:
        patched.setattr(lease_imports.actions, "take_over_lease", dies_at_the_second)
        running.run(made.pk)
    assert Lease.objects.count() == 1
    assert Person.objects.count() == 1, "the row it died in is not half written"
    assert "Prøv igjen" in page_of(as_caseworker, made)
    as_caseworker.post(reverse("accounts:import_resume", args=[made.pk]))
    running.run(made.pk)
    assert Lease.objects.count() == 3
    made.refresh_from_db()
    assert made.is_applied


def test_a_run_whose_worker_was_killed_can_be_started_again(as_caseworker, home):
    made = send(as_caseworker, "leieforhold", LEASES, lease_line())
    confirm(as_caseworker, made)
    cache.set(running._key(made.pk), (25, 100))  # as the killed worker left it
    page = page_of(as_caseworker, made)
    assert "Start igjen" in page and "25 av 100" not in page
    with running._alone(made.pk):
        page = page_of(as_caseworker, made)
    assert "25 av 100" in page and "Start igjen" not in page


def test_cancelling_between_rows_keeps_whole_rows(as_caseworker, home, monkeypatch):
    f.UnitFactory(property=home.property, name="H0203")
    line = lease_line(OLA, "Ola", "Berg", unit="H0203")
    made = send(as_caseworker, "leieforhold", LEASES, lease_line(), line)
    confirm(as_caseworker, made)
    take_over = lease_imports.actions.take_over_lease

    def then_cancelled(**facts):
        lease = take_over(**facts)
        if facts["person"].last_name == "Berg":
            FileImport.objects.filter(pk=made.pk).update(state="stoppet")
        return lease

    monkeypatch.setattr(lease_imports.actions, "take_over_lease", then_cancelled)
    running.run(made.pk)
    assert Lease.objects.count() == 1


# ------------------------------------------------------------------ temporary stays


def test_people_in_temporary_places_keep_their_days(as_caseworker, today):
    house = f.PropertyFactory(name="Fjordgløtt")
    f.UnitFactory(property=house, name="Rom 1", type="pensjonat")
    f.UnitFactory(property=house, name="Rom 2", type="pensjonat")
    head = "fornavn;etternavn;fødselsdato;fødselsnummer;telefon;eiendom;bolig;fra;til"
    moved, came = nbdate(today - timedelta(days=30)), nbdate(today - timedelta(days=95))
    lines = [
        f"Kari;Vik;01.02.1980;{KARI};+49 (0) 30 - 1234 5678;Fjordgløtt;rom 1;{came};{moved}",
        f"Kari;Vik;01.02.1980;{KARI};;Fjordgløtt;rom 2;{moved};",
        f"Per;Ås;01.02.1981;;412 34 567 eller 922 33 444;Fjordgløtt;rom 2;{moved};",
    ]
    made = send(as_caseworker, "midlertidige-opphold", head, *lines)
    assert [row["verdict"] for row in made.report["rows"]] == [
        "Nytt opphold", "Nytt opphold", "Tas ikke inn"
    ]  # fmt: skip
    assert "Telefonnummeret er for langt" in errors(made)[0]
    take_in(as_caseworker, made)
    assert Stay.objects.count() == 2
    assert Person.objects.get().phone == "+493012345678"  # whole, not cut off to another number
    flag_stays(today)
    flag = Flag.objects.get(kind=FlagKind.TEMPORARY_STAY)
    assert (flag.threshold, flag.facts["days"]) == (90, 95)


def test_rows_of_one_person_without_a_number_are_one_person(as_caseworker, today, monkeypatch):
    """What the report says is what is taken in, also after a run that died between the rows."""
    house = f.PropertyFactory(name="Fjordgløtt")
    for n in range(1, 7):
        f.UnitFactory(property=house, name=f"Rom {n}", type="pensjonat")
    head = "fornavn;etternavn;fødselsdato;fødselsnummer;eiendom;bolig;fra;til"
    came, moved = nbdate(today - timedelta(days=95)), nbdate(today - timedelta(days=30))
    lines = [
        f"Kari;Vik;01.02.1980;;Fjordgløtt;rom 1;{came};{moved}",
        f"Kari;Vik;01.02.1980;;Fjordgløtt;rom 2;{moved};",
        f"Per;Ås;;;Fjordgløtt;rom 3;{came};{moved}",
        f"Per;Ås;;;Fjordgløtt;rom 4;{moved};",
        f"Ola;Berg;09.06.1975;{OLA};Fjordgløtt;rom 5;{came};{moved}",
        f"Ola;Lie;09.06.1975;{OLA};Fjordgløtt;rom 6;{moved};",
    ]
    made = send(as_caseworker, "midlertidige-opphold", head, *lines)
    verdicts = [row["verdict"] for row in made.report["rows"]]
    assert verdicts == ["Nytt opphold"] * 3 + ["Tas ikke inn", "Nytt opphold", "Tas ikke inn"]
    assert "En tidligere rad har samme navn." in errors(made)[0]
    assert "et annet etternavn" in errors(made)[1]
    assert made.report["rows"][1]["read_as"] == ["personen er i Varig fra før"]
    confirm(as_caseworker, made)
    register, calls = temporary_imports.actions.register_stay, []

    def dies_at_the_second(**facts):
        calls.append(facts)
        if len(calls) == 2:
            raise RuntimeError("the power went")
        return register(**facts)

    with monkeypatch.context() as patched:
        patched.setattr(temporary_imports.actions, "register_stay", dies_at_the_second)
        running.run(made.pk)
    as_caseworker.post(reverse("accounts:import_resume", args=[made.pk]))
    running.run(made.pk)
    made.refresh_from_db()
    assert [row["verdict"] for row in made.report["rows"]] == verdicts
    assert Person.objects.count() == 3
    flag_stays(today)
    (flag,) = Flag.objects.filter(kind=FlagKind.TEMPORARY_STAY, person__last_name="Vik")
    assert flag.facts["days"] == 95


# ------------------------------------------------------------------ waiting cases

CASES = (
    "fødselsnummer;fornavn;etternavn;fødselsdato;mottatt;vedtaksdato;vedtaket_ligger_i;"
    "boligtyper;soverom"
)


def test_waiting_case_keeps_its_old_dates_and_stands_on_the_list(as_caseworker, login, today):
    received, granted = today - timedelta(days=400), today - timedelta(days=380)
    line = f"{KARI};Kari;Vik;01.02.1980;{nbdate(received)};{nbdate(granted)};2025/88;kommunal;2"
    made = send(as_caseworker, "ventende-saker", CASES, line)
    page = take_in(as_caseworker, made)
    assert "Ny sak på ventelisten" in page
    case = Application.objects.get()
    assert case.received_on == received
    vedtak = case.vedtak.get()
    assert (vedtak.issued_on, vedtak.earlier_reference) == (granted, "2025/88")
    assert [entry.facts.application_id for entry in ranking.waiting(today)] == [case.pk]
    for url in (
        reverse("casework:application", args=[case.pk]),
        reverse("casework:vedtak", args=[vedtak.pk]),
        reverse("desk:person", args=[case.person_id]),
        reverse("allocation:why", args=[case.pk]),
        reverse("allocation:waiting_list"),
    ):
        assert as_caseworker.get(url).status_code == 200, url
    again = send(as_caseworker, "ventende-saker", CASES, line)
    assert "Alt som står i filen, er i Varig fra før." in page_of(as_caseworker, again)


def test_case_that_is_not_decided_waits_for_its_answer_from_the_old_day(as_caseworker, today):
    received = today - timedelta(days=50)
    made = send(
        as_caseworker,
        "ventende-saker",
        CASES,
        f"{KARI};Kari;Vik;01.02.1980;{nbdate(received)};;;;",
        f"{OLA};Ola;Berg;09.06.1975;{nbdate(received)};{nbdate(today)};;;",
    )
    assert errors(made) == ["Skriv hvor vedtaket ligger: saksnummeret i arkivet eller systemet."]
    take_in(as_caseworker, made)
    case = Application.objects.get()
    assert case.is_open and case.received_on == received


def test_case_that_cannot_be_is_an_error_of_its_row(as_caseworker):
    """Received in 1890, before the birth, or for somebody who cannot have cases."""
    f.UserFactory(username="sluttet")
    lines = (
        "Ada;Ask;01.02.1980;01.02.1890;",
        "Bo;Bø;01.02.2025;01.02.2024;",
        "Cia;Dal;01.02.1980;01.03.2026;sluttet",
        "Eva;Foss;01.02.1960;01.03.2026;",
    )
    head = "fornavn;etternavn;fødselsdato;mottatt;saksbehandler"
    made = send(as_caseworker, "ventende-saker", head, *lines)
    for error, word in zip(errors(made), ("1890", "født", "sluttet"), strict=True):
        assert word in error
    take_in(as_caseworker, made)
    assert Application.objects.get().person.last_name == "Foss"


# ------------------------------------------------------------------ the price index


def test_price_index_is_entered_in_bulk(as_manager):
    PriceIndexFactory(month=date(2026, 1, 1), value=Decimal("140.1"))
    lines = ["2025M12;139,8", "01.2026;140,1", "2026-02;140.6", "01.02.2026;140,9", "13.2026;1"]
    made = send(as_manager, "konsumprisindeks", "måned;indeks", *lines)
    assert [row["verdict"] for row in made.report["rows"]] == [
        "Ny måned",
        "Finnes fra før",
        "Ny måned",
        "Tas ikke inn",
        "Tas ikke inn",
    ]
    assert errors(made)[0] == "Måneden er ført inn med 140,6."
    take_in(as_manager, made)
    assert dict(PriceIndex.objects.values_list("month", "value")) == {
        date(2025, 12, 1): Decimal("139.8"),
        date(2026, 1, 1): Decimal("140.1"),
        date(2026, 2, 1): Decimal("140.6"),
    }


def test_every_month_of_the_index_can_be_found_and_corrected(as_manager):
    months = [date(2022 + n // 12, n % 12 + 1, 1) for n in range(40)]
    first, *_later = [PriceIndexFactory(month=month, value=Decimal("120.0")) for month in months]
    page = as_manager.get(reverse("stays:price_index"))
    correct = reverse("stays:price_index_correct", args=[first.pk])
    assert correct not in page.text
    assert (
        correct
        in as_manager.get(
            reverse("stays:price_index"), {"etter": page.context["months"].next_cursor}
        ).text
    )


@pytest.mark.parametrize(
    "kind", ["leieforhold", "midlertidige-opphold", "ventende-saker", "konsumprisindeks"]
)
def test_template_has_the_columns_and_an_example(login, kind):
    client = login("leder") if kind == "konsumprisindeks" else login("saksbehandler")
    page = client.get(f"/import/{kind}/").content.decode()
    assert f"/import/{kind}/mal/" in page
    answer = client.get(f"/import/{kind}/mal/")
    upload = SimpleUploadedFile("mal.xlsx", answer.content)
    assert client.post(f"/import/{kind}/", {"file": upload}).status_code == 302


def test_one_missing_column_is_named_as_one(as_caseworker):
    content = SimpleUploadedFile("liste.csv", b"fornavn;mottatt\nOla;01.03.2026\n")
    page = as_caseworker.post("/import/leieforhold/", {"file": content}).content.decode()
    assert "Filen mangler kolonnene eiendom, bolig, " in page
    content = SimpleUploadedFile("liste.csv", b"eiendom;leies_fra;husleie\nA;01.03.2026;8000\n")
    page = as_caseworker.post("/import/leieforhold/", {"file": content}).content.decode()
    assert "Filen mangler kolonnen bolig. Last ned malen" in page
