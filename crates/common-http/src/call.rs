//! A request that is not sent yet, and how its answer is read.

use std::fmt;
use std::pin::Pin;

use serde::de::DeserializeOwned;

use crate::answer::Answer;
use crate::data::recorded::Recorded;
use crate::download::Download;
use crate::engine::Engine;
use crate::error::{Error, ErrorKind, Result};
use crate::json::DecodeError;
use crate::operation::Operation;
use crate::options::CallOptions;
use crate::prepared::Prepared;
use crate::request::Request;

/// A request that is not sent yet, and how its answer is read. Await it to send it.
///
/// Every plain operation of a vendor's client returns one. A wrong argument is reported when it is
/// awaited, and then nothing is sent. Dropping the future sends nothing further, but the part that
/// was sent may have had its effect.
///
/// ```
/// # common_http::example::story(async |engine| {
/// use std::time::Duration;
///
/// use common_http::{Call, CallOptions, Engine, Operation, Recorded};
///
/// #[derive(serde::Deserialize)]
/// struct Thing {
///     id: String,
/// }
///
/// static GET: Operation = Operation::get("example.things.get", "/things/{id}");
///
/// fn get(engine: &Engine, id: &str) -> Call<Recorded<Thing>> {
///     engine.request(&GET).path("id", id).recorded()
/// }
///
/// let thing = get(&engine, "0000001").await?;
/// assert_eq!(thing.id, "0000001");
///
/// let patient = CallOptions::default().deadline(Duration::from_secs(300));
/// let thing = get(&engine, "0000001").options(patient).await?;
/// println!("{} bytes received", thing.raw().as_str().len());
/// let thing: Thing = thing.into_inner();
/// # Ok(()) });
/// ```
#[must_use = "nothing is sent before `.await` or `send`"]
pub struct Call<T>(Work<T>);

type Read<T> = Box<dyn FnOnce(Result<Answer>) -> Result<T> + Send + Sync>;

enum Work<T> {
    Answer {
        request: Request,
        read: Read<T>,
    },
    Download {
        request: Request,
        check: Option<fn(&[u8]) -> bool>,
        wrap: fn(Download) -> T,
    },
    Session {
        engine: Engine,
        login: &'static Operation,
        options: CallOptions,
        read: fn(&str) -> Result<T, DecodeError>,
    },
}

impl Engine {
    /// Opens a session or uses the current one, to check the credentials early.
    ///
    /// `read` reads the data that the [`Authenticator`](crate::Authenticator) kept of the login's
    /// answer (JSON; `{}` if it kept nothing). `login` is the operation that errors name. Of the
    /// call's options, only the deadline applies.
    ///
    /// The call fails with the errors of the login, with `timeout` when the deadline passes, with
    /// `config` if the client has no credentials, and with `decode` if `read` fails.
    pub fn open_session<T>(
        &self,
        login: &'static Operation,
        read: fn(&str) -> Result<T, DecodeError>,
    ) -> Call<T> {
        Call(Work::Session {
            engine: self.clone(),
            login,
            options: CallOptions::default(),
            read,
        })
    }
}

/// The methods that finish building a request.
impl Request {
    /// Finishes the request: the answer is read as a `T`, and its text is kept.
    pub fn recorded<T: DeserializeOwned + 'static>(self) -> Call<Recorded<T>> {
        self.reads(|answer| answer.recorded())
    }

    /// Finishes the request: this function reads the whole answer.
    ///
    /// ```
    /// # common_http::example::story(async |engine| {
    /// use common_http::{Call, Engine, Operation, looks_like_pdf};
    ///
    /// static COUNT: Operation = Operation::get("example.things.count", "/count");
    /// static FILE: Operation = Operation::get("example.files.get", "/file").public().transfer();
    ///
    /// fn size(engine: &Engine) -> Call<usize> {
    ///     engine.request(&COUNT).reads(|answer| Ok(answer.body().len()))
    /// }
    ///
    /// assert_eq!(size(&engine).await?, r#"{"id":"0000001"}"#.len());
    /// let any = engine.request(&FILE).download().await?;
    /// let pdf = engine.request(&FILE).downloads(Some(looks_like_pdf)).await;
    /// assert!(pdf.is_err(), "it is JSON");
    /// # let _ = any; Ok(()) });
    /// ```
    pub fn reads<T>(
        self,
        read: impl FnOnce(Answer) -> Result<T> + Send + Sync + 'static,
    ) -> Call<T> {
        self.settles(|ended| read(ended?))
    }

    /// Finishes the request: this function converts the answer or the error into the call's result.
    ///
    /// Use it for errors that need the vendor's explanation, or that mean success.
    ///
    /// ```
    /// # common_http::example::story(async |engine| {
    /// use common_http::{Call, Engine, ErrorKind, Operation};
    ///
    /// static DELETE: Operation = Operation::delete("example.things.delete", "/things/{id}");
    ///
    /// // Deletes a thing. It is fine if it does not exist.
    /// fn delete(engine: &Engine, id: &str) -> Call<()> {
    ///     engine.request(&DELETE).path("id", id).settles(|ended| match ended {
    ///         Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
    ///         Ok(_) | Err(_) => Ok(()),
    ///     })
    /// }
    ///
    /// delete(&engine, "0000001").await?;
    /// # Ok(()) });
    /// ```
    pub fn settles<T>(
        self,
        judge: impl FnOnce(Result<Answer>) -> Result<T> + Send + Sync + 'static,
    ) -> Call<T> {
        Call(Work::Answer {
            request: self,
            read: Box::new(judge),
        })
    }

    /// Finishes the request: the answer is streamed.
    ///
    /// `check` gets the first KiB of the body. If it returns `false`, the call fails with `decode`.
    pub fn downloads(self, check: Option<fn(&[u8]) -> bool>) -> Call<Download> {
        Call(Work::Download {
            request: self,
            check,
            wrap: |download| download,
        })
    }
}

impl<T> Call<T> {
    /// Sets options of this call: deadline, attempts, size limits, progress.
    pub fn options(mut self, set: CallOptions) -> Self {
        match &mut self.0 {
            Work::Answer { request, .. } | Work::Download { request, .. } => {
                request.set_options(set);
            }
            Work::Session { options, .. } => *options = set,
        }
        self
    }

    /// Sends the request and reads its answer: the same as `.await`.
    ///
    /// # Errors
    /// The errors that the method which returned the call documents.
    pub async fn send(self) -> Result<T>
    where
        T: 'static,
    {
        self.await
    }

    /// The request as it will be sent, without credentials. Does no I/O.
    ///
    /// # Errors
    /// `invalid_input` for a wrong argument.
    /// `invalid_input` for a login, which builds its own request.
    #[doc(hidden)]
    pub fn prepare(self) -> Result<Prepared> {
        match self.0 {
            Work::Answer { request, .. } | Work::Download { request, .. } => request.prepare(),
            Work::Session { .. } => {
                Err(Error::new(ErrorKind::InvalidInput)
                    .with_detail("a login builds its own request"))
            }
        }
    }
}

impl<T: 'static> IntoFuture for Call<T> {
    type Output = Result<T>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        match self.0 {
            Work::Answer { request, read } => {
                let ready = request.ready();
                Box::pin(async { read(ready.answer().await) })
            }
            Work::Download {
                request,
                check,
                wrap,
            } => {
                let ready = request.ready();
                Box::pin(async move { ready.download(check).await.map(wrap) })
            }
            Work::Session {
                engine,
                login,
                options,
                read,
            } => Box::pin(async move { engine.session_details(login, &options, read).await }),
        }
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = match &self.0 {
            Work::Answer { request, .. } | Work::Download { request, .. } => request.operation(),
            Work::Session { login, .. } => login,
        };
        f.debug_struct("Call")
            .field("operation", &operation.id())
            .finish_non_exhaustive()
    }
}
