"""Statements to test with: asked of a colleague, or `outside=True` through a link."""

from __future__ import annotations

from datetime import timedelta

import factory

from casework.assessment import statement_links as links
from casework.log.enums import StatementSource
from casework.models import Statement
from tests.factories import Factory, PersonFactory, UserFactory, days_ago, now


class StatementFactory(Factory):
    class Meta:
        model = Statement

    class Params:
        outside = factory.Trait(
            asked_of=None,
            helper_name="Hilde Helper",
            helper_place="Behandlingssted",
            helper_email="hilde@helper.example",
            consented_on=factory.LazyFunction(lambda: days_ago(3)),
            shared="At vi leter etter en bolig.",
        )
        received = factory.Trait(
            text="Hun holder avtaler, og vil ha naboer.",
            signed="Hilde Helper",
            received_at=factory.LazyFunction(now),
            received_by=factory.SelfAttribute("asked_of"),
        )

    person = factory.SubFactory(PersonFactory)
    source = StatementSource.SERVICE
    asked_of = factory.SubFactory(UserFactory, caseworker=True)
    question = "Hva skal til for at hun trives der hun bor?"
    due_on = factory.LazyFunction(lambda: days_ago(-10))
    link_until = factory.LazyAttribute(lambda o: o.due_on + timedelta(days=14))
    nonce = factory.LazyFunction(links.new_nonce)
    asked_at = factory.LazyFunction(lambda: now() - timedelta(days=2))
    asked_by = factory.SubFactory(UserFactory, caseworker=True)
