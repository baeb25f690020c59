from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("min-profil/", views.me, name="me"),
    path("brukere/", views.users, name="users"),
    path("meg/fravar/", views.my_absence, name="my_absence"),
    path("brukere/<int:pk>/fravar/", views.absence, name="absence"),
    path("brukere/<int:pk>/overfor/", views.hand_over, name="hand_over"),
    path("brukere/<int:pk>/", views.user, name="user"),
    path("roller/<int:pk>/avslutt/", views.role_end, name="role_end"),
    path("innstillinger/", views.settings_page, name="settings"),
    path("innstillinger/<slug:key>/", views.setting, name="setting"),
    path("jobber/", views.jobs_page, name="jobs"),
    path("leselogg/", views.read_log, name="read_log"),
]
