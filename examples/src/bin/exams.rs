// The first example in README.md, as a program: `examples/tests/sandbox` runs it as it is there.

use biologix_client::{BiologixClient, Item, PartnerId};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = BiologixClient::from_env()?;
    let centre = PartnerId::from(std::env::var("BIOLOGIX_PARTNER_ID")?);
    let mut exams = client.exams(&centre).list().items();
    while let Some(item) = exams.next().await {
        if let Item::Read(exam) = item? {
            println!("{} {:?}", exam.exam_id, exam.status);
        }
    }
    Ok(())
}
