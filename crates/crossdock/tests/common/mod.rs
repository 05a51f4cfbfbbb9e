//! A folder, a configuration, the real binary as a server in a process of its own, and an HTTP client that can also misbehave.

#![allow(dead_code, reason = "each test program uses its part of this")]

pub(crate) mod provider;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The key of everybody who may do everything.
pub(crate) const KEY: &str = "cd_test_all";
/// The key of a clerk: no administrator, no warehouse.
pub(crate) const CLERK: &str = "cd_test_clerk";
/// What webhooks are signed with.
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
const PATIENCE: Duration = Duration::from_secs(60);

/// The program, without anything of the environment that it heeds.
pub(crate) fn crossdock() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crossdock"));
    for name in
        ["CROSSDOCK_LISTEN", "CROSSDOCK_DATA", "CROSSDOCK_URL", "CROSSDOCK_API_KEY", "CROSSDOCK_CONFIG", "CROSSDOCK_LOG"]
    {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// What the program says when it is run to its end.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let said = Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) };
        assert!(!said.err.contains("panicked"), "{said:?}");
        said
    }

    /// What was printed, as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts exit code and parts of what is said on standard error.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        for part in parts {
            assert!(self.err.contains(part), "`{part}` is not in: {}", self.err);
        }
    }
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str]) -> Said {
    Said::of(crossdock().args(arguments).output().unwrap())
}

/// A file that ships as a sample.
pub(crate) fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(name)
}

/// Waits until something is there, and says what it waited for if it does not come.
#[track_caller]
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The systems of the shipped processes at addresses where nobody is.
pub(crate) fn nobody() -> Vec<(String, String)> {
    ["erp", "bank", "carrier", "tax", "wms-east", "wms-west"]
        .map(|name| (name.to_owned(), "http://127.0.0.1:9".to_owned()))
        .to_vec()
}

/// A configuration: two keys, and these systems.
pub(crate) fn configuration(listen: &str, systems: &[(String, String)]) -> String {
    let mut text = format!("data = \"store\"\n\n[server]\nlisten = \"{listen}\"\nsecret = \"{SECRET}\"\n");
    for (name, key, roles) in [
        (
            "all",
            KEY,
            r#"["admin", "director", "sales", "warehouse", "receivables", "operations", "credit_manager", "controller"]"#,
        ),
        ("clerk", CLERK, r#"["sales"]"#),
    ] {
        text.push_str(&format!("\n[[server.keys]]\nname = \"{name}\"\nsha256 = \"{}\"\nroles = {roles}\n", sha256(key)));
    }
    for (name, url) in systems {
        text.push_str(&format!(
            "\n[[systems]]\nname = \"{name}\"\nbase_url = \"{url}\"\ntimeout_ms = 5000\nconcurrency = 8\n\
             retry = {{ initial_ms = 20, max_ms = 200 }}\ncircuit = {{ failures = 3, open_ms = 100 }}\n"
        ));
        let node = name.trim_start_matches("wms-").to_uppercase();
        let capabilities: &[(&str, &str, &str)] = match name.as_str() {
            "tax" => &[("tax.quote", "/quotes", "")],
            "carrier" => &[("tms.book", "/bookings", ""), ("tms.intercept", "/intercepts", "")],
            "erp" => &[("erp.post_invoice", "/postings", ""), ("erp.post_payment", "/payments", "")],
            "bank" => {
                text.push_str("poll = { path = \"/statements?after={cursor}\", interval_ms = 100 }\n");
                &[]
            }
            _ => &[
                ("wms.release", "/releases", &node),
                ("wms.cancel", "/releases/{warehouse_order}/cancellations", &node),
                ("wms.redirect", "/releases/{warehouse_order}/redirections", &node),
            ],
        };
        for (capability, path, route) in capabilities {
            text.push_str(&format!("[systems.capabilities.\"{capability}\"]\npath = \"{path}\"\nroute = \"{route}\"\n"));
        }
    }
    text
}

/// SHA-256 in hex, as the program itself makes it.
fn sha256(key: &str) -> String {
    let mut child = crossdock().args(["key", "hash"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(key.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim().to_owned()
}

/// A product on its own folder.
pub(crate) struct Site {
    folder: tempfile::TempDir,
    pub(crate) address: SocketAddr,
    child: Option<Child>,
    starts: u32,
}

impl Site {
    /// Starts a product without systems that answer, on a free port.
    pub(crate) fn start() -> Self {
        Self::with(&nobody())
    }

    /// Starts a product with these systems.
    pub(crate) fn with(systems: &[(String, String)]) -> Self {
        Self::with_more(systems, "")
    }

    /// The same with more in its configuration.
    pub(crate) fn with_more(systems: &[(String, String)], more: &str) -> Self {
        let mut site = Self::prepare(&(configuration("127.0.0.1:0", systems) + more));
        site.up();
        // from now on always the same port
        let text = std::fs::read_to_string(site.config()).unwrap();
        std::fs::write(site.config(), text.replace("127.0.0.1:0", &site.address.to_string())).unwrap();
        site
    }

    /// Writes a configuration and starts nothing.
    pub(crate) fn prepare(configuration: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("crossdock.toml"), configuration).unwrap();
        Self { folder, address: SocketAddr::from(([127, 0, 0, 1], 0)), child: None, starts: 0 }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder().join("crossdock.toml")
    }

    /// The folder of the store, as an argument.
    pub(crate) fn data(&self) -> String {
        self.folder().join("store").to_str().unwrap().to_owned()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the server has logged since its last start.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder().join(format!("log-{}.txt", self.starts))).unwrap_or_default()
    }

    /// The command that serves.
    pub(crate) fn serve(&self) -> Command {
        let mut command = crossdock();
        command.arg("serve").arg("--config").arg(self.config());
        command
    }

    /// Starts the server and waits until it is ready.
    pub(crate) fn up(&mut self) {
        let command = self.serve();
        self.up_as(command);
    }

    /// The same by another command, such as a shell that limits something.
    pub(crate) fn up_as(&mut self, mut command: Command) {
        self.starts += 1;
        let log = std::fs::File::create(self.folder().join(format!("log-{}.txt", self.starts))).unwrap();
        let mut child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        self.address = until("the server to say where it listens", || {
            assert_eq!(child.try_wait().unwrap(), None, "the server has ended: {}", self.log());
            let log = self.log();
            let rest = log.split_once("address=")?.1;
            rest.split_once(' ').map(|(address, _)| address.parse().unwrap())
        });
        self.child = Some(child);
    }

    /// The process of the server.
    pub(crate) fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Stops it in good order.
    pub(crate) fn down(&mut self) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
        let status = until("the server to stop", || child.try_wait().unwrap());
        assert!(!self.log().contains("panicked"), "{}", self.log());
        status
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!self.log().contains("panicked"), "{}", self.log());
    }

    /// `verify` and `reconcile` find nothing.
    #[track_caller]
    pub(crate) fn is_sound(&self) {
        for check in ["verify", "reconcile"] {
            let said = run(&[check, "--data", &self.data()]);
            assert_eq!(said.code, 0, "{check}: {said:?}");
        }
    }

    /// Runs a command of the program against the server.
    pub(crate) fn cli(&self, arguments: &[&str]) -> Said {
        let mut command = crossdock();
        Said::of(command.args(arguments).args(["--url", &self.url(), "--key", KEY]).output().unwrap())
    }

    /// Runs a command of the program on the store.
    pub(crate) fn cli_on_store(&self, arguments: &[&str]) -> Said {
        let mut command = crossdock();
        Said::of(command.args(arguments).args(["--data", &self.data()]).output().unwrap())
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask(Ask::new("GET", path))
    }

    /// A POST with a JSON body.
    pub(crate) fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.ask(Ask::new("POST", path).header("idempotency-key", key).json(body))
    }

    /// A POST with a file.
    pub(crate) fn send(&self, path: &str, key: &str, body: &[u8]) -> Answer {
        self.ask(Ask::new("POST", path).header("idempotency-key", key).body(body))
    }

    #[track_caller]
    pub(crate) fn ask(&self, ask: Ask) -> Answer {
        ask.send(self.address).unwrap_or_else(|error| panic!("{} {}: {error}; {}", ask.method, ask.path, self.log()))
    }

    /// Company, items, customers and prices of the samples, and stock of every item.
    pub(crate) fn fill(&self) {
        for (kind, file) in
            [("company", "company.json"), ("items", "items.csv"), ("customers", "accounts.csv"), ("prices", "prices.csv")]
        {
            let answer = self.send(&format!("/v1/imports/master/{kind}"), kind, &std::fs::read(sample(file)).unwrap());
            assert_eq!((answer.status, &answer.json()["findings"]), (200, &json!([])), "{kind}: {answer:?}");
        }
        for item in ["BRK-100", "ANC-200", "LMP-300", "PNT-010"] {
            for node in ["EAST", "WEST"] {
                let receipt =
                    json!({ "item": item, "node": node, "quantity": 5_000, "receipt": format!("open-{item}-{node}") });
                let answer = self.post("/v1/stock/receipts", &format!("open-{item}-{node}"), &receipt);
                assert_eq!(answer.status, 200, "{answer:?}");
            }
        }
    }

    /// Places an order and gives its number.
    pub(crate) fn order(&self, purchase_order: &str, item: &str, quantity: i64) -> String {
        let answer = self.post("/v1/orders", purchase_order, &order(purchase_order, item, quantity));
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["id"].as_str().unwrap().to_owned()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // nothing is left behind by a test that fails
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

const LAB: [&str; 6] = ["erp", "bank", "carrier", "tax", "wms-east", "wms-west"];

/// The lab systems as a process of their own, on ports that stay the same.
pub(crate) struct LabProcess {
    first_port: u16,
    child: Option<Child>,
}

impl LabProcess {
    pub(crate) fn new() -> Self {
        // six ports in a row that nobody has now
        let is_free = |port: u16| TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).is_ok();
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let start = 10_000 + u16::try_from(std::process::id() % 20_000).unwrap() + NEXT.fetch_add(60, Ordering::Relaxed);
        let first_port = (start..60_000).step_by(6).find(|first| (*first..first + 6).all(is_free)).unwrap();
        Self { first_port, child: None }
    }

    pub(crate) fn systems(&self) -> Vec<(String, String)> {
        let address = |at: usize| format!("http://127.0.0.1:{}", self.first_port + u16::try_from(at).unwrap());
        LAB.iter().enumerate().map(|(at, name)| ((*name).to_owned(), address(at))).collect()
    }

    pub(crate) fn up(&mut self, site: &Site) {
        let child = crossdock()
            .args(["lab", "--json", "--faults", "none", "--speed", "200000", "--seed", "5"])
            .args(["--port", &self.first_port.to_string(), "--product", &site.url(), "--key", KEY, "--data"])
            .arg(site.folder().join("lab"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        until("the lab to answer", || self.ledger("wms-west"));
    }

    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub(crate) fn ask(&self, system: &str, path: &str) -> Option<Value> {
        let at = LAB.iter().position(|name| *name == system).unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], self.first_port + u16::try_from(at).unwrap()));
        Ask::new("GET", path).send(address).ok().map(|answer| answer.json())
    }

    pub(crate) fn ledger(&self, system: &str) -> Option<Value> {
        self.ask(system, "/ledger")
    }

    pub(crate) fn is_idle(&self) -> bool {
        LAB.iter().all(|name| {
            let state = self.ask(name, "/lab/state").unwrap();
            assert_eq!(state["refused"], serde_json::json!([]), "{name}");
            state["scheduled"] == 0 && state["unsent"] == 0
        })
    }
}

impl Drop for LabProcess {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A system that accepts whatever it is sent, until the test ends; gives its address.
pub(crate) fn accepts_everything() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            // a client that goes away is its own affair
            let _ = accept(stream);
        }
    });
    address
}

fn accept(mut stream: TcpStream) -> std::io::Result<()> {
    let mut received = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let read = stream.read(&mut piece)?;
        received.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&received).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next()?.trim().parse().ok());
        if read == 0 || body.len() >= length.unwrap_or(0) {
            let answer = "{\"accepted\":true}";
            return write!(
                stream,
                "HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{answer}",
                answer.len()
            );
        }
    }
}

/// An order of the first customer of the samples.
pub(crate) fn order(purchase_order: &str, item: &str, quantity: i64) -> Value {
    json!({ "account": "10001", "purchase_order": purchase_order, "ship_to": "MAIN",
        "lines": [{ "item": item, "quantity": quantity }] })
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Ask {
    /// A request with the key of everybody.
    pub(crate) fn new(method: &'static str, path: &str) -> Self {
        let headers = vec![("authorization".to_owned(), format!("Bearer {KEY}"))];
        Self { method, path: path.to_owned(), headers, body: Vec::new() }
    }

    /// With a header in place of one of the same name.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string().as_bytes())
    }

    pub(crate) fn body(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }

    fn head(&self, more: bool) -> String {
        let connection = if more { "keep-alive" } else { "close" };
        let mut head = format!("{} {} HTTP/1.1\r\nhost: crossdock\r\nconnection: {connection}\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", self.body.len()));
        head
    }

    /// All of it as it is sent; with `more` if others follow on the same connection.
    pub(crate) fn bytes(&self, more: bool) -> Vec<u8> {
        [self.head(more).as_bytes(), &self.body].concat()
    }

    /// Sends all of it, and only then reads the answer, as most clients do.
    pub(crate) fn send(&self, address: SocketAddr) -> std::io::Result<Answer> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(self.head(false).as_bytes())?;
        stream.write_all(&self.body)?;
        Answer::read(stream)
    }

    /// Sends it and leaves the answer, which may not end, to the caller.
    pub(crate) fn open(&self, address: SocketAddr) -> TcpStream {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(self.head(false).as_bytes()).unwrap();
        // the head of the answer is waited for, and left to be read
        let mut first = [0];
        while stream.peek(&mut first).unwrap() == 0 {}
        stream
    }

    /// Sends everything but the last byte of the body, and leaves the rest to the caller.
    pub(crate) fn begin(&self, address: SocketAddr) -> Begun {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (last, rest) = self.body.split_last().unwrap();
        stream.write_all(self.head(false).as_bytes()).unwrap();
        stream.write_all(rest).unwrap();
        Begun { stream, last: *last }
    }
}

/// A request that is half sent.
pub(crate) struct Begun {
    stream: TcpStream,
    last: u8,
}

impl Begun {
    /// Sends the rest.
    pub(crate) fn end(mut self) -> Answer {
        self.stream.write_all(&[self.last]).unwrap();
        Answer::read(self.stream).unwrap()
    }
}

/// An answer.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body: String = String::from_utf8_lossy(&self.body).chars().take(2_000).collect();
        write!(f, "{} {:?} {body}", self.status, self.headers)
    }
}

impl Answer {
    fn read(mut stream: TcpStream) -> std::io::Result<Self> {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.ok_or_else(|| std::io::Error::other("the connection ended without an answer"))?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Ok(Self { status, headers, body: bytes[end + 4..].to_vec() })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// Asserts that it is a problem (RFC 9457) with this status and code, and gives it.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let problem = self.json();
        assert_eq!((&problem["code"], &problem["status"]), (&json!(code), &json!(status)), "{self:?}");
        for field in ["type", "title", "detail", "trace_id"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field} is missing: {self:?}");
        }
        assert!(problem["type"].as_str().unwrap().ends_with(code), "{self:?}");
        for error in problem["errors"].as_array().into_iter().flatten() {
            // the pointer to the whole body is empty (RFC 6901)
            assert!(error["pointer"].is_string(), "errors[].pointer is missing: {self:?}");
            for field in ["cause", "mend"] {
                assert!(error[field].as_str().is_some_and(|text| !text.is_empty()), "errors[].{field} is missing: {self:?}");
            }
        }
        problem
    }
}

/// The code that an authenticator shows at a step of thirty seconds, for a secret in base 32 (RFC 6238).
pub(crate) fn code_of(secret: &str, step: i64) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = secret.chars().map(|letter| format!("{:05b}", letters.find(letter).unwrap())).collect();
    let key: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&key).unwrap();
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 15);
    let number = u32::from_be_bytes(hash[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// The step of the present moment.
pub(crate) fn step_now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs() / 30).unwrap()
}
