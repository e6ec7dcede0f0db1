from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from hoso.core.database.migration_sql import run_sql_file


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("places", "0003_decisions")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField("Facility", "longitude", models.FloatField(null=True)),
        migrations.AddField("Facility", "latitude", models.FloatField(null=True)),
        run_sql_file(__file__, "0004_coordinates.sql"),
    ]
