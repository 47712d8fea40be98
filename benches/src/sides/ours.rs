//! Our clients.

use std::path::Path;

use biologix_client::{BiologixClient, BiologixClientBuilder, ExamKey, HttpOptions, PartnerId};
use gensoft_client::{Body, ExecutionId, GensoftClient};

use crate::sides::{PAGE, Side};

pub(crate) struct Ours {
    biologix: BiologixClient,
    gensoft: GensoftClient,
}

impl Ours {
    pub(crate) async fn start(url: &str) -> Self {
        let options = HttpOptions::default().max_download(u64::MAX);
        let biologix = biologix(&options).base_url(url).build().unwrap();
        biologix.sessions().open().await.unwrap();
        let gensoft = GensoftClient::builder()
            .api_key("EXAMPLE-KEY")
            .base_url(url)
            .http(options)
            .build()
            .unwrap();
        Self { biologix, gensoft }
    }
}

pub(crate) fn biologix(options: &HttpOptions) -> BiologixClientBuilder {
    BiologixClient::builder()
        .credentials("c|EXAMPLE|000001", "EXAMPLE-PASSWORD")
        .http(options.clone())
}

impl Side for Ours {
    async fn exams(&self, _worker: usize, partner: &str, offset: usize, limit: usize) -> usize {
        let page = self
            .biologix
            .exams(&PartnerId::from(partner))
            .list()
            .offset(offset.try_into().unwrap())
            .page_size(limit.try_into().unwrap())
            .await
            .unwrap();
        page.items.iter().filter_map(|item| item.value()).count()
    }

    async fn list(&self, partner: &str, _total: usize) -> usize {
        let list = self.biologix.exams(&PartnerId::from(partner)).list();
        let mut exams = list.page_size(PAGE.try_into().unwrap()).items();
        let mut count = 0;
        while let Some(exam) = exams.next().await {
            count += usize::from(exam.unwrap().value().is_some());
        }
        count
    }

    async fn download(&self, _worker: usize, key: &str, target: &Path) -> u64 {
        let report = self.biologix.reports().get(&ExamKey::from(key)).await;
        report.unwrap().save_to(target).await.unwrap()
    }

    async fn upload(&self, file: &Path, form: bool) -> u64 {
        let body = Body::from_path(file).await.unwrap();
        let mut upload = self.gensoft.reports().upload(&ExecutionId::from(1), body);
        if form {
            upload = upload.multipart("file");
        }
        let answer: serde_json::Value = upload.await.unwrap().json().unwrap();
        answer["received"].as_u64().unwrap()
    }
}
