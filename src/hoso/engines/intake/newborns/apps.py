from django.apps import AppConfig


class NewbornsConfig(AppConfig):
    name = "hoso.engines.intake.newborns"
    label = "newborns"
    default_auto_field = "django.db.models.BigAutoField"
