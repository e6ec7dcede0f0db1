from django.apps import AppConfig


class CubeConfig(AppConfig):
    name = "hoso.engines.statistics.cube"
    label = "cube"
    default_auto_field = "django.db.models.BigAutoField"
