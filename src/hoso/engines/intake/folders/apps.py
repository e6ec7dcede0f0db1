from django.apps import AppConfig


class FoldersConfig(AppConfig):
    name = "hoso.engines.intake.folders"
    label = "folders"
    default_auto_field = "django.db.models.BigAutoField"
