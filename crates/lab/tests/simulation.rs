//! A thousand worlds from their seeds: whatever goes wrong in them, nothing is lost or doubled.
//!
//! A failing seed replays exactly, with every step told: `cargo xtask simulate --seed 17`. `SIMULATION_SEEDS` sets how many run.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use lab::sim::{Plan, simulate};
use partition::Resource;

const ORDERS: u64 = 50;
const SEEDS: u64 = 1_000;

fn shipped_processes() -> Vec<Resource> {
    let shipped: &[(&str, &str)] = include!("../../../processes/shipped.rs");
    shipped.iter().map(|(name, xml)| Resource { name: (*name).into(), xml: (*xml).into() }).collect()
}

#[test]
fn whatever_goes_wrong_nothing_is_lost_or_doubled() {
    let resources = shipped_processes();
    let given = std::env::var("SIMULATION_SEEDS").ok().map(|text| text.parse::<u64>().unwrap());
    let seeds = given.unwrap_or(SEEDS);
    let threads = std::thread::available_parallelism().map_or(1, |count| u64::try_from(count.get()).unwrap());
    std::thread::scope(|scope| {
        let resources = &resources;
        let runs: Vec<_> = (0..threads)
            .map(|first| {
                scope.spawn(move || {
                    for seed in (first..seeds).step_by(usize::try_from(threads).unwrap()) {
                        simulate(Plan::new(seed, ORDERS), resources, None).unwrap_or_else(|failure| panic!("{failure}"));
                    }
                })
            })
            .collect();
        for run in runs {
            run.join().unwrap();
        }
    });
}

#[test]
fn a_seed_replays_exactly_and_its_trace_tells_every_crash() {
    let resources = shipped_processes();
    let run = || {
        let mut lines = Vec::new();
        let mut trace = |at: units::Timestamp, what: String| lines.push(format!("{at} {what}"));
        let outcome = simulate(Plan::new(7, 10), &resources, Some(&mut trace)).unwrap();
        (outcome, lines)
    };
    let (outcome, lines) = run();
    assert_eq!((outcome.clone(), lines.clone()), run());
    let crashes = lines.iter().filter(|line| line.contains("CRASH")).count();
    assert_eq!((outcome.orders, crashes), (10, usize::try_from(outcome.crashes).unwrap()));
    assert!(crashes >= 3, "{crashes}");
    assert!(lines.iter().any(|line| line.contains("shop: order PO-0")), "{}", lines.join("\n"));
}

#[test]
fn late_releases_and_late_postings_are_put_before_people_until_they_arrive() {
    let resources = shipped_processes();
    let away = |systems, hours| {
        let plan = Plan { away: Some((systems, hours)), ..Plan::new(1, ORDERS) };
        simulate(plan, &resources, None).unwrap().exceptions
    };
    let releases = away(&["wms-east", "wms-west"], 72)["WMS-REJECT"];
    assert!(releases.raised > 30, "{releases:?}");
    assert_eq!(releases.open, 0);
    let postings = away(&["erp"], 144)["BILLING-BLOCKED"];
    assert!(postings.raised > 10, "{postings:?}");
    assert_eq!(postings.open, 0);
}
