//! The errors of the storage behind a signed URL: Azure Blob Storage, S3, or what speaks like them.

use common_http::{Answer, Error, ErrorDetail, ErrorKind};

/// The storages' public codes that [`ErrorCode`](crate::ErrorCode) does not name.
///
/// They can be printed too. Sources: "Error responses" of Amazon S3; "Common REST API error codes"
/// and "Blob service error codes" of Azure.
#[rustfmt::skip]
pub(super) static CODES: &[&str] = &[
    // S3.
    "AccessControlListNotSupported", "AccountProblem", "AllAccessDisabled",
    "AuthorizationHeaderMalformed", "AuthorizationQueryParametersError", "BadDigest",
    "BucketAlreadyExists", "BucketAlreadyOwnedByYou", "ConditionalRequestConflict",
    "ConnectionClosedByRequester", "CredentialsNotSupported", "EntityTooSmall",
    "IllegalLocationConstraintException", "IncompleteBody", "InlineDataTooLarge",
    "InvalidAccessKeyId", "InvalidAddressingHeader", "InvalidArgument", "InvalidBucketName",
    "InvalidBucketState", "InvalidDigest", "InvalidEncryptionAlgorithmError",
    "InvalidLocationConstraint", "InvalidObjectState", "InvalidPart", "InvalidPartOrder",
    "InvalidPayer", "InvalidRegion", "InvalidRequest", "InvalidSecurity", "InvalidSignature",
    "InvalidStorageClass", "InvalidTag", "InvalidToken", "InvalidURI", "KMS.DisabledException",
    "KMS.InvalidKeyUsageException", "KMS.KMSInvalidStateException", "KMS.NotFoundException",
    "KeyTooLongError", "MalformedACLError", "MalformedXML", "MaxMessageLengthExceeded",
    "MethodNotAllowed", "MissingAuthenticationToken", "MissingContentLength",
    "MissingRequestBodyError", "MissingSecurityElement", "MissingSecurityHeader",
    "NoSuchAccessPoint", "NoSuchKey", "NoSuchUpload", "NoSuchVersion", "NotImplemented",
    "NotSignedUp", "ObjectLockConfigurationNotFoundError", "PermanentRedirect", "Redirect",
    "TemporaryRedirect", "TokenRefreshRequired", "UnauthorizedAccess", "UnexpectedContent",
    "UnexpectedIPError", "UnsupportedArgument", "UnsupportedSignature", "UserKeyMustBeSpecified",
    "XAmzContentSHA256Mismatch",
    // Azure, every service.
    "AccountAlreadyExists", "AccountBeingCreated", "AccountIsDisabled",
    "AuthorizationProtocolMismatch", "AuthorizationResourceTypeMismatch",
    "AuthorizationServiceMismatch", "AuthorizationSourceIPMismatch",
    "ConditionHeadersNotSupported", "EmptyMetadataKey", "InsufficientAccountPermissions",
    "InvalidAuthenticationInfo", "InvalidHttpVerb", "InvalidInput", "InvalidMd5",
    "InvalidMetadata", "InvalidQueryParameterValue", "InvalidRange", "InvalidResourceName",
    "InvalidUri", "InvalidXmlDocument", "InvalidXmlNodeValue",
    "KeyVaultAccessTokenCannotBeAcquired", "KeyVaultEncryptionKeyNotFound",
    "KeyVaultVaultNotFound", "Md5Mismatch", "MetadataTooLarge", "MissingRequiredQueryParameter",
    "MissingRequiredXmlNode", "MultipleConditionHeadersNotSupported",
    "NoAuthenticationInformation", "OutOfRangeInput", "OutOfRangeQueryParameterValue",
    "PublicAccessNotPermitted", "RequestUrlFailedToParse", "ResourceNotFound",
    "ResourceTypeMismatch", "TlsVersionNotPermitted", "UnsupportedHeader", "UnsupportedHttpVerb",
    "UnsupportedHttpVersion", "UnsupportedQueryParameter", "UnsupportedXmlNode",
    // Azure, blobs.
    "AppendPositionConditionNotMet", "BlobAccessTierNotSupportedForAccountType", "BlobArchived",
    "BlobBeingRehydrated", "BlobNotArchived", "BlobOverwritten",
    "BlobTierInadequateForContentLength", "BlobUsesCustomerSpecifiedEncryption",
    "BlockCountExceedsLimit", "BlockListTooLong", "CannotChangeToLowerTier",
    "ContainerAlreadyExists", "ContainerBeingDeleted", "ContainerDisabled",
    "ContainerQuotaExceeded", "ContentLengthLargerThanTierLimit", "FeatureVersionMismatch",
    "InvalidBlobOrBlock", "InvalidBlobTier", "InvalidBlockId", "InvalidBlockList",
    "InvalidOperation", "InvalidPageRange", "InvalidVersionForPageBlobOperation",
    "LeaseAlreadyPresent", "LeaseIdMismatchWithBlobOperation",
    "LeaseIdMismatchWithContainerOperation", "LeaseIdMissing", "LeaseLost",
    "LeaseNotPresentWithBlobOperation", "LeaseNotPresentWithContainerOperation",
    "MaxBlobSizeConditionNotMet", "PendingCopyOperation", "SequenceNumberConditionNotMet",
    "SnapshotOperationRateExceeded", "SnapshotsPresent", "SystemInUse",
];

/// What Azure and S3 call transient.
pub(super) static TRANSIENT: &[&str] = &[
    "RequestTimeout",
    "OperationAborted",
    "ConditionalRequestConflict",
    "InternalError",
    "SlowDown",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
    "ServerBusy",
    "OperationTimedOut",
];

/// What says that there is a file at the URL, and no more.
pub(super) static THERE: &[&str] = &[
    "UnauthorizedBlobOverwrite",
    "BlobAlreadyExists",
    "ResourceAlreadyExists",
    "BlobImmutableDueToPolicy",
    "ConditionNotMet",
    "TargetConditionNotMet",
    "PreconditionFailed",
];

/// Whether the storage refused a file because there is one at the URL.
pub(crate) fn says_there(error: &Error) -> bool {
    match (error.status().map(|status| status.as_u16()), error.code()) {
        (Some(400..=499), Some(code)) if THERE.contains(&code) => true,
        // A listed code is about something else.
        (Some(409 | 412), _) => matches!(error.printable_code(), None | Some("unrecognised")),
        _ => false,
    }
}

/// Azure and S3 both answer `<Error><Code>..</Code><Message>..</Message></Error>`.
///
/// Azure repeats the code in a header.
pub(super) fn read(answer: &Answer) -> ErrorDetail {
    let body = String::from_utf8_lossy(answer.body());
    let header = answer.headers().get("x-ms-error-code");
    let code = header
        .and_then(|code| code.to_str().ok())
        .or_else(|| element(&body, "Code"))
        .map(|code| code.trim().to_owned());
    let mut detail = ErrorDetail::default();
    detail.code = code;
    // Azure says in the detail what is wrong with a signature. Its message is always the same.
    detail.message = element(&body, "AuthenticationErrorDetail")
        .or_else(|| element(&body, "Message"))
        .map(str::to_owned);
    // A 401 of the storage is about the URL, not about the session.
    detail.kind = (answer.status().as_u16() == 401).then_some(ErrorKind::PermissionDenied);
    detail
}

/// The text of the first element of this name, in which neither storage nests anything.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    (!text.is_empty() && !text.contains('<')).then_some(text)
}

#[cfg(test)]
mod tests {
    use http::Response;

    use super::*;

    #[test]
    fn xml_errors_of_the_storage_are_read() {
        let read = |body: &str| read(&Answer::from(Response::new(body.to_owned().into())));
        let xml = "\u{feff}<?xml version=\"1.0\"?><Error><Code> AuthenticationFailed </Code>\
                   <Message>texto\nmais</Message></Error>";
        assert_eq!(read(xml).code.as_deref(), Some("AuthenticationFailed"));
        assert_eq!(read(xml).message.as_deref(), Some("texto\nmais"));
        for body in ["", "<Code>", "<Code></Code>", "</Code><Code>", "{}"] {
            assert_eq!(read(body).code, None, "{body}");
        }
    }
}
