//! A trace goes through the product: in with a request, out to systems and to a collector of OpenTelemetry.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use common::{Ask, Site, order, until};
use serde_json::{Value, json};

/// Every request that a listener got, head and body.
type Got = Arc<Mutex<Vec<(String, Value)>>>;

/// Whoever listens at an address.
fn listener() -> (String, Got) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let got = Got::default();
    let kept = got.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut received = Vec::new();
            let mut piece = [0; 4096];
            while let Ok(read) = stream.read(&mut piece) {
                if read == 0 {
                    break;
                }
                received.extend_from_slice(&piece[..read]);
                let text = String::from_utf8_lossy(&received).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let head = head.to_lowercase();
                let length =
                    head.split_once("content-length: ").and_then(|(_, rest)| rest.lines().next()?.trim().parse().ok());
                if body.len() >= length.unwrap_or(0) {
                    kept.lock().unwrap().push((head, serde_json::from_str(body).unwrap_or_default()));
                    // whoever has gone does not wait for it
                    let _ = write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}");
                    break;
                }
            }
        }
    });
    (address, got)
}

#[test]
fn what_a_request_leads_to_at_systems_belongs_to_its_trace_and_is_told_to_the_collector() {
    let (tax, asked) = listener();
    let (collector, spans) = listener();
    let mut systems = common::nobody();
    systems.iter_mut().filter(|(name, _)| name == "tax").for_each(|(_, url)| url.clone_from(&tax));
    let text =
        common::configuration("127.0.0.1:0", &systems).replace("[server]", &format!("[server]\notlp = \"{collector}\""));
    let mut site = Site::prepare(&text);
    site.up();
    site.fill();
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let given = format!("00-{trace}-00f067aa0ba902b7-01");
    let placed = Ask::new("POST", "/v1/orders").header("idempotency-key", "po-1").header("traceparent", &given);
    let answer = site.ask(placed.json(&order("PO-1", "BRK-100", 2)));
    assert_eq!(answer.status, 201, "{answer:?}");
    let head = until("the tax service to be asked", || asked.lock().unwrap().first().map(|(head, _)| head.clone()));
    let sent = head.split_once("traceparent: ").unwrap().1.lines().next().unwrap().trim().to_owned();
    assert!(sent.starts_with(&format!("00-{trace}-")) && sent != given, "{sent}");
    let mine = || -> Vec<Value> {
        let all = spans.lock().unwrap();
        let every = all.iter().flat_map(|(_, body)| {
            body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().cloned().unwrap_or_default()
        });
        every.filter(|span| span["traceId"] == trace).collect()
    };
    let named = |name: &str| mine().into_iter().find(|span| span["name"] == name);
    let request = until("the span of the request", || named("POST /v1/orders"));
    assert_eq!((&request["parentSpanId"], &request["kind"]), (&json!("00f067aa0ba902b7"), &json!(2)), "{request}");
    let call = until("the span of the call", || named("POST tax.quote"));
    assert_eq!((&call["parentSpanId"], &call["kind"]), (&request["spanId"], &json!(3)), "{call}");
    assert_eq!(sent.split('-').nth(2), call["spanId"].as_str());
    let metrics = until("the metrics", || {
        let all = spans.lock().unwrap();
        all.iter().find_map(|(head, body)| {
            let metrics = body["resourceMetrics"][0]["scopeMetrics"][0]["metrics"].as_array()?;
            head.starts_with("post /v1/metrics ").then(|| metrics.clone())
        })
    });
    let decided = metrics.iter().find(|metric| metric["name"] == "crossdock_commands_decided").unwrap();
    assert!(decided["gauge"]["dataPoints"][0]["asDouble"].is_number(), "{decided}");
    let attributes = call["attributes"].as_array().unwrap();
    assert!(attributes.contains(&json!({ "key": "crossdock.order", "value": { "stringValue": "SO-1" } })), "{call}");
    assert!(site.down().success());
}
