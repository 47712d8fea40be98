//! The setters of an error.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;

use super::{Cause, Delivery, Error, ErrorKind, Reason, VendorCode};
use crate::data::json::DecodeError;

impl Error {
    /// Changes the kind.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Sets the reason, in a text that may be printed.
    #[must_use]
    pub fn with_detail(self, text: &'static str) -> Self {
        self.with_reason(Reason::Text(text))
    }

    /// Sets why there was no connection.
    #[must_use]
    pub fn with_cause(mut self, cause: Cause) -> Self {
        self.0.cause = Some(cause);
        self.with_detail(cause.words())
    }

    /// Sets why and at which JSON path an answer could not be read.
    #[must_use]
    pub fn with_decode(self, error: DecodeError) -> Self {
        self.with_reason(Reason::Decode(error))
    }

    /// Sets the settings that are wrong, each with what is wrong with it.
    pub(crate) fn with_settings(self, problems: Vec<(&'static str, &'static str)>) -> Self {
        self.with_reason(Reason::Settings(problems))
    }

    pub(crate) fn with_reason(mut self, reason: Reason) -> Self {
        self.0.reason = Some(reason);
        self
    }

    /// Sets the operation.
    #[must_use]
    pub fn with_operation(mut self, id: &'static str) -> Self {
        self.0.operation = Some(id);
        self
    }

    /// Sets the status of the last answer.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Sets the vendor's code. `listed` means that it is on the vendor's list and may be printed.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>, listed: bool) -> Self {
        self.0.code = Some(VendorCode {
            text: code.into(),
            listed,
        });
        self
    }

    /// Sets the vendor's free text, which is never printed.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = Some(message.into());
        self
    }

    /// Sets the vendor's id of the request.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// Sets the number of attempts.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Sets how long to wait before the next call.
    #[must_use]
    pub fn with_retry_after(mut self, after: impl Into<Option<Duration>>) -> Self {
        self.0.retry_after = after.into();
        self
    }

    /// Sets whether the call may have had an effect.
    #[must_use]
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.0.delivery = delivery;
        self
    }

    /// Sets the answer's body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.0.body = body.into();
        self
    }
}
