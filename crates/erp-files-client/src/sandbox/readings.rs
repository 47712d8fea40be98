//! How the sandbox plays the holes of the vendor's document.

/// The answer to an initialize: the document says only that its body "will hold the url".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AddressShape {
    /// A JSON string: what the vendor's framework (ASP.NET Core) makes of a text for a client that asks for JSON.
    #[default]
    JsonString,
    /// The bare address as `text/plain`: what it makes of it for a client that asks for nothing.
    Text,
    /// An object with the address in this member, for example `Url`, `url`, `uri` or `uploadUrl`.
    Member(String),
}

/// What a second initialize of a name is answered before the first upload was finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RepeatedInitialize {
    /// A new address: there is no file of this name yet.
    #[default]
    NewAddress,
    /// 409: the first one reserved the name.
    Conflict,
}

/// What is behind the signed address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum StorageKind {
    /// Azure Blob Storage: answers 201, as the document has it, and wants `x-ms-blob-type: BlockBlob`.
    #[default]
    Azure,
    /// S3: answers 200.
    S3,
}

/// What a finalize is answered where nothing was uploaded, or was finalized already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum NothingUploaded {
    /// 404.
    #[default]
    NotFound,
    /// 409.
    Conflict,
}

/// The form of the list; the document's example of it is blank.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ListShape {
    /// A bare array, as in the vendor's other interfaces.
    #[default]
    Bare,
    /// An object with the array in this member (written in the casing that is set), for example `items`.
    Wrapped(String),
}

/// How the members of JSON objects are written.
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
    /// Texts of the form of a UUID.
    Texts,
}

/// Where `isSend` stands in a request; the document calls it a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SendFlag {
    /// In the query or in a JSON body.
    #[default]
    Either,
    /// In the query alone.
    Query,
    /// In a JSON body alone.
    Body,
}

/// The form of the ERP's own errors, 401 and 403 excepted, whose bodies are empty. The document has none.
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
    /// A plain text.
    Text,
}
