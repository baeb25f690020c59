from django.urls import path

from stays.leases import views as lease_views
from stays.placement import separation_views
from stays.placement import views as placement
from stays.temporary.views import flag, temporary

from . import views

app_name = "stays"

urlpatterns = [
    path("midlertidig/", temporary, name="temporary"),
    path("personer/<int:pk>/opphold/nytt/", views.stay_new, name="stay_new"),
    path("personer/<int:pk>/husstand/del/", separation_views.separation, name="separate"),
    path("husstand/deling/<int:pk>/", separation_views.separation_undo, name="separation_undo"),
    path("opphold/<int:pk>/endre/", views.stay_change, name="stay_change"),
    path("opphold/<int:pk>/telles-ikke/", views.stay_void, name="stay_void"),
    path("opphold/<int:pk>/gjenapne/", views.stay_reopen, name="stay_reopen"),
    path("midlertidig/i-natt/", placement.tonight, name="tonight"),
    path("midlertidig/i-natt/<int:pk>/", placement.tonight_at, name="tonight_at"),
    path("soknader/<int:pk>/plassering/", placement.place, name="place"),
    path("soknader/<int:pk>/plassering/logg/", placement.place_search, name="place_search"),
    path("plassering/logg/<int:pk>/", placement.place_search_correct, name="place_search_correct"),
    path("opphold/<int:pk>/forleng/", placement.renew, name="renew"),
    path("opphold/<int:pk>/avslutt/", views.stay_end, name="stay_end"),
    path("varsler/<int:pk>/", flag, name="flag"),
    path("leieforhold/", lease_views.leases, name="leases"),
    path("leieforhold/i-fare/", lease_views.leases_at_risk, name="leases_at_risk"),
    path("leieforhold/i-fare/<int:pk>/", lease_views.risk, name="risk"),
    path("leieforhold/i-fare/<int:pk>/avslutt/", lease_views.risk_close, name="risk_close"),
    path("leieforhold/i-fare/<int:pk>/gjenapne/", lease_views.risk_reopen, name="risk_reopen"),
    path("leieforhold/indeks/", lease_views.price_index, name="price_index"),
    path("leieforhold/<int:pk>/", lease_views.lease, name="lease"),
    path(
        "leieforhold/indeks/<int:pk>/",
        lease_views.price_index_correct,
        name="price_index_correct",
    ),
    path("leieforhold/<int:pk>/rett/", lease_views.lease_correct, name="lease_correct"),
    path("leieforhold/steg/<int:pk>/", lease_views.step_correct, name="step_correct"),
    path("leieforhold/forlengelse/<int:pk>/", lease_views.renewal_correct, name="renewal_correct"),
    path("leieforhold/<int:pk>/gjelder-ikke/", lease_views.lease_cancel, name="lease_cancel"),
    path("leieforhold/<int:pk>/klart/<slug:kind>/", lease_views.lease_ready, name="lease_ready"),
    path("leieforhold/<int:pk>/forlengelse/", lease_views.lease_renew, name="lease_renew"),
    path("leieforhold/<int:pk>/forleng/", lease_views.lease_prolong, name="lease_prolong"),
    path("leieforhold/<int:pk>/husleie/", lease_views.lease_rent, name="lease_rent"),
    path("leieforhold/<int:pk>/i-fare/", lease_views.risk_new, name="risk_new"),
    path("leieforhold/<int:pk>/steg/", lease_views.lease_step, name="lease_step"),
]
