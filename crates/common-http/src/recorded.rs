//! A value with the text that it came as.

use std::fmt;
use std::ops::Deref;

use crate::json::RawJson;

/// What an answer said, typed, with the vendor's own JSON text of it. It reads like the value itself.
///
/// `Debug` is the value's; two are equal when their values are.
///
/// ```
/// # fn example(folder: common_http::Recorded<Vec<i64>>) {
/// let count = folder.len(); // the value's
/// let text = folder.raw().as_str(); // the vendor's
/// let value = folder.into_inner();
/// # let _ = (count, value);
/// # }
/// ```
#[derive(Clone)]
pub struct Recorded<T> {
    value: T,
    raw: RawJson,
}

impl<T> Recorded<T> {
    pub(crate) fn new(value: T, raw: RawJson) -> Self {
        Self { value, raw }
    }

    /// The vendor's own JSON text.
    ///
    /// ```
    /// # fn example(folder: common_http::Recorded<Vec<i64>>) {
    /// println!("{} bytes came", folder.raw().as_str().len());
    /// # }
    /// ```
    #[must_use]
    pub fn raw(&self) -> &RawJson {
        &self.raw
    }

    /// The value alone.
    ///
    /// ```
    /// # fn example(folder: common_http::Recorded<Vec<i64>>) {
    /// let numbers: Vec<i64> = folder.into_inner();
    /// # let _ = numbers;
    /// # }
    /// ```
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for Recorded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for Recorded<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Recorded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
