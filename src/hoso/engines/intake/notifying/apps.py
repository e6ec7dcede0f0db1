from django.apps import AppConfig


class NotifyingConfig(AppConfig):
    name = "hoso.engines.intake.notifying"
    label = "notifying"
    default_auto_field = "django.db.models.BigAutoField"
