//! One operation on many instances.

use engine::InstanceId;
use partition::{AnyKey, AnyState, Batch, BatchId, Body, Operation, Reply};

use crate::world::{World, check, line, user_task};

fn begin(world: &mut World, instances: &[InstanceId], operation: Operation) -> BatchId {
    let (filter, reason) = ("process a".into(), "they are stuck".into());
    match world.done(Body::OperateMany { instances: instances.to_vec(), filter, operation, reason }) {
        Reply::Batch(id) => id,
        other => panic!("{other:?}"),
    }
}

fn batch(world: &World, id: BatchId) -> Batch {
    match world.state(&AnyKey::Batch(id)) {
        Some(AnyState::Batch(batch)) => (**batch).clone(),
        other => panic!("{other:?}"),
    }
}

fn many(count: usize) -> (World, Vec<InstanceId>) {
    let mut world = World::new();
    world.deploy(&[("a.bpmn", line("a", &user_task("t"), &["t"]))]);
    let all = (0..count).map(|_| world.start("a", "{}")).collect();
    (world, all)
}

#[test]
fn a_batch_is_done_a_slice_at_a_time_and_goes_on_after_a_crash_where_it_was() {
    let (mut world, all) = many(90);
    let id = begin(&mut world, &all, Operation::Cancel);
    assert_eq!(batch(&world, id).done, 0, "nothing is done while the caller waits");
    world.pass(0);
    let done = batch(&world, id).done;
    assert!(done > 0 && done < 90, "{done}");
    world.crash(&[]);
    world.pass(1_000);
    let batch = batch(&world, id);
    assert_eq!((batch.status(), batch.done, batch.failed), ("done", 90, 0));
    assert_eq!(world.instances().len(), 0);
    assert_eq!(world.exceptions(), [""; 0]);
}

#[test]
fn what_cannot_be_changed_is_told_with_its_cause_and_holds_up_none_of_the_others() {
    let (mut world, all) = many(30);
    world.operate(all[3], Operation::Suspend).unwrap();
    world.operate(all[7], Operation::Cancel).unwrap();
    let id = begin(&mut world, &all, Operation::Suspend);
    world.pass(1_000);
    let batch = batch(&world, id);
    assert_eq!((batch.status(), batch.done, batch.failed), ("done", 30, 2));
    let Some(AnyState::BatchPart(part)) = world.state(&AnyKey::BatchPart(id, 0)) else { panic!() };
    let failures: Vec<String> = part.failures.iter().map(|(id, why)| format!("{id}: {why}")).collect();
    assert_eq!(failures[0], format!("{}: the process instance is suspended already", all[3]));
    assert_eq!(failures[1], format!("{}: process instance {} has ended or never was", all[7], all[7]));
    let suspended = all.iter().filter(|id| world.instance(**id).is_some_and(engine::Instance::is_suspended));
    assert_eq!(suspended.count(), 29);
}

#[test]
fn a_batch_that_is_stopped_does_no_more_and_what_it_did_stays_done() {
    let (mut world, all) = many(60);
    let id = begin(&mut world, &all, Operation::Cancel);
    world.pass(0);
    assert!(matches!(world.done(Body::StopBatch(id)), Reply::Done));
    world.pass(1_000);
    assert_eq!(batch(&world, id).status(), "stopped");
    let left = world.instances().len();
    assert!(left > 0 && left < 60, "{left}");
    check(&world, all[0], "ended");
    check(&world, all[59], "v1 t");
    assert!(matches!(world.done(Body::StopBatch(id)), Reply::Repeated));
    assert!(world.ask(Body::StopBatch(BatchId(9_999))).is_err());
}

#[test]
fn a_batch_of_several_parts_reaches_the_last_of_them_and_an_empty_one_is_refused() {
    let (mut world, all) = many(1_205);
    let twice: Vec<InstanceId> = all.iter().chain(&all).copied().collect();
    let id = begin(&mut world, &twice, Operation::Suspend);
    world.pass(10_000);
    let batch = batch(&world, id);
    assert_eq!((batch.status(), batch.total, batch.done, batch.failed), ("done", 1_205, 1_205, 0));
    assert!(world.instance(*all.last().unwrap()).unwrap().is_suspended());
    let none =
        Body::OperateMany { instances: Vec::new(), filter: "".into(), operation: Operation::Cancel, reason: "".into() };
    assert_eq!(world.ask(none).unwrap_err().code(), "invalid");
}
