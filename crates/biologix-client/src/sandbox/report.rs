//! The report of a finished exam.

use common_http::sandbox::{Answer, Request};
use http::StatusCode;

use super::{Centre, errors, pdf};

/// `GET /v2/exams/{examKey}/files/report.pdf`, without login. An unknown key and an exam that is not DONE get a 404
/// with a JSON body, as observed (its words were not recorded).
pub(super) fn get(centre: &Centre, request: &Request) -> Answer {
    let key = request.arg("examKey");
    match centre.ledger(|ledger| ledger.finished(key)) {
        Some(exam_id) => {
            let pdf = pdf::one_page(
                &["Synthetic report", &exam_id],
                centre.settings().report_bytes,
            );
            Answer::new(StatusCode::OK).body("application/pdf", pdf)
        }
        None => errors::error(StatusCode::NOT_FOUND, "notFound"),
    }
}
