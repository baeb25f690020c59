from django.urls import path

from . import views

urlpatterns = [
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
