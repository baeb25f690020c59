from django.urls import path

from . import views
from .access import views as access
from .file_imports import views as file_imports

app_name = "accounts"
urlpatterns = [
    path("min-profil/", views.me, name="me"),
    path("utkast/lagre/", views.draft_save, name="draft_save"),
    path("utkast/forkast/", views.draft_discard, name="draft_discard"),
    path("utkast/<int:pk>/forkast/", views.draft_drop, name="draft_drop"),
    path("brukere/", views.users, name="users"),
    path("meg/fravar/", views.my_absence, name="my_absence"),
    path("brukere/<int:pk>/fravar/", views.absence, name="absence"),
    path("brukere/<int:pk>/overfor/", views.hand_over, name="hand_over"),
    path("brukere/<int:pk>/stopp/", access.stop, name="user_stop"),
    path("brukere/<int:pk>/start/", access.start, name="user_start"),
    path("brukere/<int:pk>/logg-ut/", access.sign_out, name="user_sign_out"),
    path("min-profil/logg-ut-overalt/", access.sign_out_me, name="sign_out_everywhere"),
    path("brukere/<int:pk>/", views.user, name="user"),
    path("roller/<int:pk>/avslutt/", views.role_end, name="role_end"),
    path("tilganger/", access.access, name="access"),
    path("tilganger/rettigheter/", access.rights, name="rights"),
    path("tilganger/<int:pk>/", access.proposal, name="proposal"),
    path("tilganger/<int:pk>/bekreft/", access.confirm, name="proposal_confirm"),
    path("tilganger/<int:pk>/trekk/", access.withdraw, name="proposal_withdraw"),
    path("innstillinger/", views.settings_page, name="settings"),
    path("innstillinger/<slug:key>/", views.setting, name="setting"),
    path("jobber/", views.jobs_page, name="jobs"),
    path("leselogg/", views.read_log, name="read_log"),
    path("import/", file_imports.imports, name="imports"),
    path("import/<slug:kind>/", file_imports.import_new, name="import_new"),
    path("import/<slug:kind>/mal/", file_imports.import_template, name="import_template"),
    path("import/fil/<int:pk>/", file_imports.import_one, name="import"),
    path("import/fil/<int:pk>/rapport/", file_imports.import_report, name="import_report"),
    path("import/fil/<int:pk>/ta-inn/", file_imports.import_confirm, name="import_confirm"),
    path("import/fil/<int:pk>/stopp/", file_imports.import_cancel, name="import_cancel"),
    path("import/fil/<int:pk>/igjen/", file_imports.import_resume, name="import_resume"),
]
