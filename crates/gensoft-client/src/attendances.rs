//! Attendances (`atendimento`, `passagem`, `pedido`): orders of the laboratory, pushed to Gensoft.
//!
//! **The vendor does not say what an attendance looks like.** His document names what it carries (the attendance, the
//! patient, procedures, requested samples, requesters, attachments, clinical data) and when it is to be sent, and no field.
//! So there are two ways:
//!
//! - [`AttendanceBody::of`] sends any `Serialize` value of your own, or JSON text as it is: for whoever has the real layout from
//!   Gensoft's support. This is the dependable way.
//! - [`Attendance`] is *our reading* of the sentence above: an object with a member for each part that it names. The names
//!   of the members are ours; the parts' contents are yours.

mod attachment;
mod attendance;

use bytes::Bytes;
use common_http::{
    Body, CallOptions, Engine, Error, ErrorKind, Operation, RawJson, Request, Result, json,
};
use serde::Serialize;

pub use self::attachment::Attachment;
pub use self::attendance::{Attendance, Moment, Part};
use crate::reply::Reply;

/// `POST /api/v1/attendance/`: creates, changes, cancels or blocks an attendance; which of these, its body says.
pub(crate) static SEND: Operation =
    Operation::post("gensoft.attendances.send", "/api/v1/attendance/");

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// An attendance as it is sent: a JSON object.
#[derive(Clone)]
pub struct AttendanceBody(std::result::Result<Bytes, &'static str>);

common_http::safe_debug!(AttendanceBody {});

impl AttendanceBody {
    /// Takes any value that is written as a JSON object. One that is not is refused when it is sent, before anything leaves.
    ///
    /// ```
    /// use gensoft_client::attendances::AttendanceBody;
    ///
    /// let body = AttendanceBody::of(&serde_json::json!({ "campo": "valor ficticio" }));
    /// # let _ = body;
    /// ```
    pub fn of(value: &(impl Serialize + ?Sized)) -> Self {
        let json =
            serde_json::to_string(value).map_err(|_| "the attendance cannot be written as JSON");
        Self(json.and_then(|json| Self::checked(json.into())))
    }

    /// Takes JSON text, a file's say, and sends it byte for byte; only a byte order mark, which JSON must not have, is left
    /// out. What is no JSON object is refused when it is sent, before anything leaves.
    ///
    /// ```
    /// use gensoft_client::attendances::AttendanceBody;
    ///
    /// let body = AttendanceBody::text("{ \"campo\": 1.50 }\n");
    /// # let _ = body;
    /// ```
    pub fn text(text: impl Into<Bytes>) -> Self {
        let text = text.into();
        let start = if text.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        };
        let text = text.slice(start..);
        Self(match json::decode::<RawJson>(&text) {
            Ok(_) => Self::checked(text),
            Err(_) => Err("the attendance is no JSON"),
        })
    }

    fn checked(json: Bytes) -> std::result::Result<Bytes, &'static str> {
        match json.trim_ascii_start().first() {
            Some(b'{') => Ok(json),
            _ => Err("the attendance is no JSON object"),
        }
    }
}

impl From<&Attendance> for AttendanceBody {
    fn from(attendance: &Attendance) -> Self {
        match attendance.says_twice() {
            true => Self(Err("a member of the attendance is in `extra` too")),
            false => Self::of(attendance),
        }
    }
}

impl From<Attendance> for AttendanceBody {
    fn from(attendance: Attendance) -> Self {
        Self::from(&attendance)
    }
}

/// Sends an attendance. Made by [`GensoftClient::send_attendance`](crate::GensoftClient::send_attendance).
#[must_use = "nothing is sent before `send`"]
pub struct SendAttendance {
    engine: Engine,
    body: AttendanceBody,
    options: CallOptions,
}

common_http::safe_debug!(SendAttendance { options });

impl SendAttendance {
    pub(crate) fn new(engine: Engine, body: AttendanceBody) -> Self {
        Self {
            engine,
            body,
            options: CallOptions::default(),
        }
    }

    /// Sets the settings of this call. `effect(Effect::Idempotent)` says that repeating it is safe, where you know from
    /// Gensoft that the same attendance sent twice is one.
    ///
    /// ```
    /// # fn example(client: gensoft_client::GensoftClient, body: gensoft_client::attendances::AttendanceBody) {
    /// use gensoft_client::{CallOptions, Effect};
    ///
    /// let call = client.send_attendance(body).options(CallOptions::default().effect(Effect::Idempotent));
    /// # let _ = call;
    /// # }
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// What would be sent.
    #[doc(hidden)]
    pub fn request(&self) -> Request {
        let request = self.engine.request(&SEND).options(self.options.clone());
        match &self.body.0 {
            Ok(json) => request.body(Body::from(json.clone()), "application/json"),
            Err(_) => request,
        }
    }

    /// Sends the attendance.
    ///
    /// It has an effect: it is repeated only when it was not sent, or was refused before it was acted upon. Where its fate is
    /// unknown, the error says so ([`Delivery::Unknown`](crate::Delivery::Unknown)), and a person or Gensoft's support has to
    /// look. A cancelled call may have been taken.
    ///
    /// One of more than 32 KiB, with attachments say, has no limit of time as long as it moves: it ends when less than 1 KiB
    /// moves in 30 s, or when no answer comes within 30 s of the last byte. A small one ends after 60 s
    /// ([`HttpOptions::call_timeout`](crate::HttpOptions::call_timeout)); a deadline ends either.
    ///
    /// # Errors
    /// - `invalid_input`: it is no JSON object, or an [`Attendance`] whose `extra` has a member of its own again; nothing was sent
    /// - `rejected` with a 3xx: the vendor redirects, and the base URL is probably wrong (http for https, say); the text says more
    /// - `rejected`, `unauthenticated`, `permission_denied`, `conflict` and the like: refused;
    ///   [`Error::message`](crate::Error::message) may say why
    /// - `rate_limited`: throttled; `connect`: not sent
    /// - `server`, `timeout`, `interrupted`: its fate is unknown
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = gensoft_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// use gensoft_client::attendances::{Attendance, Moment, Part};
    ///
    /// let attendance = Attendance::new(Moment::Created)
    ///     .patient(Part::of(&serde_json::json!({ "nome": "Paciente Ficticio" }))?)
    ///     .procedure(Part::of(&serde_json::json!({ "codigo": "EXEMPLO" }))?);
    /// let reply = client.send_attendance(&attendance).send().await?;
    /// assert!(reply.status().is_success());
    /// # Ok::<(), gensoft_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send(self) -> Result<Reply> {
        if let Err(why) = self.body.0 {
            return Err(Error::new(ErrorKind::InvalidInput)
                .with_detail(why)
                .with_operation(SEND.id()));
        }
        self.request().send().await.map(Reply::from)
    }
}

#[cfg(test)]
mod tests {
    use super::AttendanceBody;

    #[test]
    fn text_is_sent_as_it_is() {
        for text in ["{}", "\r\n { \"a\" : 1.50,\n\"a\":1e2 }\n"] {
            let body = AttendanceBody::text(text).0.unwrap();
            assert_eq!(body, text.as_bytes());
            let marked = AttendanceBody::text(format!("\u{feff}{text}")).0.unwrap();
            assert_eq!(marked, text.as_bytes());
        }
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in [
            &b""[..],
            b" ",
            b"{",
            b"{} {}",
            b"{'a':1}",
            b"{\"a\":\"\xff\"}",
        ] {
            let refused = AttendanceBody::text(text).0.unwrap_err();
            assert_eq!(refused, "the attendance is no JSON", "{text:?}");
        }
        for text in ["[]", "null", "1", "\"{}\"", "\u{feff}\u{feff}{}"] {
            let refused = AttendanceBody::text(text).0.unwrap_err();
            assert_eq!(refused, "the attendance is no JSON object", "{text}");
        }
    }
}
