//! Reading the vendor's list.

use biologix_client::{Item, Rejected};
use common_http::Error;
use examples::failure::Failure;
use examples::progress::Progress;

use crate::centre::Centre;
use crate::findings::Findings;
use crate::ledger::Ledger;
use crate::rejected;

/// Reads the whole list into the ledger, and what is not an exam into `rejected`.
///
/// Returns the error if the list broke off; what was read before it is kept.
pub(crate) async fn read(
    centre: &Centre,
    page_size: Option<u32>,
    ledger: &mut Ledger,
    rejected: &mut Findings,
    progress: &Progress,
) -> Result<Option<Error>, Failure> {
    let mut list = centre.client.exams(&centre.partner).list();
    if let Some(exams) = page_size {
        list = list.page_size(exams);
    }
    progress.begin("exams", None);
    let mut exams = list.items();
    while let Some(item) = exams.next().await {
        match item {
            Ok(Item::Read(exam)) => ledger.add(&exam)?,
            Ok(Item::Rejected(Rejected { raw, .. })) => {
                rejected.line(&raw.compact())?;
                if let Some(exam) = rejected::done_exam(&raw) {
                    ledger.salvage(exam);
                }
            }
            Err(error) => return Ok(Some(error)),
        }
        if let Some(total) = exams.total() {
            progress.set_total(total);
        }
        progress.set_done(ledger.read() + rejected.count());
    }
    Ok(None)
}
