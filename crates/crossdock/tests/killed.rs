//! The real binary is killed in the middle of its work, again and again, while the lab systems repeat and reorder: nothing is lost.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

const KILLS: u32 = 20;

fn crossdock() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crossdock"));
    for name in ["CROSSDOCK_DATA", "CROSSDOCK_URL", "CROSSDOCK_API_KEY", "CROSSDOCK_CONFIG"] {
        command.env_remove(name);
    }
    command
}

/// Ends the process that the demo has noted as the product, if it has started a new one since the last time.
fn kill(folder: &Path, last: &mut String) -> bool {
    let Ok(id) = std::fs::read_to_string(folder.join("product.pid")) else { return false };
    if id.is_empty() || id == *last {
        return false;
    }
    let killed = Command::new("kill").args(["-9", &id]).stderr(Stdio::null()).status().unwrap().success();
    if killed {
        *last = id;
    }
    killed
}

#[test]
fn twenty_kills_lose_and_double_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let report = std::fs::File::create(folder.path().join("report.json")).unwrap();
    let mut demo = crossdock()
        .args(["demo", "--orders", "60", "--exit", "--json", "--faults", "many", "--speed", "20000", "--data"])
        .arg(&data)
        .stdin(Stdio::null())
        .stdout(report)
        .stderr(std::fs::File::create(folder.path().join("errors.txt")).unwrap())
        .spawn()
        .unwrap();
    let (mut kills, mut last) = (0, String::new());
    let mut pauses = [350u64, 700, 500, 1_100, 420].into_iter().cycle();
    let status = loop {
        if let Some(status) = demo.try_wait().unwrap() {
            break status;
        }
        // the time between two kills is what is tested here, not something that is waited for
        std::thread::sleep(Duration::from_millis(pauses.next().unwrap()));
        if kills < KILLS && kill(&data, &mut last) {
            kills += 1;
        }
    };
    let text = std::fs::read_to_string(folder.path().join("report.json")).unwrap();
    let log = std::fs::read_to_string(data.join("product.log")).unwrap_or_default();
    assert!(
        status.success(),
        "{text}\n{}",
        log.lines().filter(|line| line.contains("ERROR")).take(20).collect::<Vec<_>>().join("\n")
    );
    assert_eq!(kills, KILLS, "the demo was over before it was killed often enough");
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["orders"], 60);
    assert_eq!((&report["conservation"], &report["verify"]), (&Value::from("ok"), &Value::from("ok")), "{text}");
    // what is compared with the lab's ledgers is not nothing: units left, invoices were posted, money came in
    assert!(report["units_shipped"].as_i64().unwrap() > 0 && report["invoices"].as_u64().unwrap() > 0, "{text}");
    assert!(report["cash_received"].as_str().unwrap().parse::<f64>().unwrap() > 0.0, "{text}");
    assert_eq!(report["lab"], Value::Array(Vec::new()), "the lab's ledgers differ: {text}");
    assert!(report["restarts"].as_u64().unwrap() >= u64::from(KILLS), "{text}");
    for check in ["verify", "reconcile"] {
        let output = crossdock().arg(check).arg("--data").arg(data.join("store")).output().unwrap();
        assert!(output.status.success(), "{check}: {}", String::from_utf8_lossy(&output.stdout));
    }
}
