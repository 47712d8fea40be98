//! Chapter 4: an attendance, and the laudo of one of its executions.

use common_http::Body;
use examples::built_in;
use examples::failure::Failure;
use gensoft_client::attendances::{Attendance, Moment, Part};
use gensoft_client::sandbox::Sandbox;
use gensoft_client::{ExecutionId, OPERATIONS};
use serde_json::json;

use crate::stage::Stage;
use crate::summary::Visits;

pub(crate) async fn chapter(stage: &Stage) -> Result<Visits, Failure> {
    stage.chapter("4. Gensoft: an order and its laudo")?;
    let sandbox = built_in::started(Sandbox::start().await)?;
    let client = sandbox.client();

    stage.doing("sending the attendance");
    let attendance = Attendance::new(Moment::Created)
        .patient(Part::of(&json!({ "nome": "Paciente Ficticio" }))?)
        .procedure(Part::of(&json!({ "codigo": "EXEMPLO" }))?);
    let answer = client.attendances().send(&attendance).await?;
    let accepted = format!(
        "the order is accepted (status {})",
        answer.status().as_u16()
    );
    stage.done("gensoft.attendances.send", accepted)?;

    // The sandbox accepts any id of an execution.
    let execution = ExecutionId::from(10);
    let body = Body::from_path(stage.report()).await?;
    let options = stage.sending_report("uploading the laudo");
    let call = client.reports().upload(&execution, body);
    call.options(options).await?;
    let execution = execution.as_str();
    let version = sandbox.report_versions(execution).len();
    let uploaded = format!("the laudo of execution {execution} is uploaded, version {version}");
    stage.done("gensoft.reports.upload", uploaded)?;
    Ok(Visits::of("gensoft", OPERATIONS, &sandbox))
}
