//! What the feed tells beside the trade: facts about systems, processes, people, programs and webhooks. Each is declared once: its name,
//! what it means, and its fields, from which both the event and its schema are made.

use partition::identity::Quota;
use serde::{Deserialize, Serialize};
use trade::{AccountId, OrderId, Role};
use units::{Amount, Text, Timestamp};

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

facts! {
    "effect.requested" "Another system is asked for something." EffectRequested {
        capability: Text, route: Text, order: Option<OrderId>
    }
    "effect.ended" "It has done it, or it is no longer wanted." EffectEnded {}
    "effect.rested" "It could not be delivered, and is tried again after the pause that its process prescribes." EffectRested {}
    "message.dead_lettered" "It could not be delivered, or was refused." EffectDied { code: Text, cause: Text }
    "message.replayed" "A dead letter, or what has rested, is delivered again." EffectReplayed {}
    "definition.deployed" "A version of a process, a decision or a form was deployed." Deployed { resource: Text }
    "batch.begun" "An operation on many instances began." BatchBegun {
        operation: Text, filter: Text, instances: u64, reason: Text
    }
    "batch.stopped" "It was stopped before its end." BatchStopped {}
    "user.set" "A person was added, or their name or rights were changed." UserSet {
        name: Text, roles: Vec<Role>, limit: Option<Amount>
    }
    "user.password_set" "A person has another password; their sessions ended." UserPasswordSet {}
    "user.disabled" "A person may sign in no longer." UserDisabled {}
    "user.enabled" "A person may sign in again." UserEnabled {}
    "user.sessions_ended" "All sessions of a person ended." UserSessionsEnded {}
    "user.second_factor_on" "A person signs in with a second factor from now on." UserSecondFactorOn {}
    "user.second_factor_off" "A person signs in without a second factor." UserSecondFactorOff {}
    "user.recovery_code_used" "A person signed in with a recovery code, which is used up." UserRecoveryCodeUsed {}
    "client.set" "A program was added, or its name or rights were changed." ClientSet {
        name: Text, roles: Vec<Role>, limit: Option<Amount>, job_types: Vec<Text>
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
