//! Programs of others that look for holes in the API: Schemathesis, which asks for everything that the description allows and much that it
//! does not, and Spectral, which reads the descriptions. Both are installed into `target/tools` when they are missing.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::workspace::{Workspace, is_installed, succeeds};

const SCHEMATHESIS: &str = "schemathesis==4.32.5";
const SPECTRAL: &str = "@stoplight/spectral-cli@6.16.3";
/// The rules of both descriptions; a project is reached at its pages and has no e-mail address.
const RULES: &str = "extends: [\"spectral:oas\", \"spectral:asyncapi\"]\nrules:\n  asyncapi-info-contact-properties: off\n";
/// The key of the product that is tried.
const KEY: &str = "cd_xtask_schemathesis";
/// Its SHA-256.
const KEY_SHA256: &str = "92e2ad96ed14e6ea979081df59a59ebbe55ed5712f5ca160691383645b2a1471";
/// Made-up requests for each operation: with them the whole takes about a minute.
const EXAMPLES: &str = "6";
/// What is wrong with an answer whoever asks: a server error, or anything that the description does not say.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance";

/// No server error and no answer outside of the description, whatever is asked for.
pub(crate) fn schemathesis(workspace: &Workspace) -> anyhow::Result<bool> {
    let program = installed_schemathesis(workspace)?;
    // as the tests of the workspace are built, so that nothing is compiled twice
    if !succeeds(workspace.cargo().args(["test", "--locked", "--workspace", "--lib", "--bins", "--tests", "--no-run"]))? {
        bail!("crossdock does not build");
    }
    let folder = workspace.target()?.join("schemathesis");
    let product = Product::start(workspace, &folder)?;
    product.fill(workspace)?;
    let mut run = Command::new(program);
    run.arg("run").arg(format!("http://{}/openapi.json", product.address));
    run.args(["--header", &format!("Authorization: Bearer {KEY}"), "--max-examples", EXAMPLES, "--checks", CHECKS]);
    run.args(["--phases", "examples,coverage,fuzzing", "--workers", "1", "--generation-deterministic"]);
    // what a program waits at would be waited at
    run.args(["--exclude-path", "/v1/jobs/activate", "--warnings", "off"]).current_dir(&folder);
    succeeds(&mut run)
}

/// The descriptions keep the rules of their trade.
pub(crate) fn spectral(workspace: &Workspace) -> anyhow::Result<bool> {
    let folder = workspace.target()?.join("tools").join("spectral");
    let program = folder.join("node_modules").join(".bin").join("spectral");
    if !program.exists() {
        if !is_installed(Command::new("npm").arg("--version")) {
            bail!("Node is missing: install it (Debian: `apt-get install nodejs npm`), then run this step again");
        }
        eprintln!("installing Spectral into {} (once)", folder.display());
        std::fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
        let mut install = Command::new("npm");
        install
            .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--prefix"])
            .arg(&folder)
            .arg(SPECTRAL);
        if !succeeds(&mut install)? {
            bail!("install it with `npm install {SPECTRAL}` in {}, then run this step again", folder.display());
        }
    }
    let rules = folder.join("rules.yaml");
    std::fs::write(&rules, RULES).context("write the rules")?;
    let mut lint = Command::new(program);
    lint.args(["lint", "--quiet", "--fail-severity", "warn", "--ruleset"]).arg(&rules);
    lint.args(["console/src/api/openapi.json", "docs/api/asyncapi.json"]).current_dir(&workspace.root);
    succeeds(&mut lint)
}

fn installed_schemathesis(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let folder = workspace.target()?.join("tools").join("schemathesis");
    let program = folder.join("bin").join("schemathesis");
    if program.exists() {
        return Ok(program);
    }
    eprintln!("installing Schemathesis into {} (once)", folder.display());
    let made = succeeds(Command::new("python3").args(["-m", "venv"]).arg(&folder)).unwrap_or(false);
    if !made {
        bail!("Python is missing: install it (Debian: `apt-get install python3-venv`), then run this step again");
    }
    if !succeeds(Command::new(folder.join("bin").join("pip")).args(["install", "--quiet", SCHEMATHESIS]))? {
        bail!("install it with `{}/bin/pip install '{SCHEMATHESIS}'`, then run this step again", folder.display());
    }
    Ok(program)
}

/// A product with data, on a free port, until it is dropped.
struct Product {
    child: Child,
    address: SocketAddr,
}

impl Product {
    fn start(workspace: &Workspace, folder: &Path) -> anyhow::Result<Self> {
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        let address =
            TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).context("find a free port")?;
        let config = folder.join("crossdock.toml");
        let roles = r#"["admin", "director", "sales", "warehouse", "receivables", "operations", "credit_manager"]"#;
        let text = format!(
            "data = \"store\"\n[server]\nlisten = \"{address}\"\nsecret = \"{KEY_SHA256}\"\n[server.quota]\nper_second = 1000000\n\
             burst = 1000000\n[[server.keys]]\nname = \"all\"\nsha256 = \"{KEY_SHA256}\"\nroles = {roles}\n"
        );
        std::fs::write(&config, text).with_context(|| format!("write {}", config.display()))?;
        let program = workspace.target()?.join("debug").join(format!("crossdock{}", std::env::consts::EXE_SUFFIX));
        let log = std::fs::File::create(folder.join("log.txt")).context("make the log")?;
        let mut serve = Command::new(&program);
        serve.arg("serve").arg("--config").arg(&config).stdout(Stdio::null()).stderr(log);
        let child = serve.spawn().with_context(|| format!("run {}", program.display()))?;
        let product = Self { child, address };
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(address).is_err() {
            if Instant::now() > deadline {
                bail!("the product does not listen; {} tells why", folder.join("log.txt").display());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(product)
    }

    /// Company, items, customers, prices and orders of the samples.
    fn fill(&self, workspace: &Workspace) -> anyhow::Result<()> {
        let program = workspace.target()?.join("debug").join(format!("crossdock{}", std::env::consts::EXE_SUFFIX));
        let (url, samples) = (format!("http://{}", self.address), workspace.root.join("samples"));
        for (kind, file) in
            [("company", "company.json"), ("items", "items.csv"), ("customers", "accounts.csv"), ("prices", "prices.csv")]
        {
            let mut import = Command::new(&program);
            import.args(["import", "master", kind]).arg(samples.join(file)).args(["--url", &url, "--key", KEY]);
            if !succeeds(import.stdout(Stdio::null()))? {
                bail!("{file} could not be imported");
            }
        }
        Ok(())
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        // nothing is left behind
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
