from django.urls import path

from . import views

urlpatterns = [
    path("personer/<int:pk>/tjeneste/ny/", views.service_new, name="service_new"),
    path("tjenester/<int:pk>/", views.service, name="service"),
    path("tjenester/<int:pk>/timer/", views.service_hours, name="service_hours"),
    path("tjenester/<int:pk>/avslutt/", views.service_end, name="service_end"),
    path("personer/<int:pk>/ansvarsgruppe/ny/", views.team_member_new, name="team_member_new"),
    path("ansvarsgruppe/<int:pk>/ut/", views.team_member_leave, name="team_member_leave"),
    path(
        "personer/<int:pk>/ansvarsgruppe/mote/",
        views.team_meeting_new,
        name="team_meeting_new",
    ),
    path("personer/<int:pk>/plan/ny/", views.plan_new, name="plan_new"),
    path("planer/<int:pk>/endre/", views.plan_edit, name="plan_edit"),
    path("planer/<int:pk>/avslutt/", views.plan_settle, name="plan_settle"),
    path("planer/<int:pk>/gjenapne/", views.plan_reopen, name="plan_reopen"),
    path("planer/<int:pk>/milepel/ny/", views.milestone_new, name="milestone_new"),
    path("milepeler/<int:pk>/", views.milestone, name="milestone"),
    path("milepeler/<int:pk>/ferdig/", views.milestone_done, name="milestone_done"),
    path("planpunkter/<int:pk>/", views.checklist_item, name="checklist_item"),
    path("planpunkter/<int:pk>/ferdig/", views.checklist_item_done, name="checklist_item_done"),
    path(
        "personer/<int:pk>/institusjonsvarsel/ny/",
        views.institution_notice_new,
        name="institution_notice_new",
    ),
    path("personer/<int:pk>/oppgave/ny/", views.handover_new, name="handover_new"),
    path("oppgaver/<int:pk>/", views.handover, name="handover"),
    path("oppgaver/<int:pk>/kvitter/", views.handover_acknowledge, name="handover_acknowledge"),
    path("oppgaver/<int:pk>/ferdig/", views.handover_done, name="handover_done"),
    path("sjekkliste/", views.checklist, name="checklist"),
    path("sjekkliste/<int:pk>/ta-ut/", views.checklist_end, name="checklist_end"),
]
