"""The order rows are locked in (docs/adr/0006).

`tests/conftest.py` checks it in every test that runs in a transaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# A table may be locked when nothing further down is locked already in the same transaction.
ORDER = (
    # On their own: nothing else is locked beside them.
    "accounts_roleproposal",
    "accounts_role",
    "accounts_absence",
    "accounts_user",
    "accounts_setting",
    "accounts_municipality",
    "accounts_organisationunit",
    "casework_dimension",
    "casework_legalbasis",
    "casework_standardtext",
    "casework_lettertext",
    "casework_appealbodyaddress",
    "housing_agreementflag",
    "housing_provider",
    "housing_qualityagreement",
    "housing_qualitycheck",
    "accounts_fileimport",
    "stays_priceindex",
    # The person, and the meeting with what it gives away.
    "casework_personmerge",
    "casework_death",
    "casework_person",
    "allocation_allocationmeeting",
    "allocation_agendaitem",
    "housing_property",
    "housing_residentsmeeting",
    "housing_upkeep",
    "housing_unit",
    "housing_unavailability",
    # The case, and what is decided in it.
    "casework_householdmember",
    "casework_application",
    "casework_vedtak",
    "casework_appeal",
    "casework_missingpaper",
    "casework_advancenotice",
    "casework_unittransfer",
    "allocation_manualclass",
    "allocation_needcheck",
    "allocation_offer",
    # What hangs on the person; much of it is locked only as a merge is undone.
    "casework_event",
    "casework_representative",
    "casework_document",
    "casework_note",
    "casework_numberclaim",
    "casework_pastmatter",
    "casework_paymentplan",
    "casework_letter",
    "accounts_draft",
    "casework_wish",
    "casework_assessment",
    "casework_statement",
    "casework_service",
    "casework_teammember",
    "casework_teammeeting",
    "casework_transitionplan",
    "casework_milestone",
    "casework_checklistitem",
    "casework_institutionnotice",
    "casework_handover",
    "stays_stay",
    "stays_renewal",
    "stays_placesearch",
    "stays_lease",
    "stays_tenancystep",
    "stays_leaserenewal",
    "stays_rentadjustment",
    "stays_tenancyrisk",
    "allocation_reservation",
    "peers_peerlink",
    "peers_peer",
    "casework_flag",
)
# Who gives up waiting for a lock before a deadlock is found, never stops anybody else.
GIVES_UP = "set_config('lock_timeout'"
LOCKED = re.compile(r'FOR (?:NO KEY )?UPDATE OF "(\w+)"')


# The tables locked so far in the transaction of the action that runs.
_locked: list[str] = []


def next_action() -> None:
    """In a test that runs many actions in one transaction: the next one holds no locks yet."""
    _locked.clear()


@contextmanager
def checked() -> Iterator[None]:
    """Fail where a lock is taken out of order.

    A table that is locked already may be locked again: the same row, or more rows of it.
    """
    depth = len(connection.savepoint_ids)
    transaction: list[str] = []
    gives_up: list[str] | None = None
    next_action()

    def check(execute, sql, params, many, context):
        nonlocal transaction, gives_up
        result = execute(sql, params, many, context)
        now = connection.savepoint_ids[depth : depth + 1]
        if GIVES_UP in sql:
            gives_up = now
        if now == gives_up:
            return result
        if match := LOCKED.search(sql):
            # A test runs in a transaction; the first savepoint in it is the code's own.
            if transaction != now:
                transaction = now
                next_action()
            table = match[1]
            assert table in ORDER, f"{table} is locked, and has no place in tests/lock_order.py"
            if table not in _locked:
                later = [other for other in _locked if ORDER.index(other) > ORDER.index(table)]
                assert not later, f"{table} is locked after {later}: see docs/adr/0006"
                _locked.append(table)
        return result

    with connection.execute_wrapper(check):
        yield
