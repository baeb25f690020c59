from django.urls import path

from .views import day, deaths, milieu, persons, properties, search, units, voids

app_name = "desk"

urlpatterns = [
    path("", day.day, name="day"),
    path("sok/", search.search, name="search"),
    path("personer/", persons.persons, name="persons"),
    path("personer/<int:pk>/", persons.person, name="person"),
    path("personer/<int:pk>/plass/<int:application_pk>/", persons.person_rank, name="person_rank"),
    path("personer/<int:pk>/nummer/", persons.person_number, name="person_number"),
    path("personer/<int:pk>/dodsfall/", deaths.death, name="death"),
    path("personer/<int:pk>/dodsfall/rett/", deaths.death_correct, name="death_correct"),
    path("personer/<int:pk>/dodsfall/angre/", deaths.death_undo, name="death_undo"),
    path("personer/<int:pk>/kartlegging/", persons.person_assessments, name="person_assessments"),
    path("personer/<int:pk>/saker/", persons.person_cases, name="person_cases"),
    path("personer/<int:pk>/opphold/", persons.person_stays, name="person_stays"),
    path("personer/<int:pk>/oppfolging/", persons.person_follow_up, name="person_follow_up"),
    path("personer/<int:pk>/dokumenter/", persons.person_documents, name="person_documents"),
    path("personer/<int:pk>/hendelser/", persons.person_events, name="person_events"),
    path("personer/<int:pk>/hvem-har-sett/", persons.person_reads, name="person_reads"),
    path("eiendommer/", properties.properties, name="properties"),
    path("eiendommer/<int:pk>/", properties.property_page, name="property"),
    path("boliger/bomiljo/", milieu.milieu, name="milieu"),
    path("boliger/tomme/", voids.voids, name="voids"),
    path("boliger/", units.units, name="units"),
    path("boliger/<int:pk>/", units.unit, name="unit"),
]
