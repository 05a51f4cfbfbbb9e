//! After a migration: what the new version watches besides, and joins that no further token can come to.

use bpmn::{ElementIndex, Kind, Process};
use units::Text;

use super::{Step, Work};
use crate::event::Event;
use crate::input::Cx;
use crate::instance::{Instance, Key};

/// Lets a live element watch an event that only the new version has, for each of `added`, and tokens go on that have waited for
/// others which cannot come any more. On an error, which names the event, the instance may be half way: give a copy.
pub(crate) fn settle_in(
    process: &Process,
    instance: &mut Instance,
    added: &[(Key, ElementIndex)],
    cx: &Cx<'_>,
    out: &mut Vec<Event>,
) -> Result<(), (ElementIndex, Text)> {
    let mut step = Step::new(process, instance, cx, out);
    for (key, target) in added {
        let (Kind::Boundary { trigger, .. } | Kind::Start(trigger)) = &process.element(*target).kind else { continue };
        let watched = step.watch(*key, step.draw(), *target, trigger).map_err(|why| (*target, why))?;
        step.emit_all(watched.into_iter().collect());
    }
    step.join_again();
    Ok(())
}

impl Step<'_, '_> {
    /// Joins what waits for nothing but tokens on flows that are gone.
    fn join_again(&mut self) {
        let mut gateways: Vec<(Key, ElementIndex)> =
            self.instance.arrivals.iter().map(|arrival| (arrival.scope, arrival.gateway)).collect();
        gateways.sort_unstable();
        gateways.dedup();
        let inclusive =
            gateways.iter().any(|(_, gateway)| matches!(self.process.element(*gateway).kind, Kind::Inclusive(_)));
        gateways.retain(|(scope, gateway)| self.is_complete(*scope, *gateway));
        if gateways.is_empty() && !inclusive {
            return;
        }
        self.take_up(true);
        for (scope, gateway) in gateways {
            self.emit(Event::Joined { scope, gateway });
            self.no_longer_stuck_at_joins(scope);
            self.queue.push_back(Work::Enter { element: gateway, scope, flow: None });
        }
        self.run();
    }

    /// Whether a token waits on every flow to a joining parallel gateway.
    fn is_complete(&self, scope: Key, gateway: ElementIndex) -> bool {
        let element = self.process.element(gateway);
        let here = self.instance.arrivals.iter().filter(|arrival| (arrival.scope, arrival.gateway) == (scope, gateway));
        matches!(element.kind, Kind::Parallel) && here.count() >= element.incoming.len()
    }
}
