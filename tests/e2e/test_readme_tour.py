"""README's tour, walked as a reader would: on the data of `make demo`, in the browser.

`TOUR` holds the words of README's table, each sentence with the function that does what it says.
A changed, added or removed sentence fails the first test until somebody has looked here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from allocation.models import Offer
from casework.models import HousingNeed, Person
from common.formatting import nbdate
from common.national_id import generate_tenor
from tests import factories as f
from tests.e2e.at_work import Browser
from tests.e2e.conftest import DESKTOP, PHONE

README = Path(settings.BASE_DIR) / "README.md"
IMPORTED = "tests/data/trondheim_botilbud.csv"
WISH = "Det viktigste er at barna kan fortsette på Nordnes skole."
REASONING = (
    "Leieavtalen din går ut om ti uker, og du har lett lenge uten å finne noe du har råd til. Det "
    "veier tyngst at barna skal bli på skolen sin."
)
CHOICE = "Har ventet lenge, og boligen har riktig størrelse."


class Tour:
    """Where the tour has come to: who sits at the screen, and what the steps hand on."""

    def __init__(self, open_page) -> None:
        self.open_page = open_page
        self.people: dict[str, Browser] = {}
        self.errors: list[str] = []
        self.home = self.case = ""

    def sign_in(self, who: str) -> Browser:
        """At the page `make demo` names, once a person."""
        name = re.split(r",| \(| again", who)[0]
        (name,) = [each for each in (name, *self.people) if each.startswith(name)][-1:]
        if name not in self.people:
            viewport = PHONE if "on a phone" in who else DESKTOP
            page = self.open_page(viewport=viewport)
            page.goto("/")
            button = page.get_by_role("button", name=name)
            if button.count():
                button.first.click()
            else:
                others = page.locator("form", has=page.locator("option", has_text=name))
                others.locator("select").select_option(label=name)
                others.get_by_role("button").click()
            page.wait_for_url(lambda url: "logg-inn" not in url)
            self.people[name] = Browser(page, None, name)
        return self.people[name]


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def rows_of_readme() -> list[tuple[str, str]]:
    """The rows of the tour's table: who, and what to do."""
    tour = README.read_text(encoding="utf-8").split("## A tour of the demo")[1].split("\n## ")[0]
    cells = [line.strip("|").split("|") for line in tour.splitlines() if line.startswith("|")]
    return [(words(who), words(what)) for who, what in cells[2:]]


def test_every_sentence_of_the_tour_is_walked():
    assert rows_of_readme() == [
        (who, " ".join(says for says, _step in steps)) for who, steps in TOUR
    ]


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_the_tour_of_the_demo(open_page, settings, as_owner):
    with as_owner():  # as `make demo` does
        call_command("demo_data", stdout=StringIO())
    settings.DEMO = True
    settings.LOGIN_URL = "demo:sign_in"
    tour = Tour(open_page)
    for who, steps in TOUR:
        person = tour.sign_in(who)
        for _says, step in steps:
            step(person, tour)
    assert not [error for person in tour.people.values() for error in person.errors]


# ------------------------------------------------------------------ Ingrid, to a vedtak


def tomasz_has_a_flag(ingrid: Browser, tour: Tour) -> None:
    ingrid.go("/")
    assert "100 dager Tomasz Wrona" in ingrid.text
    ingrid.follow("Skriv begrunnelse for Tomasz Wrona")
    assert "Dag 90 var" in ingrid.text  # why
    assert "Neste steg: Skriv begrunnelse og plan for varig bolig." in ingrid.text


def register_somebody(ingrid: Browser, tour: Tour) -> None:
    ingrid.go("/")
    ingrid.follow("Ny person")
    born = f.today() - timedelta(days=34 * 366)
    ingrid.write(
        first_name="Synnøve", last_name="Aronsen", national_id=generate_tenor(born, serial=7)
    )
    ingrid.page.keyboard.press("Control+Enter")
    ingrid.page.locator("h1", has_text="Synnøve Aronsen").wait_for()
    ingrid.follow("Registrer søknad")
    ingrid.pick("Kommunal bolig", "Skjema", "Retningslinjer for kommunal bolig")
    ingrid.write(words="Jeg bor på sofaen hos en venn.")
    ingrid.press("Registrer søknaden")
    assert "Jeg bor på sofaen hos en venn." in ingrid.text


def hanne_to_a_vedtak(ingrid: Browser, tour: Tour) -> None:
    search(ingrid, "Hanne Myrland")  # on some days Min dag has only her draft
    ingrid.follow("Hanne Myrland")
    ingrid.main.get_by_role("link", name="Sak 20").first.click()
    ingrid.follow("Kartlegg sammen")
    ingrid.write(words=WISH)
    ingrid.pick("Lest opp og godkjent av personen")
    for choice in ingrid.main.get_by_text("Greier meg selv", exact=True).all():
        choice.click()
    ingrid.press("Lagre kartleggingen")
    ingrid.follow("Fastsett boligbehov")
    assert ingrid.main.locator("[name=bedrooms]").input_value() == "3"  # she and two children
    ingrid.press("Lagre boligbehovet")
    assert "3 soverom" in ingrid.text
    ingrid.press("Skriv vedtak")
    for granted in ingrid.main.get_by_label("Innvilget", exact=True).all():
        granted.check(force=True)
    ingrid.write(
        facts="Du leier Bakkegata 21 med to barn. Leieavtalen går ut om ti uker.",
        reasoning=REASONING,
        person_view=WISH,
        best_interests="Barna får bli på skolen sin.",
        help_content="En boveileder hjelper deg med flyttingen.",
        approver="Marit Hovland",
    )
    ingrid.page.locator("#brev").get_by_text("Barna får bli på skolen sin.").wait_for()
    ingrid.press("Send til godkjenning")
    assert "Sendt til Marit Hovland" in ingrid.text
    assert not ingrid.main.get_by_role("button", name="Godkjenn vedtaket").count()


# ------------------------------------------------------------------ Marit


def approve_the_vedtak(marit: Browser, tour: Tour) -> None:
    marit.go("/vedtak/til-godkjenning/")
    marit.follow("Hanne Myrland")
    marit.press("Godkjenn vedtaket")
    assert "Fattet" in marit.text
    assert "Barna får bli på skolen sin." in marit.pdf("Åpne brevet")


def hold_the_meeting(marit: Browser, tour: Tour) -> None:
    marit.go("/tildelingsmoter/?tilstand=planlagt")
    marit.main.locator("tbody a[href^='/tildelingsmoter/']").first.click()
    marit.press("Åpne møtet")  # it opens on the first home
    tour.home = marit.main.locator("h2#h-enhet").inner_text()
    others = marit.main.locator(
        "a[href^='/tildelingsmoter/'][href*='/sak/']:not([aria-current])"
    ).all()
    others = [link.get_attribute("href") for link in others]
    beside = marit.main.locator("article", has=marit.page.locator("[name=chosen]"))
    assert beside.count() == 3
    assert "Taler for" in marit.text
    assert "Hvorfor ikke de andre?" in marit.text
    tour.case = re.search(r"\d{4}/\d{4}", beside.first.inner_text())[0]
    beside.first.locator("[name=chosen]").check(force=True)
    marit.write(reason=CHOICE)
    marit.press("Protokollfør")
    assert "1 av 6" in marit.text
    for url in others:
        marit.go(url)
        marit.write(reason="Vi venter på visning.")
        marit.press("Utsett saken")
    marit.press("Godkjenn protokollen")
    assert CHOICE in marit.pdf("Åpne protokollen")


# ------------------------------------------------------------------ Ingrid, to a home


def offer_and_lease(ingrid: Browser, tour: Tour) -> None:
    ingrid.go("/tildelingsmoter/")
    ingrid.main.locator("tbody a[href^='/tildelingsmoter/']").first.click()
    ingrid.follow(tour.home)
    ingrid.follow("Send tilbud")
    ingrid.write(available_from=nbdate(f.today()))
    ingrid.press("Send tilbudet")
    assert tour.home in ingrid.pdf("Åpne brevet")
    ingrid.follow("Før svaret")
    ingrid.main.locator("label", has_text=re.compile("^Ja")).first.click()
    ingrid.press("Lagre svaret")
    if "/leieforhold/" not in ingrid.page.url:
        ingrid.follow("Inngå leieforhold")
    ingrid.write(starts_on=nbdate(f.today()))
    ingrid.press("Inngå leieforholdet")
    assert "Leieforholdet er inngått" in ingrid.text
    offer = Offer.objects.filter(application__case_number=tour.case).latest("pk")
    ingrid.go(f"/boliger/{offer.unit_id}/")
    assert "Bebodd" in ingrid.text
    ingrid.go(f"/personer/{offer.application.person_id}/")
    assert "Står ikke på ventelisten" in ingrid.text


# ------------------------------------------------------------------ Ingrid, and the rest of her day


def tonight(ingrid: Browser, tour: Tour) -> None:
    ingrid.go("/")
    ingrid.page.get_by_role("link", name="Sted i natt").first.click()
    ingrid.page.wait_for_url("**/soknader/paragraf-27/")
    ingrid.write(first_name="Even", last_name="Utland", words="Ringer fra stasjonen.")
    ingrid.pick("Har ingen steder å sove i natt")
    ingrid.write(unit="Nav Solvær")
    ingrid.press("Registrer, og ta saken")
    assert "Even Utland" in ingrid.text


def assess_again(ingrid: Browser, tour: Tour) -> None:
    tomasz = Person.objects.get(last_name="Wrona", first_name="Tomasz")
    need = HousingNeed.objects.filter(application__person=tomasz).first()
    ingrid.go(f"/soknader/{need.application_id}/kartlegging/ny/")
    ingrid.follow("Begynn fra forrige")
    texts = [each.input_value() for each in ingrid.main.locator("textarea").all()]
    assert "Jobber fullt på slippen." in texts
    ingrid.go(f"/personer/{tomasz.pk}/uttalelse/ny/")
    ingrid.write(
        question="Hva bør vi tenke på når vi finner en bolig?",
        helper_name="Berit Moe",
        helper_place="Havna helsesenter",
        consented_on=nbdate(f.today()),
    )
    ingrid.pick("Tjenesteyter")
    ingrid.press("Be om uttalelse")
    code = re.search(r"sies på telefon (\d{3} \d{3})", ingrid.text)[1]
    helper = Browser(tour.open_page(), None, "Berit Moe")
    helper.go(re.search(r"/uttalelse/\S+", ingrid.text)[0])
    helper.page.get_by_label("Kode").fill(code)
    helper.page.get_by_role("button").first.click()
    helper.page.get_by_text("Hva bør vi tenke på når vi finner en bolig?").wait_for()
    ingrid.go(f"/soknader/{need.application_id}/boligbehov/")
    assert "fordi: " in ingrid.text


def forward_a_klage(ingrid: Browser, tour: Tour) -> None:
    ingrid.go("/klager/?mine=1")
    under_review = ingrid.main.get_by_role("row").filter(has_text="Under vurdering")
    ingrid.follow(under_review.first.get_by_role("link").first.inner_text())
    assert "Kom klagen i tide?" in ingrid.text
    ingrid.follow("Avgjør utsatt iverksetting")
    ingrid.pick("Nei, vedtaket settes i verk nå")
    ingrid.write(reason="Du har en bolig ut måneden.")
    ingrid.press("Avgjør og lag brevet")
    ingrid.follow("Hold på vedtaket og send videre")
    ingrid.write(
        reason="Du kan bli boende ut måneden. Vi har ikke funnet at du står uten bolig nå, og "
        "holder derfor på vedtaket."
    )
    ingrid.press("Send til klageinstansen")
    assert "Oversendt klageinstansen" in ingrid.text
    assert "Vedtaket" in ingrid.pdf("Sakens dokumenter")


def on_a_person(ingrid: Browser, tour: Tour) -> None:
    tomasz = Person.objects.get(last_name="Wrona", first_name="Tomasz").pk
    for page, says in (
        ("oppfolging", "Overgangsplan"),
        ("oppfolging", "Økonomisk rådgivning"),
        ("dokumenter", "Legeerklæring om søvn og ro"),
        ("husstand", "Zofia Wrona"),
        ("representanter", "Ewa Wrona (søster)"),
    ):
        ingrid.go(f"/personer/{tomasz}/{page}/")
        assert says in ingrid.text


def what_ends_when(ingrid: Browser, tour: Tour) -> None:
    ingrid.go("/")
    ingrid.page.get_by_role("link", name="Leieforhold").first.click()
    ingrid.page.wait_for_url("**/leieforhold/")
    assert "Leieforhold som går ut innen et år" in ingrid.text
    ingrid.go("/")
    ingrid.page.get_by_role("link", name="Utskrivinger").first.click()
    ingrid.page.wait_for_url("**/utskrivninger/")
    assert "Kjetil Brekkås" in ingrid.text


# ------------------------------------------------------------------ the others


def link_a_peer(kristin: Browser, tour: Tour) -> None:
    kristin.go("/")  # Likepersoner is her first page
    waiting = kristin.main.get_by_role("link", name="Finn likeperson").count()
    kristin.follow("Finn likeperson")
    kristin.pick("Anne Warsanin", "Hver uke")
    kristin.press("Koble")
    kristin.go("/likepersoner/")
    assert kristin.main.get_by_role("link", name="Finn likeperson").count() == waiting - 1
    assert "Anne Warsanin" in kristin.text


def log_a_contact(silje: Browser, tour: Tour) -> None:
    silje.go("/")  # Logg is her first page
    for choice in ("Tomasz", "Møte", "30 min"):  # three taps
        silje.main.locator("label:visible", has_text=choice).first.click()
    silje.main.get_by_role("button", name="Vis til Tomasz og lagre").click()
    silje.page.get_by_role("button", name="Det er greit, lagre").first.click()
    silje.page.get_by_text("Lagret").first.wait_for()


def what_nobody_touched(torunn: Browser, tour: Tour) -> None:
    torunn.go("/")
    assert torunn.main.get_by_role("heading", name="Eskalert").count()
    assert "varsler ingen har rørt" in torunn.text


def what_ran(torunn: Browser, tour: Tour) -> None:
    torunn.go("/jobber/")
    assert "Lenge i midlertidig bolig" in torunn.text
    assert "I orden" in torunn.text


def how_many_wait(torunn: Browser, tour: Tour) -> None:
    torunn.go("/oversikt/")
    assert re.search(r"\d+ på ventelisten", torunn.text)
    for panel in ("Hvor lenge folk venter", "Behov mot ledige boliger", "Midlertidig bolig"):
        assert torunn.main.get_by_role("heading", name=panel).count(), panel


def the_houses(anders: Browser, tour: Tour) -> None:
    anders.go("/eiendommer/")
    anders.follow("Bakkegata 1")
    assert "Etasje for etasje" in anders.text
    assert "Radiatoren på soverommet er kald" in anders.text
    for url, says in (
        ("/vedlikehold/", "Inngangsdøra går ikke i lås"),
        ("/boliger/tomme/", "tapt husleie"),
        ("/leverandorer/", "Kvalitetsavtale"),
    ):
        anders.go(url)
        assert says in anders.text


def take_in_a_spreadsheet(anders: Browser, tour: Tour) -> None:
    anders.go("/boliger/")
    anders.follow("Ta inn fra fil")
    anders.page.locator("[name=file]").set_input_files(Path(settings.BASE_DIR) / IMPORTED)
    anders.press("Se gjennom filen")
    anders.press("Ta inn 101 nye boliger")
    anders.follow("Se boligene")
    assert "Bispegata 9, Bolig 1" in anders.text
    assert "ikke avklart" in anders.text


def find_vilde(sigrid: Browser, tour: Tour) -> None:
    assert "Vilde Skjulstad" in search(sigrid, "Vilde Skjulstad")
    sigrid.follow("Vilde Skjulstad")
    assert "Fant ingen" in search(tour.people["Ingrid Solbakken"], "Vilde Skjulstad")


def search(who: Browser, name: str) -> str:
    who.go("/")
    who.page.keyboard.press("/")
    who.page.keyboard.type(name)
    who.keys("Enter")
    return who.text


def who_has_read(gunnar: Browser, tour: Tour) -> None:
    gunnar.go("/")  # Leselogg is his first page
    for name in ("Ingrid Solbakken", "Sigrid Aas"):
        assert name in gunnar.main.locator("tbody").inner_text()


TOUR: list[tuple[str, list[tuple[str, Callable[[Browser, Tour], None]]]]] = [
    (
        "Ingrid Solbakken, saksbehandler",
        [
            (
                "Min dag: Tomasz Wrona has lived 100 days in temporary places; the flag says why "
                "and what next.",
                tomasz_has_a_flag,
            ),
            ("Register a person and an application.", register_somebody),
            (
                "Open Hanne Myrland: hold the kartlegging, see the boligbehov it gives, draft the "
                "vedtak beside its letter, send it for approval.",
                hanne_to_a_vedtak,
            ),
        ],
    ),
    (
        "Marit Hovland, beslutter and møteleder",
        [
            (
                "Approve the vedtak (who drafts never approves): the letter is made and frozen.",
                approve_the_vedtak,
            ),
            (
                "Open the next tildelingsmøte: a vacant home, the three it fits best, why not the "
                "others; choose, write why, approve the minutes.",
                hold_the_meeting,
            ),
        ],
    ),
    (
        "Ingrid again",
        [
            (
                "Send the offer, register the yes, agree the lease from a date: the home is no "
                "longer vacant, the person no longer waits.",
                offer_and_lease,
            ),
        ],
    ),
    (
        "Ingrid again",
        [
            ("Sted i natt (§ 27 by phone, one page).", tonight),
            (
                "A kartlegging that begins with the last one, a statement asked for by link, the "
                "boligbehov with «fordi».",
                assess_again,
            ),
            ("Klager: try one, forward it with its file.", forward_a_klage),
            (
                "On a person: plan and services, documents, husstand, representanter.",
                on_a_person,
            ),
            ("Leieforhold and Utskrivinger: what ends when, and where they go.", what_ends_when),
        ],
    ),
    (
        "Kristin Nyhus, likepersonkoordinator",
        [("Link a peer to someone who wants one.", link_a_peer)],
    ),
    (
        "Silje Nordbø, likeperson (on a phone)",
        [("Log a contact in three taps, show it to the person, save it.", log_a_contact)],
    ),
    (
        "Torunn Bakke, leder",
        [
            ("Min dag: what nobody has touched («Eskalert»).", what_nobody_touched),
            ("Jobber: what ran, when, and what it raised.", what_ran),
            (
                "Oversikt: how many wait, since when, by type; temporary places by length.",
                how_many_wait,
            ),
        ],
    ),
    (
        "Anders Foss, boligforvalter",
        [
            (
                "Eiendommer floor by floor, what is broken, what empty homes cost, "
                "kvalitetsavtaler.",
                the_houses,
            ),
            (
                f"Boliger, and the import of a spreadsheet (try `{IMPORTED}`).",
                take_in_a_spreadsheet,
            ),
        ],
    ),
    (
        "Sigrid Aas, saksbehandler with access to protected people",
        [("Search for Vilde Skjulstad; then try as Ingrid.", find_vilde)],
    ),
    (
        "Gunnar Myhre, personvernombud",
        [("Leseloggen: who has read whose record.", who_has_read)],
    ),
]
