"""What the clocks on the walls of the franchise show, by a table made by hand.

No zone data is asked: when each zone set its clocks in 2026, and how far it was from UTC before and
after, is written down here. Instants are UNIX milliseconds.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
DAY_MS = 24 * HOUR_MS
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - what a wall shows has no zone


@dataclass(frozen=True)
class Wall:
    """A zone around the instant at which its clocks are set; its hours ahead of UTC on both sides.

    One that sets no clocks has the same on both.
    """

    set_at: str
    before_h: int
    after_h: int

    @property
    def set_ms(self) -> int:
        """The instant at which clocks are set."""
        return ms(datetime.fromisoformat(self.set_at))

    def shows(self, at_ms: int) -> datetime:
        """The naive local time at an instant."""
        ahead_h = self.before_h if at_ms < self.set_ms else self.after_h
        return _EPOCH + timedelta(milliseconds=at_ms, hours=ahead_h)

    def reaches(self, local: datetime) -> int:
        """The instant at which the wall first shows a time, of those that it shows at all."""
        early = _naive_ms(local) - self.before_h * HOUR_MS
        return early if early < self.set_ms else _naive_ms(local) - self.after_h * HOUR_MS

    @property
    def sunday(self) -> datetime:
        """Midnight of the day on which clocks are set: always a Sunday."""
        shown = self.shows(self.set_ms - 1)
        return datetime(shown.year, shown.month, shown.day)  # noqa: DTZ001

    def business_date(self, at_ms: int, closeout_hour: int) -> date:
        """The day on the wall, or the one before while it is earlier than the closeout hour."""
        shown = self.shows(at_ms)
        return shown.date() - timedelta(days=shown.hour < closeout_hour)

    def day_starts(self, closeout_hour: int) -> dict[date, int]:
        """The first instant of each business date from Saturday to Tuesday."""
        friday_noon = self.reaches(self.sunday - timedelta(hours=36))
        starts: dict[date, int] = {}
        # All of these zones are whole hours from UTC, and close out at whole hours.
        for at_ms in range(friday_noon, friday_noon + 5 * DAY_MS, HOUR_MS):
            starts.setdefault(self.business_date(at_ms, closeout_hour), at_ms)
        first, last = self.sunday.date() - timedelta(days=1), self.sunday.date() + timedelta(days=2)
        return {day: at for day, at in starts.items() if first <= day <= last}

    def odd_day(self, closeout_hour: int) -> tuple[date, int, int]:
        """The business date that isn't 24 hours long, and its bounds; else that of the setting."""
        starts = self.day_starts(closeout_hour)
        days = [(day, starts[day], starts[day + timedelta(days=1)]) for day in list(starts)[:-1]]
        odd = [each for each in days if each[2] - each[1] != DAY_MS]
        of_setting = self.business_date(self.set_ms, closeout_hour)
        return odd[0] if odd else next(each for each in days if each[0] == of_setting)


def ms(at: datetime) -> int:
    """UNIX milliseconds of an aware instant."""
    return (at - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)


def _naive_ms(local: datetime) -> int:
    return (local - _EPOCH) // timedelta(milliseconds=1)


# Northern summer time begins or ends in these; southern the other way round. Lagos sets no clocks:
# there the instant only says which weekend is meant.
SEASONS: dict[str, dict[str, Wall]] = {
    "spring": {
        "America/New_York": Wall("2026-03-08T07:00:00+00:00", -5, -4),
        "America/Chicago": Wall("2026-03-08T08:00:00+00:00", -6, -5),
        "America/Los_Angeles": Wall("2026-03-08T10:00:00+00:00", -8, -7),
        "Africa/Lagos": Wall("2026-03-08T01:00:00+00:00", 1, 1),
        "Europe/London": Wall("2026-03-29T01:00:00+00:00", 0, 1),
        "Australia/Sydney": Wall("2026-04-04T16:00:00+00:00", 11, 10),
    },
    "autumn": {
        "Australia/Sydney": Wall("2026-10-03T16:00:00+00:00", 10, 11),
        "Europe/London": Wall("2026-10-25T01:00:00+00:00", 1, 0),
        "America/New_York": Wall("2026-11-01T06:00:00+00:00", -4, -5),
        "America/Chicago": Wall("2026-11-01T07:00:00+00:00", -5, -6),
        "America/Los_Angeles": Wall("2026-11-01T09:00:00+00:00", -7, -8),
        "Africa/Lagos": Wall("2026-11-01T01:00:00+00:00", 1, 1),
    },
}
