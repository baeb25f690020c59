"""The words of letters are in one place, all of them in both language forms."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.utils.text import capfirst

from casework.letters.words import _read, leaves, words
from casework.log.enums import (
    AppealSender,
    ApplicationKind,
    DismissalGround,
    LanguageForm,
    Outcome,
    SupportNeed,
)
from housing.enums import Staffing, UnitType

NB, NN = (_read(str(form)) for form in (LanguageForm.BOKMAL, LanguageForm.NYNORSK))


def test_every_word_is_in_both_languages():
    nb, nn = dict(leaves(NB)), dict(leaves(NN))
    assert nb.keys() == nn.keys()
    assert all(text.strip() for text in (*nb.values(), *nn.values()))


def test_placeholders_are_the_same_in_both_languages():
    def filled(text: str) -> list[str]:
        return sorted(name for _text, name, _spec, _conv in string.Formatter().parse(text) if name)

    nn = dict(leaves(NN))
    differ = [way for way, text in leaves(NB) if filled(text) != filled(nn[way])]
    assert not differ


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("letter", "table", "values"),
    [
        ("unit_types", None, UnitType),
        ("vedtak", "outcomes", Outcome),
        ("interim", "kinds", ApplicationKind),
        ("appeal", "sender", AppealSender),
        ("appeal", "grounds", DismissalGround),
        ("appeal_file", "kinds", ApplicationKind),
        ("appeal_file", "staffings", Staffing),
        ("appeal_file", "support", SupportNeed),
    ],
)
def test_every_choice_has_a_text(letter, table, values):
    found = words(letter, "nn")
    assert set(found[table] if table else found) == set(map(str, values.values))


@pytest.mark.parametrize(
    ("found", "values"),
    [
        (NB["unit_types"], UnitType),
        (NB["appeal_file"]["kinds"], ApplicationKind),
        (NB["appeal_file"]["staffings"], Staffing),
        (NB["appeal_file"]["support"], SupportNeed),
    ],
)
def test_bokmal_letter_uses_the_words_of_the_screen(found, values):
    shown = {str(value): label for value, label in values.choices}
    assert {key: capfirst(word) for key, word in found.items()} == shown


LANGUAGES = {"'nb'", "'nn'", "NB", "NN", "LanguageForm.BOKMAL", "LanguageForm.NYNORSK"}
WORD = re.compile(r"[a-zæøå]{3,}")


def choosing_words(tree: ast.AST) -> Iterator[ast.AST]:
    """Code that chooses words by language: a dictionary, a condition, a replaced word."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            if len({ast.unparse(key) for key in node.keys if key} & LANGUAGES) > 1:
                yield node
        elif isinstance(node, ast.IfExp):
            texts = [each for each in (node.body, node.orelse) if isinstance(each, ast.Constant)]
            asked = ast.unparse(node.test)
            if len(texts) == 2 and any(
                re.search(rf"(?<![\w']){re.escape(each)}(?![\w'])", asked) for each in LANGUAGES
            ):
                yield node
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            given = [each.value for each in node.args if isinstance(each, ast.Constant)]
            if node.func.attr == "replace" and all(
                isinstance(each, str) and WORD.fullmatch(each) for each in [*given, ""][:2]
            ):
                yield node


def test_no_code_chooses_words_by_language():
    ours = [Path(app.path) for app in apps.get_app_configs()]
    found = [
        f"{path.relative_to(settings.BASE_DIR)}:{node.lineno}"
        for app in ours
        if app.parent == settings.BASE_DIR
        for path in app.rglob("*.py")
        for node in choosing_words(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not found


@pytest.mark.parametrize(
    "code",
    [
        "TEXTS = {NB: 'ja', NN: 'jau'}",
        "{'nb': {'title': 'Svar'}, 'nn': {'title': 'Svar'}}",
        "word = 'ikkje' if language == NN else 'ikke'",
        "size = size.replace('uten', 'utan')",
    ],
)
def test_search_finds_code_that_chooses_words_by_language(code):
    assert list(choosing_words(ast.parse(code)))
