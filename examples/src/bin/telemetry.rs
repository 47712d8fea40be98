//! Exports the clients' spans to OpenTelemetry: two calls to sandboxes, and a collector in memory.
//!
//! In your own program, use the exporter of `opentelemetry-otlp`; the rest stays the same. Keep the
//! filter: the clients put no secrets and no personal data into spans and events, but the crates
//! below them do not promise that.

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

use biologix_client::PartnerId;
use clap::Parser;
use common_http::sandbox::Fault;
use examples::{args, logging, output};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::error::OTelSdkError;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing::Instrument as _;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{Layer as _, Registry};

/// Makes two calls to sandboxes and prints the spans that an OpenTelemetry collector receives
#[derive(Debug, Parser)]
#[command(version)]
struct Args {}

#[tokio::main]
async fn main() -> ExitCode {
    let Args {} = args::parse();
    match run().await.map(|text| output::text(text.trim_end())) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => failure.report(false),
        Err(error) => {
            output::note(format_args!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<String, Box<dyn Error>> {
    let collector = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(collector.clone())
        .build();
    let spans = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("telemetry"))
        // A clinic's operators have no use for source locations and threads.
        .with_location(false)
        .with_target(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(filter_fn(|metadata| {
            logging::is_of_clients(metadata) || metadata.target() == env!("CARGO_CRATE_NAME")
        }));
    tracing::subscriber::set_global_default(Registry::default().with(spans))?;

    let import = tracing::info_span!("nightly import");
    let mut text = calls().instrument(import).await?;
    print(&finished(&provider, &collector)?, &mut text)?;
    Ok(text)
}

/// A page of exams that succeeds at the second attempt, and an order whose answer is lost.
async fn calls() -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    let biologix = biologix_client::sandbox::Sandbox::start().await?;
    let later = Fault::Throttled {
        retry_after: Some("0".to_owned()),
    };
    biologix.fail_next("biologix.exams.list", later)?;
    let exams = biologix
        .client()
        .exams(&PartnerId::from(&biologix.settings.partner_id))
        .list();
    if let Err(error) = exams.page_size(10).send().await {
        writeln!(text, "the exams: {error}")?;
    }

    let gensoft = gensoft_client::sandbox::Sandbox::start().await?;
    gensoft.fail_next("gensoft.attendances.send", Fault::ResetAfterRequest)?;
    let order = serde_json::json!({ "patient": "Paciente Ficticio" });
    if let Err(error) = gensoft.client().attendances().send(&order).await {
        writeln!(text, "the order: {error}")?;
    }
    Ok(text)
}

fn finished(
    provider: &SdkTracerProvider,
    collector: &InMemorySpanExporter,
) -> Result<Vec<SpanData>, OTelSdkError> {
    provider.force_flush()?;
    collector.get_finished_spans()
}

fn print(spans: &[SpanData], text: &mut String) -> std::fmt::Result {
    for span in spans {
        writeln!(
            text,
            "\n{} ({:?}, {:?})",
            span.name, span.span_kind, span.status
        )?;
        for attribute in &span.attributes {
            writeln!(text, "  {} = {}", attribute.key, attribute.value)?;
        }
        for event in span.events.iter() {
            let fields: Vec<_> = event
                .attributes
                .iter()
                .map(|field| format!("{}={}", field.key, field.value))
                .collect();
            writeln!(text, "  event: {} {}", event.name, fields.join(" "))?;
        }
    }
    Ok(())
}
