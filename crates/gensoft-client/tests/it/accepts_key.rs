use gensoft_client::http::Method;
use gensoft_client::{ErrorKind, GensoftClient, Request, Result};

/// Whether the key is accepted; `None` if the server does not show it.
async fn accepts_key(client: &GensoftClient) -> Result<Option<bool>> {
    let ask = || client.request(Method::OPTIONS, "/api/v1/attendance/");
    let status = async |request: Request| match request.await {
        Ok(answer) => Ok(answer.status().as_u16()),
        Err(error) if error.kind() == ErrorKind::Decode => Ok(0), // a web page under 200
        // Without an answer, see `Error::cause`.
        Err(error) => error.status().map(|status| status.as_u16()).ok_or(error),
    };
    Ok(match (status(ask()).await?, status(ask().public()).await?) {
        // A firewall may refuse every `OPTIONS` with 403, and Gensoft a wrong key.
        (403, 403) => None,
        (401 | 403, _) => Some(false),
        (200..=299 | 405, 401 | 403) => Some(true),
        // A server that asks nobody for a key here says nothing about ours.
        _ => None,
    })
}
