from django.urls import path

from . import views

urlpatterns = [
    path("soknader/<int:pk>/vedtak/ny/", views.vedtak_new, name="vedtak_new"),
    path("vedtak/til-godkjenning/", views.vedtak_queue, name="vedtak_queue"),
    path("vedtak/<int:pk>/", views.vedtak, name="vedtak"),
    path("vedtak/<int:pk>/utkast/", views.vedtak_draft, name="vedtak_draft"),
    path("vedtak/<int:pk>/send/", views.vedtak_submit, name="vedtak_submit"),
    path("vedtak/<int:pk>/godkjenn/", views.vedtak_approve, name="vedtak_approve"),
    path("vedtak/<int:pk>/send-tilbake/", views.vedtak_return, name="vedtak_return"),
    path("vedtak/<int:pk>/kall-tilbake/", views.vedtak_recall, name="vedtak_recall"),
    path("vedtak/<int:pk>/forkast/", views.vedtak_discard, name="vedtak_discard"),
    path("vedtak/<int:pk>/overta/", views.vedtak_take_over, name="vedtak_take_over"),
    path("vedtak/<int:pk>/flytt/", views.vedtak_move, name="vedtak_move"),
    path("vedtak/<int:pk>/endre/", views.vedtak_change, name="vedtak_change"),
    path("vedtak/<int:pk>/inhabil/", views.vedtak_disqualify, name="vedtak_disqualify"),
    path("vedtak/<int:pk>/forhandsvisning/", views.vedtak_preview, name="vedtak_preview"),
]
