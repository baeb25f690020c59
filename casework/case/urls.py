from django.urls import path

from . import views

urlpatterns = [
    path("papirer/<int:pk>/kommet/", views.paper_receive, name="paper_receive"),
    path("soknader/<int:pk>/", views.application, name="application"),
]
