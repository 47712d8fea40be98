use gensoft_client::http::{Method, StatusCode};
use gensoft_client::{GensoftClient, Result};

/// Whether the key is accepted; `None` if the server does not show it.
async fn accepts_key(client: &GensoftClient) -> Result<Option<bool>> {
    let ask = || client.request(Method::OPTIONS, "/api/v1/attendance/");
    let status = async |request: gensoft_client::Request| match request.await {
        Ok(answer) => Ok(answer.status()),
        Err(error) => error.status().ok_or(error), // no answer: see `Error::cause`
    };
    let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
    if refused.contains(&status(ask()).await?) {
        return Ok(Some(false));
    }
    // A server that asks nobody for a key here says nothing about ours.
    let without_key = status(ask().public()).await?;
    Ok(refused.contains(&without_key).then_some(true))
}
