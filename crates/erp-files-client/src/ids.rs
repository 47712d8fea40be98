//! The ids, each with a type of its own so that none takes another's place.

use common_http::id;

id! {
    /// The id of a patient. It is personal: use `as_str()`, and never `{:?}`, which hides it.
    ///
    /// An integer by the vendor's other interfaces (inferred). Any text is accepted.
    ///
    /// ```
    /// use erp_files_client::PatientId;
    ///
    /// assert_eq!(PatientId::from(7), PatientId::from("7"));
    /// assert_eq!(format!("{:?}", PatientId::from(7)), "PatientId(..)");
    /// ```
    pub struct PatientId: hidden numeric;
}

id! {
    /// The id of a patient's analysis. It is personal: use `as_str()`, and never `{:?}`.
    ///
    /// Probably an integer (inferred). Any text is accepted.
    pub struct AnalysisId: hidden numeric;
}

id! {
    /// The id of a file.
    ///
    /// It is not known whether the vendor's is a number or a text, so it is kept as text.
    pub struct FileId: numeric;
}
