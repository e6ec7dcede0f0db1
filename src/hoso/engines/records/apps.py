from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "hoso.engines.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
