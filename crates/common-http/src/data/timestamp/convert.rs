//! Instants and dates as the types of other crates.

use super::Timestamp;
use crate::error::{Error, ErrorKind, Result};

fn no_instant() -> Error {
    Error::new(ErrorKind::Decode).with_detail("the text defines no instant of the type's range")
}

fn no_date() -> Error {
    Error::new(ErrorKind::Decode).with_detail("the text has no ISO 8601 date of the type's range")
}

#[cfg(feature = "jiff")]
#[cfg_attr(docsrs, doc(cfg(feature = "jiff")))]
impl TryFrom<&Timestamp> for jiff::Timestamp {
    type Error = Error;

    fn try_from(timestamp: &Timestamp) -> Result<Self> {
        let (seconds, nanoseconds) = timestamp.instant().ok_or_else(no_instant)?;
        Self::new(seconds, nanoseconds.cast_signed()).map_err(|_| no_instant())
    }
}

#[cfg(feature = "jiff")]
#[cfg_attr(docsrs, doc(cfg(feature = "jiff")))]
impl TryFrom<&Timestamp> for jiff::civil::Date {
    type Error = Error;

    fn try_from(timestamp: &Timestamp) -> Result<Self> {
        let (year, month, day) = timestamp.to_date().ok_or_else(no_date)?;
        Self::new(year, month.cast_signed(), day.cast_signed()).map_err(|_| no_date())
    }
}

#[cfg(feature = "chrono")]
#[cfg_attr(docsrs, doc(cfg(feature = "chrono")))]
impl TryFrom<&Timestamp> for chrono::DateTime<chrono::Utc> {
    type Error = Error;

    fn try_from(timestamp: &Timestamp) -> Result<Self> {
        let (seconds, nanoseconds) = timestamp.instant().ok_or_else(no_instant)?;
        Self::from_timestamp(seconds, nanoseconds).ok_or_else(no_instant)
    }
}

#[cfg(feature = "chrono")]
#[cfg_attr(docsrs, doc(cfg(feature = "chrono")))]
impl TryFrom<&Timestamp> for chrono::NaiveDate {
    type Error = Error;

    fn try_from(timestamp: &Timestamp) -> Result<Self> {
        let (year, month, day) = timestamp.to_date().ok_or_else(no_date)?;
        Self::from_ymd_opt(year.into(), month.into(), day.into()).ok_or_else(no_date)
    }
}

#[cfg(feature = "time")]
#[cfg_attr(docsrs, doc(cfg(feature = "time")))]
impl TryFrom<&Timestamp> for time::OffsetDateTime {
    type Error = Error;

    fn try_from(timestamp: &Timestamp) -> Result<Self> {
        let (seconds, nanoseconds) = timestamp.instant().ok_or_else(no_instant)?;
        let whole = Self::from_unix_timestamp(seconds).map_err(|_| no_instant())?;
        whole
            .replace_nanosecond(nanoseconds)
            .map_err(|_| no_instant())
    }
}

#[cfg(feature = "time")]
#[cfg_attr(docsrs, doc(cfg(feature = "time")))]
impl TryFrom<&Timestamp> for time::Date {
    type Error = Error;

    fn try_from(timestamp: &Timestamp) -> Result<Self> {
        let (year, month, day) = timestamp.to_date().ok_or_else(no_date)?;
        let month = time::Month::try_from(month).map_err(|_| no_date())?;
        Self::from_calendar_date(year.into(), month, day).map_err(|_| no_date())
    }
}

#[cfg(test)]
mod tests;
