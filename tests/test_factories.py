"""Every factory works, with every trait."""

import pytest

from casework.log.enums import VedtakState
from tests import factories

pytestmark = pytest.mark.django_db

PLAIN = [
    maker
    for name, maker in vars(factories).items()
    if name.endswith("Factory")
    and isinstance(maker, type)
    and maker is not factories.Factory
    and issubclass(maker, factories.Factory)
]


@pytest.mark.parametrize("maker", PLAIN, ids=lambda maker: maker.__name__)
def test_every_factory_creates_its_object(maker):
    assert maker().pk


TRAITS = [
    (maker, trait)
    for maker in PLAIN
    for trait, value in maker._meta.parameters.items()
    if type(value).__name__ == "Trait"
]


@pytest.mark.parametrize(
    ("maker", "trait"), TRAITS, ids=lambda value: getattr(value, "__name__", value)
)
def test_every_trait_creates_its_object(maker, trait):
    assert maker(**{trait: True}).pk


def test_a_granted_application_has_a_vedtak_in_force_with_its_letter():
    application = factories.ApplicationFactory(granted=True)
    assert application.decision.state == VedtakState.ISSUED
    assert application.decision.letter.person == application.person
    assert application.needs.exists()


def test_a_family_has_its_children_in_the_household():
    family = factories.FamilyFactory(children=2)
    assert len(family.children) == 2
    assert family.members.count() == 3
