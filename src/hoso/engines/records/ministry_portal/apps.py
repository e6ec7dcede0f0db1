from django.apps import AppConfig


class MinistryPortalConfig(AppConfig):
    name = "hoso.engines.records.ministry_portal"
    label = "ministry_portal"
    default_auto_field = "django.db.models.BigAutoField"
