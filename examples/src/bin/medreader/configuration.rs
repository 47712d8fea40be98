//! The commands for the tenant's settings.

use common_http::{RawJson, Secret};
use examples::failure::Failure;
use examples::{settings, stop};

use crate::args::{ConfigGet, ConfigSet, Secrets};
use crate::resource;
use crate::tenant::Tenant;

pub(crate) async fn get(tenant: &Tenant, get: &ConfigGet, json: bool) -> Result<(), Failure> {
    let call = tenant.client.configuration().get();
    let settings = tenant.call("getting the settings", call.send()).await?;
    print(settings.raw(), &get.secrets, json)
}

pub(crate) async fn set(tenant: &Tenant, set: &ConfigSet, json: bool) -> Result<(), Failure> {
    // Not from arguments: every user of the machine can see those.
    let key = settings::optional("MEDREADER_SET_S3_SECRET_ACCESS_KEY")?.map(Secret::from);
    let password = settings::optional("MEDREADER_SET_WEBHOOK_PASSWORD")?.map(Secret::from);

    let mut call = tenant.client.configuration().update();
    if let Some(value) = &set.s3_bucket_name {
        call = call.s3_bucket_name(value.as_str());
    }
    if let Some(value) = &set.s3_region {
        call = call.s3_region(value.as_str());
    }
    if let Some(value) = &set.s3_access_key_id {
        call = call.s3_access_key_id(value.as_str());
    }
    if let Some(value) = key {
        call = call.s3_secret_access_key(value);
    }
    if let Some(value) = &set.s3_base_path {
        call = call.s3_base_path(value.as_str());
    }
    if let Some(value) = &set.webhook_url {
        call = call.webhook_url(value.as_str());
    }
    if let Some(value) = &set.webhook_user {
        call = call.webhook_user(value.as_str());
    }
    if let Some(value) = password {
        call = call.webhook_password(value);
    }
    stop::advise("the settings may have been changed: `config-get` shows them");
    let settings = tenant.call("changing the settings", call.send()).await?;
    print(settings.raw(), &set.secrets, json)
}

fn print(settings: &RawJson, secrets: &Secrets, json: bool) -> Result<(), Failure> {
    if secrets.show_secrets {
        return resource::print(settings, json);
    }
    resource::print(&resource::masked(settings)?, json)
}
