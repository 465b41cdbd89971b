from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("healthchat.chat.urls")),
    path("", include("healthchat.records.urls")),
    path("", include("healthchat.accounts.urls")),
    path("", include("healthchat.api")),
    path("admin/", admin.site.urls),
]

handler400 = "healthchat.problems.bad_request"
handler403 = "healthchat.problems.forbidden"
handler404 = "healthchat.problems.not_found"
handler500 = "healthchat.problems.failed"
