//! What can happen, and how often.

use proptest::prelude::*;

use crate::world::ACCOUNTS;

/// What happens next. Numbers choose among what there is, by their remainder.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Order {
        account: usize,
        lines: Vec<(usize, i64)>,
        freight: i64,
        discount: i64,
    },
    Advance {
        order: usize,
    },
    Change {
        order: usize,
        line: usize,
        quantity: i64,
        price: Option<i64>,
    },
    Cancel {
        order: usize,
        line: Option<(usize, i64)>,
    },
    Receive {
        item: usize,
        node: usize,
        quantity: i64,
    },
    Adjust {
        item: usize,
        node: usize,
        quantity: i64,
    },
    Refuse {
        warehouse_order: usize,
    },
    Pick {
        warehouse_order: usize,
        part: i64,
        complete: bool,
    },
    /// `over` units more than that leave on the first line: within the tolerance, or beyond it.
    Ship {
        warehouse_order: usize,
        part: i64,
        over: Option<i64>,
        complete: bool,
    },
    Answer {
        warehouse_order: usize,
        agrees: bool,
    },
    Bill {
        order: usize,
    },
    Credit {
        invoice: usize,
        units: i64,
    },
    Pay {
        invoices: Vec<usize>,
        difference: i64,
        is_named: bool,
    },
    TakeBack {
        payment: usize,
    },
    Match {
        payment: usize,
        invoice: usize,
        write_off: bool,
    },
    PutOnAccount {
        payment: usize,
    },
    Unapply {
        payment: usize,
    },
    Close {
        order: usize,
    },
    Hold {
        order: usize,
    },
    ReleaseHold {
        order: usize,
    },
    Reconfirm {
        item: usize,
        node: usize,
        strategies: Vec<usize>,
        share: bool,
    },
    /// The order goes to another address, or is billed otherwise.
    Move {
        order: usize,
        per_shipment: bool,
    },
    /// A warehouse answers whether it ships to another address.
    AnswerMove {
        warehouse_order: usize,
        agrees: bool,
    },
    Deliver {
        shipment: usize,
    },
    /// The clock of what waits to be billed runs out.
    WaitOver {
        order: usize,
    },
    Goodwill {
        invoice: usize,
        amount: i64,
    },
    CreditPrice {
        invoice: usize,
        cents: i64,
    },
    Rebill {
        order: usize,
        line: usize,
        cents: i64,
        net_days: Option<u16>,
    },
    Deduction {
        payment: usize,
        accepted: Option<i64>,
    },
    /// Something becomes known of a shipment that was cancelled on its way.
    Intercepted {
        which: usize,
        what: Intercepted,
    },
    /// A message that came before comes again.
    Again {
        message: usize,
    },
}

/// What becomes known of a shipment that was cancelled on its way.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Intercepted {
    Agreed,
    Refused,
    Back,
    Gone,
}

/// Any of them.
pub(crate) fn step() -> impl Strategy<Value = Step> {
    let which = || 0usize..1_000;
    prop_oneof![
        4 => (which(), prop::collection::vec((0usize..2, 1i64..12), 1..4), 0i64..900, 0i64..900)
            .prop_map(|(account, lines, freight, discount)| Step::Order { account, lines, freight, discount }),
        8 => which().prop_map(|order| Step::Advance { order }),
        2 => (which(), which(), 0i64..20, prop::option::of(1i64..2_000))
            .prop_map(|(order, line, quantity, price)| Step::Change { order, line, quantity, price }),
        2 => (which(), prop::option::of((which(), 1i64..12))).prop_map(|(order, line)| Step::Cancel { order, line }),
        4 => (0usize..2, 0usize..2, 1i64..15).prop_map(|(item, node, quantity)| Step::Receive { item, node, quantity }),
        1 => (0usize..2, 0usize..2, -6i64..6).prop_map(|(item, node, quantity)| Step::Adjust { item, node, quantity }),
        1 => which().prop_map(|warehouse_order| Step::Refuse { warehouse_order }),
        3 => (which(), 0i64..=4, any::<bool>())
            .prop_map(|(warehouse_order, part, complete)| Step::Pick { warehouse_order, part, complete }),
        6 => (which(), 1i64..=4, any::<bool>())
            .prop_map(|(warehouse_order, part, complete)| Step::Ship { warehouse_order, part, over: None, complete }),
        3 => (which(), 1i64..=6, any::<bool>())
            .prop_map(|(warehouse_order, over, complete)| Step::Ship { warehouse_order, part: 4, over: Some(over), complete }),
        2 => (which(), any::<bool>()).prop_map(|(warehouse_order, agrees)| Step::Answer { warehouse_order, agrees }),
        5 => which().prop_map(|order| Step::Bill { order }),
        2 => (which(), 0i64..6).prop_map(|(invoice, units)| Step::Credit { invoice, units }),
        5 => (prop::collection::vec(which(), 1..4), -700i64..700, any::<bool>(), any::<bool>()).prop_map(
            |(invoices, difference, is_exact, is_named)| {
                Step::Pay { invoices, difference: if is_exact { 0 } else { difference }, is_named }
            }
        ),
        2 => which().prop_map(|payment| Step::TakeBack { payment }),
        2 => (which(), which(), any::<bool>())
            .prop_map(|(payment, invoice, write_off)| Step::Match { payment, invoice, write_off }),
        2 => which().prop_map(|payment| Step::PutOnAccount { payment }),
        1 => which().prop_map(|payment| Step::Unapply { payment }),
        1 => which().prop_map(|order| Step::Close { order }),
        1 => which().prop_map(|order| Step::Hold { order }),
        2 => which().prop_map(|order| Step::ReleaseHold { order }),
        3 => (0usize..2, 0usize..2, prop::collection::vec(0usize..6, ACCOUNTS.len()), any::<bool>())
            .prop_map(|(item, node, strategies, share)| Step::Reconfirm { item, node, strategies, share }),
        2 => (which(), any::<bool>()).prop_map(|(order, per_shipment)| Step::Move { order, per_shipment }),
        4 => (which(), any::<bool>()).prop_map(|(warehouse_order, agrees)| Step::AnswerMove { warehouse_order, agrees }),
        2 => which().prop_map(|shipment| Step::Deliver { shipment }),
        4 => which().prop_map(|order| Step::WaitOver { order }),
        1 => (which(), 1i64..900).prop_map(|(invoice, amount)| Step::Goodwill { invoice, amount }),
        2 => (which(), 0i64..40).prop_map(|(invoice, cents)| Step::CreditPrice { invoice, cents }),
        3 => (which(), 0usize..4, 0i64..1_500, prop::option::of(0u16..90))
            .prop_map(|(order, line, cents, net_days)| Step::Rebill { order, line, cents, net_days }),
        6 => (which(), prop::option::of(0i64..500)).prop_map(|(payment, accepted)| Step::Deduction { payment, accepted }),
        4 => (which(), 0usize..4).prop_map(|(which, what)| {
            use Intercepted::*;
            Step::Intercepted { which, what: [Agreed, Refused, Back, Gone].into_iter().nth(what).unwrap_or(Back) }
        }),
        4 => which().prop_map(|message| Step::Again { message }),
    ]
}
