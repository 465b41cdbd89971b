from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "healthchat.accounts"
    label = "accounts"
