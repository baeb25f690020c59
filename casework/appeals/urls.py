from django.urls import path

from . import arrival_views, views

urlpatterns = [
    path("vedtak/<int:pk>/framme/", arrival_views.vedtak_arrived, name="vedtak_arrived"),
    path("vedtak/<int:pk>/klage/ny/", views.appeal_new, name="appeal_new"),
    path("klager/", views.appeals, name="appeals"),
    path("klager/<int:pk>/", views.appeal, name="appeal"),
    path("klager/<int:pk>/bekreft/", views.appeal_confirm, name="appeal_confirm"),
    path("klager/<int:pk>/fordel/", views.appeal_assign, name="appeal_assign"),
    path("klager/<int:pk>/ta-opp/", views.appeal_take_up, name="appeal_take_up"),
    path("klager/<int:pk>/avvis/", views.appeal_dismiss, name="appeal_dismiss"),
    path(
        "klager/<int:pk>/avvisning-hentet/",
        arrival_views.dismissal_collected,
        name="dismissal_collected",
    ),
    path("klager/<int:pk>/gjor-om/", views.appeal_reverse, name="appeal_reverse"),
    path("klager/<int:pk>/gjor-om-avvisning/", views.appeal_set_aside, name="appeal_set_aside"),
    path("klager/<int:pk>/ta-inn/", views.appeal_take_in, name="appeal_take_in"),
    path("klager/<int:pk>/send-videre/", views.appeal_forward, name="appeal_forward"),
    path("klager/<int:pk>/trekk/", views.appeal_withdraw, name="appeal_withdraw"),
    path("klager/<int:pk>/apne-igjen/", views.appeal_reopen, name="appeal_reopen"),
    path("klager/<int:pk>/utsatt-iverksetting/", views.appeal_suspension, name="appeal_suspension"),
    path(
        "klager/<int:pk>/ber-om-utsettelse/",
        views.appeal_ask_suspension,
        name="appeal_ask_suspension",
    ),
    path("klager/<int:pk>/svar/", views.appeal_outcome, name="appeal_outcome"),
    path("klager/<int:pk>/spurt/", views.appeal_remind, name="appeal_remind"),
    path("klager/<int:pk>/nytt-vedtak/", views.appeal_new_vedtak, name="appeal_new_vedtak"),
    path("klager/<int:pk>/dokumenter/", views.appeal_documents, name="appeal_documents"),
]
