//! The ids that a program passes to the client.

use common_http::id;

id! {
    /// The id of a sleep centre: read it with `as_str()`, never with `{:?}`, which hides it.
    ///
    /// The vendor's `partnerId`. Biologix gives it together with the login, and no answer has it
    /// (observed: programs in production keep it as a setting).
    ///
    /// ```
    /// use biologix_client::PartnerId;
    ///
    /// let centre = PartnerId::from("0000001AA");
    /// let settings = serde_json::json!({ "partnerId": centre.as_str() });
    /// assert_eq!(settings["partnerId"], "0000001AA");
    /// ```
    pub struct PartnerId: hidden;
}

id! {
    /// The key of an exam's report: read it with `as_str()`, never with `{:?}`, which hides it.
    ///
    /// The vendor's `examKey` (documented). **It gives access to the report without a login**, so
    /// it is the patient's secret: store it encrypted, and keep it out of logs, file names and URLs
    /// that others see. [`Exam::report_key`](crate::exams::Exam::report_key) gives it if it is
    /// usable.
    ///
    /// ```
    /// use biologix_client::ExamKey;
    ///
    /// let key = ExamKey::from("EXAMPLEKEY1");
    /// assert_eq!((key.as_str(), format!("{key:?}")), ("EXAMPLEKEY1", "ExamKey(..)".to_owned()));
    /// ```
    pub struct ExamKey: hidden;
}
