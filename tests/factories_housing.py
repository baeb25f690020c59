"""Test data of the houses beyond their homes: what is broken, and who runs them."""

from __future__ import annotations

import factory

from housing import models as housing
from housing.enums import UpkeepKind
from tests import factories as f


class UpkeepFactory(f.Factory):
    class Meta:
        model = housing.Upkeep

    property = factory.SubFactory(f.PropertyFactory)
    kind = UpkeepKind.WATER
    text = "Kranen drypper"
    reported_at = factory.LazyFunction(f.now)
    reported_by = factory.SubFactory(f.UserFactory, caseworker=True)


class QualityCheckFactory(f.Factory):
    """A check that found something to mend within a week."""

    class Meta:
        model = housing.QualityCheck

    provider = factory.SubFactory(f.ProviderFactory)
    checked_on = factory.LazyFunction(f.today)
    checked_by = factory.SubFactory(f.UserFactory, role="boligforvalter")
    found = "Ett rom uten lås"
    breach = "Rom uten lås"
    mend_by = factory.LazyFunction(lambda: f.days_ago(-7))
