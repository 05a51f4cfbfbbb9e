//! What the API shows of an exception.

use serde::Serialize;
use trade::exception::{Action, Exception};

use super::name;

/// An exception.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ExceptionView {
    /// Its number.
    #[schema(example = "EX-3")]
    pub(crate) id: String,
    /// Its type in the catalogue.
    #[schema(example = "CREDIT")]
    pub(crate) kind: String,
    /// How far it is.
    pub(crate) status: String,
    /// How bad it is.
    pub(crate) severity: String,
    /// The role that owns it.
    pub(crate) owner: String,
    /// The person who claimed it.
    pub(crate) assignee: Option<String>,
    /// The order that it is about.
    pub(crate) order: Option<String>,
    /// The line of the order, where it is about one only.
    pub(crate) line: Option<u64>,
    /// The account that it is about.
    pub(crate) account: Option<String>,
    /// What it is about in particular.
    pub(crate) subject: Option<String>,
    /// In words, with the numbers.
    pub(crate) reason: String,
    /// Money at stake, in minor units of the company's currency.
    pub(crate) amount_minor: i64,
    /// What may be done.
    pub(crate) actions: Vec<String>,
    /// The authority that each of these takes, in the same order.
    pub(crate) authority: Vec<RequiredAuthority>,
    /// When it was raised.
    pub(crate) raised_at: String,
    /// By when somebody should have looked.
    pub(crate) respond_by: String,
    /// By when it should be resolved.
    pub(crate) resolve_by: String,
    /// Whether nobody had taken it by `respond_by`; the lead was told.
    pub(crate) response_was_late: bool,
    /// The role that leads its owner: told when nobody looks in time, and when its time is up.
    pub(crate) lead: String,
    /// The role that is told last.
    pub(crate) manager: String,
    /// When the next is told, and nobody if that is over.
    pub(crate) next_escalation: Option<String>,
    /// How often it was escalated.
    pub(crate) escalations: u8,
    /// The role that it was escalated to last, besides its owner.
    pub(crate) escalated_to: Option<String>,
    /// The roles that may decide on it, its owner first; whoever it was given to may, too.
    pub(crate) deciders: Vec<String>,
    /// The waiting user task: process instance and key.
    pub(crate) task: Option<String>,
    /// What was done.
    pub(crate) resolution: Option<ResolutionView>,
    /// When it ended: by what was done, or because its cause went away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended_at: Option<String>,
    /// The case that it belongs to: all exceptions of one root cause have the same.
    #[schema(example = "credit of ACME")]
    pub(crate) case: Option<String>,
}

/// The authority that an action takes. Whoever the exception was given to has the role by that.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RequiredAuthority {
    /// The action.
    #[schema(example = "release")]
    pub(crate) action: String,
    /// One of these roles, the owner of the exception first.
    pub(crate) roles: Vec<String>,
    /// A limit of at least this amount, or none, in minor units of the company's currency; absent where no money is given away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limit_minor: Option<i64>,
    /// What is held against the case besides: `not_creator`, they have not created the order; `credit_authority`, their role may go so far
    /// over the credit limit by the company's table of authority, and they have not raised the order's value last.
    pub(crate) conditions: Vec<String>,
}

/// What was done about an exception.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ResolutionView {
    /// What.
    pub(crate) action: String,
    /// By whom.
    pub(crate) by: String,
    /// Why.
    pub(crate) reason: String,
}

/// Shows an exception.
pub(crate) fn exception(exception: &Exception) -> ExceptionView {
    ExceptionView {
        id: exception.id.to_string(),
        kind: name(&exception.kind),
        status: name(&exception.status),
        severity: name(&exception.severity),
        owner: name(&exception.owner),
        assignee: exception.assignee.as_ref().map(ToString::to_string),
        order: exception.subject.order.map(|id| id.to_string()),
        line: exception.subject.line.map(|line| line.0),
        account: exception.subject.account.as_ref().map(ToString::to_string),
        subject: exception.subject.key.as_ref().map(ToString::to_string),
        reason: exception.reason.to_string(),
        amount_minor: exception.amount.0,
        actions: exception.actions.iter().map(name).collect(),
        authority: exception.actions.iter().map(|action| authority(exception, *action)).collect(),
        raised_at: exception.raised_at.to_string(),
        respond_by: exception.respond_by.to_string(),
        resolve_by: exception.resolve_by.to_string(),
        response_was_late: exception.response_was_late,
        lead: name(&trade::exception::lead(exception)),
        manager: name(&trade::exception::manager(exception)),
        next_escalation: trade::exception::next_escalation(exception).map(|due| due.to_string()),
        escalations: exception.escalations,
        escalated_to: exception.escalated_to.as_ref().map(name),
        deciders: trade::exception::deciders(exception).iter().map(name).collect(),
        task: exception.task.map(|task| format!("PI-{}/{}", task.instance, task.task)),
        resolution: exception.resolution.as_ref().map(|(action, by, reason)| ResolutionView {
            action: name(action),
            by: by.to_string(),
            reason: reason.to_string(),
        }),
        ended_at: exception.ended_at.map(|at| at.to_string()),
        case: Some(exception.case.to_string()).filter(|case| !case.is_empty()),
    }
}

fn authority(exception: &Exception, action: Action) -> RequiredAuthority {
    let needed = trade::exception::authority(exception, action);
    RequiredAuthority {
        action: name(&action),
        roles: needed.roles.iter().map(name).collect(),
        limit_minor: needed.limit.map(|limit| limit.0),
        conditions: needed.conditions.iter().map(name).collect(),
    }
}
