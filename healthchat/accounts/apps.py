from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "healthchat.accounts"
    label = "accounts"

    def ready(self) -> None:
        from healthchat.accounts import sessions

        sessions.watch()
