from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "hoso.core.incidents"
    label = "incidents"
    default_auto_field = "django.db.models.BigAutoField"
