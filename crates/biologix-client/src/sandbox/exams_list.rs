//! The exam list: who may read it, how often, and which page.

use std::{collections::VecDeque, time::SystemTime};

use common_http::sandbox::{Answer, Request};
use http::StatusCode;

use super::{Centre, builder::Throttle, errors, sessions};

/// The list calls that were answered of late.
#[derive(Default)]
pub(super) struct Throttling(VecDeque<SystemTime>);

impl Throttling {
    /// Counts a call, or says that it is one too many.
    fn admit(&mut self, rule: &Throttle, now: SystemTime) -> bool {
        while self.0.front().is_some_and(|call| {
            now.duration_since(*call)
                .is_ok_and(|age| age >= rule.window)
        }) {
            self.0.pop_front();
        }
        let admitted = self.0.len() < rule.calls;
        if admitted {
            self.0.push_back(now);
        }
        admitted
    }
}

/// `GET /v2/partners/{partnerId}/exams`.
pub(super) fn list(centre: &Centre, request: &Request) -> Answer {
    let settings = centre.settings();
    if !sessions::is_authorized(centre, request) {
        return errors::error(StatusCode::UNAUTHORIZED, "notAuthenticated");
    }
    if request.arg("partnerId") != settings.partner_id {
        return errors::error(StatusCode::FORBIDDEN, "notAuthorized");
    }
    if let Some(rule) = &settings.throttle {
        let now = centre.clock().now();
        if !centre.throttling(|calls| calls.admit(rule, now)) {
            let answer = errors::too_many_requests();
            return match &rule.retry_after {
                Some(value) => answer.header("retry-after", value),
                None => answer,
            };
        }
    }
    let most = settings.max_limit;
    let default = settings.default_limit.unwrap_or(most);
    let (offset, limit) = match (
        number(request, "offset", 0),
        number(request, "limit", default),
    ) {
        // A page of no exams would look like the end of the list.
        (Some(offset), Some(limit)) if limit > 0 => (offset, limit.min(most)),
        _ => {
            let why = "offset and limit must be numbers, limit at least 1";
            return errors::spring(centre, StatusCode::BAD_REQUEST, why, request);
        }
    };
    let (body, total) = centre.ledger(|ledger| (ledger.page(offset, limit), ledger.total()));
    let mut answer = Answer::json(StatusCode::OK, body);
    for (sent, name, value) in [
        (settings.limit_header, "x-pagination-limit", limit),
        (settings.offset_header, "x-pagination-offset", offset),
        (settings.total_header, "x-pagination-total", total),
    ] {
        if sent {
            answer = answer.header(name, value.to_string());
        }
    }
    answer
}

fn number(request: &Request, name: &str, default: usize) -> Option<usize> {
    request
        .query(name)
        .map_or(Some(default), |text| text.parse().ok())
}
