from django.urls import path

from healthchat.chat import account, page, probes, views

urlpatterns = [
    path("api/chat/message", views.message, name="message"),
    path("api/chat/stream", views.stream, name="stream"),
    path("api/runs/<uuid:run_id>/stream", views.run_stream, name="run-stream"),
    path("api/runs/<uuid:run_id>/events", views.run_events, name="run-events"),
    path("api/runs/<uuid:run_id>/cancel", views.cancel, name="cancel"),
    path("api/runs/<uuid:run_id>/retry", views.retry, name="retry"),
    path("api/conversations/<uuid:conversation_id>/stream", views.conversation_stream, name="conversation-stream"),
    *probes.urlpatterns,
    *account.urlpatterns,
    *page.urlpatterns,
]
