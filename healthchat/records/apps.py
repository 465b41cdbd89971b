from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "healthchat.records"
    label = "records"
    verbose_name = "Health records"
