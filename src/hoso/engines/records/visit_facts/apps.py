from django.apps import AppConfig


class VisitFactsConfig(AppConfig):
    name = "hoso.engines.records.visit_facts"
    label = "visit_facts"
    default_auto_field = "django.db.models.BigAutoField"
