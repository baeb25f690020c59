from django.urls import path

from .views import discharges, manual_class, meetings, offers, still_needed, waiting

app_name = "allocation"

urlpatterns = [
    path("venteliste/", waiting.waiting_list, name="waiting_list"),
    path("venteliste/<int:pk>/hvorfor/", waiting.why, name="why"),
    path("venteliste/<int:pk>/prioritet/", manual_class.propose, name="class_propose"),
    path("venteliste/prioritet/", manual_class.queue, name="class_queue"),
    path("venteliste/prioritet/<int:pk>/", manual_class.proposal, name="class_proposal"),
    path("venteliste/prioritet/<int:pk>/godkjenn/", manual_class.approve, name="class_approve"),
    path("venteliste/prioritet/<int:pk>/nei/", manual_class.decline, name="class_decline"),
    path("fortsatt-behov/", still_needed.still_needed, name="still_needed"),
    path("fortsatt-behov/brev/", still_needed.letters, name="still_needed_letters"),
    path("fortsatt-behov/<int:pk>/", still_needed.answer, name="still_needed_answer"),
    path("utskrivninger/", discharges.discharges, name="discharges"),
    path("utskrivninger/<int:pk>/hold-av/", discharges.reserve, name="reserve"),
    path("reservasjoner/<int:pk>/frigi/", discharges.release, name="release"),
    path("reservasjoner/<int:pk>/tilbud/", discharges.offer_reserved, name="offer_reserved"),
    path("tildelingsmoter/", meetings.meetings, name="meetings"),
    path("tildelingsmoter/nytt/", meetings.meeting_new, name="meeting_new"),
    path("tildelingsmoter/<int:pk>/", meetings.meeting, name="meeting"),
    path("tildelingsmoter/<int:pk>/boliger/", meetings.meeting_add, name="meeting_add"),
    path("tildelingsmoter/<int:pk>/apne/", meetings.meeting_open, name="meeting_open"),
    path("tildelingsmoter/<int:pk>/til-stede/", meetings.meeting_present, name="meeting_present"),
    path(
        "tildelingsmoter/<int:pk>/til-stede/<int:attendance_pk>/fjern/",
        meetings.meeting_absent,
        name="meeting_absent",
    ),
    path("tildelingsmoter/<int:pk>/godkjenn/", meetings.meeting_approve, name="meeting_approve"),
    path("tildelingsmoter/<int:pk>/protokoll/", meetings.meeting_minutes, name="minutes"),
    path("tildelingsmoter/<int:pk>/sak/<int:item_pk>/", meetings.item, name="item"),
    path("tildelingsmoter/<int:pk>/sak/<int:item_pk>/flytt/", meetings.item_move, name="item_move"),
    path(
        "tildelingsmoter/<int:pk>/sak/<int:item_pk>/frigi/",
        meetings.item_release,
        name="item_release",
    ),
    path(
        "tildelingsmoter/<int:pk>/sak/<int:item_pk>/inhabil/",
        meetings.item_inhabil,
        name="item_inhabil",
    ),
    path("vurdering/<int:pk>/tilbud/", offers.offer_new, name="offer_new"),
    path("tilbud/<int:pk>/", offers.offer, name="offer"),
    path("tilbud/<int:pk>/svar/", offers.offer_answer, name="offer_answer"),
    path(
        "tilbud/<int:pk>/svar/feilregistrert/", offers.offer_answer_undo, name="offer_answer_undo"
    ),
    path("tilbud/<int:pk>/trekk/", offers.offer_withdraw, name="offer_withdraw"),
    path("tilbud/<int:pk>/frist-ute/", offers.offer_expire, name="offer_expire"),
    path("tilbud/<int:pk>/leieforhold/", offers.lease_new, name="lease_new"),
    path("tilbud/<int:pk>/leieinformasjon/", offers.lease_information, name="lease_information"),
]
