//! Attendances (`atendimento`, `passagem`, `pedido`): the laboratory's orders, pushed to Gensoft.
//!
//! **The vendor does not say what an attendance looks like.** Its document names what an attendance
//! carries (itself, the patient, procedures, requested samples, requesters, attachments, clinical
//! data) and when it is sent, but no field. So there are two ways:
//!
//! - [`Attendances::send`] takes any `Serialize` value of your own, and [`Attendances::send_text`]
//!   a JSON text. With the real layout from Gensoft's support this is the dependable way.
//! - [`Attendance`] is *our reading* of the sentence above: an object with a member for each part
//!   that it names. The names of the members are ours, and the parts' contents are yours.

mod attachment;
mod attendance;

use bytes::Bytes;
use common_http::{
    Answer, Body, Call, Engine, Error, ErrorKind, Operation, RawJson, Result, safe_debug,
};
use serde::Serialize;

pub use self::attachment::Attachment;
pub use self::attendance::{Attendance, Moment, Part};

/// `POST /api/v1/attendance/`: creates, changes, cancels or blocks an attendance, as its body says.
pub(crate) static SEND: Operation =
    Operation::post("gensoft.attendances.send", "/api/v1/attendance/");

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The attendances: [`GensoftClient::attendances`](crate::GensoftClient::attendances).
#[derive(Clone)]
#[must_use]
pub struct Attendances {
    pub(crate) engine: Engine,
}

safe_debug!(Attendances {});

impl Attendances {
    /// Sends an attendance: created, changed, cancelled or blocked, as it says itself.
    ///
    /// It takes any value that is written as a JSON object: your own layout, or an [`Attendance`].
    /// Every 2xx is a success, whatever it holds but a web page: [`Answer::raw`] has the JSON, if
    /// it is JSON.
    ///
    /// It has an effect, so it is repeated only if it was not sent, or was refused before it was
    /// acted on. If its fate is unknown the error says so
    /// ([`Delivery::Unknown`](crate::Delivery::Unknown)), and a person has to look at Gensoft. If
    /// you know from Gensoft that the same attendance sent twice is one, say so with
    /// [`CallOptions::effect`](crate::CallOptions::effect). A cancelled call may have been
    /// accepted.
    ///
    /// One of more than 32 KiB, for example with attachments, has no limit of time while it moves.
    /// It ends when less than 1 KiB moves in 30 s, or when after its last byte no answer comes for
    /// as long as it took, and at least 120 s. A small one ends after 60 s
    /// ([`HttpOptions::call_timeout`]). A deadline ends both.
    ///
    /// [`HttpOptions::call_timeout`]: crate::HttpOptions::call_timeout
    ///
    /// ```
    /// # gensoft_client::sandbox::Sandbox::story(async |sandbox| {
    /// let attendances = sandbox.client().attendances();
    /// // In the layout that Gensoft's support gave. These fields are invented.
    /// let order = serde_json::json!({ "numero": "EXEMPLO-1", "exames": ["EXEMPLO"] });
    /// let answer = attendances.send(&order).await?;
    /// println!("{}, {} bytes", answer.status(), answer.body().len());
    /// assert_eq!(sandbox.attendances()[0].json, order);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// - `invalid_input`: it is not a JSON object, or cannot be written as JSON. Nothing was sent
    /// - `rejected` with a 3xx: the vendor redirects, so the base URL is probably wrong (for
    ///   example http for https); the text says more
    /// - `rejected`, `unauthenticated`, `permission_denied`, `conflict` and the like: refused;
    ///   [`Error::message`] may say why
    /// - `rate_limited`: throttled
    /// - `connect`: not sent
    /// - `server`, `timeout`, `interrupted`: its fate is unknown
    /// - `decode`: a web page came, which a firewall or a gateway may have written, so its fate is
    ///   unknown ([`HttpOptions::accept_html`](crate::HttpOptions::accept_html) takes it for an
    ///   answer)
    /// - `too_large`: it was accepted, with an answer that exceeds the limit
    pub fn send(&self, attendance: &(impl Serialize + ?Sized)) -> Call<Answer> {
        // `Attendance` refuses to be written if its `extra` repeats a member.
        let problem = "the attendance cannot be written as JSON, or has a member twice";
        let json = serde_json::to_vec(attendance);
        self.call(json.map(Bytes::from).map_err(|_| problem))
    }

    /// Sends an attendance that is JSON text, for example a file's, byte for byte.
    ///
    /// Only a byte order mark, which JSON must not have, is left out. All else is as for
    /// [`send`](Self::send).
    ///
    /// ```
    /// # gensoft_client::sandbox::Sandbox::story(async |sandbox| {
    /// let text = "{ \"campo\": 1.50 }\n";
    /// sandbox.client().attendances().send_text(text).await?;
    /// assert_eq!(sandbox.attendances()[0].text, text);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// Those of [`send`](Self::send), with `invalid_input` for what is not JSON in UTF-8.
    pub fn send_text(&self, text: impl Into<Bytes>) -> Call<Answer> {
        let mut text = text.into();
        if text.starts_with(BYTE_ORDER_MARK) {
            text = text.slice(BYTE_ORDER_MARK.len()..);
        }
        // Not by the lenient reader of answers: what goes out must be JSON in the strict sense.
        self.call(match serde_json::from_slice::<RawJson>(&text) {
            Ok(_) => Ok(text),
            Err(_) => Err("the attendance is not JSON"),
        })
    }

    fn call(&self, json: std::result::Result<Bytes, &'static str>) -> Call<Answer> {
        let request = self.engine.request(&SEND);
        let json = json.and_then(|json| match json.trim_ascii_start().first() {
            Some(b'{') => Ok(json),
            _ => Err("the attendance is not a JSON object"),
        });
        match json {
            Ok(json) => request.body(Body::from(json), "application/json"),
            Err(problem) => {
                request.invalid(Error::new(ErrorKind::InvalidInput).with_detail(problem))
            }
        }
        .reads(Result::Ok)
    }
}
