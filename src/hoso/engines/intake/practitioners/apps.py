from django.apps import AppConfig


class PractitionersConfig(AppConfig):
    name = "hoso.engines.intake.practitioners"
    label = "practitioners"
    default_auto_field = "django.db.models.BigAutoField"
