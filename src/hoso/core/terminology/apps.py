from django.apps import AppConfig


class TerminologyConfig(AppConfig):
    name = "hoso.core.terminology"
    label = "terminology"
    default_auto_field = "django.db.models.BigAutoField"
