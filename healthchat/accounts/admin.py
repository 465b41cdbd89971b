"""Who looked at what, and which programs are let in. Both to look at only."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.http import HttpRequest

from healthchat.accounts.models import AccessToken, Disclosure
from healthchat.read_only import ReadOnly

# E-mail addresses are on the accounts themselves.
admin.site.unregister(EmailAddress)
admin.site.unregister(Authenticator)
admin.site.site_header = admin.site.site_title = "healthchat"


@admin.register(Disclosure)
class DisclosureAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "opened_by", "person", "subject", "reason"]
    list_filter = ["at"]
    list_select_related = ["person"]
    search_fields = ["opened_by", "person__username", "subject"]
    date_hierarchy = "at"


@admin.register(AccessToken)
class AccessTokenAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["hint", "user", "scope", "created", "last_used"]
    list_filter = ["scope", "last_used"]
    list_select_related = ["user"]
    fields = ["hint", "user", "scope", "created", "last_used"]
    search_fields = ["user__username", "hint"]


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnly, admin.ModelAdmin):
    """Second factors. One that was lost with a telephone can be deleted."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_select_related = ["user"]
    fields = ["user", "type", "created_at", "last_used_at"]
    search_fields = ["user__username"]

    def has_delete_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return request.user.has_perm("mfa.delete_authenticator")
