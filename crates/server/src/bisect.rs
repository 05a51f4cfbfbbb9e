//! Finding a place in what is in the order of time.

use crate::problem::Problem;

/// The last of the numbers from 1 to `high` that is before something, where all that are come first; 0 if none is.
pub(crate) fn last(high: u64, mut is_before: impl FnMut(u64) -> Result<bool, Problem>) -> Result<u64, Problem> {
    let (mut low, mut high) = (0, high);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if is_before(middle)? { low = middle } else { high = middle - 1 }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_one_before_is_found_wherever_it_is() {
        for high in 0..20 {
            for wanted in 0..=high {
                assert_eq!(last(high, |number| Ok(number <= wanted)).unwrap(), wanted, "{wanted} of {high}");
            }
        }
        assert!(last(9, |_| Err(Problem::new("internal", "no"))).is_err());
    }
}
