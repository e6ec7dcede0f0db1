"""A first look at a file that is to hold one visit: what its sender can be told before it is received."""

from io import BytesIO

from hoso.core.errors import HosoError
from hoso.engines.intake.envelope import read_visits

FILE = "fileHSBase64"


def look_at_single(content: bytes, facility_code: str) -> None:
    """See that the file is an envelope with one HOSO (or one check-in file) of this facility.

    Raises HosoError as `read_visits`; HS3015 for another facility, HS3308 for more than one HOSO.
    """
    count = 0
    for visit in read_visits(BytesIO(content), FILE):
        count += 1
        stated = visit.header.facility_code
        if stated and stated != facility_code:
            raise HosoError("HS3015", facility=stated[:10])
    if count > 1:
        raise HosoError("HS3308", count=str(count))
