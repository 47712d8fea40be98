//! Starts nginx, a real reverse proxy, with a certificate that its clients trust.

use std::fs;
use std::path::Path;
use std::time::Duration;

use common_http::HttpOptions;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};

use crate::component::{Running, bare_command, listens, program};
use crate::support::eager;

/// A running nginx.
pub(crate) struct Proxy<const N: usize> {
    pub(crate) ports: [u16; N],
    authority: String,
    nginx: Running<N>,
}

impl<const N: usize> Proxy<N> {
    /// Starts it with the `http` settings made for its ports; `None` if it is not installed.
    pub(crate) async fn start(settings: impl Fn([u16; N]) -> String) -> Option<Self> {
        let program = program("nginx")?;
        let authority = authority();
        let nginx = Running::start(
            |folder, ports| {
                certify(&authority, folder);
                let config = folder.join("nginx.conf");
                fs::write(&config, configuration(folder, &settings(ports))).unwrap();
                let mut command = bare_command(&program);
                command.arg("-p").arg(folder).arg("-c").arg(config);
                command.args(["-e", "stderr"]);
                command
            },
            async |ports: [u16; N]| {
                for port in ports {
                    if !listens(port).await {
                        return false;
                    }
                }
                true
            },
        );
        let nginx = nginx.await;
        Some(Self {
            ports: nginx.ports,
            authority: authority.pem(),
            nginx,
        })
    }

    /// The base URL of its first port.
    pub(crate) fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.ports[0])
    }

    /// Options of a client that trusts its certificate.
    pub(crate) fn trusting(&self) -> HttpOptions {
        eager().add_root_certificate(self.authority.clone())
    }

    /// A plain HTTP client that is not ours and trusts its certificate.
    pub(crate) fn looker(&self) -> reqwest::Client {
        let root = reqwest::Certificate::from_pem(self.authority.as_bytes()).unwrap();
        let builder = reqwest::Client::builder().no_proxy();
        builder.tls_certs_only([root]).build().unwrap()
    }

    /// Makes it read its settings again. A new process takes over, and the old one ends.
    pub(crate) fn reload(&self) {
        self.nginx.signal("HUP");
    }

    /// Its log (protocol, method, status), once it has at least this many requests.
    pub(crate) async fn log(&self, at_least: usize) -> Vec<String> {
        let mut tick = tokio::time::interval(Duration::from_millis(25));
        loop {
            let log = fs::read_to_string(self.nginx.folder.path().join("access.log")).unwrap();
            let lines: Vec<_> = log.lines().map(str::to_owned).collect();
            if lines.len() >= at_least {
                return lines;
            }
            tick.tick().await;
        }
    }
}

impl<const N: usize> Drop for Proxy<N> {
    fn drop(&mut self) {
        // Killed, it would leave the processes behind that do its work.
        self.nginx.end("TERM");
    }
}

pub(crate) fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Writes a certificate for nginx and its key into the folder.
fn certify(authority: &CertifiedIssuer<'static, KeyPair>, folder: &Path) {
    let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    fs::write(folder.join("server.pem"), certificate.pem()).unwrap();
    fs::write(folder.join("server.key"), key.serialize_pem()).unwrap();
}

fn configuration(folder: &Path, settings: &str) -> String {
    let folder = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|what| format!("{what}_temp_path {folder}/{what};\n"))
        .concat();
    format!(
        "daemon off;
         # Another user, as it is by default, may not read the folder.
         user root;
         pid {folder}/nginx.pid;
         events {{ }}
         http {{
             log_format short '$server_protocol $request_method $status';
             access_log {folder}/access.log short;
             {temporary}
             # How long it reads on after a refusal must not decide a test.
             lingering_time 300s;
             lingering_timeout 300s;
             ssl_certificate {folder}/server.pem;
             ssl_certificate_key {folder}/server.key;
             proxy_http_version 1.1;
             {settings}
         }}"
    )
}
