"""Dates of the Vietnamese lunar calendar, computed from the moon: an oracle for the written holidays.

After the public algorithm of Hồ Ngọc Đức (Meeus' new moons, time zone UTC+7).
"""

from datetime import date, timedelta
from math import floor, pi, sin

ORIGIN = date(1900, 1, 1)
ORIGIN_JULIAN = 2415021


def new_moon_day(number: int) -> int:
    """Give the Julian day number, in Viet Nam, of the new moon ``number`` counted from 1900-01-01."""
    t = number / 1236.85
    d = pi / 180
    mean = 2415020.75933 + 29.53058868 * number + 0.0001178 * t**2 - 0.000000155 * t**3
    mean += 0.00033 * sin((166.56 + 132.87 * t - 0.009173 * t**2) * d)
    sun = (359.2242 + 29.10535608 * number - 0.0000333 * t**2 - 0.00000347 * t**3) * d
    moon = (306.0253 + 385.81691806 * number + 0.0107306 * t**2 + 0.00001236 * t**3) * d
    node = (21.2964 + 390.67050646 * number - 0.0016528 * t**2 - 0.00000239 * t**3) * d
    shift = (0.1734 - 0.000393 * t) * sin(sun) + 0.0021 * sin(2 * sun) - 0.4068 * sin(moon) + 0.0161 * sin(2 * moon)
    shift += -0.0004 * sin(3 * moon) + 0.0104 * sin(2 * node) - 0.0051 * sin(sun + moon) - 0.0074 * sin(sun - moon)
    shift += 0.0004 * sin(2 * node + sun) - 0.0004 * sin(2 * node - sun) - 0.0006 * sin(2 * node + moon)
    shift += 0.0010 * sin(2 * node - moon) + 0.0005 * sin(2 * moon + sun)
    delta = -0.000278 + 0.000265 * t + 0.000262 * t**2
    return floor(mean + shift - delta + 0.5 + 7 / 24)


def sun_twelfth(julian: int) -> int:
    """Give the twelfth of the zodiac (0 to 11) where the sun is at the beginning of the day in Viet Nam."""
    t = (julian - 0.5 - 7 / 24 - 2451545.0) / 36525
    d = pi / 180
    anomaly = 357.52910 + 35999.05030 * t - 0.0001559 * t**2
    longitude = 280.46645 + 36000.76983 * t + 0.0003032 * t**2
    longitude += (1.914600 - 0.004817 * t) * sin(d * anomaly) + 0.019993 * sin(2 * d * anomaly)
    longitude += 0.000290 * sin(3 * d * anomaly)
    return floor((longitude % 360) / 30)


def first_of_month_eleven(year: int) -> int:
    """Give the number of the new moon that begins lunar month 11, the month of the winter solstice."""
    number = floor((date(year, 12, 31) - ORIGIN).days / 29.530588853)
    return number - 1 if sun_twelfth(new_moon_day(number)) >= 9 else number


def lunar_new_year(year: int) -> date:
    """Give the first day of the lunar year that begins in the year."""
    return lunar_date(year, 1, 1)


def lunar_date(year: int, month: int, day: int) -> date:
    """Give the day of a lunar date; right for months 1 to 10 of years whose leap month comes later than ``month``."""
    eleven = first_of_month_eleven(year - 1)
    leap = first_of_month_eleven(year) - eleven == 13
    ahead = month + 1
    if leap and _leap_offset(eleven) <= ahead:
        ahead += 1
    return ORIGIN + timedelta(days=new_moon_day(eleven + ahead) + day - 1 - ORIGIN_JULIAN)


def _leap_offset(eleven: int) -> int:
    """Give the place after month 11 of the first month in which the sun enters no new twelfth."""
    place = 1
    while sun_twelfth(new_moon_day(eleven + place)) != sun_twelfth(new_moon_day(eleven + place + 1)):
        place += 1
    return place
