"""The strict environment every test runs in (see also `filterwarnings` in pyproject.toml)."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from common.database_roles import APPLICATION
from scripts import services

# Processes started by a test also run in test mode.
os.environ["VARIG_MODE"] = "test"


class UndefinedVariable(str):
    """Makes a template fail when it names a missing variable, instead of printing nothing.

    Django renders `string_if_invalid % name`; this object raises instead. Django does not use it
    inside `{% if %}` and before `|default`, so templates can still test for a missing value.
    """

    def __contains__(self, item: object) -> bool:
        return item == "%s"

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"The template uses a variable that is not defined: {name}")


# A run says the same twice. New examples are looked for with `--hypothesis-profile=explore`.
hypothesis_settings.register_profile("explore", derandomize=False, deadline=None)
hypothesis_settings.register_profile("same", derandomize=True, deadline=None, database=None)
hypothesis_settings.load_profile("same")


def pytest_configure(config: pytest.Config) -> None:
    if not os.environ.get("DATABASE_URL") and not services.running():
        raise pytest.UsageError("The services are not running: `make services` first.")


def pytest_collection_finish() -> None:
    # What is loaded by now stays: the collector need not go through it again (a tenth of a run).
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(trylast=True)  # after the order was made random
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the long tests first: a long test started last would leave one core idle."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Copy the test databases from one that is already migrated."""
    from django.conf import settings

    from scripts.local_database import migrated_template

    database = settings.DATABASES["default"]
    names = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    where = {ours: database[theirs] for theirs, ours in names.items() if database[theirs]}
    database["TEST"]["TEMPLATE"] = migrated_template(dbname="postgres", **where)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Every test acts as the application's user, who owns nothing (ADR 16), and is in Solvær.

    Only making a test's own tables and emptying all between tests (`as_owner`) take more.
    """
    from django.apps import apps
    from django.db.models.signals import post_migrate

    from accounts.models import Municipality
    from casework.letters.defaults import STATE_BODIES

    # Solvær is in a county of its own, so that every letter has an address for its appeals.
    STATE_BODIES["99"] = ("Solvær", "Postboks 99", "9990 Solvær")

    def in_solvaer(**kwargs: Any) -> None:
        # A new installation does not know its municipality; a test with real transactions leaves
        # a new one behind.
        here = Municipality.objects.get()
        here.name, here.number, here.address = "Solvær kommune", "9999", "Torget 1, 9990 Solvær"
        here.save()

    with django_db_blocker.unblock():
        in_solvaer()
    post_migrate.connect(in_solvaer, sender=apps.get_app_config("accounts"), weak=False)
    from django.db import connection
    from django.db.backends.postgresql.operations import DatabaseOperations

    options = connection.settings_dict["OPTIONS"]
    before = dict(options)
    options["options"] = f"{before.get('options', '')} -c role={APPLICATION}".strip()
    connection.close()

    def flush(self: DatabaseOperations, statements: list[str]) -> None:
        empty(self, ["SET LOCAL ROLE NONE", *statements])

    with pytest.MonkeyPatch.context() as patch:
        empty = DatabaseOperations.execute_sql_flush
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush)
        yield
    connection.close()
    options.clear()
    options.update(before)


@pytest.fixture
def as_owner(db: None) -> Callable[[], AbstractContextManager[None]]:
    """`with as_owner():` act as the one who runs migrations and may do anything."""
    from django.db import connection

    @contextmanager
    def owner() -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE NONE")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {APPLICATION}")

    return owner


@pytest.fixture(autouse=True, scope="session")
def undefined_variables_fail() -> None:
    from django.template import engines

    engines["django"].engine.string_if_invalid = UndefinedVariable()


@pytest.fixture(autouse=True)
def clean_cache() -> None:
    """Clear the cache, so that rate limits do not carry over to the next test."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def today():
    """The date in Oslo, as the code under test sees it."""
    from django.utils import timezone

    return timezone.localdate()


@pytest.fixture
def login(db):
    """`login("leder")` or `login(RoleKind.MANAGER, sees_protected=True)`: a signed-in client.

    The client's user is `client.user`. `login()` signs in somebody without a role, and
    `login(user=user)` a user you made.
    """
    from django.test import Client

    from tests.factories import UserFactory

    def sign_in(role: str | None = None, *, user=None, **kwargs):
        client = Client()
        client.user = user or UserFactory(role=role, **kwargs)
        client.force_login(client.user)
        return client

    return sign_in


@pytest.fixture
def as_caseworker(login):
    return login("saksbehandler")


@pytest.fixture
def as_approver(login):
    return login("beslutter")


@pytest.fixture
def as_manager(login):
    return login("leder")


@pytest.fixture(autouse=True)
def unordered_is_shuffled(monkeypatch) -> None:
    from tests.unordered import shuffle_unordered

    shuffle_unordered(monkeypatch)


@pytest.fixture(autouse=True)
def locks_in_order(request):
    """Rows are locked in one order, whatever the test is about (docs/adr/0006)."""
    if not (request.node.get_closest_marker("django_db") or "db" in request.fixturenames):
        yield
        return
    from django.db import connection

    from tests.lock_order import checked

    request.getfixturevalue("db")
    if not connection.in_atomic_block:  # its transactions are real ones, side by side
        yield
        return
    with checked():
        yield
