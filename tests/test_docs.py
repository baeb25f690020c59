"""The documentation: everything it refers to exists, and the diagram shows the real models."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from scripts import data_model, vedtak_checks
from scripts.pictures import PICTURES

ROOT = Path(settings.BASE_DIR)
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
LINK = re.compile(r"\]\(([^)\s]+)\)")
# A folder of the repository in code marks, such as `casework/log/enums.py` or `tests/e2e/`.
PATH = re.compile(r"`([a-z_]+/[\w./*-]*)`")
OF_GIT = ("build/", "var/", "node_modules/")


def _anchor(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\s-]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_link_of_a_page_leads_to_an_existing_heading(page):
    text = page.read_text(encoding="utf-8")
    missing = []
    for link in LINK.findall(text):
        if "://" in link:
            continue
        target, _hash, anchor = link.partition("#")
        path = (page.parent / target) if target else page
        if not path.exists():
            missing.append(link)
        elif anchor:
            headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
            if anchor not in map(_anchor, headings):
                missing.append(link)
    assert not missing


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/guide-developer.md"])
def test_code_named_on_a_page_exists(name):
    paths = PATH.findall((ROOT / name).read_text(encoding="utf-8"))
    paths = [path for path in paths if not path.startswith(OF_GIT)]
    assert paths
    assert not [path for path in paths if not list(ROOT.glob(path.rstrip("/")))]


def test_pictures_of_the_guides_are_those_of_the_script():
    taken = {f"{picture.name}.png" for picture in PICTURES}
    kept = {path.name for path in (ROOT / "docs" / "img").iterdir()}
    shown = set()
    for page in PAGES:
        shown |= set(re.findall(r"img/([\w-]+\.png)", page.read_text(encoding="utf-8")))
    assert taken == kept == shown


def test_data_model_page_is_up_to_date():
    assert data_model.PAGE.read_text(encoding="utf-8") == data_model.page(), "run `make model`"


def test_page_of_what_a_vedtak_is_checked_for_is_up_to_date():
    assert vedtak_checks.PAGE.read_text(encoding="utf-8") == vedtak_checks.page(), (
        "run `make model`"
    )
