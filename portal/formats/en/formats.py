"""English screens keep Vietnamese figures apart by comma, day before month."""

DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "H:i, j M Y"
TIME_FORMAT = "H:i"
SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "H:i, j M Y"
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
FIRST_DAY_OF_WEEK = 1
