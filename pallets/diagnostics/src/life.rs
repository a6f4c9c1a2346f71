//! How long parts live: the arithmetic of wear. Pure, in integers, and no number makes it panic: what would be more than
//! there is stays at the most.
//!
//! Two formulas, from which [`remaining`] is made:
//!
//! - *Limit of a counter.* What is left is `limit − w₁`. At the mean rate since the counter began, `(w₁ − w₀) / (t₁ − t₀)`,
//!   that lasts `(limit − w₁) · (t₁ − t₀) / (w₁ − w₀)`: a linear extrapolation of the damage to its limit, the simplest of
//!   the models by which ISO 13381-1 has remaining useful life estimated.
//! - *Basic rating life* of a rolling bearing, ISO 281:2007: `L₁₀ = (C / P)^p` millions of revolutions, which nine bearings
//!   of ten outlive; `C` the basic dynamic load rating, `P` the equivalent dynamic load, `p = 3` for balls and `10/3` for
//!   rollers. It is the limit of a counter of revolutions, and then extrapolated as above.

use crate::{Bearing, WearModel};
use bpiiot_primitives::UnixMillis;
use codec::{Decode, Encode};
use scale_info::TypeInfo;
use sp_core::U512;
use sp_runtime::{helpers_128bit::multiply_by_rational_with_rounding, Permill, Rounding};

/// Thousands of revolutions in a million.
const THOUSANDS: u64 = 1_000;

/// A counter at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sample {
	/// What it said.
	pub value: i64,
	/// When.
	pub at: UnixMillis,
}

/// What is left of a part's life.
#[derive(Encode, Decode, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Remaining {
	/// How far the counter may go, in its own unit.
	pub limit: u64,
	/// What is left of that.
	pub units: u64,
	/// The share that is used up, rounded down.
	pub worn: Permill,
	/// How long it lasts from the last sample on at the rate since the first one, in milliseconds, rounded down; none if
	/// nothing was worn in between.
	pub millis: Option<u64>,
}

/// How far a counter may go, in its own unit.
pub fn limit(model: &WearModel) -> u64 {
	match *model {
		WearModel::Limit(limit) => limit.min(i64::MAX as u64),
		WearModel::BasicRatingLife {
			bearing,
			capacity,
			load,
		} => basic_rating_life(bearing, capacity, load),
	}
}

/// The basic rating life in thousands of revolutions, rounded down; zero without a load or a capacity.
pub fn basic_rating_life(bearing: Bearing, capacity: u32, load: u32) -> u64 {
	if load == 0 {
		return 0;
	}
	let (capacity, load) = (U512::from(capacity), U512::from(load));
	let power = |base: U512, exponent: usize| (0..exponent).fold(U512::one(), |power, _| power.saturating_mul(base));
	let life = match bearing {
		Bearing::Ball => power(capacity, 3).saturating_mul(THOUSANDS.into()) / power(load, 3),
		// The cube root of what is ten thirds to the third, with the factor inside it: no more than 350 bits.
		Bearing::Roller => {
			let inside = power(capacity, 10).saturating_mul(power(THOUSANDS.into(), 3)) / power(load, 10);
			cube_root(inside)
		}
	};
	life.min(U512::from(i64::MAX)).low_u64()
}

/// The largest number whose cube is not larger than this one, bit by bit from above.
fn cube_root(of: U512) -> U512 {
	(0..128usize).rev().fold(U512::zero(), |root, bit| {
		let larger = root | (U512::one() << bit);
		let cube = larger.saturating_mul(larger).saturating_mul(larger);
		if cube <= of {
			larger
		} else {
			root
		}
	})
}

/// What is left of a part whose counter said `first` when it began and says `last` now.
pub fn remaining(model: &WearModel, first: Sample, last: Sample) -> Remaining {
	let limit = limit(model);
	let used = last.value.max(0).unsigned_abs().min(limit);
	let units = limit.saturating_sub(used);
	let worn_since = last.value.saturating_sub(first.value).max(0).unsigned_abs();
	let elapsed = last.at.saturating_sub(first.at);
	let at_this_rate = || {
		let rounded = Rounding::Down;
		let millis = multiply_by_rational_with_rounding(units.into(), elapsed.into(), worn_since.into(), rounded);
		millis.map_or(u64::MAX, |millis| millis.try_into().unwrap_or(u64::MAX))
	};
	let worn = match limit {
		0 => Permill::one(),
		_ => Permill::from_rational(used, limit),
	};
	Remaining {
		limit,
		units,
		worn,
		millis: (worn_since > 0 && elapsed > 0).then(at_this_rate),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn sample(value: i64, at: u64) -> Sample {
		Sample { value, at }
	}

	/// The examples of makers' handbooks: a ball bearing of 30 kN under 5 kN lives 216 million revolutions, and a roller
	/// bearing 392.5, since 6^(10/3) = 392.4983; one of 56 kN under 14 kN lives 101.5937, since 4^(10/3) = 101.59367.
	/// Computed with Python: `int(1000 * 6 ** (10 / 3))`.
	#[test]
	fn a_bearing_lives_as_iso_281_says() {
		assert_eq!(basic_rating_life(Bearing::Ball, 30_000, 5_000), 216_000);
		assert_eq!(basic_rating_life(Bearing::Roller, 30_000, 5_000), 392_498);
		assert_eq!(basic_rating_life(Bearing::Roller, 56_000, 14_000), 101_593);
		// At its rated load it lives a million revolutions, by definition.
		assert_eq!(basic_rating_life(Bearing::Ball, 700, 700), 1_000);
		assert_eq!(basic_rating_life(Bearing::Roller, 700, 700), 1_000);
	}

	#[test]
	fn no_load_and_no_capacity_is_no_life_and_a_feather_is_the_longest() {
		assert_eq!(basic_rating_life(Bearing::Ball, 700, 0), 0);
		assert_eq!(basic_rating_life(Bearing::Roller, 0, 700), 0);
		for bearing in [Bearing::Ball, Bearing::Roller] {
			assert_eq!(basic_rating_life(bearing, u32::MAX, 1), i64::MAX as u64);
			assert_eq!(basic_rating_life(bearing, 1, u32::MAX), 0);
		}
	}

	#[test]
	fn wear_is_carried_on_to_its_limit() {
		// 300 of 1,000 in the first 600 seconds: 700 are left, for 1,400 seconds.
		let left = remaining(&WearModel::Limit(1_000), sample(0, 0), sample(300, 600_000));
		assert_eq!((left.units, left.millis), (700, Some(1_400_000)));
		assert_eq!(left.worn, Permill::from_percent(30));
		// The rate is since the beginning, and not from nothing.
		let left = remaining(&WearModel::Limit(1_000), sample(200, 0), sample(300, 600_000));
		assert_eq!((left.units, left.millis), (700, Some(4_200_000)));
	}

	#[test]
	fn nothing_worn_tells_nothing_and_all_worn_leaves_nothing() {
		let limit = WearModel::Limit(1_000);
		assert_eq!(remaining(&limit, sample(5, 0), sample(5, 600)).millis, None);
		assert_eq!(remaining(&limit, sample(5, 600), sample(50, 600)).millis, None);
		let left = remaining(&limit, sample(5, 0), sample(5_000, 600));
		assert_eq!((left.units, left.millis, left.worn), (0, Some(0), Permill::one()));
	}

	proptest! {
		#[test]
		fn no_number_makes_it_panic(
			capacity: u32, load: u32, roller: bool, counts: bool, first: (i64, u64), last: (i64, u64),
		) {
			let bearing = if roller { Bearing::Roller } else { Bearing::Ball };
			let model = match counts {
				true => WearModel::Limit(first.1),
				false => WearModel::BasicRatingLife { bearing, capacity, load },
			};
			let left = remaining(&model, sample(first.0, first.1), sample(last.0, last.1));
			prop_assert!(left.units <= left.limit);
			prop_assert!(left.worn <= Permill::one());
		}

		/// As with real numbers, but for the rounding.
		#[test]
		fn rating_life_is_what_real_numbers_say(capacity in 1_000u32..500_000, load in 1_000u32..500_000) {
			for (bearing, exponent) in [(Bearing::Ball, 3.0), (Bearing::Roller, 10.0 / 3.0)] {
				let exact = 1_000.0 * (f64::from(capacity) / f64::from(load)).powf(exponent);
				let life = basic_rating_life(bearing, capacity, load) as f64;
				prop_assert!(life <= exact * 1.000_001 + 0.001);
				prop_assert!(life + 1.001 >= exact * 0.999_999);
			}
		}
	}
}
