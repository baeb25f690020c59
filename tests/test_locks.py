"""Two simultaneous actions wait for each other and never deadlock (docs/adr/0006)."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from casework.appeals import actions as appeals
from casework.applications.actions import applications, intake
from casework.assessment.actions.statements import _lock_statement
from casework.log import flags
from casework.log.enums import (
    AppealState,
    ApplicationState,
    FlagKind,
    MemberRelation,
    ReversalGround,
)
from casework.log.event_kinds import CaseEvent
from casework.models import Application, Event, Note, Person, UnitTransfer
from casework.persons import kept_record
from casework.persons.actions import merging, notes, persons
from casework.vedtak import actions as vedtaks
from common.errors import RuleBroken
from stays.leases.actions import locked_lease
from tests.factories import (
    AppealFactory,
    ApplicationFactory,
    FlagFactory,
    LeaseFactory,
    OrganisationUnitFactory,
    PersonFactory,
    UserFactory,
    VedtakFactory,
    today,
)
from tests.factories_intake import MissingPaperFactory
from tests.factories_statements import StatementFactory

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
    is seen to wait. What either raises is raised here, but
    for a refusal in words."""
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
            # The second may be told what the first did; it is not to wait for ever, or die.
            with connection.execute_wrapper(stop), suppress(RuleBroken):
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
    "_fetch_late_rows",
    "_locked",
    "_locked_search",
    "_end_rebuilding",
    "_versions",
    "cancel_lease",
    "change_dimension",
    "end_dimension",
    "end_open",
    "locked_stay",
    "put_members_back",
    "remove_item",
    "take_back",
    "undo_separation",
}


def sources() -> list[Path]:
    ours = [Path(app.path) for app in apps.get_app_configs()]
    return [path for app in ours if app.parent == settings.BASE_DIR for path in app.rglob("*.py")]


HELPERS = ("locked", "locked_rows")  # of common.locking


def test_lock_covers_one_table_and_does_not_block_foreign_keys():
    strong = set()
    for path in sources():
        source = path.read_text()
        if path.name == "locking.py":
            continue
        for function in ast.walk(ast.parse(source)):
            if not isinstance(function, ast.FunctionDef):
                continue
            for call in ast.walk(function):
                if not isinstance(call, ast.Call):
                    continue
                deletes = any(each.arg == "no_key" for each in call.keywords)
                if ast.unparse(call.func) in HELPERS and deletes:
                    strong.add(function.name)
                if ast.unparse(call.func).endswith(".select_for_update"):
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


# ------------------------------------------------------------------ the one who comes second


def after(first: Action, second: Action) -> None:
    """Run `second` while the transaction of `first` is still open, and end that when `second` is
    seen to wait for it, or is done. What `second` raises is raised here."""
    pid: list[int] = []

    def run() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pid.append(cursor.fetchone()[0])
            second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            running = pool.submit(run)
            with connection.cursor() as cursor:
                for _time in range(500):
                    cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", pid or [0])
                    if cursor.fetchone()[0] or running.done():
                        break
                    wait([running], timeout=0.01)
        running.result(timeout=20)


def merged(person: Person) -> tuple[Person, Action]:
    survivor, by = PersonFactory(), UserFactory(caseworker=True)
    return survivor, lambda: merging.merge_persons(
        survivor=survivor,
        loser=person,
        from_loser=[],
        reason="Samme person.",
        by=by,
        at=timezone.now(),
    )


def sent_on(application: Application) -> Action:
    unit = OrganisationUnitFactory(name=f"Enhet {uuid4()}")
    by = UserFactory(caseworker=True)
    return lambda: applications.send_to_unit(
        application=application, unit=unit, reason="Flyttet.", by=by, at=timezone.now()
    )


def the_second(case: Application, by: User, at: datetime) -> dict[str, Action]:
    """What another does with a case or its person."""
    vedtak = case.vedtak.first()
    paper = None if vedtak else MissingPaperFactory(application=case)
    lease = LeaseFactory(application=case) if case.state == ApplicationState.DECIDED else None
    statement = StatementFactory(person=case.person, application=case)
    return {
        "withdraw": lambda: applications.withdraw(
            application=case, reason="Fant bolig.", by=by, at=at
        ),
        "take": lambda: applications.start_assessing(application=case, by=by, at=at),
        "send": sent_on(case),
        "appeal": lambda: appeals.register_appeal(
            vedtak=vedtak, received_on=today(), words="Jeg klager.", by=by, at=at
        ),
        "paper": lambda: intake.receive_paper(paper=paper, received_on=today(), by=by, at=at),
        "lease": lambda: locked_lease(lease),
        "statement": lambda: _lock_statement(statement),
        "note": lambda: notes.write_note(
            person=case.person, observation="Ringte.", quotation="", is_contact=False, by=by, at=at
        ),
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["merge", "send"])
def test_who_comes_second_meets_no_error_and_writes_on_the_record_kept(first):
    """The row that was waited for has got another person or unit: it was gone from the answer."""
    wrong = []
    decided = ("appeal", "lease") if first == "merge" else ()  # what is decided is not sent on
    for name in ("withdraw", "take", "send", "paper", "statement", "note", *decided):
        case = ApplicationFactory(granted=name in decided)
        by = UserFactory(caseworker=True)
        second = the_second(case, by, timezone.now())[name]
        survivor, merge = merged(case.person)

        def do(second=second) -> None:
            with transaction.atomic(), suppress(RuleBroken):
                second()

        try:
            after(merge if first == "merge" else sent_on(case), do)
        except Exception as error:
            wrong.append(f"{first}, then {name}: {error!r}")
        if first == "merge":
            left = {
                field.model.__name__
                for field in kept_record.relations()
                if field.model._base_manager.filter(**{field.name: case.person_id}).exists()
            }
            wrong += [f"{name}: {left} left on the merged record"] if left else []
            assert Person.objects.get(pk=case.person_id).merged_into_id == survivor.pk
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db(transaction=True)
def test_what_is_written_while_a_merge_goes_on_is_fetched_when_it_is_saved():
    """A note begun before the merge is saved, and ended after."""
    person, by = PersonFactory(), UserFactory(caseworker=True)
    survivor, merge = merged(person)

    def write() -> None:
        notes.write_note(
            person=person,
            observation="Ringte.",
            quotation="",
            is_contact=False,
            by=by,
            at=timezone.now(),
        )

    after(write, merge)
    assert Note.objects.get().person == survivor
    assert Event.objects.filter(kind=CaseEvent.NOTE).get().person == survivor


def test_no_row_is_locked_by_a_statement_that_joins():
    """`common.locking`: a joined row is as it was before the wait."""
    found = []
    for path in sources():
        source = path.read_text()
        if "select_for_update" not in source or path.name == "locking.py":
            continue
        tree = ast.parse(source)
        inside = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "select_for_update":
                chain: ast.AST = node
                while isinstance(inside.get(chain), ast.Attribute) or (
                    isinstance(inside.get(chain), ast.Call) and inside[chain].func is chain
                ):
                    chain = inside[chain]
                if "select_related" in (said := ast.unparse(chain)) or ".get(" in said:
                    found.append(f"{path.relative_to(settings.BASE_DIR)}:{node.lineno} {said}")
    assert not found, "Use common.locking:\n" + "\n".join(found)
