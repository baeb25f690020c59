from django.urls import path

from .views import waiting

app_name = "allocation"

urlpatterns = [
    path("venteliste/", waiting.waiting_list, name="waiting_list"),
    path("venteliste/<int:pk>/hvorfor/", waiting.why, name="why"),
]
