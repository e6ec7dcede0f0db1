from django.apps import AppConfig


class LocalCodesConfig(AppConfig):
    name = "hoso.engines.intake.local_codes"
    label = "local_codes"
    default_auto_field = "django.db.models.BigAutoField"
