"""`python -m tests.reporting_year.accounts CODE…`: accounts of a reporting province, printed as JSON.

Programs of the department (reports and approvals of the province, approvals of the ministry), each with a token, and at each
facility named one officer with a password. In a process of its own, because Django is set up for one database only.
"""

import json
import sys
from datetime import date
from typing import Any

PROVINCE = "80"
ROLES = {"reports": "statistics_officer", "province": "statistics_approver", "ministry": "statistics_approver"}


def make(codes: list[str]) -> dict[str, Any]:
    from hoso.config import start

    start.setup_django()
    from hoso.core.accounts.actions import NewAccount, create_account, operator
    from hoso.core.accounts.credentials import issue_token
    from hoso.core.accounts.machines import as_operator, operator_id
    from hoso.core.accounts.models import Account, Assignment
    from hoso.core.places.models import Facility, Place

    here = Place.objects.get(code=PROVINCE, level=1, valid_to__isnull=True)
    tokens = {}
    for name, role in ROLES.items():
        account = Account.objects.create_user(
            f"phanmem.{name}", None, full_name=f"Phần mềm {name} (mẫu)", kind="service", owner_id=operator_id()
        )
        with as_operator():
            Assignment.objects.create(
                account=account, role=role, place=None if name == "ministry" else here, valid_from=date(2020, 1, 1)
            )
        tokens[name] = issue_token(account, "reports", 2, shape="dhis2")
    officers = {}
    for code in codes:
        username = f"thongke.{code}"
        facility = Facility.objects.get(code=code)
        new = NewAccount(username, f"Thống kê {code} (mẫu)", "technical", "statistics_officer", facility.pk, ready=True)
        officers[code] = {"username": username, "password": create_account(operator("demo"), new).password}
    return {"tokens": tokens, "officers": officers}


if __name__ == "__main__":
    print(json.dumps(make(sys.argv[1:])))
