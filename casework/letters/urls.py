from django.urls import path

from . import fixed_text_views, sender_views, views

urlpatterns = [
    path("innstillinger/avsender/kommune/", sender_views.municipality, name="municipality"),
    path("innstillinger/avsender/enheter/", sender_views.unit_list, name="unit_list"),
    path("innstillinger/avsender/enheter/ny/", sender_views.unit_new, name="unit_new"),
    path("innstillinger/avsender/enheter/<int:pk>/", sender_views.unit, name="unit"),
    path(
        "innstillinger/avsender/klageinstanser/",
        sender_views.appeals_body_list,
        name="appeals_body_list",
    ),
    path(
        "innstillinger/avsender/klageinstanser/<slug:body>/",
        sender_views.appeals_body,
        name="appeals_body",
    ),
    path("innstillinger/brev/faste/", fixed_text_views.letter_texts, name="letter_texts"),
    path(
        "innstillinger/brev/faste/<slug:section>/",
        fixed_text_views.letter_text_section,
        name="letter_text_section",
    ),
    path(
        "innstillinger/brev/faste/tekst/<str:code>/",
        fixed_text_views.letter_text,
        name="letter_text",
    ),
    path("innstillinger/brev/tekster/", views.text_list, name="text_list"),
    path("innstillinger/brev/tekster/ny/", views.text_new, name="text_new"),
    path("innstillinger/brev/tekster/<int:pk>/", views.text, name="text"),
    path("innstillinger/brev/tekster/<int:pk>/avslutt/", views.text_end, name="text_end"),
    path("innstillinger/brev/hjemler/", views.basis_list, name="basis_list"),
    path("innstillinger/brev/hjemler/ny/", views.basis_new, name="basis_new"),
    path("innstillinger/brev/hjemler/<int:pk>/", views.basis, name="basis"),
    path("innstillinger/brev/hjemler/<int:pk>/avslutt/", views.basis_end, name="basis_end"),
    path("innstillinger/brev/ord/", views.words, name="words"),
    path("innstillinger/brev/ord/<int:pk>/fjern/", views.word_remove, name="word_remove"),
    path("personer/<int:pk>/brevavtale/", views.letter_agreement, name="letter_agreement"),
    path("brev/<int:pk>/", views.letter, name="letter"),
    path("brev/kopi/<int:pk>/", views.letter_copy, name="letter_copy"),
]
