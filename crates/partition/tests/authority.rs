//! Who may complete a task, and what a completion may say.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod trading;

use engine::InstanceId;
use feel::Context as Variables;
use partition::{Body, Reply};
use trade::{Actor, Refusal, Role};
use trading::{Story, actor, asks_as, chain, user_task, variables};

/// A process that waits at its one task, with this in the task's extension elements.
fn waits(extensions: &str) -> (Story, InstanceId, u32) {
    let mut story = Story::new(&[]);
    story.deploy("asks", &chain(&[("ask", &user_task("ask", extensions))]), None);
    let instance = story.start("asks", variables(&[("orderId", "SO-1")]));
    let task = story.open_exceptions()[0].task.unwrap().task;
    (story, instance, task)
}

fn complete(
    (story, instance, task): &mut (Story, InstanceId, u32),
    who: &Actor,
    variables: Variables,
) -> Result<Reply, Refusal> {
    story.ask(who, Body::CompleteTask { instance: *instance, task: *task, variables })
}

#[test]
fn an_exception_is_decided_on_and_never_completed_as_a_task() {
    let mut waits = waits(&asks_as("PRICE"));
    let refused = complete(&mut waits, &actor("ann", &[Role::Director]), Variables::default());
    let Err(Refusal::Conflict(why)) = refused else { panic!("{refused:?}") };
    assert!(why.contains("EX-1"), "{why}");
    assert_eq!(waits.0.open_exceptions().len(), 1);
    waits.0.check();
}

#[test]
fn a_task_is_completed_by_whom_it_is_assigned_to_and_its_entry_in_the_queue_goes() {
    let mut waits = waits(r#"<zeebe:assignmentDefinition assignee="ann"/>"#);
    let refused = complete(&mut waits, &actor("bob", &[Role::Sales, Role::Warehouse]), Variables::default());
    assert!(matches!(refused, Err(Refusal::NotAllowed { .. })), "{refused:?}");
    complete(&mut waits, &actor("ann", &[Role::Sales]), variables(&[("seen", "yes")])).unwrap();
    assert_eq!(waits.0.open_exceptions(), []);
    assert_eq!(waits.0.instances(), []);
    waits.0.check();
}

#[test]
fn a_task_is_completed_by_anybody_of_its_candidates() {
    let candidates = r#"<zeebe:assignmentDefinition candidateGroups="warehouse" candidateUsers="cleo"/>"#;
    for (who, may) in [
        (actor("bob", &[Role::Sales]), false),
        (actor("bob", &[Role::Warehouse]), true),
        (actor("cleo", &[Role::Sales]), true),
        (actor("eve", &[Role::Director]), true),
    ] {
        let mut waits = waits(candidates);
        let done = complete(&mut waits, &who, Variables::default());
        assert_eq!(done.is_ok(), may, "{who:?}: {done:?}");
    }
}

#[test]
fn a_task_for_nobody_in_particular_is_completed_by_the_owner_of_its_entry_in_the_queue() {
    let mut waits = waits("");
    let refused = complete(&mut waits, &actor("bob", &[Role::Sales]), Variables::default());
    assert!(matches!(refused, Err(Refusal::NotAllowed { .. })), "{refused:?}");
    complete(&mut waits, &actor("eve", &[Role::Director]), Variables::default()).unwrap();
    assert_eq!(waits.0.open_exceptions(), []);
}

#[test]
fn a_completion_does_not_make_a_process_act_on_something_else() {
    let mut waits = waits(r#"<zeebe:assignmentDefinition assignee="ann"/>"#);
    let ann = actor("ann", &[Role::Sales]);
    for (name, given) in [("orderId", "SO-999"), ("invoiceId", "IN-1"), ("warehouseOrderId", "WO-1")] {
        let refused = complete(&mut waits, &ann, variables(&[(name, given)]));
        assert!(matches!(&refused, Err(Refusal::Invalid { field, .. }) if field.contains(name)), "{refused:?}");
    }
    // a form that gives back what it was given changes nothing
    complete(&mut waits, &ann, variables(&[("orderId", "SO-1"), ("note", "seen")])).unwrap();
    waits.0.check();
}
