"""Two simultaneous actions wait for each other and never deadlock (docs/adr/0006)."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Barrier, BrokenBarrierError

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

from casework.appeals import actions as appeals
from casework.applications.actions import applications, intake
from casework.log import flags
from casework.log.enums import AppealState, FlagKind, MemberRelation, ReversalGround
from casework.models import UnitTransfer
from casework.persons.actions import merging, persons
from casework.vedtak import actions as vedtaks
from tests.factories import (
    AppealFactory,
    ApplicationFactory,
    FlagFactory,
    OrganisationUnitFactory,
    PersonFactory,
    UserFactory,
    VedtakFactory,
    today,
)

LOCKED = re.compile(r'FROM "(\w+)".* FOR (?:NO KEY )?UPDATE', re.DOTALL)
REASONING = (
    "Boligen er for liten, og du må ut om ti uker. Du har lett lenge. Det veier tyngst at du ikke "
    "selv kan skaffe en egnet bolig i tide."
)

Action = Callable[[], object]
# An action, and the table in which it locks a row before the other action continues.
Side = tuple[Action, str]


def at_once(*sides: Side) -> None:
    """Run the actions side by side: each stops at its lock until the other has its own too, or
    is seen to wait. What either raises is raised here."""
    together = Barrier(len(sides))

    def run(side: Side) -> None:
        action, table = side
        stopped = False

        def stop(execute, sql, params, many, context):
            nonlocal stopped
            result = execute(sql, params, many, context)
            match = LOCKED.search(sql)
            if match and match[1] == table and not stopped:
                stopped = True
                # Times out if the other action waits for this lock, as it should.
                with suppress(BrokenBarrierError):
                    together.wait(timeout=1)
            return result

        try:
            with connection.execute_wrapper(stop):
                action()
        finally:
            connection.close()
        assert stopped, f"{table} was never locked"

    with ThreadPoolExecutor(len(sides)) as pool:
        list(pool.map(run, sides))


def a_reversal():
    """A vedtak in force, an appeal against it, and a new vedtak that waits for approval."""
    application = ApplicationFactory(assessed=True)
    old = VedtakFactory(application=application, issued=True)
    new = VedtakFactory(
        application=application,
        submitted=True,
        reasoning=REASONING,
        replaces=old,
        reversal_ground=ReversalGround.APPEAL,
        reversal_reason="Klagen førte fram.",
        to_harm=False,
    )
    return old, new


def approving_and_appealing() -> tuple[Side, Side]:
    old, new = a_reversal()
    by, at = UserFactory(caseworker=True), timezone.now()
    return (
        (
            lambda: vedtaks.approve_vedtak(vedtak=new, by=new.approver, at=at),
            "casework_application",
        ),
        (
            lambda: appeals.register_appeal(
                vedtak=old, received_on=today(), words="Jeg klager.", by=by, at=at
            ),
            "casework_vedtak",
        ),
    )


def approving_and_taking_the_appeal_back() -> tuple[Side, Side]:
    old, new = a_reversal()
    appeal = AppealFactory(
        vedtak=old,
        reviewing=True,
        state=AppealState.REDRAFTING,
        new_vedtak=new,
        review="Klagen fører fram.",
        reviewed_at=timezone.now(),
        reviewed_by=new.drafted_by,
    )
    at = timezone.now()
    return (
        (
            lambda: vedtaks.approve_vedtak(vedtak=new, by=new.approver, at=at),
            "casework_application",
        ),
        (
            lambda: appeals.withdraw_appeal(
                appeal=appeal, reason="Trukket.", by=new.drafted_by, at=at
            ),
            "casework_appeal",
        ),
    )


def withdrawing_and_following_up() -> tuple[Side, Side]:
    application = ApplicationFactory()
    flag = FlagFactory(
        person=application.person,
        application=application,
        kind=FlagKind.INTERIM_REPLY,
        key=str(application.pk),
    )
    by, at = UserFactory(caseworker=True), timezone.now()
    return (
        (
            lambda: applications.withdraw(
                application=application, reason="Fant bolig.", by=by, at=at
            ),
            "casework_application",
        ),
        (lambda: flags.close(flag, by=by, at=at, note="Ringt."), "casework_flag"),
    )


def taking_a_case_and_acknowledging_it() -> tuple[Side, Side]:
    application = ApplicationFactory()
    by, at = UserFactory(caseworker=True), timezone.now()
    UnitTransfer.objects.create(
        application=application,
        from_unit=OrganisationUnitFactory(),
        to_unit=application.unit,
        reason="Flyttet.",
        sent_at=at,
        sent_by=by,
    )
    return (
        (
            lambda: applications.start_assessing(application=application, by=by, at=at),
            "casework_application",
        ),
        (
            lambda: intake.acknowledge_transfer(application=application, by=by, at=at),
            "casework_unittransfer",
        ),
    )


def taking_a_case_and_merging_its_person() -> tuple[Side, Side]:
    application = ApplicationFactory()
    by, at = UserFactory(caseworker=True), timezone.now()
    return (
        (
            lambda: applications.start_assessing(application=application, by=by, at=at),
            "casework_application",
        ),
        (
            lambda: merging.merge_persons(
                survivor=PersonFactory(),
                loser=application.person,
                from_loser=[],
                reason="Samme person.",
                by=by,
                at=at,
            ),
            "casework_person",
        ),
    )


def two_joining_each_other() -> tuple[Side, Side]:
    one, other = PersonFactory(), PersonFactory()
    by, at = UserFactory(caseworker=True), timezone.now()

    def join(head, person) -> Side:
        return (
            lambda: persons.join_household(
                head=head,
                person=person,
                facts={},
                relation=MemberRelation.OTHER,
                living="fast",
                since=today() - timedelta(days=1),
                by=by,
                at=at,
            ),
            "casework_person",
        )

    return join(one, other), join(other, one)


# If the locked row may be deleted, rows that refer to it must wait too.
MAY_DELETE = {
    "_locked",
    "_locked_search",
    "_end_rebuilding",
    "_versions",
    "cancel_lease",
    "change_dimension",
    "end_dimension",
    "end_open",
    "locked_stay",
    "remove_item",
    "take_back",
}


def sources() -> list[Path]:
    ours = [Path(app.path) for app in apps.get_app_configs()]
    return [path for app in ours if app.parent == settings.BASE_DIR for path in app.rglob("*.py")]


def test_lock_covers_one_table_and_does_not_block_foreign_keys():
    strong = set()
    for path in sources():
        source = path.read_text()
        if "select_for_update" not in source:
            continue
        for function in ast.walk(ast.parse(source)):
            if not isinstance(function, ast.FunctionDef):
                continue
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(
                    ".select_for_update"
                ):
                    given = {each.arg: ast.unparse(each.value) for each in call.keywords}
                    assert given.pop("of") == "('self',)", (path, function.name)
                    if given != {"no_key": "True"}:
                        strong.add(function.name)
    assert strong == MAY_DELETE


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "sides",
    [
        approving_and_appealing,
        approving_and_taking_the_appeal_back,
        withdrawing_and_following_up,
        taking_a_case_and_acknowledging_it,
        taking_a_case_and_merging_its_person,
        two_joining_each_other,
    ],
)
def test_two_simultaneous_actions_both_finish(sides):
    at_once(*sides())
