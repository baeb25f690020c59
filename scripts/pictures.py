"""`make pictures`: takes the pictures of the guides from the demo in a browser.

The demo gets its own new database, so no one's changes are shown. The pictures depend on the day,
as the demo does. tests/test_docs.py checks that every picture exists.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from scripts import install, services
from scripts.browser import ensure_browser
from scripts.console import say
from scripts.demo import free_port
from scripts.local_database import drop_database
from scripts.processes import spawn, stop_all

IMAGES = services.ROOT / "docs" / "img"
DATABASE = "varig_pictures"
INGRID, MARIT = "Ingrid Solbakken", "Marit Hovland"
VIEWPORT = {"width": 1280, "height": 800}


@dataclass(frozen=True)
class Picture:
    """The user, the steps to the page, and the height of the picture in pixels.

    A step is a path («/klager/»), a path below the current page («+boligbehov/»), the text of a
    link, or a function of the page.
    """

    name: str
    who: str
    way: tuple[str | Callable, ...]
    height: int = 640


def _walk(page, step: str | Callable) -> None:
    if callable(step):
        step(page)
    elif step.startswith("/"):
        page.goto(step)
    elif step.startswith("+"):
        page.goto(page.url + step[1:])
    else:
        with page.expect_navigation():
            page.locator("main").get_by_role("link", name=step).first.click()


def _begin_a_vedtak(page) -> None:
    """In a new case: make the assessment and the housing need, and start a vedtak."""
    case = page.url
    page.goto(f"{case}kartlegging/ny/")
    page.locator("[name=words]").fill("Det viktigste er at barna kan bli på Nordnes skole.")
    page.get_by_label("Lest opp og godkjent av personen").check(force=True)
    for choice in page.get_by_text("Greier meg selv", exact=True).all():
        choice.click()
    page.get_by_role("button", name="Lagre kartleggingen").click()
    page.goto(f"{case}boligbehov/")
    page.get_by_role("button", name="Lagre boligbehovet").click()
    page.get_by_role("button", name="Skriv vedtak").click()
    for granted in page.get_by_label("Innvilget", exact=True).all():
        granted.check(force=True)
    page.locator("[name=facts]").fill("Du leier Bakkegata 21, og leieavtalen går ut om ti uker.")
    page.locator("#brev").get_by_text("leieavtalen går ut om ti uker").wait_for()
    page.evaluate("scrollTo(0, 0)")


def _open_the_meeting(page) -> None:
    """From the list of meetings: open the next one at its first home."""
    page.locator("tbody a[href^='/tildelingsmoter/']").first.click()
    page.get_by_role("button", name="Åpne møtet").click()
    page.locator("h2#h-enhet").wait_for()


def _send_an_offer(page) -> None:
    """Decide the first item of the meeting, and open the offer form."""
    page.locator("[name=chosen]").first.check(force=True)
    page.locator("[name=reason]:visible").first.fill(
        "Har ventet lenge, og boligen har riktig størrelse."
    )
    home = page.locator("h2#h-enhet").inner_text()
    page.get_by_role("button", name="Protokollfør").click()
    page.get_by_role("link", name=home).first.click()
    page.get_by_role("link", name="Send tilbud").first.click()
    page.locator("[name=available_from]").wait_for()


def _open_a_klage(page) -> None:
    """From the list: the first that is being looked at."""
    row = page.get_by_role("row").filter(has_text="Under vurdering").first
    row.get_by_role("link").first.click()
    page.wait_for_url("**/klager/*/")


HANNE = ("/", "Hanne Myrland", "Sak 20")
TOMASZ = ("/", "Tomasz Wrona")
PICTURES = (
    Picture("min-dag", INGRID, ("/",), height=800),
    Picture("registrere", INGRID, ("/personer/ny/",)),
    Picture("soknad", INGRID, HANNE),
    Picture("paragraf-27", INGRID, ("/soknader/paragraf-27/",)),
    Picture("kartlegging", INGRID, (*TOMASZ, "Sak 20", "+kartlegging/ny/"), height=800),
    Picture("boligbehov", INGRID, (*TOMASZ, "Sak 20", "+boligbehov/")),
    Picture("varsel", INGRID, ("/", "Skriv begrunnelse for Tomasz Wrona"), height=520),
    Picture("oppfolging", INGRID, (*TOMASZ, "Plan og oppfølging"), height=800),
    Picture("klage", INGRID, ("/klager/?mine=1", _open_a_klage), height=800),
    Picture("venteliste", INGRID, ("/venteliste/",)),
    Picture("leie", INGRID, ("/leieforhold/",), height=520),
    Picture("vedtak", INGRID, (*HANNE, _begin_a_vedtak), height=800),
    Picture("mote", MARIT, ("/tildelingsmoter/?tilstand=planlagt", _open_the_meeting), height=800),
    Picture("tilbud", MARIT, (_send_an_offer,), height=520),
)


def take(address: str) -> None:
    """Take every picture; each user has their own browser page."""
    from playwright.sync_api import sync_playwright

    path = ensure_browser()
    IMAGES.mkdir(parents=True, exist_ok=True)
    pages: dict = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for picture in PICTURES:
            if picture.who not in pages:
                pages[picture.who] = _sign_in(browser, address, picture.who)
            page = pages[picture.who]
            for step in picture.way:
                _walk(page, step)
            page.screenshot(
                path=IMAGES / f"{picture.name}.png",
                clip={"x": 0, "y": 0, "width": VIEWPORT["width"], "height": picture.height},
            )
            say(f"docs/img/{picture.name}.png")
        browser.close()


def _sign_in(browser, address: str, who: str):
    page = browser.new_page(
        base_url=address,
        viewport=VIEWPORT,
        locale="nb-NO",
        timezone_id="Europe/Oslo",
        color_scheme="light",
        reduced_motion="reduce",
    )
    page.goto("/logg-inn/demo/")
    page.get_by_role("button", name=who).click()
    page.wait_for_url(lambda url: "logg-inn" not in url)
    return page


def main() -> int:
    os.environ |= {"VARIG_MODE": "demo", "VARIG_DB_NAME": DATABASE}
    os.environ.pop("DATABASE_URL", None)  # never use a real database
    drop_database(DATABASE)
    users = services.VAR / "pictures-users.txt"
    prepare = [install.PYTHON, services.ROOT / "scripts" / "prepare_demo.py", users]
    subprocess.run(prepare, cwd=services.ROOT, check=True)
    port = free_port()
    command = [install.VENV / "bin" / "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
    web = spawn(
        command,
        log=services.LOGS / "pictures.log",
        environment={"VARIG_PROCESS": "web", "WEB_WORKERS": "1", "BIND": f"127.0.0.1:{port}"},
        cwd=services.ROOT,
    )
    try:
        address = f"http://localhost:{port}"
        _wait_for(address)
        take(address)
    finally:
        stop_all([web])
        drop_database(DATABASE)
    return 0


def _wait_for(address: str) -> None:
    for _try in range(120):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
            return
        except (OSError, urllib.error.URLError):
            time.sleep(0.25)
    sys.exit("The web process does not become ready; see var/log/pictures.log.")


if __name__ == "__main__":
    sys.exit(main())
