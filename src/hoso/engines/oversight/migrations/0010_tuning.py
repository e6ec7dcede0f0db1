from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from hoso.core.database.migration_sql import run_sql_file


class Migration(migrations.Migration):
    # Made beside 0012, which was there first: it comes after it.
    dependencies: ClassVar[list[tuple[str, str]]] = [("oversight", "0012_holders")]
    operations: ClassVar[list[Operation]] = [run_sql_file(__file__, "0010_tuning.sql")]
