from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "hoso.core.messages"
    label = "notices"  # Django's own flash messages have the label `messages`
    default_auto_field = "django.db.models.BigAutoField"
