from django.apps import AppConfig


class BulkConfig(AppConfig):
    name = "hoso.engines.records.bulk"
    label = "bulk"
    default_auto_field = "django.db.models.BigAutoField"
