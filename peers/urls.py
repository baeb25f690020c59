from django.urls import path

from .views import links, log

app_name = "peers"

urlpatterns = [
    path("likepersoner/", links.links, name="links"),
    path("likepersoner/plass/", links.places, name="places"),
    path("personer/<int:pk>/likeperson/", links.link_new, name="link_new"),
    path("koblinger/<int:pk>/", links.link, name="link"),
    path("koblinger/<int:pk>/onsker-ikke/", links.link_decline, name="link_decline"),
    path("koblinger/<int:pk>/pause/", links.link_pause, name="link_pause"),
    path("koblinger/<int:pk>/fortsett/", links.link_resume, name="link_resume"),
    path("koblinger/<int:pk>/avslutt/", links.link_end, name="link_end"),
    path("koblinger/<int:pk>/bytt/", links.link_change, name="link_change"),
    path("logg/", log.log, name="log"),
    path("logg/vis/", log.contact_confirm, name="contact_confirm"),
    path("logg/send/", log.contact_send, name="contact_send"),
    path("mine-deltakere/", log.mine, name="mine"),
    path("mine-deltakere/<int:pk>/", log.participant, name="participant"),
]
