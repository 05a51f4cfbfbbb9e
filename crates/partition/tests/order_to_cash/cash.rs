//! Money that needs a person (domain §1.7), and credits that are asked for (domain §1.6).

use partition::{Body, Reply};
use trade::cash::StatementDocument;
use trade::exception::{Action, ExceptionKind};
use trade::master::BillingPolicy;
use trade::returns::ReturnDocument;
use trade::{OrderId, Role};
use units::{Amount, Currency};

use crate::world::World;

/// An invoice of 100.00.
fn billed() -> (World, OrderId) {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::PerShipment);
    let released = world.state(id).warehouse_orders[0];
    world.ship(released, &[(1, 10)]);
    (world, id)
}

#[test]
fn a_deduction_goes_to_whom_its_code_concerns_and_is_written_off_or_insisted_on() {
    for (action, left) in [(Action::WriteOff, 0), (Action::Reject, 1_000)] {
        let (mut world, id) = billed();
        world.pay(9_000, "CD-2026-000001 less damaged goods");
        let deduction = &world.open(ExceptionKind::Deduction)[0];
        assert_eq!((deduction.owner, deduction.amount), (Role::Warehouse, Amount(1_000)));
        world.resolve(ExceptionKind::Deduction, action);
        assert_eq!((world.state(id).receivable, world.open(ExceptionKind::Deduction).len()), (Amount(left), 0));
        world.check();
    }
}

#[test]
fn an_amount_that_is_asked_for_waits_for_a_person_and_is_credited_then() {
    let (mut world, id) = billed();
    let asked = ReturnDocument {
        account: "ACME".into(),
        reference: "C8".into(),
        goodwill: Amount(2_750),
        ..ReturnDocument::default()
    };
    assert!(matches!(world.tell(Body::RequestReturn(asked)), Reply::Return(_)));
    let exception = &world.open(ExceptionKind::ReturnDiscrepancy)[0];
    assert_eq!(exception.amount, Amount(2_750));
    assert!(exception.reason.contains("27.5"), "{}", exception.reason);
    world.resolve(ExceptionKind::ReturnDiscrepancy, Action::Authorise);
    assert_eq!((world.state(id).receivable, world.asked("erp.post_invoice")), (Amount(7_250), 2));
    world.check();
}

#[test]
fn a_missing_statement_is_put_before_a_person() {
    let mut world = World::new(true);
    let mut import = |sequence: u64| {
        let statement = StatementDocument {
            reference: format!("S{sequence}").into(),
            bank_account: "DE99".into(),
            currency: Currency::EUR,
            sequence: Some(sequence),
            ..StatementDocument::default()
        };
        world.tell(Body::ImportStatement(Box::new(statement)));
        world.open(ExceptionKind::ReconBreak).len()
    };
    assert_eq!([import(1), import(2), import(4)], [0, 0, 1]);
}
