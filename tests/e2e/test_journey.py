"""The whole way: from first contact to a home, by those who do each step, in the browser.

One test a person could have walked: each step is a function below, in the order of the journey.
Every page is looked at for accessibility when it is shown, and each form is first sent empty.
"""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from casework.models import Person
from common.calendar import add_months
from common.formatting import nbdate
from common.national_id import generate_tenor
from stays.tasks import flag_stays
from tests import factories as f
from tests.e2e.at_work import Browser
from tests.e2e.conftest import PHONE

pytestmark = pytest.mark.django_db(transaction=True)

WISH = "Egen dør, nær skolen til Nora."
REASONING = (
    "Boligen din er for liten, og du må ut om ti uker. Du har lett lenge uten å finne noe. Det "
    "veier tyngst at du ikke selv kan skaffe en egnet bolig i tide."
)
CHOICE = "Søkeren har barn og må ut om ti uker. Boligen har riktig størrelse."


@pytest.fixture
def solvaer():
    """A small municipality: who works there, a vacant home for a family, and others who wait."""
    made = SimpleNamespace()
    made.ingrid = f.UserFactory(full_name="Ingrid Solbakken", caseworker=True)
    made.marit = f.UserFactory(full_name="Marit Hovland", role="beslutter")
    f.RoleFactory(user=made.marit, kind="moteleder")
    made.kristin = f.UserFactory(full_name="Kristin Nyhus", role="likepersonkoordinator")
    made.silje = f.UserFactory(full_name="Silje Nordbø", role="likeperson")
    f.PeerFactory(user=made.silje)
    made.torunn = f.UserFactory(full_name="Torunn Bakke", role="leder")
    made.home = f.UnitFactory(
        property=f.PropertyFactory(name="Fyrveien 3"), name="H0201", bedrooms=2, size_m2=66
    )
    for _one in range(5):
        f.ApplicationFactory(granted=True)
    return made


@pytest.mark.long
def test_from_first_contact_to_a_home(solvaer, sit_down):
    ingrid, marit, torunn = map(sit_down, (solvaer.ingrid, solvaer.marit, solvaer.torunn))
    assert waiting_in_the_overview(torunn) == "5"
    hanne = register_a_person(ingrid)
    register_a_child(ingrid, hanne)
    register_an_application(ingrid, hanne)
    hold_the_kartlegging(ingrid)
    settle_the_need(ingrid)
    draft_and_send_the_vedtak(ingrid)
    approve_the_vedtak(marit, hanne)
    read_the_letter(marit)
    see_the_place_in_the_queue(ingrid)
    assert waiting_in_the_overview(torunn) == "6"
    call_the_meeting(marit, solvaer.home)
    decide_the_home(marit, hanne)
    approve_the_minutes(marit)
    send_the_offer(ingrid, solvaer.home)
    register_the_yes(ingrid)
    agree_the_lease(ingrid)
    see_that_the_home_is_let(ingrid, solvaer.home, hanne)
    assert waiting_in_the_overview(torunn) == "5"


def test_hundred_days_in_a_guest_house_stand_on_min_dag(solvaer, sit_down):
    tomasz = f.PersonFactory(first_name="Tomasz", last_name="Wrona", with_household=True)
    f.ApplicationFactory(person=tomasz, temporary=True, responsible=solvaer.ingrid)
    f.StayFactory(person=tomasz, days_ago=100)
    ingrid = sit_down(solvaer.ingrid)
    ingrid.go("/")
    assert "Tomasz Wrona" not in ingrid.text
    assert flag_stays.apply().get()["raised"] == 1
    ingrid.go("/")
    assert "Tomasz Wrona" in ingrid.text
    assert "100 dager" in ingrid.text  # why
    follow_up_the_flag(ingrid)
    ingrid.go("/")
    assert "100 dager" not in ingrid.text


def test_a_peer_is_linked_and_logs_a_contact(solvaer, sit_down):
    person = f.PersonFactory(first_name="Arne", with_household=True)
    f.ApplicationFactory(person=person, responsible=solvaer.ingrid)
    ingrid, kristin = sit_down(solvaer.ingrid), sit_down(solvaer.kristin)
    silje = sit_down(solvaer.silje, PHONE)
    ask_for_a_peer(ingrid, person)
    link_the_peer(kristin)
    log_a_contact(silje)
    kristin.go(kristin.page.url)
    assert nbdate(f.today()) in kristin.text  # the last contact


# ------------------------------------------------------------------ 1. the person asks


def register_a_person(ingrid: Browser) -> Person:
    """By the keyboard alone: search first, then register who was not there."""
    born = add_months(f.today(), -12 * 34)
    number = generate_tenor(born, serial=7)
    ingrid.go("/")
    ingrid.page.keyboard.press("/")
    ingrid.page.keyboard.type("Myrland")
    ingrid.keys("Enter")
    assert "Fant ingen" in ingrid.text
    ingrid.page.goto("/personer/")
    ingrid.tab_to("Ny person")
    ingrid.keys("Enter")
    ingrid.tab_to("last_name")
    ingrid.keys("Control+Enter")
    assert "Skriv" in ingrid.text
    ingrid.page.keyboard.press("Escape")
    ingrid.type(first_name="Hanne", last_name="Myrland", national_id=number[:-1] + "x")
    ingrid.keys("Control+Enter")
    assert ingrid.main.locator("[name=first_name]").input_value() == "Hanne"
    ingrid.type(national_id=number, phone="400 00 123")
    ingrid.type(address="Solbakken 4", postcode="9990", city="Solvær")
    ingrid.keys("Control+Enter")
    assert ingrid.page.locator("h1").inner_text() == "Hanne Myrland"
    return Person.objects.get(national_id=number)


def register_a_child(ingrid: Browser, hanne: Person) -> None:
    ingrid.go(f"/personer/{hanne.pk}/husstand/")
    ingrid.refused("Legg til i husstanden")
    ingrid.write(first_name="Nora", last_name="Myrland", birth_date=nbdate(f.days_ago(8 * 366)))
    ingrid.pick("Barn", "Bor fast")
    ingrid.press("Legg til i husstanden")
    assert "Nora Myrland" in ingrid.text


def register_an_application(ingrid: Browser, hanne: Person) -> None:
    ingrid.follow("Ny søknad")
    ingrid.refused("Registrer søknaden")
    ingrid.pick("Kommunal bolig", "Skjema", "Retningslinjer for kommunal bolig")
    ingrid.write(words="Jeg må ut av leiligheten om ti uker.")
    ingrid.press("Registrer søknaden")
    assert "Jeg må ut av leiligheten" in ingrid.text


# ------------------------------------------------------------------ 2. kartlegging and need


def hold_the_kartlegging(ingrid: Browser) -> None:
    ingrid.press("Ta saken")
    ingrid.follow("Kartlegg sammen")
    assert ingrid.main.locator("textarea:visible").first.get_attribute("name") == "words"
    ingrid.refused("Lagre kartleggingen")
    ingrid.write(words=WISH)
    ingrid.pick("Lest opp og godkjent av personen")
    for choice in ingrid.main.get_by_text("Greier meg selv", exact=True).all():
        choice.click()
    ingrid.press("Lagre kartleggingen")
    assert WISH in ingrid.text


def settle_the_need(ingrid: Browser) -> None:
    ingrid.follow("Fastsett boligbehov")
    assert ingrid.main.locator("[name=bedrooms]").input_value() == "2"  # she and the child
    ingrid.write(available_from="31.02.2027")
    ingrid.refused("Lagre boligbehovet", "31.02.2027 finnes ikke i kalenderen.")
    ingrid.write(available_from="")
    ingrid.press("Lagre boligbehovet")
    assert "2 soverom" in ingrid.text


# ------------------------------------------------------------------ 3. vedtak


def draft_and_send_the_vedtak(ingrid: Browser) -> None:
    ingrid.press("Skriv vedtak")
    ingrid.refused("Send til godkjenning")
    ingrid.follow("Skriv hva personen kunne velge mellom")
    ingrid.write(
        present="Hanne selv",
        what_1="Kommunal bolig",
        means_1="Egen dør, noen ukers ventetid.",
        answer=WISH,
        changed="Vi ser bare etter bolig nær skolen.",
    )
    ingrid.press("Lagre")
    ingrid.pick("Innvilget")
    ingrid.write(
        facts="Leieavtalen din er sagt opp.",
        reasoning=REASONING,
        person_view=WISH,
        best_interests="Nora får bli på skolen sin.",
        approver="Marit Hovland",
    )
    # The letter follows what is written.
    ingrid.page.locator("#brev").get_by_text("Nora får bli på skolen sin.").wait_for()
    ingrid.press("Send til godkjenning")
    assert "Sendt til Marit Hovland" in ingrid.text


def approve_the_vedtak(marit: Browser, hanne: Person) -> None:
    marit.go("/")
    marit.main.get_by_role("link", name="Hanne Myrland").first.wait_for()
    marit.go(f"/vedtak/{hanne.applications.get().vedtak.get().pk}/")
    marit.refused("Send tilbake til Ingrid Solbakken")
    marit.press("Godkjenn vedtaket")
    assert "Fattet" in marit.text


def read_the_letter(marit: Browser) -> None:
    letter = marit.pdf("Åpne brevet")
    assert "Hanne Myrland" in letter
    assert "Retningslinjer for kommunal bolig" in letter  # hjemmel
    assert "må ut om ti uker" in letter  # why
    assert WISH in letter
    assert "Du kan klage" in letter
    assert "tre uker" in letter or "3 uker" in letter


# ------------------------------------------------------------------ 4. the waiting list


def see_the_place_in_the_queue(ingrid: Browser) -> None:
    ingrid.go("/venteliste/")
    row = ingrid.main.locator("tr", has_text="Hanne Myrland").first
    assert row.is_visible()
    why = row.get_by_role("link", name="Hvorfor").or_(row.locator("a[href*=hvorfor]")).first
    ingrid.go(why.get_attribute("href"))
    assert "Hanne Myrland" in ingrid.text or "Hvorfor" in ingrid.text


# ------------------------------------------------------------------ 5. the tildelingsmøte


def call_the_meeting(marit: Browser, home) -> None:
    marit.go("/tildelingsmoter/")
    marit.follow("Kall inn")
    marit.refused("Kall inn møtet")
    marit.write(day=nbdate(f.today()), chair="Marit Hovland")
    marit.press("Kall inn møtet")
    marit.main.locator("label", has_text=str(home)).locator("input").check()
    marit.press("Legg til på agendaen")
    marit.press("Åpne møtet")


def decide_the_home(marit: Browser, hanne: Person) -> None:
    """By the keyboard alone."""
    case = hanne.applications.get().case_number
    candidate = marit.main.locator("article", has_text=case).first
    assert "Taler for" in candidate.inner_text()
    assert "Hvorfor ikke" in marit.text
    marit.tab_to("reason")
    marit.keys("Control+Enter")
    assert "Velg" in marit.text
    marit.tab_to("chosen")
    while case not in marit.page.evaluate("document.activeElement.closest('article').innerText"):
        marit.page.keyboard.press("ArrowDown")
    marit.page.keyboard.press("Space")
    marit.type(reason=CHOICE)
    marit.keys("Control+Enter")
    assert "1 av 1 behandlet" in marit.text
    assert case in marit.text


def approve_the_minutes(marit: Browser) -> None:
    marit.press("Godkjenn protokollen")
    minutes = marit.pdf("Åpne protokollen")
    assert CHOICE in minutes
    assert "Fyrveien 3" in minutes
    assert "Myrland" not in minutes  # case numbers alone


# ------------------------------------------------------------------ 6. offer and lease


def send_the_offer(ingrid: Browser, home) -> None:
    ingrid.go("/tildelingsmoter/")
    ingrid.main.locator("tbody a[href^='/tildelingsmoter/']").first.click()
    ingrid.follow(str(home))
    ingrid.follow("Send tilbud")
    ingrid.write(available_from="31.02.2027")
    ingrid.refused("Send tilbudet", "31.02.2027 finnes ikke i kalenderen.")
    ingrid.write(available_from=nbdate(f.today()))
    ingrid.press("Send tilbudet")
    assert "Fyrveien 3" in ingrid.pdf("Åpne brevet")
    ingrid.go(f"/boliger/{home.pk}/")
    assert "Holdt av" in ingrid.text or "Reservert" in ingrid.text
    ingrid.page.go_back()


def register_the_yes(ingrid: Browser) -> None:
    ingrid.follow("Før svaret")
    ingrid.refused("Lagre svaret")
    ingrid.main.locator("label", has_text=re.compile("^Ja")).first.click()
    ingrid.press("Lagre svaret")


def agree_the_lease(ingrid: Browser) -> None:
    if "/leieforhold/" not in ingrid.page.url:
        ingrid.follow("Inngå leieforhold")
    ingrid.write(starts_on="")
    ingrid.refused("Inngå leieforholdet")
    ingrid.write(starts_on=nbdate(f.today()))
    ingrid.press("Inngå leieforholdet")
    assert "Leieforholdet er inngått" in ingrid.text


def see_that_the_home_is_let(ingrid: Browser, home, hanne: Person) -> None:
    ingrid.go(f"/boliger/{home.pk}/")
    assert "Hanne Myrland" in ingrid.text
    ingrid.go("/boliger/?status=ledig")
    assert "Fyrveien 3" not in ingrid.text
    ingrid.go("/venteliste/")
    assert "Hanne Myrland" not in ingrid.text
    ingrid.go(f"/personer/{hanne.pk}/")
    assert "Fyrveien 3" in ingrid.text


# ------------------------------------------------------------------ 7. the clock


def follow_up_the_flag(ingrid: Browser) -> None:
    ingrid.go(ingrid.main.locator("a[href^='/varsler/']").first.get_attribute("href"))
    assert "Neste steg" in ingrid.text
    ingrid.refused("Lagre og avslutt varselet")
    ingrid.main.locator("textarea").fill("Barnefri bolig finnes ikke ennå. Ingrid tar det opp.")
    ingrid.press("Lagre og avslutt varselet")


# ------------------------------------------------------------------ 8. likeperson


def ask_for_a_peer(ingrid: Browser, person: Person) -> None:
    ingrid.go(f"/personer/{person.pk}/likeperson/")
    ingrid.refused("Meld fra")
    ingrid.pick("Ja, personen har sagt ja")
    ingrid.write(reported_because="Kjenner ingen i byen.", wanted_on=nbdate(f.today()))
    ingrid.press("Meld fra")


def link_the_peer(kristin: Browser) -> None:
    kristin.go("/likepersoner/")
    kristin.follow("Finn likeperson")
    kristin.refused("Koble")
    kristin.pick("Silje Nordbø")
    kristin.press("Koble")


def log_a_contact(silje: Browser) -> None:
    silje.go("/logg/")
    for choice in ("Arne", "Møte", "30 min"):
        silje.main.locator("label:visible", has_text=choice).first.click()
    silje.main.get_by_role("button", name="Vis").click()
    silje.page.get_by_role("button", name="Det er greit, lagre").first.click()
    silje.page.wait_for_load_state()
    silje.look()


# ------------------------------------------------------------------ 9. the overview


def waiting_in_the_overview(torunn: Browser) -> str:
    torunn.go("/oversikt/")
    return re.search(r"(\S+) på ventelisten", torunn.text)[1]
