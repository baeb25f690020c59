from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.enums import RoleKind

from .enums import LinkState

if TYPE_CHECKING:
    from accounts.models import User


class PeerQuerySet(models.QuerySet):
    def active(self, on: date) -> Self:
        return self.filter(active__contains=on)


class PeerLinkQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """A coordinator sees every kobling they may know of; a peer only their own (need P8)."""
        if user.has_role(RoleKind.PEER_COORDINATOR):
            return self if user.sees_protected else self.unprotected()
        if user.has_role(RoleKind.PEER):
            return self.filter(peer__user=user)
        return self.none()

    def unprotected(self) -> Self:
        from casework.enums import PROTECTED

        return self.exclude(person__protection__in=PROTECTED)

    def active(self) -> Self:
        return self.filter(state__in=[LinkState.LINKED, LinkState.PAUSED])


class ContactQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        from .models import PeerLink

        return self.filter(link__in=PeerLink.objects.visible_to(user))
