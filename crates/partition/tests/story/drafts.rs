//! Drafts: written by one, approved by another, in force from a time on, and rolled back.

use partition::{
    AnyKey, AnyState, Body, DefinitionId, Draft, DraftChange, DraftId, DraftStatus, Reply, SavedView, SavedViewChange,
};
use trade::{Actor, Refusal, Role};
use units::Timestamp;

use crate::world::{World, check, line, user_task};

const MINUTE: i64 = 60_000;

fn be(world: &mut World, id: &str) {
    world.actor = Actor { id: id.into(), roles: vec![Role::Operations], limit: None };
}

fn ask(world: &mut World, draft: Option<DraftId>, change: DraftChange) -> Result<DraftId, Refusal> {
    match world.ask(Body::ChangeDraft { draft, change })? {
        Reply::Draft(id) => Ok(id),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn done(world: &mut World, draft: DraftId, change: DraftChange) {
    ask(world, Some(draft), change).unwrap();
}

fn begin(world: &mut World) -> DraftId {
    let change =
        DraftChange::Begin { title: "Ask twice".into(), definition: Some("a".into()), resource: "".into(), content: None };
    ask(world, None, change).unwrap()
}

fn save(task: &str, revision: u32) -> DraftChange {
    DraftChange::Save { content: line("a", &user_task(task), &[task]).into(), revision }
}

fn submit() -> DraftChange {
    DraftChange::Submit { note: "please look".into() }
}

fn approve(effective: Option<Timestamp>, revision: u32) -> DraftChange {
    DraftChange::Approve { effective, note: "fine".into(), revision }
}

fn draft(world: &World, id: DraftId) -> &Draft {
    match world.state(&AnyKey::Draft(id)) {
        Some(AnyState::Draft(draft)) => draft,
        other => panic!("{other:?}"),
    }
}

fn version(version: u32) -> DefinitionId {
    DefinitionId { id: "a".into(), version }
}

/// A process is deployed, and ann has submitted a draft of it.
fn submitted() -> (World, DraftId) {
    let mut world = World::new();
    world.deploy(&[("a.bpmn", line("a", &user_task("t"), &["t"]))]);
    be(&mut world, "ann");
    let id = begin(&mut world);
    done(&mut world, id, save("u", 1));
    done(&mut world, id, submit());
    (world, id)
}

#[test]
fn nobody_approves_what_he_has_written_at_and_another_person_puts_it_in_force() {
    let (mut world, id) = submitted();
    for judged in [approve(None, 2), DraftChange::Return { note: "no".into() }] {
        assert!(matches!(ask(&mut world, Some(id), judged), Err(Refusal::NotAllowed { .. })));
    }
    be(&mut world, "bob");
    done(&mut world, id, approve(None, 2));
    assert_eq!(draft(&world, id).status, DraftStatus::Deployed);
    assert_eq!(draft(&world, id).deployed, Some(version(2)));
    let told: Vec<(&str, &str)> =
        draft(&world, id).steps.iter().map(|step| (step.what.as_str(), step.by.as_str())).collect();
    assert_eq!(told, [("begun", "ann"), ("submitted", "ann"), ("approved", "bob"), ("deployed", "bob")]);
    world.crash(&[]);
    let instance = world.start("a", "{}");
    check(&world, instance, "v2 u");
}

#[test]
fn whoever_has_saved_once_is_an_author_however_little_was_changed() {
    let (mut world, id) = submitted();
    be(&mut world, "bob");
    done(&mut world, id, DraftChange::Withdraw { note: "one more word".into() });
    done(&mut world, id, save("v", 2));
    done(&mut world, id, submit());
    assert!(matches!(ask(&mut world, Some(id), approve(None, 3)), Err(Refusal::NotAllowed { .. })));
    be(&mut world, "cleo");
    done(&mut world, id, approve(None, 3));
    assert_eq!(draft(&world, id).authors, ["ann", "bob"]);
}

#[test]
fn what_was_looked_at_is_what_is_approved_and_nobodys_work_is_written_over() {
    let (mut world, id) = submitted();
    be(&mut world, "bob");
    assert!(matches!(ask(&mut world, Some(id), approve(None, 1)), Err(Refusal::Conflict(_))));
    done(&mut world, id, DraftChange::Return { note: "ask thrice".into() });
    assert!(matches!(ask(&mut world, Some(id), save("w", 1)), Err(Refusal::Conflict(_))));
    done(&mut world, id, save("w", 2));
    assert_eq!(draft(&world, id).revision, 3);
}

#[test]
fn an_approved_draft_is_in_force_from_its_time_on_and_over_a_restart() {
    let (mut world, id) = submitted();
    be(&mut world, "bob");
    let effective = world.now.plus_millis(10 * MINUTE);
    done(&mut world, id, approve(Some(effective), 2));
    assert_eq!(draft(&world, id).status, DraftStatus::Approved);
    world.pass(9 * MINUTE);
    let before = world.start("a", "{}");
    check(&world, before, "v1 t");
    world.crash(&[]);
    world.pass(2 * MINUTE);
    assert_eq!(draft(&world, id).deployed, Some(version(2)));
    let after = world.start("a", "{}");
    check(&world, after, "v2 u");
    check(&world, before, "v1 t");
}

#[test]
fn a_draft_that_others_have_overtaken_is_not_deployed_until_it_is_brought_up_to_date() {
    let (mut world, id) = submitted();
    be(&mut world, "bob");
    let effective = world.now.plus_millis(10 * MINUTE);
    done(&mut world, id, approve(Some(effective), 2));
    world.deploy(&[("a.bpmn", line("a", &user_task("other"), &["other"]))]);
    world.pass(11 * MINUTE);
    let found = draft(&world, id);
    assert_eq!((found.status, found.deployed.clone()), (DraftStatus::Editing, None));
    assert!(found.steps.last().unwrap().note.contains("version 2 was deployed meanwhile"), "{:?}", found.steps);
    be(&mut world, "ann");
    assert!(matches!(ask(&mut world, Some(id), submit()), Err(Refusal::Conflict(_))));
    done(&mut world, id, DraftChange::Rebase);
    done(&mut world, id, submit());
    be(&mut world, "bob");
    done(&mut world, id, approve(None, 2));
    assert_eq!(draft(&world, id).deployed, Some(version(3)));
}

#[test]
fn a_draft_may_be_wrong_while_it_is_written_and_not_when_it_is_submitted() {
    let mut world = World::new();
    world.deploy(&[("a.bpmn", line("a", &user_task("t"), &["t"]))]);
    be(&mut world, "ann");
    let id = begin(&mut world);
    done(&mut world, id, DraftChange::Save { content: "<half".into(), revision: 1 });
    assert!(matches!(ask(&mut world, Some(id), submit()), Err(Refusal::NotDeployable(_))));
    let other = line("b", &user_task("t"), &["t"]).into();
    done(&mut world, id, DraftChange::Save { content: other, revision: 2 });
    let Err(Refusal::Conflict(why)) = ask(&mut world, Some(id), submit()) else { panic!("another process") };
    assert!(why.contains("keep the id"), "{why}");
    done(&mut world, id, DraftChange::Discard { note: "".into() });
    assert!(matches!(ask(&mut world, Some(id), save("t", 3)), Err(Refusal::Conflict(_))));
}

#[test]
fn a_roll_back_deploys_the_earlier_content_as_a_new_version_with_its_reason_on_the_record() {
    let (mut world, id) = submitted();
    be(&mut world, "bob");
    done(&mut world, id, approve(None, 2));
    let roll = |to| DraftChange::RollBack { to: version(to), reason: "it asks nobody".into() };
    assert!(matches!(ask(&mut world, None, roll(2)), Err(Refusal::Conflict(_))), "it is in force");
    let back = ask(&mut world, None, roll(1)).unwrap();
    let found = draft(&world, back);
    assert_eq!((found.status, found.deployed.clone()), (DraftStatus::Deployed, Some(version(3))));
    assert_eq!(found.steps.last().unwrap().note, "it asks nobody");
    world.crash(&[]);
    let instance = world.start("a", "{}");
    check(&world, instance, "v3 t");
    assert!(matches!(ask(&mut world, None, roll(1)), Err(Refusal::Conflict(_))), "it has the same content");
}

#[test]
fn something_new_begins_with_its_content_and_takes_no_id_that_is_in_force() {
    let mut world = World::new();
    world.deploy(&[("a.bpmn", line("a", &user_task("t"), &["t"]))]);
    be(&mut world, "ann");
    let fresh = |process: &str, resource: &str| DraftChange::Begin {
        title: "New".into(),
        definition: None,
        resource: resource.into(),
        content: Some(line(process, &user_task("t"), &["t"]).into()),
    };
    assert!(matches!(ask(&mut world, None, fresh("b", "b.txt")), Err(Refusal::Invalid { .. })));
    let taken = ask(&mut world, None, fresh("a", "b.bpmn")).unwrap();
    assert!(matches!(ask(&mut world, Some(taken), submit()), Err(Refusal::Conflict(_))));
    let id = ask(&mut world, None, fresh("b", "b.bpmn")).unwrap();
    done(&mut world, id, submit());
    be(&mut world, "bob");
    done(&mut world, id, approve(None, 1));
    assert_eq!(draft(&world, id).deployed, Some(DefinitionId { id: "b".into(), version: 1 }));
}

#[test]
fn drafts_are_no_business_of_sales() {
    let (mut world, id) = submitted();
    world.actor = Actor { id: "sally".into(), roles: vec![Role::Sales], limit: None };
    assert!(matches!(ask(&mut world, Some(id), approve(None, 2)), Err(Refusal::NotAllowed { .. })));
}

#[test]
fn saved_views_are_each_persons_own() {
    let mut world = World::new();
    let put = |query: &str| Body::ChangeSavedView {
        name: "Mine".into(),
        change: SavedViewChange::Put(SavedView { page: "orders".into(), query: query.into() }),
    };
    for (who, query) in [("ann", "status=held"), ("bob", "status=open")] {
        be(&mut world, who);
        assert_eq!(world.done(put(query)), Reply::Done);
        assert_eq!(world.done(put(query)), Reply::Repeated);
    }
    let of = |world: &World, who: &str| match world.state(&AnyKey::SavedViews(who.into())) {
        Some(AnyState::SavedViews(views)) => views.views.get("Mine").map(|view| view.query.to_string()),
        _ => None,
    };
    assert_eq!(of(&world, "ann").as_deref(), Some("status=held"));
    world.done(Body::ChangeSavedView { name: "Mine".into(), change: SavedViewChange::Remove });
    assert_eq!((of(&world, "ann").is_some(), of(&world, "bob")), (true, None));
    assert!(matches!(world.ask(put("a b")), Err(Refusal::Invalid { .. })));
}
