"""Administrative units and health facilities, valid in time (codes are re-used: the key is code + validity)."""

from django.db import models


class Place(models.Model):
    """One administrative unit during one span of validity; half-open [valid_from, valid_to)."""

    class Level(models.IntegerChoices):
        PROVINCE = 1
        DISTRICT = 2
        COMMUNE = 3

    level = models.SmallIntegerField(choices=Level.choices)
    code = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    full_name = models.CharField(max_length=300)
    name_en = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=40)
    folded_name = models.CharField(max_length=300)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    population = models.IntegerField(null=True)
    origin = models.CharField(max_length=20, default="shipped")


class Facility(models.Model):
    """A health facility: one row here; FHIR Organization and DHIS2 org unit are views of it."""

    code = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=300)
    folded_name = models.CharField(max_length=300)
    kind = models.CharField(max_length=40)
    confirmed = models.BooleanField(default=True)
    opened = models.DateField(null=True)
    closed = models.DateField(null=True)
    origin = models.CharField(max_length=20, default="local")
