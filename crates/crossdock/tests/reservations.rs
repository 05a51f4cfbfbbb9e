//! Many want the same few units at once. The real binary, over real HTTP.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Barrier;
use std::time::Duration;

use common::{Ask, Site, order, until};
use serde_json::{Value, json};

/// Connections that are open at the same time; each has all its requests on the way before the first answer is read.
const CLIENTS: usize = 250;
const REQUESTS_EACH: usize = 40;

/// The stock of an item of the samples at the two warehouses.
fn count(site: &Site, item: &str, units: [i64; 2]) {
    for (node, on_hand) in ["EAST", "WEST"].into_iter().zip(units) {
        let document = format!("count-{item}-{node}");
        let count = json!({ "item": item, "node": node, "on_hand": on_hand, "document": document });
        assert_eq!(site.post("/v1/stock/counts", &document, &count).status, 200);
    }
}

/// Units of an item by warehouse that nobody has been promised, and that are reserved softly.
fn stock(site: &Site, item: &str) -> Vec<[i64; 2]> {
    let stocks = site.get(&format!("/v1/stock?item={item}")).json();
    let units = |stock: &Value| ["available", "soft"].map(|field| stock[field].as_i64().unwrap());
    stocks["items"].as_array().unwrap().iter().map(units).collect()
}

fn reserve(key: &str, item: &str) -> Ask {
    let body = json!({ "lines": [{ "item": item, "quantity": 1 }] });
    Ask::new("POST", "/v1/availability/reservations").header("idempotency-key", key).json(&body)
}

/// Sends requests one behind the other on a connection, once all clients are there, and reads what is answered to each.
fn pipelined(site: &Site, asks: &[Ask], together: &Barrier) -> Vec<(u16, Value)> {
    let mut stream = TcpStream::connect(site.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let sent: Vec<u8> = asks.iter().flat_map(|ask| ask.bytes(true)).collect();
    together.wait();
    stream.write_all(&sent).unwrap();
    let mut received = Vec::new();
    let mut answers = Vec::with_capacity(asks.len());
    let mut piece = [0; 16 * 1024];
    while answers.len() < asks.len() {
        let read = stream.read(&mut piece).unwrap();
        assert!(read > 0, "the connection ended after {} of {} answers", answers.len(), asks.len());
        received.extend_from_slice(&piece[..read]);
        while let Some((answer, length)) = first_answer(&received) {
            answers.push(answer);
            received.drain(..length);
        }
    }
    answers
}

/// The first whole answer of what was received, and how long it is.
fn first_answer(received: &[u8]) -> Option<((u16, Value), usize)> {
    let end = received.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&received[..end]).to_ascii_lowercase();
    let length = head.split_once("content-length: ")?.1.lines().next()?.trim().parse::<usize>().unwrap();
    let body = received.get(end..end + length)?;
    let status = head.split(' ').nth(1)?.parse().unwrap();
    Some(((status, serde_json::from_slice(body).unwrap()), end + length))
}

/// Issue 2, numbers: 10,000 concurrent requests for 100 units reserve exactly 100.
#[test]
fn domain_1_1_5_ten_thousand_requests_for_a_hundred_units_at_once_reserve_exactly_a_hundred() {
    let mut site = Site::start();
    site.fill();
    count(&site, "PNT-010", [60, 40]);
    let together = Barrier::new(CLIENTS);
    let answers: Vec<(u16, Value)> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let asks: Vec<Ask> =
                    (0..REQUESTS_EACH).map(|at| reserve(&format!("cart-{client}-{at}"), "PNT-010")).collect();
                let (site, together) = (&site, &together);
                scope.spawn(move || pipelined(site, &asks, together))
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    assert_eq!(answers.len(), 10_000);
    // who is there already asks again, and is answered the same
    let winner = answers.iter().position(|(status, _)| *status == 201).unwrap();
    let again = site.ask(reserve(&format!("cart-{}-{}", winner / REQUESTS_EACH, winner % REQUESTS_EACH), "PNT-010"));
    assert_eq!((again.status, again.json()), answers[winner]);
    let (reserved, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(status, _)| *status == 201);
    let mut units: BTreeMap<String, i64> = BTreeMap::new();
    let mut numbers = BTreeSet::new();
    for reservation in reserved.iter().flat_map(|(_, answer)| answer["reservations"].as_array().unwrap()) {
        *units.entry(reservation["node"].as_str().unwrap().to_owned()).or_default() +=
            reservation["quantity"].as_i64().unwrap();
        numbers.insert(reservation["reservation"].as_str().unwrap().to_owned());
    }
    assert_eq!(units, BTreeMap::from([("EAST".to_owned(), 60), ("WEST".to_owned(), 40)]));
    assert_eq!((reserved.len(), numbers.len(), refused.len()), (100, 100, 9_900));
    for (status, problem) in &refused {
        assert_eq!((*status, problem["code"].as_str()), (409, Some("not_enough_stock")), "{problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem}");
    }
    assert_eq!(stock(&site, "PNT-010"), [[0, 60], [0, 40]]);
    site.ask(reserve("late", "PNT-010")).problem(409, "not_enough_stock");
    assert!(site.down().success());
    site.is_sound();
}

#[test]
fn domain_1_1_5_of_many_orders_that_name_a_reservation_one_gets_it_and_none_does_once_it_has_lapsed() {
    let mut site = Site::start();
    site.fill();
    count(&site, "PNT-010", [2, 0]);
    let taken = |lasts: u32, key: &str| {
        let body = json!({ "lines": [{ "item": "PNT-010", "quantity": 1 }], "ttl_seconds": lasts, "account": "10001" });
        let answer = site.post("/v1/availability/reservations", key, &body);
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["reservations"][0]["reservation"].as_str().unwrap().to_owned()
    };
    let ordered = |name: &str, reservation: &str| {
        let mut order = order(name, "PNT-010", 1);
        order["reservations"] = json!([reservation]);
        site.post("/v1/orders", name, &order)
    };
    let contested = taken(900, "contested");
    let together = Barrier::new(8);
    let answers: Vec<_> = std::thread::scope(|scope| {
        let (together, ordered, contested) = (&together, &ordered, &contested);
        let clerks: Vec<_> = (0..8)
            .map(|clerk| {
                scope.spawn(move || {
                    together.wait();
                    ordered(&format!("PO-{clerk}"), contested)
                })
            })
            .collect();
        clerks.into_iter().map(|clerk| clerk.join().unwrap()).collect()
    });
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((won.len(), lost.len()), (1, 7), "{answers:?}");
    for answer in lost {
        let problem = answer.problem(409, "reservation_not_active");
        assert!(problem["detail"].as_str().unwrap().contains(&contested), "{problem}");
    }
    // one that lapses is nobody's any more: neither an order gets it nor can it be given back
    let lapsed = taken(1, "lapsing");
    until("the reservation to lapse", || (stock(&site, "PNT-010")[0][0] == 1).then_some(()));
    ordered("PO-late", &lapsed).problem(409, "reservation_not_active");
    let place = json!({ "item": "PNT-010", "node": "EAST" });
    let path = format!("/v1/availability/reservations/{lapsed}/release");
    site.post(&path, "too-late", &place).problem(409, "reservation_not_active");
    assert_eq!(stock(&site, "PNT-010")[0][0], 1);
    assert!(site.down().success());
    site.is_sound();
}
