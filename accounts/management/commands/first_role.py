"""Gives the first roles of an installation, which nobody in the application can give."""

from __future__ import annotations

from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.access.actions import install_role
from accounts.enums import CONFIRMING_ROLES, RoleKind, UnitKind
from accounts.models import OrganisationUnit, User
from common.errors import RuleBroken


class Command(BaseCommand):
    help = (
        "Give the first system administrator, or the first manager or privacy officer, who "
        "confirms the roles of all others. Refused when there is one already. Logged in Varig."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("role", choices=[RoleKind.SYSTEM_ADMIN, *CONFIRMING_ROLES])
        parser.add_argument("username")
        parser.add_argument("--name", help="the full name of a new user")
        parser.add_argument("--email", help="the e-mail address of a new user")
        parser.add_argument("--unit", required=True, help="made if there is none of the name")
        parser.add_argument("--unit-kind", choices=UnitKind.values, default=UnitKind.HOUSING_OFFICE)
        parser.add_argument(
            "--password", action="store_true", help="ask for a password, where no mail is sent"
        )

    @transaction.atomic
    def handle(self, *args, role: str, username: str, name, email, unit: str, **options) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            if not (name and email):
                raise CommandError("A new user needs --name and --email.")
            user = User(username=username, full_name=name, email=email)
            user.set_unusable_password()
        if options["password"]:
            password = getpass("Password: ")
            try:
                validate_password(password, user)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            user.set_password(password)
        user.save()
        place, _made = OrganisationUnit.objects.get_or_create(
            name=unit, defaults={"kind": options["unit_kind"]}
        )
        at = timezone.now()
        try:
            install_role(user=user, unit=place, kind=role, at=at)
        except RuleBroken as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user} is {role} at {place} from today.")
