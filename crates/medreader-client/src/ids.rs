//! The vendor's ids: opaque texts, each with a type of its own so that none is taken for another.

use common_http::id;

id! {
    /// The id of a folder. Documented as a UUID; opaque here.
    ///
    /// ```
    /// use medreader_client::FolderId;
    ///
    /// let folder = FolderId::from("00000000-0000-4000-8000-00000000000a");
    /// assert_eq!(folder.to_string(), folder.as_str());
    /// ```
    pub struct FolderId;
}

id! {
    /// The id in the answer to an upload.
    ///
    /// The vendor does not promise that a prescription's result is found under it. In its document,
    /// the sample of a single result has the upload's id, and the sample of a folder's results has
    /// others.
    pub struct UploadId;
}

id! {
    /// The id of a prescription, by which its result is read and listed.
    pub struct PrescriptionId;
}

id! {
    /// The id in a webhook, documented as the id of the *analysis* of a prescription.
    ///
    /// The document's sample of a webhook has another id than all its other samples.
    pub struct AnalysisId;
}

impl UploadId {
    /// The same text as the id of a prescription: **an assumption**, not the vendor's promise.
    ///
    /// In the document, the sample of a single result has the id of the upload's sample. Nothing
    /// else supports it. Where it does not hold, reading the result fails with `not_found`, or
    /// gives that of another prescription, if uploads and prescriptions are numbered separately.
    /// [`Prescriptions::result_of`](crate::prescriptions::Prescriptions::result_of) does not rely
    /// on it: it finds the result through the folder, too.
    ///
    /// ```
    /// use medreader_client::UploadId;
    ///
    /// let upload = UploadId::from("00000000-0000-4000-8000-000000000001");
    /// assert_eq!(upload.assume_prescription_id().as_str(), upload.as_str());
    /// ```
    #[must_use]
    pub fn assume_prescription_id(&self) -> PrescriptionId {
        PrescriptionId::from(self.as_str())
    }
}

impl AnalysisId {
    /// The same text as the id of a prescription: **an assumption** that no sample supports.
    #[must_use]
    pub fn assume_prescription_id(&self) -> PrescriptionId {
        PrescriptionId::from(self.as_str())
    }
}
