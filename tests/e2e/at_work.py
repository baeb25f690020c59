"""One person at work in the browser."""

from __future__ import annotations

import io
import re

from pypdf import PdfReader


class Browser:
    """One person at work in the browser: goes, presses, writes, and looks at every page.

    `axe` finds accessibility errors; without it they are not looked for.
    """

    def __init__(self, page, axe, who: str) -> None:
        self.page, self.axe, self.who = page, axe, who
        self.errors: list[str] = []

    def look(self) -> None:
        """No accessibility error, no sideways scrolling, no script that failed."""
        where = f"{self.who} {self.page.url.split('/', 3)[-1]}"
        self.errors += [f"{where}: {error}" for error in self.axe(self.page)] if self.axe else []
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            self.errors.append(f"{where}: {wide} px wider than the screen")
        self.errors += [f"{where}: {error}" for error in self.page.errors]
        self.page.errors.clear()

    def go(self, url: str) -> None:
        self.page.goto(url)
        self.look()

    def press(self, name: str, role: str = "button") -> None:
        """Press a button, and look at what it leads to."""
        found = self.main.get_by_role(role, name=name)
        assert found.count(), f"No {role} «{name}» on {self.page.url}: {self.text}"
        with self.page.expect_navigation():
            found.first.click()
        self.look()

    def follow(self, name: str) -> None:
        self.press(name, role="link")

    def refused(self, name: str, *sentences: str) -> None:
        """Press a button too early: the form comes again, says what is missing, and is whole."""
        self.press(name)
        for sentence in sentences:
            assert sentence in self.text, sentence
        assert self.main.get_by_role("heading", name="Rett").first.is_visible()

    def write(self, **fields: str) -> None:
        """Fill fields by name: texts, selects by what they show."""
        for name, value in fields.items():
            field = self.main.locator(f"[name={name}]:visible").first
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)

    def pick(self, *labels: str) -> None:
        """Choose cards, chips and boxes by what they say."""
        for label in labels:
            choice = self.main.get_by_label(label, exact=True).and_(self.main.locator("input"))
            choice.first.check(force=True)

    def tab_to(self, name: str, value: str = "") -> None:
        """Press Tab until the field, link or button of that name has the focus."""
        for _press in range(120):
            self.page.keyboard.press("Tab")
            found = self.page.evaluate(
                "([name, value]) => { const at = document.activeElement;"
                " const right = at.name ? at.name === name : at.innerText.includes(name);"
                " return right && (!value || at.value === value || at.type === 'radio'); }",
                [name, value],
            )
            if found:
                return
        raise AssertionError(f"The keyboard does not reach {name} on {self.page.url}")

    def type(self, **fields: str) -> None:
        """Fill fields by name with the keyboard alone, in the order of the page."""
        for name, value in fields.items():
            self.tab_to(name)
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(value)

    def keys(self, keys: str) -> None:
        """Press keys that lead to a page, and look at it."""
        with self.page.expect_navigation():
            self.page.keyboard.press(keys)
        self.look()

    def pdf(self, name: str) -> str:
        """The text of the PDF behind a link."""
        url = self.main.get_by_role("link", name=name).first.get_attribute("href")
        answer = self.page.request.get(url)
        assert answer.headers["content-type"] == "application/pdf"
        pages = PdfReader(io.BytesIO(answer.body())).pages
        return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))

    @property
    def main(self):
        return self.page.locator("main")

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", self.main.inner_text())
