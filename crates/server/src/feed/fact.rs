//! What the feed tells beside the trade: facts about systems, processes, people, programs and webhooks. Each is declared once: its name,
//! what it means, and its fields, from which both the event and its schema are made.

use partition::identity::{Quota, RoleCompanies};
use partition::{DraftEvent, Event};
use serde::{Deserialize, Serialize};
use trade::{AccountId, OrderId, Role};
use units::{Amount, Text, Timestamp};

use super::scope::Known;
use crate::schema::events::schema_of;

macro_rules! facts {
    ($( $name:literal $what:literal $fact:ident { $( $(#[$attribute:meta])* $field:ident: $type:ty ),* } )*) => {
        $(
            #[doc = $what]
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            pub(crate) struct $fact { $( $(#[$attribute])* pub(super) $field: $type, )* }
        )*

        /// Name, meaning and schema of each.
        pub(crate) const FACTS: &[(&str, &str, fn() -> serde_json::Value)] = &[$( ($name, $what, schema_of::<$fact>), )*];
    };
}

/// What the groups of somebody at the identity provider stand for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Granted {
    pub(super) roles: Vec<Role>,
    pub(super) limit: Option<Amount>,
    pub(super) companies: Vec<RoleCompanies>,
}

facts! {
    "effect.requested" "Another system is asked for something." EffectRequested {
        capability: Text, route: Text, order: Option<OrderId>
    }
    "effect.ended" "It has done it, or it is no longer wanted." EffectEnded {}
    "effect.rested" "It could not be delivered, and is tried again after the pause that its process prescribes." EffectRested {}
    "message.dead_lettered" "It could not be delivered, or was refused." EffectDied { code: Text, cause: Text }
    "message.replayed" "A dead letter, or what has rested, is delivered again." EffectReplayed {}
    "process.decided" "A process asked a decision: which rules matched on which inputs." ProcessDecided {
        instance: engine::InstanceId, order: Option<Text>, decisions: Vec<Made>
    }
    "draft.begun" "A draft of a process, decisions or a form was begun; without a base it is of something new." DraftBegun {
        title: Text, resource: Text, base: Text
    }
    "draft.saved" "Its content was saved." DraftSaved { bytes: u64 }
    "draft.rebased" "It goes out from another version now." DraftRebased { base: Text }
    "draft.submitted" "Another person is asked to look at it." DraftSubmitted { note: Text }
    "draft.approved" "It is approved, and in force from then on." DraftApproved { effective: Timestamp, note: Text }
    "draft.returned" "Its authors have it again." DraftReturned { note: Text }
    "draft.withdrawn" "It was taken back." DraftWithdrawn { note: Text }
    "draft.discarded" "It came to nothing." DraftDiscarded { note: Text }
    "draft.deployed" "It is in force as that version." DraftDeployed { version: Text, note: Text }
    "draft.not_deployed" "It could not be deployed when its time had come." DraftNotDeployed { note: Text }
    "definition.deployed" "A version of a process, a decision or a form was deployed." Deployed { resource: Text }
    "batch.begun" "An operation on many instances began." BatchBegun {
        operation: Text, filter: Text, instances: u64, reason: Text
    }
    "batch.stopped" "It was stopped before its end." BatchStopped {}
    "user.set" "A person was added, or their name or rights were changed." UserSet {
        name: Text, roles: Vec<Role>, limit: Option<Amount>, companies: Vec<RoleCompanies>
    }
    "user.password_set" "A person has another password; their sessions ended." UserPasswordSet {}
    "user.disabled" "A person may sign in no longer." UserDisabled {}
    "user.enabled" "A person may sign in again." UserEnabled {}
    "user.sessions_ended" "All sessions of a person ended." UserSessionsEnded {}
    "user.second_factor_on" "A person signs in with a second factor from now on." UserSecondFactorOn {}
    "user.second_factor_off" "A person signs in without a second factor." UserSecondFactorOff {}
    "user.recovery_code_used" "A person signed in with a recovery code, which is used up." UserRecoveryCodeUsed {}
    "user.vouched_for" "The identity provider says who somebody is, and what they may do if it grants roles." UserVouchedFor {
        name: Text, rights: Option<Granted>
    }
    "client.set" "A program was added, or its name or rights were changed." ClientSet {
        name: Text, roles: Vec<Role>, limit: Option<Amount>, job_types: Vec<Text>, companies: Vec<RoleCompanies>
    }
    "client.key_added" "A program has another key." ClientKeyAdded {
        prefix: Text, expires: Option<Timestamp>, others_end: Option<Timestamp>
    }
    "client.key_revoked" "A key is accepted no longer." ClientKeyRevoked { prefix: Text }
    "client.disabled" "No key of a program is accepted any longer." ClientDisabled {}
    "client.enabled" "A program's keys are accepted again." ClientEnabled {}
    "client.quota_set" "A program has a quota of its own, or the standard one." ClientQuotaSet { quota: Option<Quota> }
    "webhook.set" "A webhook was added, or changed." WebhookSet { types: Vec<Text> }
    "webhook.secret_changed" "A webhook signs with another secret; until then with both." WebhookSecretChanged {
        earlier_until: Timestamp
    }
    "webhook.disabled" "Nothing is sent to a webhook any longer." WebhookDisabled { why: Text }
    "webhook.enabled" "Events are sent to a webhook again." WebhookEnabled { after: Option<u64> }
    "webhook.removed" "A webhook is no longer there." WebhookRemoved {}
    "dependency.degraded" "A system does not answer: what it is asked for waits." DependencyDegraded { cause: Text }
    "dependency.recovered" "A system answers again." DependencyRecovered { backlog: u32 }
    "dependency.drained" "What had waited for a system when it came back is delivered." DependencyDrained {}
    "dependency.credit_decided" "Credit of an account was decided without a system." DependencyCreditDecided {
        account: AccountId
    }
    "job.offered" "A job waits for a worker." JobOffered {
        #[serde(rename = "type")] kind: Text, instance: engine::InstanceId, priority: i32
    }
    "job.leased" "A worker has a job until then." JobLeased { worker: Text, by: Text, until: Timestamp }
    "job.lease_extended" "A worker has a job for longer, or shorter." JobLeaseExtended { until: Timestamp }
    "job.lease_ended" "The time of a worker is over." JobLeaseEnded {}
    "job.failed" "A worker has said that a job failed." JobFailed {}
    "job.ended" "A job is done, or nobody needs it any more." JobEnded {}
}

/// A decision that a process has asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Made {
    element: Text,
    decision: Text,
    version: Option<u32>,
    result: Text,
    explained: Vec<Part>,
    /// How many more there were than are kept.
    more: u32,
}

/// What one decision of a graph saw and gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part {
    decision: Text,
    inputs: Vec<Seen>,
    rules: Vec<Matched>,
    output: Text,
}

/// An input of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Seen {
    label: Text,
    value: Text,
}

/// A rule that matched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Matched {
    number: u32,
    id: Text,
}

impl ProcessDecided {
    /// The decisions among the steps of an instance.
    pub(super) fn of(instance: engine::InstanceId, event: &Event) -> Self {
        let order = event.decisions().find_map(|made| made.explained.about.clone());
        Self { instance, order, decisions: event.decisions().map(Made::of).collect() }
    }
}

impl Made {
    fn of(made: &engine::DecisionMade) -> Self {
        let part = |explained: &engine::ExplainedDecision| Part {
            decision: explained.decision.clone(),
            inputs: explained.inputs.iter().cloned().map(|(label, value)| Seen { label, value }).collect(),
            rules: explained.rules.iter().cloned().map(|(number, id)| Matched { number, id }).collect(),
            output: explained.output.clone(),
        };
        Self {
            element: made.element.clone(),
            decision: made.decision.clone(),
            version: made.explained.version,
            result: made.result.clone(),
            explained: made.explained.decisions.iter().map(part).collect(),
            more: made.explained.more,
        }
    }
}

/// What is told of a draft; its content is read from the draft itself.
pub(super) fn draft(event: &DraftEvent, known: &Known<'_>) -> serde_json::Value {
    let note = Text::from(event.note());
    match event {
        DraftEvent::Begun { title, resource, base, .. } => {
            let (title, resource) = (title.clone(), resource.clone());
            known.told(&DraftBegun { title, resource, base: base.to_string().into() })
        }
        DraftEvent::Saved { content } => known.told(&DraftSaved { bytes: content.len() as u64 }),
        DraftEvent::Rebased { base } => known.told(&DraftRebased { base: base.to_string().into() }),
        DraftEvent::Submitted { .. } => known.told(&DraftSubmitted { note }),
        DraftEvent::Approved { effective, .. } => known.told(&DraftApproved { effective: *effective, note }),
        DraftEvent::Returned { .. } => known.told(&DraftReturned { note }),
        DraftEvent::Withdrawn { .. } => known.told(&DraftWithdrawn { note }),
        DraftEvent::Discarded { .. } => known.told(&DraftDiscarded { note }),
        DraftEvent::Deployed { version, .. } => known.told(&DraftDeployed { version: version.to_string().into(), note }),
        DraftEvent::NotDeployed { .. } => known.told(&DraftNotDeployed { note }),
    }
}
