"""Intake by keyboard alone: how many keys and fields it takes, counted and printed (C5)."""

from __future__ import annotations

import pytest

from accounts.models import Draft
from casework.models import Application
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


class Keyboard:
    """Hands that never leave the keyboard. Every key is counted; a field when it is filled."""

    def __init__(self, page) -> None:
        self.page, self.keys, self.fields = page, 0, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def go(self, *keys: str) -> None:
        """Keys that lead to another page."""
        with self.page.expect_navigation():
            self.press(*keys)

    def at(self) -> str:
        return self.page.evaluate("document.activeElement.name || ''")

    def to(self, name: str) -> None:
        """Tab forward to a field."""
        for _each in range(30):
            if self.at() == name:
                return
            self.press("Tab")
        pytest.fail(f"No way to {name} with the Tab key; at {self.at()}")

    def write(self, name: str, text: str) -> None:
        self.to(name)
        self.page.keyboard.type(text)
        self.keys += len(text)
        self.fields += 1

    def choose(self, name: str, downs: int = 0) -> None:
        """The first of a group of radios, or so many further down."""
        self.to(name)
        self.press("Space", *["ArrowDown"] * downs)
        self.fields += 1


@pytest.fixture
def keyboard(open_page):
    user = UserFactory(caseworker=True, full_name="Ingrid Strand")
    page = open_page(user=user)
    page.goto("/")
    page.wait_for_load_state()
    hands = Keyboard(page)
    yield hands
    assert not page.errors


def test_a_whole_application_by_keyboard_alone(keyboard, capsys):
    """From Min dag: a new person, and what they apply for, in their own words."""
    hands, words = keyboard, "Vil ha egen dør."
    hands.go("g", "r")
    hands.write("first_name", "Ada")
    hands.write("last_name", "Nord")
    hands.choose("id_kind", downs=2)  # not known
    hands.write("birth_date", "040590")
    hands.to("soknad")
    hands.go("Enter")
    hands.choose("kind")
    hands.write("words", words)
    hands.choose("channel", downs=1)  # told at the desk
    hands.go("Control+Enter")

    case = Application.objects.get()
    assert (case.person.name, case.words, case.channel) == ("Ada Nord", words, "muntlig")
    assert not Draft.objects.exists()
    with capsys.disabled():
        print(f"\nWhole application by keyboard: {hands.keys} keys, {hands.fields} fields")
    assert hands.fields <= 7
    assert hands.keys <= 90


def test_a_place_for_tonight_by_keyboard_alone(keyboard, capsys):
    """From any page: somebody calls, and has nowhere to sleep."""
    hands, words = keyboard, "Kastet ut i dag."
    hands.go("g", "n")
    hands.write("first_name", "Bo")
    hands.write("last_name", "Dahl")
    hands.write("phone", "40000117")
    hands.choose("tonight")
    hands.write("words", words)
    hands.go("Control+Enter")

    case = Application.objects.get()
    assert (case.kind, case.tonight, case.words) == ("midlertidig", "ingen", words)
    with capsys.disabled():
        print(f"\n§ 27 by keyboard: {hands.keys} keys, {hands.fields} fields")
    assert hands.fields <= 5
    assert hands.keys <= 60


def test_what_is_typed_is_kept_when_the_page_is_left(keyboard):
    hands = keyboard
    hands.go("g", "n")
    hands.write("first_name", "Bo")
    hands.page.locator("[data-draft-status]:has-text('lagret')").wait_for()
    hands.page.goto("/")
    assert hands.page.get_by_role("heading", name="Påbegynt").is_visible()
    hands.page.get_by_role("main").get_by_role("link", name="Sted i natt (§ 27)").click()
    assert hands.page.locator("[name=first_name]").input_value() == "Bo"
