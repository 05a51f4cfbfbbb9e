//! Whatever happens, and in whatever order it is told: units and money are conserved (design §3.7, domain §1.5.4).
//!
//! A story is a random sequence of what customers, warehouses, banks and clerks do. Each message from outside is kept, and may come
//! again at any later time. After every step every aggregate is sound, every record agrees with every other, and the receivables are
//! what documents and payments say.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod check;
mod step;
mod world;

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;

use step::step;
use world::World;

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_commands_conserves_units_and_money(steps in prop::collection::vec(step(), 1..90)) {
        let mut world = World::new();
        for (at, step) in steps.iter().enumerate() {
            world.take(step);
            world.check().map_err(|error| TestCaseError::fail(format!("after step {at}, {step:?}: {error}")))?;
        }
    }
}

#[test]
fn the_stories_reach_every_kind_of_step() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let stories = prop::collection::vec(step(), 90..91);
    let mut done = BTreeMap::<&'static str, u32>::new();
    for _ in 0..600 {
        let story = stories.new_tree(&mut runner).unwrap().current();
        let mut world = World::new();
        story.iter().for_each(|step| world.take(step));
        for (name, times) in world.done {
            *done.entry(name).or_default() += times;
        }
    }
    let expected = [
        "ordered",
        "advanced",
        "changed",
        "cancelled",
        "received",
        "adjusted",
        "refused",
        "picked",
        "shipped",
        "over-shipped",
        "answered",
        "billed",
        "credited",
        "paid",
        "taken back",
        "matched",
        "put on account",
        "unapplied",
        "closed",
        "held",
        "released the hold",
        "reconfirmed",
        "told again",
        "moved",
        "redirected",
        "not redirected",
        "delivered",
        "billed late",
        "goodwill",
        "price credited",
        "deduction resolved",
        "carrier answered",
        "came back",
        "did not come back",
        "billed anew",
    ];
    for name in expected {
        assert!(done.get(name).copied().unwrap_or_default() >= 3, "{name}: {done:?}");
    }
}
