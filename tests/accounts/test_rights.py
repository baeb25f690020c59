"""Every right is on the page «Rettigheter» and in docs/access-matrix.md, as the code decides."""

from __future__ import annotations

import inspect
from types import SimpleNamespace

import pytest
from django.urls import get_resolver, reverse

from accounts.access import rights
from accounts.enums import CASE_ROLES, RoleKind
from allocation.perms import can_approve_minutes, can_decline_class
from casework.follow_up.perms import can_finish_handover
from casework.vedtak.perms import can_recall_vedtak
from scripts import access_matrix
from tests.factories import UserFactory
from tests.urls_table import TABLE

ALL = {right.key: right for right in rights.all_rights()}
# What a `perms.py` has beside rights: facts about a user, and who may be given something.
BESIDE = ("is_", "has_", "have_", "not_", "with_", "visible_")
FUNCTIONS = [function for module in rights.modules() for function in rights.functions(module)]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_every_function_of_perms_says_its_rule_and_every_right_its_words(function):
    rule = inspect.getdoc(function)
    assert rule, "say who may"
    if rights.IS_RIGHT.fullmatch(function.__name__):
        assert rights.WORDS.search(rule), "end the docstring with «Rett: … (…).»"
        return
    returns = str(inspect.signature(function).return_annotation)
    named = function.__name__.startswith(BESIDE)
    assert named or "bool" not in returns, "a right is called can_… or sees_…"


@pytest.mark.parametrize("module", rights.modules(), ids=lambda one: one.__name__)
def test_every_perms_says_its_area(module):
    assert rights.AREA.search(module.__doc__)


@pytest.mark.parametrize("right", ALL.values(), ids=list(ALL))
def test_what_the_roles_do_not_decide_has_a_condition_in_words(right):
    assert right.condition or None not in right.answers.values(), right.answers


def test_the_administrator_opens_no_person_and_no_case():
    mine = {key for key, right in ALL.items() if right.answers[RoleKind.SYSTEM_ADMIN] is not False}
    # Whoever is responsible for an agreement with a provider follows it up.
    assert {key.split(".")[0] for key in mine} <= {"accounts", "housing"}


@pytest.mark.parametrize(
    ("key", "always", "sometimes"),
    [
        ("casework.log.perms.can_read_cases", set(CASE_ROLES), set()),
        ("casework.vedtak.perms.can_approve_vedtak", set(), {RoleKind.APPROVER}),
        (
            "casework.follow_up.perms.can_take_handover",
            set(),
            set(CASE_ROLES),
        ),
        (
            "casework.persons.perms.can_set_protection",
            set(),
            {RoleKind.CASEWORKER, RoleKind.APPROVER},
        ),
        ("accounts.perms.can_confirm_role", set(), {RoleKind.MANAGER, RoleKind.PRIVACY_OFFICER}),
        ("peers.perms.can_log", {RoleKind.PEER}, set()),
    ],
)
def test_roles_are_read_from_the_code(key, always, sometimes):
    answers = ALL[key].answers
    assert {kind for kind, answer in answers.items() if answer} == always
    assert {kind for kind, answer in answers.items() if answer is None} == sometimes


def test_who_may_open_a_page_is_who_the_matrix_says():
    """The page's own right, against the table of what each role gets when it asks."""
    compared = 0
    for name, row in TABLE.items():
        right = getattr(_view(name), "right", None)
        words = ALL.get(f"{right.__module__}.{right.__name__}") if right else None
        if words is None or not row.roles:
            continue
        may = {kind for kind, answer in words.answers.items() if answer is not False}
        assert set(row.roles) <= may, name
        compared += 1
    assert compared > 50


def _view(name: str):
    app, _colon, short = name.partition(":")
    resolver = get_resolver()
    if app in resolver.namespace_dict:
        resolver = resolver.namespace_dict[app][1]
    for pattern in resolver.url_patterns:
        if getattr(pattern, "name", None) == short:
            return pattern.callback
    return None


def test_access_matrix_is_up_to_date():
    written = access_matrix.PAGE.read_text(encoding="utf-8")
    assert written == access_matrix.page(), "run `python -m scripts.access_matrix`"


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["leder", "personvernombud", "systemadministrator"])
def test_page_has_a_row_for_every_right_and_a_column_for_every_role(login, role):
    page = login(role).get(reverse("accounts:rights")).content.decode()
    assert page.count('<th scope="row">') == len(ALL)
    for kind in RoleKind:
        assert str(kind.label) in page
    assert "ikke skrevet av en selv, ikke inhabil" in page


@pytest.mark.django_db
def test_a_role_that_has_ended_gives_nothing_on_what_was_begun_with_it():
    gone = UserFactory()
    begun = SimpleNamespace(
        is_submitted=True,
        drafted_by_id=gone.pk,
        acknowledged_by_id=gone.pk,
        chair_id=gone.pk,
        set_by_id=gone.pk,
    )
    for right in (can_recall_vedtak, can_finish_handover, can_approve_minutes, can_decline_class):
        assert not right(gone, begun)
