//! Start on an empty folder, and restart after `kill -9` with many open orders: how long until requests are served, and how much
//! memory that takes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde::Serialize;

use super::{measure, order_to_cash};
use crate::config;

/// Starts of which the median is taken.
const STARTS: usize = 5;
/// A start that takes longer is an error.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a run came to.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    workload: &'static str,
    open_orders: u64,
    start_empty_seconds: f64,
    restart_seconds: f64,
    /// Of the process that took all the orders and kept them at work.
    at_work_rss_mib: u64,
    /// Of the product after the restart, once each order was looked at.
    restarted_rss_mib: u64,
    bytes_per_order: u64,
}

pub(super) fn run(folder: &Path, orders: u64, lines: u64, inflight: u64) -> anyhow::Result<Report> {
    let store = folder.join("store");
    std::fs::create_dir_all(&store)?;
    let open = order_to_cash::open(&store, orders, lines, inflight)?;
    let bytes_per_order = measure::bytes_in(&store) / orders.max(1);
    let program = std::env::current_exe().context("find this program")?;
    let key = crate::keys::generate()?;
    let mut restarts = Vec::new();
    let mut restarted_rss_mib = 0;
    for _ in 0..STARTS {
        let (mut product, address, seconds) = start(&program, folder, "store", &key)?;
        restarts.push(seconds);
        // the start from cold counts; what the last one holds after all orders were read is its memory
        if restarts.len() == STARTS {
            read_all(address, &key)?;
            restarted_rss_mib = measure::rss_mib(product.id());
        }
        kill(&mut product)?;
    }
    let mut empty = Vec::new();
    for at in 0..STARTS {
        let (mut product, _, seconds) = start(&program, folder, &format!("empty-{at}"), &key)?;
        empty.push(seconds);
        kill(&mut product)?;
    }
    Ok(Report {
        workload: "open-orders",
        open_orders: open.orders,
        start_empty_seconds: median(&mut empty),
        restart_seconds: median(&mut restarts),
        at_work_rss_mib: open.rss_mib,
        restarted_rss_mib,
        bytes_per_order,
    })
}

fn median(seconds: &mut [f64]) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or_default()
}

/// `kill -9`, as a power cut would.
fn kill(product: &mut Child) -> anyhow::Result<()> {
    product.kill().context("kill the product")?;
    product.wait().context("wait for its end")?;
    Ok(())
}

/// Starts the product on a store, and waits until it serves; with the seconds that it took.
fn start(program: &Path, folder: &Path, store: &str, key: &str) -> anyhow::Result<(Child, SocketAddr, f64)> {
    let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    let config = format!(
        "data = \"{store}\"\n[server]\nlisten = \"{address}\"\n[[server.keys]]\nname = \"bench\"\nsha256 = \"{}\"\nroles = [\"admin\"]\n",
        server::hash_key(key)
    );
    let path = folder.join("crossdock.toml");
    std::fs::write(&path, config)?;
    let log = std::fs::File::create(folder.join("product.log"))?;
    let began = Instant::now();
    let mut product = config::product(program)
        .arg("serve")
        .arg("--config")
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .context("start the product")?;
    loop {
        if get(address, "/readyz", key).is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
            return Ok((product, address, began.elapsed().as_secs_f64()));
        }
        if let Some(status) = product.try_wait()? {
            let said = std::fs::read_to_string(folder.join("product.log")).unwrap_or_default();
            bail!("the product has ended: {status}\n{said}");
        }
        if began.elapsed() > PATIENCE {
            kill(&mut product)?;
            bail!("the product is not ready after {} s", PATIENCE.as_secs());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Asks without a client library: a library's first request would be part of what is measured.
fn get(address: SocketAddr, path: &str, key: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Pages through all orders.
fn read_all(address: SocketAddr, key: &str) -> anyhow::Result<()> {
    let mut after = String::new();
    loop {
        let answer = get(address, &format!("/v1/orders?limit=500{after}"), key)?;
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        // a body in chunks has their lengths between
        let Some(from) = body.rfind("\"next\":\"") else { return Ok(()) };
        let next = &body[from + 8..];
        let Some(next) = next.split('"').next().filter(|next| !next.is_empty()) else { return Ok(()) };
        after = format!("&after={next}");
    }
}
