//! What workers and systems answer beyond variables: the result of a task listener, and of the worker that leads an ad-hoc
//! sub-process. The words are those of Camunda's `CompleteJob` request, so that workers for it need not be rewritten.

use engine::{AdHocLead, Instance, Key as ElementKey, TaskAnswer, TaskChanges};
use feel::{Context as Variables, Value};
use trade::Refusal;
use units::Text;

use super::txn::text;

/// What a job asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Variables alone.
    Plain,
    /// Whether a change of a user task may be, and corrections of it.
    Task,
    /// What comes next in an ad-hoc sub-process.
    AdHoc,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// Variables alone.
    Plain,
    /// Of a listener of a user task.
    Task(TaskAnswer),
    /// Of the worker that leads an ad-hoc sub-process.
    AdHoc(AdHocLead),
}

impl Asked {
    pub(super) fn wants_result(self) -> bool {
        self != Self::Plain
    }
}

/// What a job asks for.
pub(super) fn asked(process: &bpmn::Process, instance: &Instance, job: ElementKey) -> Asked {
    use bpmn::ListensFor::{Assigning, Canceling, Completing, Creating, End, Start, Updating};
    match instance.listens_for(process, job) {
        Some(Creating | Assigning | Updating | Completing | Canceling) => Asked::Task,
        Some(Start | End) => Asked::Plain,
        None => match instance.element_of(job).map(|index| &process.element(index).kind) {
            Some(bpmn::Kind::AdHoc(_)) => Asked::AdHoc,
            _ => Asked::Plain,
        },
    }
}

/// Reads a result. Without one everything goes on as it is.
pub(super) fn read(asked: Asked, result: Option<&Variables>, utc_offset: i32) -> Result<Answer, Refusal> {
    let Some(result) = result.filter(|result| !result.is_empty()) else { return Ok(Answer::Plain) };
    let kind = match result.get("type") {
        None => None,
        Some(kind) => Some(kind.as_str().ok_or_else(|| wrong("type", kind, "`userTask` or `adHocSubProcess`"))?),
    };
    match (asked, kind) {
        (Asked::Task, None | Some("userTask")) => task(result, utc_offset).map(Answer::Task),
        (Asked::AdHoc, None | Some("adHocSubProcess")) => ad_hoc(result).map(Answer::AdHoc),
        (Asked::Plain, _) => {
            let wanted = "left out: only listeners of user tasks and workers that lead ad-hoc sub-processes have one";
            Err(Refusal::invalid("result", text(result.to_json()), wanted))
        }
        (Asked::Task, Some(kind)) => {
            Err(Refusal::invalid("result.type", kind, "`userTask`: the job listens to a user task"))
        }
        (Asked::AdHoc, Some(kind)) => {
            Err(Refusal::invalid("result.type", kind, "`adHocSubProcess`: the job leads an ad-hoc sub-process"))
        }
    }
}

fn task(result: &Variables, utc_offset: i32) -> Result<TaskAnswer, Refusal> {
    only(result, "", &["type", "denied", "deniedReason", "corrections"])?;
    if flag(result, "denied")? {
        let reason = result.get("deniedReason").filter(|reason| !reason.is_null());
        let given =
            reason.map(|reason| reason.as_str().ok_or_else(|| wrong("deniedReason", reason, "a text"))).transpose()?;
        return Ok(TaskAnswer::Deny(given.unwrap_or("denied by a listener").into()));
    }
    let Some(corrections) = result.get("corrections").filter(|corrections| !corrections.is_null()) else {
        return Ok(TaskAnswer::Correct(TaskChanges::default()));
    };
    let corrections = corrections.as_context().ok_or_else(|| wrong("corrections", corrections, "an object"))?;
    changes(corrections, utc_offset).map(TaskAnswer::Correct)
}

/// Corrections: what is absent or null stays, and an empty text clears, as in Camunda.
fn changes(given: &Variables, utc_offset: i32) -> Result<TaskChanges, Refusal> {
    let known = ["assignee", "dueDate", "followUpDate", "candidateUsers", "candidateGroups", "priority"];
    only(given, "corrections.", &known)?;
    let present = |name: &str| given.get(name).filter(|value| !value.is_null());
    let at = |name: &str| format!("corrections.{name}");
    let word = |name: &str| match present(name) {
        None => Ok(None),
        Some(value) => match value.as_str() {
            Some(word) => Ok(Some(Some(Text::from(word)).filter(|word| !word.is_empty()))),
            None => Err(wrong(&at(name), value, "a text; an empty one clears")),
        },
    };
    let moment = |name: &str| match present(name) {
        None => Ok(None),
        Some(value) if value.as_str() == Some("") => Ok(Some(None)),
        Some(value) => bpmn::moment_of(value, utc_offset)
            .map(|moment| Some(Some(moment)))
            .ok_or_else(|| wrong(&at(name), value, "a moment such as 2026-11-26T12:00:00Z; an empty text clears")),
    };
    let names = |name: &str| match present(name) {
        None => Ok(None),
        Some(value) => {
            let words = value.as_list().and_then(|all| all.iter().map(|one| one.as_str().map(Text::from)).collect());
            words.map(Some).ok_or_else(|| wrong(&at(name), value, "a list of texts"))
        }
    };
    let priority = match present("priority") {
        None => None,
        Some(value) => {
            let priority = value.as_i64().and_then(|found| u8::try_from(found).ok()).filter(|found| *found <= 100);
            Some(priority.ok_or_else(|| wrong(&at("priority"), value, "a whole number from 0 to 100"))?)
        }
    };
    Ok(TaskChanges {
        assignee: word("assignee")?,
        candidate_groups: names("candidateGroups")?,
        candidate_users: names("candidateUsers")?,
        due: moment("dueDate")?,
        follow_up: moment("followUpDate")?,
        priority,
    })
}

fn ad_hoc(result: &Variables) -> Result<AdHocLead, Refusal> {
    let known = ["type", "activateElements", "isCompletionConditionFulfilled", "isCancelRemainingInstances"];
    only(result, "", &known)?;
    let elements = match result.get("activateElements").filter(|elements| !elements.is_null()) {
        None => &[],
        Some(elements) => elements.as_list().ok_or_else(|| wrong("activateElements", elements, "a list"))?,
    };
    Ok(AdHocLead {
        activate: elements.iter().enumerate().map(|(at, element)| activation(at, element)).collect::<Result<_, _>>()?,
        fulfilled: flag(result, "isCompletionConditionFulfilled")?,
        cancel_remaining: flag(result, "isCancelRemainingInstances")?,
    })
}

fn activation(at: usize, element: &Value) -> Result<(Text, Variables), Refusal> {
    let place = format!("activateElements[{at}]");
    let wanted = "an object with `elementId` and perhaps `variables`";
    let given = element.as_context().ok_or_else(|| wrong(&place, element, wanted))?;
    only(given, &format!("{place}."), &["elementId", "variables"])?;
    let id = given.get("elementId").and_then(Value::as_str).ok_or_else(|| wrong(&place, element, wanted))?;
    let own = match given.get("variables").filter(|own| !own.is_null()) {
        None => Variables::default(),
        Some(own) => own.as_context().ok_or_else(|| wrong(&format!("{place}.variables"), own, "an object"))?.clone(),
    };
    Ok((id.into(), own))
}

/// A misspelt word would be taken for nothing, and the change would go through.
fn only(given: &Variables, within: &str, known: &[&str]) -> Result<(), Refusal> {
    match given.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some((name, _)) => {
            let wanted = text(format_args!("one of {}", known.join(", ")));
            Err(Refusal::Invalid {
                field: text(format_args!("result.{within}{name}")),
                given: Text::const_new("unknown"),
                wanted,
            })
        }
    }
}

fn flag(given: &Variables, name: &str) -> Result<bool, Refusal> {
    match given.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(value) => value.as_bool().ok_or_else(|| wrong(name, value, "true or false")),
    }
}

fn wrong(name: &str, given: &Value, wanted: &'static str) -> Refusal {
    Refusal::invalid(format!("result.{name}"), given, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(asked: Asked, json: &str) -> Result<Answer, String> {
        let value = Value::from_json(&serde_json::from_str(json).unwrap()).unwrap();
        read(asked, value.as_context(), 0).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn corrections_of_a_task_change_what_they_name_and_clear_what_is_empty() {
        let json = r#"{"type": "userTask", "corrections": {"assignee": "", "dueDate": "2026-11-26T12:00:00+01:00[Europe/Berlin]",
            "candidateGroups": ["sales"], "priority": 80, "followUpDate": null}}"#;
        let Ok(Answer::Task(TaskAnswer::Correct(changes))) = answer(Asked::Task, json) else { panic!("not read") };
        assert_eq!(changes.assignee, Some(None));
        assert_eq!(changes.due.flatten().map(|due| due.to_string()).as_deref(), Some("2026-11-26T11:00:00.000Z"));
        assert_eq!(changes.candidate_groups, Some(vec!["sales".into()]));
        assert_eq!((changes.priority, changes.follow_up, changes.candidate_users), (Some(80), None, None));
    }

    #[test]
    fn a_denial_has_its_reason_and_a_lead_its_elements() {
        let denied = answer(Asked::Task, r#"{"denied": true, "deniedReason": "not you"}"#);
        assert_eq!(denied, Ok(Answer::Task(TaskAnswer::Deny("not you".into()))));
        let json =
            r#"{"activateElements": [{"elementId": "a", "variables": {"x": 1}}], "isCancelRemainingInstances": true}"#;
        let Ok(Answer::AdHoc(lead)) = answer(Asked::AdHoc, json) else { panic!("not read") };
        assert_eq!(lead.activate.first().map(|(id, own)| (id.as_str(), own.len())), Some(("a", 1)));
        assert!(lead.cancel_remaining && !lead.fulfilled);
        assert_eq!(answer(Asked::AdHoc, "{}"), Ok(Answer::Plain));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_place() {
        for (asked, json, place) in [
            (Asked::Plain, r#"{"denied": true}"#, "result"),
            (Asked::Task, r#"{"denyed": true}"#, "result.denyed"),
            (Asked::Task, r#"{"denied": "yes"}"#, "result.denied"),
            (Asked::Task, r#"{"type": "adHocSubProcess"}"#, "result.type"),
            (Asked::Task, r#"{"corrections": {"priority": 101}}"#, "result.corrections.priority"),
            (Asked::Task, r#"{"corrections": {"candidateUsers": "eve"}}"#, "result.corrections.candidateUsers"),
            (Asked::Task, r#"{"corrections": {"dueDate": "soon"}}"#, "result.corrections.dueDate"),
            (Asked::AdHoc, r#"{"activateElements": [{"id": "a"}]}"#, "result.activateElements[0].id"),
            (Asked::AdHoc, r#"{"activateElements": ["a"]}"#, "result.activateElements[0]"),
        ] {
            let refused = answer(asked, json).unwrap_err();
            assert!(refused.contains(place), "{json}: {refused}");
        }
    }
}
