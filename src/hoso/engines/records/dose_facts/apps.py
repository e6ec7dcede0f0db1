from django.apps import AppConfig


class DoseFactsConfig(AppConfig):
    name = "hoso.engines.records.dose_facts"
    label = "dose_facts"
    default_auto_field = "django.db.models.BigAutoField"
