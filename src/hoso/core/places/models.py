"""Administrative units and health facilities, valid in time (codes are re-used: the key is code + validity)."""

from typing import ClassVar

from django.db import models


class Place(models.Model):
    """One administrative unit during one span of validity; half-open [valid_from, valid_to).

    A unit whose name, kind or parent changes ends, and a new row begins; `Succession` ties the two. The database
    refuses two rows of the same level and code whose spans overlap. Shipped rows have an id made of level, first
    day and code (32025070100004), so that it is the same in every installation.
    """

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
    address = models.CharField(max_length=500, default="")
    folded_address = models.CharField(max_length=500, default="")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    basis = models.CharField(max_length=300, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    population = models.IntegerField(null=True)
    origin = models.CharField(max_length=20, default="shipped")

    def __str__(self) -> str:
        return self.address


class Succession(models.Model):
    """What became of a unit: one row for each unit that took over the whole of it or a part."""

    class Relation(models.TextChoices):
        MERGED = "merged"
        SPLIT = "split"
        RENAMED = "renamed"
        SAME = "same"

    old = models.ForeignKey(Place, models.PROTECT, related_name="followed_by")
    new = models.ForeignKey(Place, models.PROTECT, related_name="comes_from")
    relation = models.CharField(max_length=10, choices=Relation.choices)
    share = models.FloatField(null=True)
    effective = models.DateField()
    basis = models.CharField(max_length=300)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["old", "new"], name="succession_once")
        ]


class Facility(models.Model):
    """A health facility: one row here; FHIR Organization and DHIS2 org unit are views of it.

    `name` and `kind` are those of today; `FacilityName` keeps the earlier ones. Unconfirmed: seen in a package,
    not in any list yet.
    """

    code = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=300)
    folded_name = models.CharField(max_length=300)
    kind = models.CharField(max_length=40)
    confirmed = models.BooleanField(default=True)
    opened = models.DateField(null=True)
    closed = models.DateField(null=True)
    origin = models.CharField(max_length=20, default="local")
    longitude = models.FloatField(null=True)  # WGS 84; both or none
    latitude = models.FloatField(null=True)

    def __str__(self) -> str:
        return self.name


class FacilityLink(models.Model):
    """Where a facility lies during [valid_from, valid_to); an empty end is open."""

    facility = models.ForeignKey(Facility, models.PROTECT, related_name="links")
    place = models.ForeignKey(Place, models.PROTECT)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        db_table = "places_facility_link"


class FacilityName(models.Model):
    """A name and kind that a facility had until `valid_to` (the day the next one was imported)."""

    facility = models.ForeignKey(Facility, models.PROTECT, related_name="earlier_names")
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=40)
    valid_to = models.DateField()

    class Meta:
        db_table = "places_facility_name"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["facility", "valid_to"], name="facility_name_once_a_day")
        ]
