"""The JSON API's front door: its router, its schema and its documentation page."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.routers import SimpleRouter

from healthchat.chat.api import register as register_chat
from healthchat.records.api import register as register_records

router = SimpleRouter()
register_chat(router)
register_records(router)

urlpatterns = [
    path("api/", include(router.urls)),
    path("api/schema/", SpectacularAPIView.as_view(permission_classes=[AllowAny]), name="schema"),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(permission_classes=[AllowAny], url_name="schema"),
        name="api-docs",
    ),
]
