from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("healthchat.chat.urls")),
    path("", include("healthchat.records.urls")),
    path("", include("healthchat.accounts.urls")),
    path("", include("healthchat.api")),
    path("admin/", admin.site.urls),
]
