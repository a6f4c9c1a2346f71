//! What amounts are worth.

use sp_runtime::{helpers_128bit::multiply_by_rational_with_rounding, FixedPointNumber, FixedU128, Rounding};

/// What an amount is worth, in planck, rounded down. `rate` is planck per smallest unit.
pub fn in_planck(amount: u128, rate: FixedU128) -> u128 {
	multiply_by_rational_with_rounding(amount, rate.into_inner(), FixedU128::DIV, Rounding::Down).unwrap_or(u128::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_an_amount_is_worth_is_rounded_down_and_never_overflows() {
		assert_eq!(in_planck(10, FixedU128::from_u32(3)), 30);
		assert_eq!(in_planck(10, FixedU128::from_rational(1, 3)), 3);
		assert_eq!(in_planck(10, FixedU128::from_u32(0)), 0);
		assert_eq!(in_planck(u128::MAX, FixedU128::from_u32(2)), u128::MAX);
	}
}
