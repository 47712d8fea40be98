//! How the sandbox plays the holes of the vendor's document.

/// The answer to an initialize. The document says only that its body "will hold the url".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AddressShape {
    /// A JSON string, as the vendor's framework (ASP.NET Core) sends it if JSON is requested.
    #[default]
    JsonString,
    /// The URL as `text/plain`, as the framework sends it if nothing is requested.
    Text,
    /// A JSON object with the URL in this member, for example `Url`, `url`, `uri` or `uploadUrl`.
    Member(String),
}

/// The answer to a second initialize of a name, before the first upload is finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RepeatedInitialize {
    /// A new URL: there is no file of this name yet.
    #[default]
    NewAddress,
    /// 409: the first one reserved the name.
    Conflict,
}

/// The storage behind the signed URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum StorageKind {
    /// Azure Blob Storage: answers 201 (documented), and requires `x-ms-blob-type: BlockBlob`.
    #[default]
    Azure,
    /// S3: answers 200.
    S3,
}

/// The answer to a finalize if nothing was uploaded, or it was finalized before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum NothingUploaded {
    /// 404.
    #[default]
    NotFound,
    /// 409.
    Conflict,
}

/// The form of the list. The document's example is blank.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ListShape {
    /// A bare array, as in the vendor's other interfaces.
    #[default]
    Bare,
    /// A JSON object with the array in this member, for example `items`, written in the set case.
    Wrapped(String),
}

/// How the members of a list are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Casing {
    /// `FileName`, as in the vendor's other interfaces.
    #[default]
    Pascal,
    /// `fileName`.
    Camel,
}

/// The type of a file's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FileIds {
    /// JSON numbers, as the vendor's other ids are.
    #[default]
    Numbers,
    /// Text in the form of a UUID.
    Texts,
}

/// Where `isSend` is looked for. The document calls it a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SendFlag {
    /// In the query or in a JSON body.
    #[default]
    Either,
    /// In the query only.
    Query,
    /// In a JSON body only.
    Body,
}

/// The form of the ERP's errors. The document has none. The bodies of 401 and 403 are always empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ErrorShape {
    /// `application/problem+json` (RFC 7807), the framework's default.
    #[default]
    Problem,
    /// No body.
    Empty,
    /// A JSON string.
    JsonString,
    /// Plain text.
    Text,
}
