from django.apps import AppConfig


class CdaConfig(AppConfig):
    name = "hoso.engines.intake.cda"
    label = "cda"
    default_auto_field = "django.db.models.BigAutoField"
