//! The faults: what the server puts on the wire in place of the good answer.

use std::sync::LazyLock;

use crate::cases::Reply;

/// What goes wrong with a request. The first one is the good answer, to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Fault {
    Nothing,
    /// Nobody listens any more.
    Refused,
    /// The connection is reset when the request is there, but nobody has read it.
    ResetUnread,
    /// It is reset when the whole request was read.
    ResetRead,
    /// It is closed without an answer.
    Close,
    /// The good answer comes at the request's first byte, and nobody reads on.
    Early,
    StallHead,
    StallBody,
    /// The body comes byte by byte, too slowly.
    Trickle,
    /// Half of the announced body, then the connection is closed.
    HalfBody,
    /// The whole body, but ten more bytes are announced, and the connection is closed.
    TooLong,
    /// The whole body, but ten fewer bytes are announced.
    TooShort,
    /// The head announces two lengths.
    TwoLengths,
    /// Not HTTP.
    Garbage,
    /// An error with this status.
    Status(u16),
    /// 429 with `Retry-After: 0`.
    Throttled429Now,
    /// 429 with `Retry-After: 86400`, which is longer than a call waits.
    Throttled429Tomorrow,
    /// 502 with a web page.
    BadGatewayPage,
    /// 503 with `Retry-After: 0`.
    Unavailable503Now,
    /// 200 with JSON that breaks off.
    BrokenJson,
    /// 200 with a web page.
    Page,
    /// 206 with the whole body.
    Partial206,
    /// 200 with a body that does not end.
    Endless,
    /// 200 with a small gzip body that expands to a very large one.
    Bomb,
    /// To a listener on another port.
    Redirect,
    /// HTTP/2: GOAWAY, the request's stream was not processed.
    GoAwayBelow,
    /// HTTP/2: GOAWAY, the request's stream may have been processed.
    GoAwayAbove,
    /// HTTP/2: RST_STREAM with REFUSED_STREAM.
    RefusedStream,
}

use Fault::*;

impl Fault {
    /// The faults that each operation meets once, always, and in its login.
    #[rustfmt::skip]
    pub(crate) const NAMED: [Self; 35] = [
        Nothing, Refused, ResetUnread, ResetRead, Close, Early, StallHead, StallBody, Trickle, HalfBody, TooLong,
        TooShort, TwoLengths, Garbage, Status(401), Status(408), Status(429), Throttled429Now, Throttled429Tomorrow,
        Status(500), BadGatewayPage, Status(502), Status(503), Unavailable503Now, Status(504), Status(522), BrokenJson,
        Page, Partial206, Endless, Bomb, Redirect, GoAwayBelow, GoAwayAbove, RefusedStream,
    ];

    /// All other statuses that are registered, or that gateways use.
    pub(crate) fn other_statuses() -> impl Iterator<Item = Self> {
        let statuses = (300..=308).chain(400..=431).chain([451]);
        let statuses = statuses.chain(500..=511).chain(520..=530).map(Status);
        statuses.filter(|status| !Self::NAMED.contains(status))
    }

    pub(crate) fn is_http2(self) -> bool {
        matches!(self, GoAwayBelow | GoAwayAbove | RefusedStream)
    }

    /// Whether only a time limit of the client ends it.
    pub(crate) fn stalls(self) -> bool {
        matches!(self, StallHead | StallBody | Trickle)
    }

    /// Whether the vendor says that it has not acted: then a repetition cannot act twice.
    pub(crate) fn refuses_before_acting(self) -> bool {
        matches!(
            self,
            Refused
                | Status(401 | 429)
                | Throttled429Now
                | Throttled429Tomorrow
                | Unavailable503Now
                | GoAwayBelow
                | RefusedStream
        )
    }

    /// What is sent when the whole request was read. `elsewhere` is the target of a redirect.
    pub(crate) fn script(self, good: &Reply, elsewhere: &str) -> Script {
        let length = good.body.len();
        match self {
            Nothing | Early => Script::answer(200, good, length, &[]),
            ResetRead => Script::end(b"", Then::Reset),
            Close => Script::end(b"", Then::Close),
            StallHead => Script::end(b"HTTP/1.1 20", Then::Hold),
            Garbage => Script::end(b"SSH-2.0-MARKER\r\n", Then::Close),
            StallBody => Script::answer(200, good, length, &[]).cut(length / 2, Then::Hold),
            HalfBody => Script::answer(200, good, length, &[]).cut(length / 2, Then::Close),
            Trickle => Script::answer(200, good, length, &[]).cut(length, Then::Trickle),
            TooLong => Script::answer(200, good, length + 10, &[]).then(Then::Close),
            TooShort => Script::answer(200, good, length - 10, &[]).then(Then::Close),
            TwoLengths => {
                let another = ("Content-Length", "7".to_owned());
                Script::answer(200, good, length, &[another]).then(Then::Close)
            }
            Status(status) => error(status, &[]),
            Throttled429Now => error(429, &[("Retry-After", "0".to_owned())]),
            Throttled429Tomorrow => error(429, &[("Retry-After", "86400".to_owned())]),
            BadGatewayPage => Script::answer(502, &page(), page().body.len(), &[]),
            Unavailable503Now => error(503, &[("Retry-After", "0".to_owned())]),
            Redirect => error(302, &[("Location", format!("{elsewhere}/MARKER?MARKER"))]),
            BrokenJson => {
                let broken = good.with_body(br#"[{"MARKER": "MARK"#.to_vec());
                Script::answer(200, &broken, broken.body.len(), &[])
            }
            Page => Script::answer(200, &page(), page().body.len(), &[]),
            Partial206 => {
                let range = format!("bytes 0-{}/{length}", length - 1);
                Script::answer(206, good, length, &[("Content-Range", range)])
            }
            Endless => Script::endless(good),
            Bomb => {
                let bomb = good.with_body(BOMB.clone());
                let coding = ("Content-Encoding", "gzip".to_owned());
                Script::answer(200, &bomb, bomb.body.len(), &[coding])
            }
            Refused | ResetUnread | GoAwayBelow | GoAwayAbove | RefusedStream => {
                unreachable!("{self:?} does not answer a request that was read")
            }
        }
    }
}

/// What happens to the connection when all was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// The next request is read.
    GoOn,
    Close,
    Reset,
    /// Nothing, until the client closes it.
    Hold,
    /// The rest is sent byte by byte.
    Trickle,
    /// Blanks are sent in chunks, until the client closes it.
    Endless,
}

/// An answer, right or wrong, and what follows it.
pub(crate) struct Script {
    /// `None` if no head is sent.
    pub(crate) status: Option<u16>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) trickled: Vec<u8>,
    pub(crate) then: Then,
}

impl Script {
    fn end(bytes: &[u8], then: Then) -> Self {
        Self {
            status: None,
            bytes: bytes.to_vec(),
            trickled: Vec::new(),
            then,
        }
    }

    fn answer(status: u16, reply: &Reply, length: usize, more: &[(&str, String)]) -> Self {
        let mut bytes = head(status, reply, more);
        bytes.extend(format!("Content-Length: {length}\r\n\r\n").bytes());
        bytes.extend(&reply.body);
        Self {
            status: Some(status),
            bytes,
            trickled: Vec::new(),
            then: Then::GoOn,
        }
    }

    fn endless(good: &Reply) -> Self {
        let mut bytes = head(200, good, &[]);
        let start = &good.body[..good.body.len() - 1];
        bytes.extend(format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n", start.len()).bytes());
        bytes.extend(start);
        bytes.extend(b"\r\n");
        Self {
            status: Some(200),
            bytes,
            trickled: Vec::new(),
            then: Then::Endless,
        }
    }

    fn then(self, then: Then) -> Self {
        Self { then, ..self }
    }

    /// Without the last bytes of the body. A trickle sends them later.
    fn cut(mut self, bytes: usize, then: Then) -> Self {
        let rest = self.bytes.split_off(self.bytes.len() - bytes);
        if then == Then::Trickle {
            self.trickled = rest;
        }
        self.then(then)
    }
}

/// Status line and headers, all marked, without a length and the empty line.
fn head(status: u16, reply: &Reply, more: &[(&str, String)]) -> Vec<u8> {
    let mut head = format!(
        "HTTP/1.1 {status} MARKER\r\n\
         X-Request-Id: MARKER-REQUEST\r\n\
         Set-Cookie: MARKER\r\n\
         X-Marker: MARKER\r\n"
    );
    let own = reply.headers.iter().map(|(name, value)| (*name, value));
    for (name, value) in own.chain(more.iter().map(|(name, value)| (*name, value))) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.into_bytes()
}

/// An error in a form that all four clients read, with a code that is on no list.
fn error(status: u16, more: &[(&'static str, String)]) -> Script {
    let reply = Reply {
        headers: vec![
            ("Content-Type", "application/json".to_owned()),
            ("WWW-Authenticate", "MARKER".to_owned()),
            // Where a storage has its code.
            ("x-ms-error-code", "MARKER".to_owned()),
        ],
        body:
            br#"{"error":"marker","code":"marker","message":"MARKER 7351735","MARKER":["MARKER"]}"#
                .to_vec(),
    };
    Script::answer(status, &reply, reply.body.len(), more)
}

fn page() -> Reply {
    Reply {
        headers: vec![("Content-Type", "text/html; charset=utf-8".to_owned())],
        body: b"<!DOCTYPE html><html><title>MARKER</title>7351735</html>".to_vec(),
    }
}

/// 64 MiB of zeros in some 420 KB: RFC 1951's fixed codes, one literal and copies of 258 bytes.
///
/// The end of a gzip member, its checksum and length, is missing: a client that expands it has
/// failed long before.
static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| {
    const COPIES: usize = 64 * 1024 * 1024 / 258;
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut bits, mut count) = (0_u32, 0);
    // Codes start with their highest bit, all else with its lowest.
    let block = [true, true, false];
    let literal = [false, false, true, true, false, false, false, false];
    let copy = [true, true, false, false, false, true, false, true];
    let distance = [false; 5];
    let copies = copy.into_iter().chain(distance).cycle().take(13 * COPIES);
    for bit in block.into_iter().chain(literal).chain(copies) {
        bits |= u32::from(bit) << count;
        count += 1;
        if count == 8 {
            bytes.push(bits as u8);
            (bits, count) = (0, 0);
        }
    }
    bytes
});
