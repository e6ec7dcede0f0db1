from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "hoso.engines.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"
