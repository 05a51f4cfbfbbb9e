//! What can be asked of a partition, and what it answers.

use engine::InstanceId;
use feel::Context as Variables;
use serde::{Deserialize, Serialize};
use trade::billing::{Rebilled, Rebilling};
use trade::cash::{Settled, Settlement, StatementDocument};
use trade::exception::Action;
use trade::fulfilment::{Delivery, ShipConfirm};
use trade::master::{Company, ExchangeRate, Item, PriceBook, Quote};
use trade::order::{Cancellation, Change, HoldKind, Submission};
use trade::reconcile::OpenBreak;
use trade::returns::{ReturnDocument, UnitsBack};
use trade::stock::{
    Adjustment, BackorderRun, Count, GroupQuota, Inbound, QuotaChange, Receipt, Reconfirmed, ReserveRequest,
};
use trade::*;
use units::{Amount, Decimal, Quantity, Text, Timestamp};

use crate::batch::BatchId;
use crate::definition::Resource;
use crate::dependency::DependencyChange;
use crate::draft::{DraftChange, DraftId};
use crate::effect::EffectId;
use crate::identity::{ClientChange, UserChange};
use crate::job::{JobId, Leased};
use crate::operation::Operation;
use crate::saved_view::SavedViewChange;
use crate::webhook::WebhookChange;

/// A hold by hand of which nothing more is said.
fn by_hand() -> HoldKind {
    HoldKind::Manual
}

/// A request to a partition. Time and identity arrive with it, so that it decides the same on every machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// When the edge accepted it.
    pub at: Timestamp,
    /// Who asks.
    pub actor: Actor,
    /// The idempotency key: same key and same body, same answer.
    pub key: Option<Text>,
    /// What is asked.
    pub body: Body,
    /// The caller's trace, as its W3C `traceparent` had it.
    #[serde(default)]
    pub trace: Option<Text>,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Body {
    /// Set master data of items as a whole.
    PutItems(Vec<Item>),
    /// Set master data of accounts as a whole; their ledgers stay.
    PutAccounts(Vec<(AccountId, trade::account::Profile)>),
    /// Replace entries of a price book.
    PutPriceBook(PriceBook),
    /// Set a quote as a whole.
    PutQuote(Box<Quote>),
    /// Set the company: nodes, calendars, taxes, policies.
    PutCompany(Box<Company>),
    /// Change a credit limit.
    SetCreditLimit {
        /// Whose.
        account: AccountId,
        /// The new one.
        limit: Option<Amount>,
    },
    /// Deploy processes and decisions; each new version is immutable.
    Deploy(Vec<Resource>),
    /// Deploy what ships with the product, except where somebody else's version is in force.
    DeployShipped(Vec<Resource>),

    /// Receive an order.
    ReceiveOrder(Box<Submission>),
    /// Change an order.
    ChangeOrder {
        /// Which.
        order: OrderId,
        /// How.
        change: Box<Change>,
    },
    /// Cancel an order or some of its units.
    CancelOrder {
        /// Which.
        order: OrderId,
        /// What and why.
        cancellation: Cancellation,
    },
    /// Put a line right that names an unknown item or unit.
    CorrectLine {
        /// Which order.
        order: OrderId,
        /// Which line.
        line: LineNo,
        /// The item that it stands for.
        item: ItemId,
        /// Units in the item's base unit.
        quantity: Quantity,
    },
    /// Place a hold by hand.
    PlaceHold {
        /// On which order.
        order: OrderId,
        /// Why.
        reason: Text,
        /// Manual, Fraud or Export.
        #[serde(default = "by_hand")]
        kind: HoldKind,
    },
    /// Release a hold.
    ReleaseHold {
        /// On which order.
        order: OrderId,
        /// Which.
        hold: HoldKind,
        /// Why.
        reason: Text,
    },

    /// Goods came in.
    ReceiveStock(Receipt),
    /// Stock was counted.
    CountStock(Count),
    /// Stock was found or lost.
    AdjustStock(Adjustment),
    /// Supply was announced or changed.
    AnnounceSupply {
        /// Where and of what.
        stock: StockKey,
        /// How much and when.
        inbound: Inbound,
    },
    /// Set what is kept back.
    SetSafetyStock {
        /// Where and of what.
        stock: StockKey,
        /// Units.
        quantity: Quantity,
    },
    /// Reserve stock without an order.
    Reserve(ReserveRequest),
    /// Give a reservation back.
    ReleaseReservation {
        /// Where and of what.
        stock: StockKey,
        /// Which.
        reservation: ReservationId,
    },

    /// A warehouse will do it.
    WarehouseAcknowledged(WarehouseOrderId),
    /// A warehouse refuses.
    WarehouseRejected {
        /// What.
        warehouse_order: WarehouseOrderId,
        /// Why.
        reason: Text,
    },
    /// A warehouse picked.
    WarehousePicked {
        /// What.
        warehouse_order: WarehouseOrderId,
        /// Picked in all so far, by line.
        lines: Vec<(LineNo, Quantity)>,
        /// Nothing more will be picked.
        complete: bool,
    },
    /// A warehouse shipped.
    WarehouseShipped(ShipConfirm),
    /// A warehouse answers a request to cancel.
    WarehouseCancelAnswer {
        /// What.
        warehouse_order: WarehouseOrderId,
        /// The number that came with what it was asked.
        #[serde(default)]
        request: Option<u32>,
        /// `None` if it cancelled, else why it did not.
        refused: Option<Text>,
        /// Units that it ships in all, by line, those that have left included; none stands for doing all that it was asked for.
        #[serde(default)]
        lines: Vec<(LineNo, Quantity)>,
    },

    /// A warehouse answers a request to ship to another address.
    WarehouseRedirectAnswer {
        /// What.
        warehouse_order: WarehouseOrderId,
        /// `None` if it does, else why it does not.
        refused: Option<Text>,
    },
    /// A customer has the goods.
    ShipmentDelivered {
        /// Which.
        shipment: ShipmentId,
        /// The proof.
        delivery: Delivery,
    },

    /// Import a bank statement and apply its entries.
    ImportStatement(Box<StatementDocument>),
    /// Apply a payment by hand.
    MatchPayment {
        /// Which.
        payment: PaymentId,
        /// To which documents, and how much.
        items: Vec<(InvoiceId, Amount)>,
        /// Write what is missing off.
        write_off: bool,
    },
    /// Put a payment on an account.
    PutOnAccount {
        /// Which.
        payment: PaymentId,
        /// Whose it is.
        account: AccountId,
    },
    /// Take a match back.
    UnapplyPayment {
        /// Which.
        payment: PaymentId,
        /// From which document.
        invoice: InvoiceId,
        /// Why.
        reason: Text,
    },
    /// Credit units of an invoice.
    CreditInvoice {
        /// Which.
        invoice: InvoiceId,
        /// Units by line; empty for everything.
        lines: Vec<(LineNo, Quantity)>,
        /// Why.
        reason: Text,
        /// The order that the lines are of, where the invoice bills several; without lines, everything of that order.
        #[serde(default)]
        order: Option<OrderId>,
    },

    /// Credit the difference to lower prices; the units stay with the customer.
    CreditPrice {
        /// Which.
        invoice: InvoiceId,
        /// The right prices, by line.
        prices: Vec<(LineNo, Decimal)>,
        /// Why.
        reason: Text,
        /// The order that the lines are of, where the invoice bills several.
        #[serde(default)]
        order: Option<OrderId>,
    },
    /// Credit an amount that belongs to no units.
    CreditGoodwill {
        /// For which invoice.
        invoice: InvoiceId,
        /// How much, net.
        amount: Amount,
        /// Why.
        reason: Text,
        /// The order that it is given for, where the invoice bills several; for all of them without one.
        #[serde(default)]
        order: Option<OrderId>,
    },
    /// A customer disputes part of an invoice.
    OpenDispute {
        /// Which.
        invoice: InvoiceId,
        /// How much, tax included.
        amount: Amount,
        /// Deduction code (domain §1.7).
        code: Text,
        /// What the customer says.
        reason: Text,
    },
    /// Decide on what is in dispute of an invoice.
    SettleDispute {
        /// Which.
        invoice: InvoiceId,
        /// What is credited and what is written off; the rest is still due.
        settlement: Settlement,
        /// Why.
        reason: Text,
    },

    /// Record a request to return goods.
    RequestReturn(ReturnDocument),
    /// Record that units of an order shall come back.
    ReturnUnits {
        /// Which.
        order: OrderId,
        /// What, and why.
        back: UnitsBack,
    },

    /// Take an exception on, or give it back with `None`.
    AssignException {
        /// Which.
        exception: ExceptionId,
        /// To whom.
        to: Option<Text>,
    },
    /// Decide on an exception.
    ResolveException {
        /// Which.
        exception: ExceptionId,
        /// What.
        action: Action,
        /// Why.
        reason: Text,
        /// What the action needs, such as `{"invoices": ["IN-7"]}`; also handed to a waiting task.
        details: Variables,
    },
    /// Complete a user task that is not an exception.
    CompleteTask {
        /// The process instance.
        instance: InstanceId,
        /// The task's key within it.
        task: u32,
        /// Result variables.
        variables: Variables,
    },

    /// Start a process by hand.
    StartInstance {
        /// Its id; the latest version runs.
        process: Text,
        /// Start variables.
        variables: Variables,
    },
    /// Do something to a running process instance.
    Operate {
        /// Which.
        instance: InstanceId,
        /// What.
        operation: Operation,
        /// Why; it goes on the record.
        reason: Text,
    },
    /// Do something to many running process instances, a slice at a time.
    OperateMany {
        /// Which.
        instances: Vec<InstanceId>,
        /// How they were chosen, for people.
        filter: Text,
        /// What.
        operation: Operation,
        /// Why; it goes on the record.
        reason: Text,
    },
    /// Stop a batch before its end; what it has done stays done.
    StopBatch(BatchId),
    /// Change a person who may use the product.
    ChangeUser {
        /// Whom.
        user: Text,
        /// How.
        change: UserChange,
    },
    /// Change a program that may use the product.
    ChangeClient {
        /// Which.
        client: Text,
        /// How.
        change: ClientChange,
    },
    /// Change where events are sent, or say how far they were.
    ChangeWebhook {
        /// Which.
        webhook: Text,
        /// How.
        change: WebhookChange,
    },
    /// Report that a milestone of billing is reached.
    ReportMilestone {
        /// Of which order.
        order: OrderId,
        /// In words.
        what: Text,
    },
    /// Put on the record what was noticed of a system that others run.
    NoteDependency {
        /// Its name.
        system: Text,
        /// What.
        change: DependencyChange,
    },
    /// Send a message to whoever waits for it, or to the process that it begins.
    PublishMessage {
        /// Its name.
        name: Text,
        /// The key that finds the receiver; may be empty for messages that begin processes.
        key: Text,
        /// What it carries.
        variables: Variables,
        /// How long it waits for a receiver, in milliseconds; 0 for not at all.
        lives_ms: u64,
    },
    /// Throw a signal to all that wait for it, and to the process that it begins.
    BroadcastSignal {
        /// Its name.
        name: Text,
        /// What it carries.
        variables: Variables,
    },
    /// A timer came due.
    FireTimer {
        /// Whose.
        owner: crate::timer::TimerOwner,
    },
    /// A system confirmed an effect.
    EffectSucceeded {
        /// Which.
        effect: EffectId,
        /// Its answer as variables.
        response: Variables,
    },
    /// A system refused an effect, or it could not be delivered in all allowed attempts.
    EffectFailed {
        /// Which.
        effect: EffectId,
        /// A code for processes: `rejected`, `unavailable` …
        code: Text,
        /// In words.
        message: Text,
    },
    /// Deliver dead letters again.
    ReplayEffects(Vec<EffectId>),
    /// Confirm scarce stock anew, or say what that would change.
    RunBackorders(BackorderRun),
    /// A document that came in cannot be taken; somebody has to look at it.
    ReportDocument {
        /// The system that it came from, and its name there.
        document: Reference,
        /// Why it cannot be taken.
        reason: Text,
    },
    /// Send a substitute for an item that an order waits for; the customer has agreed.
    SubstituteItem {
        /// Which order.
        order: OrderId,
        /// The item that was ordered.
        item: ItemId,
        /// The item to send; `None` takes the best of those that there are.
        by: Option<ItemId>,
    },
    /// Lease jobs to a worker: those of them that nobody else has by now.
    LeaseJobs {
        /// Which, in the order in which the worker gets them.
        jobs: Vec<JobId>,
        /// What the worker calls itself.
        worker: Text,
        /// For how long, in milliseconds.
        lease_ms: u64,
    },
    /// Let a worker have a job for longer, or shorter.
    ExtendLease {
        /// Which job.
        job: JobId,
        /// The number of the worker's lease.
        lease: u32,
        /// How long from now, in milliseconds.
        lease_ms: u64,
    },
    /// A worker says what came of its job.
    AnswerJob {
        /// Which job.
        job: JobId,
        /// The number of the worker's lease.
        lease: u32,
        /// What came of it.
        answer: JobAnswer,
    },
    /// Give a user task that is not an exception to somebody, or back to all.
    AssignTask {
        /// The process instance.
        instance: InstanceId,
        /// The task's key within it.
        task: u32,
        /// To whom.
        to: Option<Text>,
    },
    /// Change what a user task carries.
    UpdateTask {
        /// The process instance.
        instance: InstanceId,
        /// The task's key within it.
        task: u32,
        /// What is to be different.
        changes: Vec<TaskChange>,
    },
    /// Change what is kept of an item for groups of channels.
    ChangeQuotas(QuotaChange),
    /// Put on record what disagreed when the records were held against each other.
    NoteBreaks(Vec<OpenBreak>),
    /// Begin a draft of a process, decision model or form, or do something about one.
    ChangeDraft {
        /// Which; `None` to begin one.
        draft: Option<DraftId>,
        /// What.
        change: DraftChange,
    },
    /// Change one of one's own saved views.
    ChangeSavedView {
        /// Its name.
        name: Text,
        /// How.
        change: SavedViewChange,
    },

    /// Add exchange rates, or put them right.
    PutRates(Vec<ExchangeRate>),
    /// A carrier answers a request to stop a shipment and to bring it back.
    CarrierInterceptAnswer {
        /// Which.
        shipment: ShipmentId,
        /// `None` if it does, else why it does not.
        refused: Option<Text>,
    },
    /// Credit what was billed of an order at wrong prices or terms, and bill it anew.
    RebillOrder {
        /// Which.
        order: OrderId,
        /// What shall be different.
        rebilling: Rebilling,
    },
    /// Open a closed order again.
    ReopenOrder {
        /// Which.
        order: OrderId,
        /// Why.
        reason: Text,
    },
    /// Close an order that was opened again and needs no correction any more.
    CloseOrder {
        /// Which.
        order: OrderId,
        /// Why.
        reason: Text,
    },
}

/// What came of a worker's job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum JobAnswer {
    /// It is done.
    Completed {
        /// The results.
        variables: Variables,
        /// What a task listener, or the worker that leads an ad-hoc sub-process, has decided; in the words of Camunda's `CompleteJob`.
        result: Option<Variables>,
    },
    /// It could not be done.
    Failed {
        /// How often it may still be tried; without it one time less than before. With none left it is an incident.
        retries: Option<u32>,
        /// Why.
        message: Text,
        /// How long it rests before the next try, in milliseconds; without it as the model says, and otherwise not at all.
        rest_ms: Option<u64>,
    },
    /// What the model calls an error came of it.
    Error {
        /// Its code.
        code: Text,
        /// In words.
        message: Text,
        /// What the error's handler gets to know.
        variables: Variables,
    },
}

/// One thing that is to be different about a user task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TaskChange {
    /// Groups of which anybody may do it.
    CandidateGroups(Vec<Text>),
    /// People of whom anybody may do it.
    CandidateUsers(Vec<Text>),
    /// By when it is to be done.
    Due(Option<Timestamp>),
    /// When it is to be looked at.
    FollowUp(Option<Timestamp>),
    /// 0 to 100.
    Priority(u8),
}

/// What a partition answers to a command that it carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Done; there is nothing to tell.
    Done,
    /// It had been done before; nothing changed.
    Repeated,
    /// The order that was received or changed.
    Order(OrderId),
    /// What a change came to.
    Changed {
        /// The order.
        order: OrderId,
        /// Warehouse orders whose warehouse was asked to ship less, and has to answer.
        asked: Vec<WarehouseOrderId>,
        /// Warehouse orders whose warehouse was asked to ship to the new address, and has to answer.
        redirected: Vec<WarehouseOrderId>,
        /// Shipments that are on their way to the old address: a person is asked to have them redirected.
        under_way: Vec<ShipmentId>,
    },
    /// What a cancellation came to.
    Cancelled {
        /// The order.
        order: OrderId,
        /// Units cancelled at once.
        cancelled: Quantity,
        /// Warehouse orders that were asked and have to answer.
        asked: Vec<WarehouseOrderId>,
        /// Units that have shipped already and that nobody stops.
        too_late: Quantity,
        /// Shipments whose carrier is asked to stop them and to bring them back.
        #[serde(default)]
        intercepted: Vec<ShipmentId>,
        /// The return that was opened for what is too late.
        #[serde(default)]
        to_return: Option<ReturnId>,
    },
    /// Reservations, in the order of the request's lines; a line may have several, or none if partials are allowed.
    Reserved(Vec<ReservedUnits>),
    /// The shipment that was recorded, now or before.
    Shipment(ShipmentId),
    /// The payments of an imported statement, and how many entries were there before.
    Statement {
        /// New payments.
        payments: Vec<PaymentId>,
        /// Entries that were there before.
        repeated: u32,
    },
    /// The document that was posted.
    Invoice(InvoiceId),
    /// The return request that was recorded.
    Return(ReturnId),
    /// The process instance that was started.
    Instance(InstanceId),
    /// The versions that were deployed.
    Deployed(Vec<(Text, u32)>),
    /// What became of the files that ship with the product.
    Shipped {
        /// The versions that were deployed.
        deployed: Vec<(Text, u32)>,
        /// The versions of others that stay in force although the shipped file says something new.
        kept: Vec<(Text, u32)>,
    },
    /// The batch that was begun.
    Batch(BatchId),
    /// Who took a message or signal.
    Received {
        /// Instances that waited for it.
        receivers: Vec<InstanceId>,
        /// Instances that it began.
        begun: Vec<InstanceId>,
        /// Whether it waits for somebody.
        waits: bool,
        /// The batch in which many who wait for a signal get it; they are not among the receivers.
        #[serde(default)]
        batch: Option<BatchId>,
    },
    /// What a backorder run means for each line.
    Reconfirmed(Vec<Reconfirmed>),
    /// What was told is not booked, and somebody is asked about it.
    NotBooked {
        /// The code of the refusal.
        code: Text,
        /// Why, in words.
        why: Text,
    },
    /// The jobs that a worker has, in the order that was asked for.
    Leased(Vec<Leased>),
    /// What is kept of an item for whom, by node.
    Quotas(Vec<GroupQuota>),
    /// The draft that was begun or changed.
    Draft(DraftId),
    /// What a decision on a dispute came to.
    Settled(Settled),
    /// The invoices that were credited and billed anew.
    Rebilled(Vec<Rebilled>),
}

/// Units reserved at a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedUnits {
    /// Index of the request's line.
    pub line: usize,
    /// The reservation.
    pub reservation: ReservationId,
    /// The item.
    pub item: ItemId,
    /// Where.
    pub node: NodeId,
    /// Units.
    pub quantity: Quantity,
}
