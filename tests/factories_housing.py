"""Factories for properties: repairs, providers, agreements and checks."""

from __future__ import annotations

import factory

from housing import models as housing
from housing.enums import UpkeepKind
from housing.providers.models import AgreementFlag, QualityAgreement, QualityCheck
from tests import factories as f


class UpkeepFactory(f.Factory):
    class Meta:
        model = housing.Upkeep

    property = factory.SubFactory(f.PropertyFactory)
    kind = UpkeepKind.WATER
    text = "Kranen drypper"
    reported_at = factory.LazyFunction(f.now)
    reported_by = factory.SubFactory(f.UserFactory, caseworker=True)


class QualityAgreementFactory(f.Factory):
    """A one-year agreement with twenty days left."""

    class Meta:
        model = QualityAgreement

    provider = factory.SubFactory(f.ProviderFactory)
    reference = "Kvalitetsavtale 1"
    valid = factory.LazyFunction(lambda: f.since(f.days_ago(345), f.days_ago(-20)))
    responsible = factory.SubFactory(f.UserFactory, role="boligforvalter")


class AgreementFlagFactory(f.Factory):
    class Meta:
        model = AgreementFlag

    agreement = factory.SubFactory(QualityAgreementFactory)
    threshold = 30
    owner = factory.SelfAttribute("agreement.responsible")
    due_on = factory.LazyFunction(f.today)
    raised_on = factory.LazyFunction(f.today)


class QualityCheckFactory(f.Factory):
    """A check that found a breach to correct within a week."""

    class Meta:
        model = QualityCheck

    provider = factory.SubFactory(f.ProviderFactory)
    checked_on = factory.LazyFunction(f.today)
    checked_by = factory.SubFactory(f.UserFactory, role="boligforvalter")
    found = "Ett rom uten lås"
    breach = "Rom uten lås"
    mend_by = factory.LazyFunction(lambda: f.days_ago(-7))
