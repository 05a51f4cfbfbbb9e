//! Events are sent by themselves: signed, in the order of each order, again until they are taken, and over restarts.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use common::{SECRET, Site, nobody, until};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// A program that receives events.
#[derive(Clone)]
struct Receiver {
    url: String,
    got: Arc<Mutex<Vec<Got>>>,
    /// What it answers.
    status: Arc<Mutex<u16>>,
}

#[derive(Debug, Clone)]
struct Got {
    headers: BTreeMap<String, String>,
    body: String,
    taken: bool,
}

impl Got {
    fn event(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn is_signed_with(&self, secret: &str) -> bool {
        let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let signed = format!("{}.{}.{}", self.headers["webhook-id"], self.headers["webhook-timestamp"], self.body);
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(signed.as_bytes());
        let wanted = format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()));
        self.headers["webhook-signature"].split(' ').any(|signature| signature == wanted)
    }
}

impl Receiver {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let receiver = Self { url, got: Arc::default(), status: Arc::new(Mutex::new(200)) };
        let here = receiver.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let here = here.clone();
                // a sender that goes away is its own affair
                std::thread::spawn(move || here.receive(stream).ok());
            }
        });
        receiver
    }

    fn receive(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut received = Vec::new();
        let mut piece = [0; 4096];
        loop {
            let read = stream.read(&mut piece)?;
            received.extend_from_slice(&piece[..read]);
            let text = String::from_utf8_lossy(&received).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { if read == 0 { return Ok(()) } else { continue } };
            let headers: BTreeMap<String, String> = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            if read > 0 && body.len() < headers["content-length"].parse().unwrap() {
                continue;
            }
            let status = *self.status.lock().unwrap();
            self.got.lock().unwrap().push(Got { headers, body: body.to_owned(), taken: status < 300 });
            return write!(stream, "HTTP/1.1 {status} Answer\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        }
    }

    fn answers(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// Waits until an event of that type came about that subject, and was taken.
    fn takes(&self, kind: &str, subject: &str) -> Got {
        until(&format!("{kind} about {subject}"), || {
            let fits = |got: &Got| got.taken && got.event()["type"] == kind && got.event()["subject"] == subject;
            self.got().into_iter().find(fits)
        })
    }
}

fn site(secret: bool) -> Site {
    let mut text = common::configuration("127.0.0.1:0", &nobody());
    let line = format!("secret = \"{SECRET}\"\n");
    text = text.replace(&line, if secret { "secret = \"file:site.secret\"\n" } else { "" });
    let mut site = Site::prepare(&text);
    std::fs::write(site.folder().join("site.secret"), SECRET).unwrap();
    site.up();
    site.fill();
    site
}

const RECEIVED: &str = "com.crossdock.order.received.v1";

#[test]
fn events_are_signed_come_in_order_and_again_until_they_are_taken_over_a_restart() {
    let mut site = site(true);
    let receiver = Receiver::start();
    let made = site.cli(&["webhook", "put", "shop", &receiver.url, "--type", "order.", "--json"]).json();
    let secret = made["secret"].as_str().unwrap().to_owned();
    let first = format!("order {}", site.order("PO-1", "BRK-100", 1));
    let got = receiver.takes(RECEIVED, &first);
    assert!(got.is_signed_with(&secret), "{got:?}");
    assert_eq!(got.headers["content-type"], "application/cloudevents+json");
    assert_eq!(got.event()["id"].as_str(), Some(got.headers["webhook-id"].as_str()));

    // nobody takes anything: what happens meanwhile is neither lost nor sent out of turn, though the server is killed
    receiver.answers(503);
    let second = format!("order {}", site.order("PO-2", "BRK-100", 1));
    until("a refused delivery", || receiver.got().into_iter().find(|got| !got.taken));
    site.kill();
    receiver.answers(200);
    site.up();
    receiver.takes(RECEIVED, &second);
    let events = || receiver.got().into_iter().filter(|got| got.taken).map(|got| got.event());
    let mut sequences: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for event in events() {
        assert!(event["type"].as_str().unwrap().starts_with("com.crossdock.order."), "{event}");
        sequences.entry(event["subject"].as_str().unwrap().to_owned()).or_default().extend(event["sequence"].as_u64());
    }
    for (subject, numbers) in sequences {
        // the same may come twice, and nothing before what it follows
        let mut seen = 0;
        for number in numbers {
            assert!(number <= seen + 1, "{subject}: {number} after {seen}");
            seen = seen.max(number);
        }
    }

    // a new secret signs, and the one before too while the receiver changes over
    let next = site.cli(&["webhook", "secret", "shop", "--json"]).json()["secret"].as_str().unwrap().to_owned();
    assert_ne!(next, secret);
    let mut number = 3;
    let got = until("a delivery with both signatures", || {
        // what was on its way when the secret changed is signed with the one before alone
        site.order(&format!("PO-{number}"), "BRK-100", 1);
        number += 1;
        receiver.got().into_iter().find(|got| got.is_signed_with(&next))
    });
    assert!(got.is_signed_with(&secret));
    let listed = site.cli(&["webhook", "list"]);
    assert!(listed.out.contains("shop") && listed.out.contains("order."), "{listed:?}");
    assert!(site.down().success());
    site.is_sound();
}

#[test]
fn what_was_sent_is_told_can_be_sent_once_more_and_a_receiver_that_is_gone_is_left_alone() {
    let mut site = site(true);
    let receiver = Receiver::start();
    assert_eq!(site.cli(&["webhook", "put", "edi", &receiver.url, "--type", "order.received"]).code, 0);
    let order = format!("order {}", site.order("PO-1", "BRK-100", 1));
    let id = receiver.takes(RECEIVED, &order).headers["webhook-id"].clone();
    let told = until("the delivery in the list", || {
        let told = site.cli(&["webhook", "deliveries", "edi", "--json"]).json();
        told.as_array().unwrap().iter().find(|delivery| delivery["event"] == id.as_str()).cloned()
    });
    assert_eq!((&told["status"], &told["taken"], &told["type"]), (&json!(200), &json!(true), &json!(RECEIVED)));
    let before = receiver.got().len();
    assert_eq!(site.cli(&["webhook", "redeliver", "edi", &id]).code, 0);
    let again = receiver.got().pop().unwrap();
    assert_eq!((receiver.got().len(), &again.headers["webhook-id"]), (before + 1, &id));
    assert_ne!(again.headers["crossdock-delivery"], told["id"].as_str().unwrap());
    site.post("/v1/webhooks/edi/redeliveries", "r-2", &json!({ "event": "0.1" })).problem(422, "invalid");
    site.post("/v1/webhooks/edi/redeliveries", "r-3", &json!({ "event": "999999.1" })).problem(404, "not_found");

    receiver.answers(410);
    site.order("PO-2", "BRK-100", 1);
    let gone =
        until("the webhook is disabled", || site.get("/v1/webhooks/edi").json()["disabled"].as_str().map(str::to_owned));
    assert!(gone.contains("410"), "{gone}");
    let feed = site.get("/v1/events?limit=1000").text();
    assert!(feed.contains("com.crossdock.webhook.disabled.v1") && !feed.contains("webhook.delivered"));
    // somebody has mended the receiver: it goes on where it stopped
    receiver.answers(200);
    assert_eq!(site.cli(&["webhook", "enable", "edi"]).code, 0);
    until("the order that came meanwhile", || (receiver.got().iter().filter(|got| got.taken).count() >= 3).then_some(()));
    assert_eq!(site.cli(&["webhook", "remove", "edi"]).code, 0);
    site.get("/v1/webhooks/edi").problem(404, "not_found");
    assert!(site.down().success());
    site.is_sound();
}

#[test]
fn webhooks_need_a_secret_a_possible_address_and_somebody_who_may() {
    let mut without = site(false);
    let body = json!({ "id": "shop", "url": "https://shop.example/hooks" });
    let problem = without.post("/v1/webhooks", "w-1", &body).problem(409, "conflict");
    assert!(problem["detail"].as_str().unwrap().contains("server.secret"), "{problem}");
    assert!(without.down().success());

    let with = site(true);
    for (key, body) in [
        ("w-2", json!({ "id": "shop", "url": "ftp://shop.example" })),
        ("w-3", json!({ "id": "Shop", "url": "https://shop.example" })),
        ("w-4", json!({ "id": "shop", "url": "https://shop.example", "types": ["Order.*"] })),
    ] {
        with.post("/v1/webhooks", key, &body).problem(422, "invalid");
    }
    let clerk = common::Ask::new("POST", "/v1/webhooks").header("authorization", &format!("Bearer {}", common::CLERK));
    with.ask(clerk.header("idempotency-key", "w-5").json(&body)).problem(403, "not_allowed");
}
