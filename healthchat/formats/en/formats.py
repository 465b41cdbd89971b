"""How dates are written in English: as they are in the answers, day first and with the month's name."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
