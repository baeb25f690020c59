from django.urls import path

from .views import assessments, choices, dimensions, statements

urlpatterns = [
    path("soknader/<int:pk>/kartlegging/ny/", assessments.assessment_new, name="assessment_new"),
    path("soknader/<int:pk>/boligbehov/", assessments.need, name="need"),
    path("innstillinger/kartlegging/omrader/", dimensions.dimensions, name="dimensions"),
    path("innstillinger/kartlegging/nytt/", dimensions.dimension_new, name="dimension_new"),
    path(
        "innstillinger/kartlegging/<int:pk>/",
        dimensions.dimension,
        name="dimension",
    ),
    path(
        "innstillinger/kartlegging/<int:pk>/avslutt/",
        dimensions.dimension_end,
        name="dimension_end",
    ),
    path(
        "innstillinger/kartlegging/<int:pk>/flytt/",
        dimensions.dimension_move,
        name="dimension_move",
    ),
    path("personer/<int:pk>/uttalelse/ny/", statements.statement_new, name="statement_new"),
    path("uttalelser/<int:pk>/", statements.statement, name="statement"),
    path("uttalelser/<int:pk>/svar/", statements.statement_answer, name="statement_answer"),
    path("uttalelser/<int:pk>/kommentar/", statements.statement_comment, name="statement_comment"),
    path("uttalelser/<int:pk>/ny-lenke/", statements.statement_renew, name="statement_renew"),
    path("uttalelser/<int:pk>/trekk/", statements.statement_withdraw, name="statement_withdraw"),
    path("uttalelse/<str:token>/", statements.statement_outside, name="statement_outside"),
    path("kartlegging/<int:pk>/", assessments.assessment, name="assessment"),
    path("soknader/<int:pk>/valg/", choices.choices, name="choices"),
]
