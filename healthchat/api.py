"""The JSON API's front door: its router, its schema and its documentation page."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.routers import SimpleRouter

from healthchat.chat.api import register as register_chat
from healthchat.records.api import register as register_records
from healthchat.schema import Session, Token

AUTHENTICATION = (Token, Session)
"""Named so that they are loaded: drf-spectacular finds them by itself then."""

router = SimpleRouter()
register_chat(router)
register_records(router)


class Documentation(SpectacularSwaggerSplitView):
    """The API's description to read and try out. All that it loads comes from this server."""

    template_name = "api/docs.html"
    permission_classes = [AllowAny]
    url_name = "schema"
    renderer_classes = [TemplateHTMLRenderer]


urlpatterns = [
    path("api/", include(router.urls)),
    path("api/schema/", SpectacularAPIView.as_view(permission_classes=[AllowAny]), name="schema"),
    path("api/docs/", Documentation.as_view(), name="api-docs"),
]
