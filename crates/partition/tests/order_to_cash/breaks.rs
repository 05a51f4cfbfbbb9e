//! Records that disagree, on the record (domain §1.10).

use partition::Body;
use trade::Role;
use trade::exception::ExceptionKind;
use trade::reconcile::{Break, OpenBreak};
use units::Amount;

use crate::world::World;

fn found(id: &str) -> OpenBreak {
    OpenBreak::from(&Break {
        id: id.into(),
        checkpoint: "R4",
        key: "SH-1".into(),
        what: "units shipped and invoiced",
        left: "5".into(),
        right: "3".into(),
        since: None,
        value: Amount(2_000),
        owner: Role::Receivables,
        cause: "unbilled",
    })
}

#[test]
fn domain_1_10_a_break_is_asked_about_once_and_the_question_ends_when_the_records_agree() {
    let mut world = World::new(false);
    for _ in 0..2 {
        world.tell(Body::NoteBreaks(vec![found("a"), found("b")]));
    }
    let asked = world.open(ExceptionKind::ReconBreak);
    let about: Vec<_> = asked.iter().map(|asked| (asked.owner, asked.amount.0, asked.case.as_str())).collect();
    assert_eq!(about, [(Role::Receivables, 2_000, "R4 unbilled"); 2]);
    world.tell(Body::NoteBreaks(vec![found("b")]));
    assert_eq!(world.open(ExceptionKind::ReconBreak).len(), 1);
    world.tell(Body::NoteBreaks(Vec::new()));
    assert_eq!(world.open(ExceptionKind::ReconBreak).len(), 0);
}
