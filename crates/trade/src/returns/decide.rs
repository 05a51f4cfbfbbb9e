//! A person decides on a return.

use units::Text;

use super::state::{ReturnEvent, ReturnStatus};
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::ReturnId;
use crate::refusal::Refusal;

/// Agrees to a return, or does not. Refused when it was decided before.
pub fn decide(books: &mut dyn Books, id: ReturnId, authorise: bool, reason: &str, cx: &Context) -> Result<(), Stop> {
    let request = books.return_request(&id)?.ok_or_else(|| Refusal::NotFound(Key::ReturnRequest(id)))?;
    if request.status != ReturnStatus::Requested {
        return Err(Refusal::Conflict(Text::from(format!("{id} was decided before: {:?}", request.status))).into());
    }
    let by = cx.actor.id.clone();
    let event = if authorise { ReturnEvent::Authorised { by } } else { ReturnEvent::Rejected { by, reason: reason.into() } };
    books.record(&id, event);
    Ok(())
}
