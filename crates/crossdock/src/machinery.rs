//! The two programs beside this one: started, watched, started again, stopped.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::api::{Api, Credential};
use crate::config;
use crate::output::WrongUse;

/// How the two are started.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// How much faster than life the lab systems are.
    pub(crate) speed: f64,
    /// Fixes every decision of the lab systems.
    pub(crate) seed: u64,
    /// How often the lab systems delay, fail, repeat and reorder.
    pub(crate) faults: String,
    /// Port of the API; 0 for a free one.
    pub(crate) port: u16,
}

/// The lab and the product, as processes of their own.
pub(crate) struct Machinery {
    folder: PathBuf,
    program: PathBuf,
    lab: Child,
    product: Child,
    systems: Vec<(String, String)>,
    url: String,
    key: String,
    restarts: u32,
}

impl Machinery {
    /// Starts both on loopback, with their files in `folder`.
    pub(crate) async fn start(folder: &Path, setting: &Setting) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("find this program")?;
        let kept = folder.join("demo.json");
        let (key, port) = match std::fs::read(&kept).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()) {
            Some(known) => (known["key"].as_str().unwrap_or_default().to_owned(), known["port"].as_u64().unwrap_or(0)),
            None => (crate::keys::generate()?, u64::from(setting.port)),
        };
        let port = match u16::try_from(port).unwrap_or(0) {
            0 => free_port()?,
            port => {
                must_be_free(port, folder)?;
                port
            }
        };
        std::fs::write(&kept, serde_json::to_vec(&json!({ "key": key, "port": port }))?).context("write demo.json")?;
        let url = format!("http://127.0.0.1:{port}");
        let mut lab = Command::new(&program)
            .args(["lab", "--json", "--port", "0", "--product", &url, "--faults", &setting.faults])
            .args(["--seed", &setting.seed.to_string(), "--speed", &setting.speed.to_string(), "--with-starter"])
            .arg("--data")
            .arg(folder.join("lab"))
            .env("CROSSDOCK_API_KEY", key_of("systems", &key))
            .env_remove("CROSSDOCK_DATA")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("start the lab")?;
        let output = lab.stdout.take().context("read what the lab says")?;
        let mut lines = BufReader::new(output).lines();
        let Some(first) = lines.next_line().await? else { bail!("the lab did not start; its messages are above") };
        let systems: serde_json::Map<String, Value> = serde_json::from_str(&first).context("read the lab's addresses")?;
        let systems: Vec<(String, String)> =
            systems.into_iter().map(|(name, url)| (name, url.as_str().unwrap_or_default().to_owned())).collect();
        config::keep_secret(&folder.join("crossdock.toml"))?;
        std::fs::write(folder.join("crossdock.toml"), config(&url, &key, &systems)).context("write the configuration")?;
        let product = start_product(&program, folder)?;
        let mut machinery = Self { folder: folder.to_owned(), program, lab, product, systems, url, key, restarts: 0 };
        machinery.until_ready().await?;
        Ok(machinery)
    }

    /// Waits until the product answers.
    async fn until_ready(&mut self) -> anyhow::Result<()> {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let ready = client.get(format!("{}/readyz", self.url)).send().await;
            if ready.is_ok_and(|response| response.status().is_success()) {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!(
                    "the product is not ready after a minute; its messages are in {}",
                    self.folder.join("product.log").display()
                );
            }
            self.supervise().await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Starts the product again if it has died.
    pub(crate) async fn supervise(&mut self) -> anyhow::Result<()> {
        if let Some(status) = self.lab.try_wait()? {
            bail!("the lab has ended: {status}");
        }
        if let Some(status) = self.product.try_wait()? {
            if !was_killed(status) {
                let log = std::fs::read_to_string(self.folder.join("product.log")).unwrap_or_default();
                let tail: Vec<&str> = log.lines().rev().take(10).collect();
                bail!("the product has ended: {status}\n{}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
            }
            self.restarts += 1;
            self.product = start_product(&self.program, &self.folder)?;
        }
        Ok(())
    }

    /// Does something that asks the product, and starts the product again if it dies meanwhile.
    pub(crate) async fn while_alive<T>(&mut self, work: impl Future<Output = T>) -> anyhow::Result<T> {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                () = tokio::time::sleep(Duration::from_millis(50)) => self.supervise().await?,
            }
        }
    }

    /// How often the product was started again.
    pub(crate) fn restarts(&self) -> u32 {
        self.restarts
    }

    /// A way to ask the product as one of [`ACTORS`].
    pub(crate) fn api(&self, actor: &str) -> anyhow::Result<Api> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        Ok(Api::Http { client, url: self.url.clone(), credential: Credential::Key(key_of(actor, &self.key)) })
    }

    /// Where the product is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// This program, as it can be called again.
    pub(crate) fn program(&self) -> std::path::Display<'_> {
        self.program.display()
    }

    /// The key for it.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The lab systems, and where each is.
    pub(crate) fn lab_urls(&self) -> &[(String, String)] {
        &self.systems
    }

    /// Keeps the product alive until Ctrl-C.
    pub(crate) async fn supervise_until_interrupted(&mut self) -> anyhow::Result<()> {
        let interrupted = crate::interrupt::interrupted();
        tokio::pin!(interrupted);
        loop {
            tokio::select! {
                () = &mut interrupted => return Ok(()),
                () = tokio::time::sleep(Duration::from_millis(200)) => self.supervise().await?,
            }
        }
    }

    /// Stops both.
    pub(crate) async fn stop(mut self) {
        // both are stopped the hard way: what was acknowledged is on disk
        let _ = self.product.kill().await;
        let _ = self.lab.kill().await;
        let _ = std::fs::remove_file(self.folder.join("product.pid"));
    }
}

/// Whether a signal ended it, as a power cut would; everything else is an error of its own.
fn was_killed(status: std::process::ExitStatus) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        status.signal().is_some()
    }
    #[cfg(not(unix))]
    {
        !status.success()
    }
}

fn start_product(program: &Path, folder: &Path) -> anyhow::Result<Child> {
    let log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("product.log"))
        .context("open product.log")?;
    let child = Command::from(config::product(program))
        .arg("serve")
        .arg("--config")
        .arg(folder.join("crossdock.toml"))
        .arg("--with-starter")
        .stdin(Stdio::piped())
        .stdout(log.try_clone()?)
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .context("start the product")?;
    if let Some(id) = child.id() {
        std::fs::write(folder.join("product.pid"), id.to_string()).context("write product.pid")?;
    }
    Ok(child)
}

/// A port that nobody listens on now.
fn free_port() -> anyhow::Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).context("find a free port")?;
    Ok(listener.local_addr()?.port())
}

/// Says who may be in the way where the port of the API is taken.
fn must_be_free(port: u16, folder: &Path) -> anyhow::Result<()> {
    match std::net::TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(()),
        Err(error) => Err(WrongUse(format!(
            "listen on 127.0.0.1:{port}: {error}; stop what runs there (another demo on {}?), or give another --port and --data",
            folder.display()
        ))
        .into()),
    }
}

/// The product's configuration: one key, which measures the product rather than its quota, and the lab's systems.
fn config(url: &str, key: &str, systems: &[(String, String)]) -> String {
    let listen = url.trim_start_matches("http://");
    let mut text = format!("data = \"store\"\n\n[server]\nlisten = \"{listen}\"\nsecret = \"file:crossdock.secret\"\n");
    for (name, roles) in ACTORS {
        let sha256 = server::hash_key(&key_of(name, key));
        text.push_str(&format!(
            "\n[[server.keys]]\nname = \"{name}\"\nsha256 = \"{sha256}\"\nroles = {roles:?}\n\
             quota = {{ per_second = 100000, burst = 100000 }}\n"
        ));
    }
    for (name, url) in systems {
        text.push_str(&lab_system(name, url));
    }
    text
}

/// How a system of the lab is connected, as TOML.
pub(crate) fn lab_system(name: &str, url: &str) -> String {
    let capabilities: Vec<(&str, &str, &str)> = match name {
        "tax" => vec![("tax.quote", "/quotes", "")],
        "carrier" => vec![("tms.book", "/bookings", ""), ("tms.intercept", "/intercepts", "")],
        "erp" => vec![
            ("erp.post_invoice", "/postings", ""),
            ("erp.post_payment", "/payments", ""),
            ("erp.control_account", "/control-account", ""),
        ],
        "bank" => Vec::new(),
        _ => vec![
            ("wms.release", "/releases", name),
            ("wms.cancel", "/releases/{warehouse_order}/cancellations", name),
            ("wms.redirect", "/releases/{warehouse_order}/redirections", name),
        ],
    };
    let mut text = format!(
        "\n[[systems]]\nname = \"{name}\"\nbase_url = \"{url}\"\ntimeout_ms = 10000\nconcurrency = 16\n\
         retry = {{ initial_ms = 50, max_ms = 2000 }}\ncircuit = {{ failures = 8, open_ms = 250 }}\n"
    );
    if name == "bank" {
        text.push_str("poll = { path = \"/statements?after={cursor}\", interval_ms = 200 }\n");
    }
    for (capability, path, route) in capabilities {
        let route = route.trim_start_matches("wms-").to_uppercase();
        text.push_str(&format!("[systems.capabilities.\"{capability}\"]\npath = \"{path}\"\nroute = \"{route}\"\n"));
    }
    text
}

/// Who acts in the demo, each under a key of its own, and their roles: whoever looks at it, who brings the orders in, the systems of the lab,
/// and the clerks who decide. Whoever submits an order does not release its holds, so they are not one.
pub(crate) const ACTORS: [(&str, &[&str]); 4] = [
    (VIEWER, &["admin", "director", "sales", "warehouse", "receivables", "operations", "credit_manager"]),
    ("import", &["admin", "sales", "warehouse"]),
    ("systems", &["warehouse", "receivables", "operations"]),
    ("clerk", &["director", "sales", "warehouse", "receivables", "operations"]),
];
/// Whose key people are shown.
pub(crate) const VIEWER: &str = "demo";

/// The key of an actor, from that of the viewer.
fn key_of(actor: &str, key: &str) -> String {
    if actor == VIEWER { key.to_owned() } else { format!("{key}_{actor}") }
}
