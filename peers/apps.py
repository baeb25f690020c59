from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from common import navigation

# The flags read whether somebody has reached the person, never what was said.
REACHED = """{person} IN (
    SELECT link.person_id FROM peers_contact contact
    JOIN peers_peerlink link ON link.id = contact.link_id
    WHERE contact.reached
      AND contact."on" > %(contact_after)s::date AND contact."on" <= %(on)s::date)"""


class PeersConfig(AppConfig):
    name = "peers"
    verbose_name = "likepersoner"

    def ready(self) -> None:
        from casework.follow_up.contact import register_contact
        from casework.persons.actions.deaths import Phase, on_death

        from . import menu, perms
        from .deaths import end_links

        register_contact("peers", REACHED)
        on_death(Phase.LINKS, end_links)
        navigation.register(
            "likepersoner",
            _("Likepersoner"),
            "HandShakeHeart",
            "peers:links",
            order=80,
            can=perms.can_coordinate,
            count=menu.waiting,
            also=("/koblinger/",),
            shortcut="l",
        )
        navigation.register(
            "logg",
            _("Logg kontakt"),
            "PersonChat",
            "peers:log",
            order=10,
            can=perms.can_log,
            shell=navigation.PEER,
        )
        navigation.register(
            "mine-deltakere",
            _("Mine deltakere"),
            "PersonGroup",
            "peers:mine",
            order=20,
            can=perms.can_log,
            shell=navigation.PEER,
        )
