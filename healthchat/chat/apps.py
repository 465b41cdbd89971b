from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "healthchat.chat"
    label = "chat"
