from django.urls import path

from . import views
from .placement import views as placement

app_name = "stays"

urlpatterns = [
    path("midlertidig/", views.temporary, name="temporary"),
    path("personer/<int:pk>/opphold/nytt/", views.stay_new, name="stay_new"),
    path("opphold/<int:pk>/endre/", views.stay_change, name="stay_change"),
    path("midlertidig/i-natt/", placement.tonight, name="tonight"),
    path("midlertidig/i-natt/<int:pk>/", placement.tonight_at, name="tonight_at"),
    path("soknader/<int:pk>/plassering/", placement.place, name="place"),
    path("soknader/<int:pk>/plassering/logg/", placement.place_search, name="place_search"),
    path("opphold/<int:pk>/forleng/", placement.renew, name="renew"),
    path("opphold/<int:pk>/avslutt/", views.stay_end, name="stay_end"),
    path("varsler/<int:pk>/", views.flag, name="flag"),
]
