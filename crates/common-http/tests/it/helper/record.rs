//! Records the spans and events of our crate on the test's thread, at every level.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

pub(crate) type Fields = BTreeMap<String, String>;

#[derive(Debug, Clone, Default)]
pub(crate) struct Recording {
    /// One entry per span, with all its fields.
    pub(crate) spans: Vec<Fields>,
    pub(crate) events: Vec<Fields>,
}

thread_local! {
    static RECORDING: RefCell<Recording> = RefCell::default();
}

/// Starts recording.
pub(crate) fn start() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::registry().with(Recorder);
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    take();
}

/// Returns what was recorded since the start.
pub(crate) fn take() -> Recording {
    RECORDING.take()
}

struct Recorder;

/// The index of the span in the recording.
struct Number(usize);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if !attributes.metadata().target().starts_with("common_http") {
            return;
        }
        let mut fields =
            Fields::from([("span".to_owned(), attributes.metadata().name().to_owned())]);
        attributes.record(&mut Keep(&mut fields));
        let number = RECORDING.with_borrow_mut(|recording| {
            recording.spans.push(fields);
            recording.spans.len() - 1
        });
        context
            .span(id)
            .unwrap()
            .extensions_mut()
            .insert(Number(number));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        if let Some(Number(number)) = span.extensions().get() {
            RECORDING.with_borrow_mut(|recording| {
                if let Some(fields) = recording.spans.get_mut(*number) {
                    values.record(&mut Keep(fields));
                }
            });
        };
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target().starts_with("common_http") {
            let mut fields =
                Fields::from([("level".to_owned(), event.metadata().level().to_string())]);
            event.record(&mut Keep(&mut fields));
            RECORDING.with_borrow_mut(|recording| recording.events.push(fields));
        }
    }
}

struct Keep<'a>(&'a mut Fields);

impl Visit for Keep<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}
