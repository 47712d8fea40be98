//! Each operation under each status that is not a success.

use std::ops::RangeInclusive;

use biologix_client::sandbox::Fault;
use common_http::{Delivery, ErrorKind};
use http::StatusCode;
use testing::delivery::assert_sound;

use super::End::{self, GivesUp, Stops};
use crate::support::{Op, client, eager, sandbox};

use Delivery::{Answered, Unknown};
use ErrorKind::{
    Conflict, Credentials, NotFound, PermissionDenied, RateLimited, Rejected, Server, Timeout,
    Unauthenticated,
};

/// The meaning of a status for a call and for a login. The first row with the status counts.
#[rustfmt::skip]
fn rows() -> [(RangeInclusive<u16>, End, End); 16] {
    let failed = GivesUp(Server, Unknown);
    let broken = Stops(Server, Unknown);
    let answer = |kind| Stops(kind, Answered);
    [
        (300..=399, answer(Rejected),               answer(Rejected)),
        (400..=400, answer(Rejected),               answer(Credentials)),
        (401..=401, answer(Unauthenticated),        answer(Credentials)),
        (403..=403, answer(PermissionDenied),       answer(Credentials)),
        (404..=404, answer(NotFound),               answer(NotFound)),
        (408..=408, GivesUp(Timeout, Unknown),      Stops(Timeout, Unknown)),
        (409..=409, answer(Conflict),               answer(Conflict)),
        (410..=410, answer(NotFound),               answer(NotFound)),
        (422..=422, answer(Rejected),               answer(Credentials)),
        (429..=429, GivesUp(RateLimited, Answered), answer(RateLimited)),
        (400..=499, answer(Rejected),               answer(Rejected)),
        (501..=501, broken,                         broken),
        (505..=505, broken,                         broken),
        (507..=507, broken,                         broken),
        (511..=511, broken,                         broken),
        (500..=599, failed,                         failed),
    ]
}

fn end(status: u16, op: Op) -> End {
    let row = rows()
        .into_iter()
        .find(|(range, ..)| range.contains(&status));
    let (_, call, login) = row.unwrap();
    if op == Op::Login { login } else { call }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_under_every_status() {
    let sandbox = sandbox().await;
    for status in (300..=308)
        .chain(400..=431)
        .chain([451])
        .chain(500..=511)
        .chain(520..=530)
    {
        let fault = Fault::status(StatusCode::from_u16(status).unwrap());
        for op in Op::ALL {
            let (kind, attempts, delivery, survives) = match end(status, op) {
                GivesUp(kind, delivery) => (kind, op.attempts(), delivery, true),
                Stops(kind, delivery) => (kind, 1, delivery, false),
                End::Value => unreachable!("none of these statuses is a success"),
            };
            sandbox.clear_requests();
            sandbox.fail_always(op.id(), fault.clone()).unwrap();
            let error = op
                .call(&client(&sandbox, eager()), &sandbox)
                .await
                .unwrap_err();
            let is = (error.kind(), error.attempts(), error.delivery());
            assert_eq!(is, (kind, attempts, delivery), "{op:?}: {error}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
            assert_eq!((error.operation(), error.code()), (Some(op.id()), None));
            assert_eq!(sandbox.count(op.id()), attempts as usize);
            assert_sound(&error, op.id(), &sandbox);

            sandbox.clear_faults();
            sandbox.fail_next(op.id(), fault.clone()).unwrap();
            let once = op.call(&client(&sandbox, eager()), &sandbox).await;
            assert_eq!(once.is_ok(), survives, "{op:?}: {status} once");
        }
    }
}
