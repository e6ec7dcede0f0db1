from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from hoso.core.database.migration_sql import run_sql_file


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("access", "0001_access"),
        ("accounts", "0001_initial"),
        ("places", "0002_validity"),
    ]
    operations: ClassVar[list[Operation]] = [run_sql_file(__file__, "0001_practitioners.sql")]
