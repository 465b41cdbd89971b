from django.apps import AppConfig
from django.core import checks


class ChatConfig(AppConfig):
    name = "healthchat.chat"
    label = "chat"

    def ready(self) -> None:
        from healthchat import tracing
        from healthchat.chat import model_list

        checks.register(model_list.named_models_can_be_used)
        checks.register(tracing.collector_can_be_reached_for)
        tracing.begin()
