//! Processes that begin by themselves.

use partition::{AnyKey, Body, TimerOwner};
use trade::master::{Company, Node};
use trade::{Actor, Role};
use units::{Calendar, Minutes};

use crate::world::{World, check, deployment, line, process, user_task};

const MINUTE: i64 = 60_000;

fn every(id: &str, cycle: &str, element: &str) -> String {
    let start = format!(
        r#"<bpmn:startEvent id="s"><bpmn:timerEventDefinition><bpmn:timeCycle>{cycle}</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:startEvent><bpmn:endEvent id="e"/>"#
    );
    process(id, &[start, user_task(element)].concat(), &["s", element, "e"])
}

#[test]
fn a_process_begins_by_itself_as_often_as_its_timer_says_and_over_a_restart() {
    let mut world = World::new();
    world.deploy(&[("a.bpmn", every("a", "R3/PT10M", "t"))]);
    world.pass(9 * MINUTE);
    assert_eq!(world.instances().len(), 0);
    world.pass(MINUTE);
    assert_eq!(world.instances().len(), 1);
    world.crash(&[]);
    world.pass(10 * MINUTE);
    assert_eq!(world.instances().len(), 2);
    world.pass(100 * MINUTE);
    assert_eq!(world.instances().len(), 3);
    assert!(world.state(&AnyKey::Schedule("a".into())).is_none(), "nothing is left of it");
    check(&world, world.instances()[2], "v1 t");
}

#[test]
fn hours_and_days_without_an_offset_are_those_of_the_company() {
    let mut world = World::new();
    let calendar = Calendar { utc_offset: Minutes(120), ..Calendar::always() };
    let nodes = vec![Node { id: "EAST".into(), ..Node::default() }];
    let company = Company { code: "CD".into(), country: "DE".into(), calendar, nodes, ..Company::default() };
    let director = Actor { id: "dora".into(), roles: vec![Role::Director], limit: None };
    let olivia = std::mem::replace(&mut world.actor, director);
    world.done(Body::PutCompany(Box::new(company)));
    world.actor = olivia;
    let due = r#"<bpmn:userTask id="t"><bpmn:extensionElements><zeebe:taskSchedule dueDate="2001-09-09T12:00:00"/></bpmn:extensionElements></bpmn:userTask>"#;
    world.deploy(&[("a.bpmn", every("a", "0 0 6 * * *", "u")), ("b.bpmn", line("b", due, &["t"]))]);
    // it is 03:46:40 there
    world.pass(133 * MINUTE);
    assert_eq!(world.instances().len(), 0);
    world.pass(MINUTE);
    assert_eq!(world.instances().len(), 1, "it is six o'clock there, and four in UTC");
    let id = world.start("b", "{}");
    let instance = world.instance(id).unwrap();
    let told = (0..99).find_map(|key| instance.task(key)).and_then(|task| task.due).map(|due| due.to_string());
    assert_eq!(told.as_deref(), Some("2001-09-09T10:00:00.000Z"));
}

#[test]
fn the_newest_version_has_the_schedule_and_one_without_a_timer_ends_it() {
    let mut world = World::new();
    let first = every("a", "R/PT10M", "t");
    world.deploy(&[("a.bpmn", first.clone())]);
    world.pass(5 * MINUTE);
    // the same words change nothing, and the times do not begin anew
    world.deploy(&[("a.bpmn", first)]);
    world.pass(5 * MINUTE);
    assert_eq!(world.instances().len(), 1);
    world.deploy(&[("a.bpmn", every("a", "R/PT1H", "u"))]);
    world.pass(59 * MINUTE);
    assert_eq!(world.instances().len(), 1, "the old times are over");
    world.pass(MINUTE);
    check(&world, world.instances()[1], "v2 u");
    world.deploy(&[("a.bpmn", line("a", &user_task("v"), &["v"]))]);
    world.pass(600 * MINUTE);
    assert_eq!(world.instances().len(), 2);
    // a timer that is late finds nothing to begin
    world.done(Body::FireTimer { owner: TimerOwner::Start("a".into(), 1) });
    assert_eq!(world.instances().len(), 2);
}

#[test]
fn times_that_passed_while_nobody_was_there_are_made_up_for_once() {
    let mut world = World::new();
    world.deploy(&[("a.bpmn", every("a", "R/PT10M", "t"))]);
    world.now = world.now.plus_millis(95 * MINUTE);
    world.pass(0);
    assert_eq!(world.instances().len(), 1);
    world.pass(4 * MINUTE);
    assert_eq!(world.instances().len(), 1, "the next one is that of the cycle, at a hundred minutes");
    world.pass(MINUTE);
    assert_eq!(world.instances().len(), 2);
}

#[test]
fn a_schedule_that_cannot_be_computed_is_refused_at_deployment() {
    let mut world = World::new();
    let refused = world.ask(deployment(&[("a.bpmn", every("a", "=often", "t"))])).unwrap_err();
    assert_eq!(refused.code(), "not_deployable");
    assert!(refused.findings()[0].place.contains("element s"), "{refused}");
    assert_eq!(world.timers(), 0);
}
