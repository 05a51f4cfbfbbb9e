//! A person decides on a return.

use units::Text;

use super::state::{ReturnEvent, ReturnStatus};
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::ReturnId;
use crate::order::OrderEvent;
use crate::refusal::Refusal;

/// Agrees to a return, or does not; units that may not come back may be asked for again. Refused when it was decided before, and
/// without a reason for a refusal.
pub fn decide(books: &mut dyn Books, id: ReturnId, authorise: bool, reason: &str, cx: &Context) -> Result<(), Stop> {
    let request = books.return_request(&id)?.ok_or_else(|| Refusal::NotFound(Key::ReturnRequest(id)))?;
    if request.status != ReturnStatus::Requested {
        return Err(Refusal::Conflict(Text::from(format!("{id} was decided before: {:?}", request.status))).into());
    }
    if !authorise && reason.trim().is_empty() {
        let (field, given) = (Text::const_new("reason"), Text::const_new("empty"));
        return Err(Refusal::Invalid { field, given, wanted: Text::const_new("why the goods may not come back") }.into());
    }
    if !authorise {
        for line in &request.lines {
            let Some((order, no)) = line.line else { continue };
            books.record(&order, OrderEvent::ReturnRefused { line: no, quantity: line.quantity });
        }
    }
    let by = cx.actor.id.clone();
    let event = if authorise { ReturnEvent::Authorised { by } } else { ReturnEvent::Rejected { by, reason: reason.into() } };
    books.record(&id, event);
    Ok(())
}
