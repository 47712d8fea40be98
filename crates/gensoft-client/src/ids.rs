//! The ids that a caller passes.

common_http::id! {
    /// The id of an execution: read it with `as_str()`, never with `{:?}`, which hides it.
    ///
    /// An execution (`execução`) is one exam of one patient as the laboratory carries it out. In
    /// the vendor's only example the id is a number (10); any text is accepted. It is Gensoft's own
    /// id, which does not say who the patient is.
    ///
    /// ```
    /// use gensoft_client::ExecutionId;
    ///
    /// assert_eq!(ExecutionId::from(10), ExecutionId::from("10"));
    /// assert_eq!(ExecutionId::from(10).as_str(), "10");
    /// ```
    pub struct ExecutionId: hidden numeric;
}
