from django.contrib import admin
from django.urls import include, path
from django.views.decorators.cache import cache_control
from django.views.decorators.vary import vary_on_headers
from django.views.i18n import JavaScriptCatalog, set_language

from healthchat.chat import model_list

words_of_scripts = vary_on_headers("Accept-Language", "Cookie")(
    cache_control(private=True, max_age=3_600)(JavaScriptCatalog.as_view(packages=None))
)

urlpatterns = [
    path("", include("healthchat.chat.urls")),
    path("", include("healthchat.records.urls")),
    path("", include("healthchat.accounts.urls")),
    path("", include("healthchat.api")),
    path("admin/models/", admin.site.admin_view(model_list.page), name="models"),
    path("admin/", admin.site.urls),
    path("language/", set_language, name="set_language"),
    path("jsi18n/", words_of_scripts, name="jsi18n"),
]

handler400 = "healthchat.problems.bad_request"
handler403 = "healthchat.problems.forbidden"
handler404 = "healthchat.problems.not_found"
handler500 = "healthchat.problems.failed"
