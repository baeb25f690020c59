"""Rules for the whole project, checked on its models, templates and texts."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
APPS = tuple(
    "common accounts housing casework stays allocation peers desk insight demo scenarios".split()  # noqa: SIM905
)
OURS = [
    model
    for model in apps.get_models()
    if model._meta.app_label in APPS and not model.__name__.startswith("Historical")
]


def label(model: type[models.Model]) -> str:
    return model._meta.label


# ------------------------------------------------------------------ time and author

# Fields `x_at` without an `x_by`, and why.
AT_WITHOUT_BY = {
    "accounts.LogSeal.sealed_at": "by the job",
    "accounts.Submission.at": "has its `user`",
    "accounts.Draft.saved_at": "has its `user`",
    "accounts.JobRun.started_at": "done by the clock, or by a command",
    "accounts.JobRun.ended_at": "done by the clock, or by a command",
    "accounts.FileImport.ended_at": "done by the job, for who said yes",
    "allocation.AllocationMeeting.starts_at": "a planned time, not an action",
    "allocation.Consideration.considered_at": "weighed by the meeting its item belongs to",
    "casework.Application.received_at": "done by the sender, in `sender`",
    "casework.Vedtak.saved_at": "only who drafts it saves it, `drafted_by`",
    "casework.StoredFile.made_at": "the letter or meeting it belongs to says by whom",
}


def times_of_actions() -> list[tuple[type[models.Model], str]]:
    return [
        (model, field.name)
        for model in OURS
        for field in model._meta.local_fields
        if isinstance(field, models.DateTimeField) and field.name.endswith("_at")
    ]


def fields_in(condition: models.Q) -> set[str]:
    names: set[str] = set()
    for child in condition.children:
        if isinstance(child, models.Q):
            names |= fields_in(child)
        else:
            names.add(child[0].split("__")[0])
    return names


@pytest.mark.parametrize(("model", "at"), times_of_actions(), ids=str)
def test_every_action_has_both_time_and_author(model, at):
    """An `x_at` and its `x_by` are both required, or bound by a check constraint (style 7)."""
    name = f"{label(model)}.{at}"
    if name in AT_WITHOUT_BY:
        return
    by = at.removesuffix("_at") + "_by"
    fields = {field.name: field for field in model._meta.local_fields}
    assert by in fields, f"{name} has no {by}; add it, or a reason to AT_WITHOUT_BY"
    if not fields[at].null and not fields[by].null:
        return
    bound = [
        constraint
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
        and {at, by} <= fields_in(constraint.condition)
    ]
    assert bound, f"Nothing binds {name} to {by}: add a CheckConstraint"


def test_no_exception_is_listed_for_a_removed_field():
    there = {f"{label(model)}.{at}" for model, at in times_of_actions()} | {
        "accounts.Submission.at"
    }
    assert set(AT_WITHOUT_BY) <= there


# ------------------------------------------------------------------ models

# Models without history, and why.
WITHOUT_HISTORY = {
    "casework.AdvanceNotice": "sent once and answered once; the letter and both are on it",
    "accounts.AccessEvent": "append-only: it is the log",
    "accounts.RoleProposal": "answered once; every step is an AccessEvent",
    "accounts.Departure": "planned once, carried out once; both are on it",
    "accounts.FileImport": "its rows are the log of uploads",
    "accounts.FlagDay": "the latest day of a kind of flag, kept by its job",
    "accounts.JobRun": "is a log",
    "accounts.LogRemoval": "append-only by trigger",
    "accounts.LogSeal": "append-only by trigger",
    "accounts.ReadLog": "append-only by trigger",
    "accounts.Submission": "a token, thrown away",
    "accounts.User": "roles have history; what a user may do is there",
    "allocation.Attendance": "frozen in the minutes",
    "allocation.Consideration": "frozen inputs of a decision",
    "allocation.ItemDisqualification": "declared once, frozen in the minutes",
    "casework.ChoiceAlternative": "written once, with its talk",
    "casework.AssessmentAnswer": "an assessment is never overwritten",
    "casework.CaseCounter": "a counter",
    "casework.Disqualification": "declared once",
    "casework.Event": "is history",
    "casework.Flag": "raised and closed by jobs; its closing is on it",
    "housing.AgreementFlag": "raised and closed by jobs; its closing is on it",
    "casework.Household": "its members have it",
    "casework.HousingAnswer": "an assessment is never overwritten",
    "casework.Letter": "frozen",
    "casework.LetterCopy": "frozen",
    "accounts.Draft": "what is typed, thrown away when it is sent",
    "casework.MissingPaper": "asked for once, received once",
    "casework.PaperRequest": "a letter that was sent",
    "casework.UnitTransfer": "sent once, acknowledged once; both are on it",
    "casework.Death": "registered once, undone once; both are on it",
    "casework.HouseholdSplit": "registered once, undone once; both are on it",
    "casework.NumberClaim": "asked once, answered once; both are on it",
    "casework.PersonMerge": "written once, undone once; both are on it",
    "casework.NeedToKnow": "said once",
    "casework.StoredFile": "frozen by trigger",
    "casework.Transition": "is history",
    "casework.VedtakOutcome": "frozen with the vedtak, whose history has the moves",
    "stays.VoidedStay": "written once; the stay it was has its history",
    "housing.Area": "a name in a list",
    "housing.StockExport": "its rows are the log of what was taken out",
}


@pytest.mark.parametrize("model", OURS, ids=label)
def test_every_model_has_a_norwegian_name(model):
    if label(model) in ("accounts.Submission", "casework.CaseCounter"):
        return  # never on screen
    default = re.sub(r"(?<!^)([A-Z])", r" \1", model.__name__).lower()
    allowed = {"vedtak", "person"}  # the same in both languages
    name = str(model._meta.verbose_name)
    assert name != default or name in allowed, f"{label(model)} has no verbose_name"


@pytest.mark.parametrize("model", OURS, ids=label)
def test_every_model_keeps_its_history_or_says_why_not(model):
    has = hasattr(model, "history")
    assert has or label(model) in WITHOUT_HISTORY, f"{label(model)}: history, or a reason"
    assert not (has and label(model) in WITHOUT_HISTORY), f"{label(model)}: drop the reason"


def test_every_choice_fits_its_column():
    for model in OURS:
        for field in model._meta.local_fields:
            if field.choices and isinstance(field, models.CharField):
                longest = max(len(str(value)) for value, _label in field.flatchoices)
                assert longest <= field.max_length, f"{label(model)}.{field.name}"


def test_every_constraint_has_a_unique_name():
    names = [constraint.name for model in OURS for constraint in model._meta.constraints]
    assert len(names) == len(set(names))
    assert all(len(name) <= 63 for name in names)


# ------------------------------------------------------------------ actions

ACTIONS = [
    path
    for app in APPS
    for path in (ROOT / app).rglob("*.py")
    if "actions" in (path.stem, path.parent.name) and path.stem != "__init__"
]


@pytest.mark.parametrize("path", ACTIONS, ids=lambda path: str(path.relative_to(ROOT)))
def test_action_has_named_arguments_and_is_atomic(path):
    """A function with `by` is an action: keyword-only after its object, and atomic."""
    for function in ast.parse(path.read_text()).body:
        if not isinstance(function, ast.FunctionDef) or function.name.startswith("_"):
            continue
        keywords = {argument.arg for argument in function.args.kwonlyargs}
        positional = [argument.arg for argument in function.args.args]
        assert "by" not in positional, f"{path.stem}.{function.name}: `by` is keyword-only"
        if "by" not in keywords or function.name.startswith("check_"):
            continue
        assert len(positional) <= 1, f"{path.stem}.{function.name} takes {positional} by place"
        decorators = " ".join(ast.unparse(one) for one in function.decorator_list)
        assert "atomic" in decorators, f"{path.stem}.{function.name} is not @transaction.atomic"


# ------------------------------------------------------------------ templates

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# Used by name by Django, allauth or crispy-forms, not by us.
ASKED_FOR_BY_OTHERS = (
    "account/",
    "mfa/",
    "socialaccount/",
    "allauth/",
    "designsystemet/",
    "django/",
)
BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "templates").as_posix()


def sources() -> str:
    files = [path for app in (*APPS, "config") for path in (ROOT / app).rglob("*.py")]
    return "\n".join(path.read_text() for path in [*files, *TEMPLATES])


def test_every_template_is_used():
    text = sources()
    unused = [
        name
        for path in TEMPLATES
        if not (name := name_of(path)).startswith(ASKED_FOR_BY_OTHERS)
        and name not in BY_DJANGO
        and f'"{name}' not in text
        and f"'{name}" not in text
        # Components are rendered by their tags, with their short name.
        and not (name.startswith("components/") and f'"{path.stem}"' in text)
    ]
    assert not unused, f"Unused templates: {unused}"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_can_be_parsed(path):
    get_template(name_of(path))


INLINE = {
    "a script with its code in the page": r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>",
    "a style element": r"<style\b",
    "a style attribute": r"<[a-z][^>{]*\sstyle\s*=",
    "an event attribute": r"<[a-z][^>{]*\son[a-z]+\s*=\s*[\"']",
    "a javascript address": r"javascript:",
    "htmx code in an attribute": r"\shx-on[:-]",
}


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_template_has_inline_code_or_style(path):
    """The content security policy refuses them (style 10)."""
    text = path.read_text()
    for what, pattern in INLINE.items():
        assert not re.search(pattern, text), f"{name_of(path)} has {what}"


def test_page_has_no_inline_code(client):
    assert "unsafe" not in str(settings.CONTENT_SECURITY_POLICY)


BLOCKS = re.compile(
    r"{%\s*(blocktranslate|blocktrans|comment)\b.*?{%\s*end\1\s*%}|{#.*?#}", re.DOTALL
)
CODE = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
TAGS = re.compile(r"<(script|style|kbd|svg)\b.*?</\1>|<[^>]*>", re.DOTALL)
# Two words in a row, or one with a Norwegian letter, are shown to users.
READ = re.compile(r"[A-Za-zÆØÅæøå]{2,}[ ,]+[A-Za-zæøå]{2,}|[A-Za-z]*[æøåÆØÅ][a-zæøå]{2,}")
NOT_TRANSLATED = {
    "common/components.html": "seen by those who build Varig only",
}


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_text_is_marked_for_translation(path):
    if name_of(path) in NOT_TRANSLATED:
        return
    text = TAGS.sub("\n", CODE.sub(" ", BLOCKS.sub("\n", path.read_text())))
    loose = [found.group() for line in text.splitlines() if (found := READ.search(line))]
    assert not loose, f"{name_of(path)}: use {{% translate %}} for {loose}"


# ------------------------------------------------------------------ words

# «vellykket» praises the machine; the others name people by their type of place (need H7).
FORBIDDEN = re.compile(r"vellykk|rusbolig|nødbolig", re.IGNORECASE)
# Files where the words must be, to refuse or remove them.
MAY_NAME_THEM = {"housing/defaults.py"}


def texts() -> list[Path]:
    found = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    found += [
        path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".typ", ".txt")
    ]
    found += [*(ROOT / "static").glob("*.js"), *(ROOT / "locale").rglob("*.po")]
    return found


def test_no_text_uses_banned_words():
    found = [
        f"{path.relative_to(ROOT)}: {hit.group()}"
        for path in texts()
        if path.relative_to(ROOT).as_posix() not in MAY_NAME_THEM
        and (hit := FORBIDDEN.search(path.read_text()))
    ]
    assert not found


def test_no_view_shows_the_text_of_an_exception_it_did_not_write():
    """`str(error)` of Exception, ValueError or IntegrityError is never shown on a page."""
    wrong = []
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if "views" not in path.as_posix():
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.ExceptHandler) or node.name is None or not node.type:
                    continue
                caught = ast.unparse(node.type)
                body = "\n".join(ast.unparse(one) for one in node.body)
                bare = re.search(r"\b(Exception|ValueError|IntegrityError|KeyError)\b", caught)
                if bare and f"str({node.name})" in body:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong
