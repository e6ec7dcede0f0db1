from django.apps import AppConfig


class PullsConfig(AppConfig):
    name = "hoso.engines.intake.pulls"
    label = "pulls"
    default_auto_field = "django.db.models.BigAutoField"
