from django.urls import path

from . import views

app_name = "stays"

urlpatterns = [
    path("midlertidig/", views.temporary, name="temporary"),
    path("personer/<int:pk>/opphold/nytt/", views.stay_new, name="stay_new"),
    path("opphold/<int:pk>/endre/", views.stay_change, name="stay_change"),
    path("opphold/<int:pk>/avslutt/", views.stay_end, name="stay_end"),
    path("varsler/<int:pk>/", views.flag, name="flag"),
]
