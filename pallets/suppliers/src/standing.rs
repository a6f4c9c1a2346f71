//! The arithmetic of a name: what an agreement weighs, how weights age, and what they come to. Pure, and no number makes it
//! panic: what would be more than there is stays at the most.
//!
//! A weight is in planck. What is chosen and not derived says so.

pub use bpiiot_primitives::in_planck;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::{helpers_128bit::multiply_by_rational_with_rounding, traits::Zero, Permill, Rounding};

/// Days in which a weight loses half of itself. Chosen: what was half a year ago says half as much.
pub const HALF_LIFE: u32 = 180;
/// Days after which less than a thousandth of a weight is left (2⁻¹⁰), so that what was counted may be forgotten.
pub const FORGOTTEN_AFTER: u32 = 10 * HALF_LIFE;
/// As the share of a weight that may be forgotten: 2⁻¹⁰.
pub const FORGETTABLE: u32 = 1 << 10;

/// Binary places of [`ONE`].
const PLACES: u32 = 63;
/// One, as a binary fraction.
const ONE: u128 = 1 << PLACES;
/// What a day leaves of a weight, 2^(−1/180), to the nearest 2⁻⁶³. Computed with Python to 60 digits:
/// `decimal.Decimal(2) ** (63 - 1 / decimal.Decimal(180))`.
const DAY: u128 = 9_187_922_810_898_938_978;

/// What the parts of a score count for, in percent: what came in time, what was kept, what no dispute was lost about, and the
/// stars. Chosen: a late part stops a machine, a bad one is seen before it is built in, a dispute costs both. Stars are an
/// opinion, so they count for less than the facts; whoever threatens with them moves only that part.
const PARTS: [u32; 4] = [35, 30, 15, 20];

/// Parts of a share ([`Permill`]).
const MILLION: u128 = 1_000_000;

/// How content a counterparty is.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub enum Stars {
	/// Not at all.
	#[codec(index = 1)]
	One,
	/// Little.
	#[codec(index = 2)]
	Two,
	/// As far as it goes.
	#[codec(index = 3)]
	Three,
	/// Well.
	#[codec(index = 4)]
	Four,
	/// Entirely.
	#[codec(index = 5)]
	Five,
}

impl Stars {
	/// From the fewest to the most.
	pub const ALL: [Self; 5] = [Self::One, Self::Two, Self::Three, Self::Four, Self::Five];

	/// The place in a list of all.
	fn place(self) -> usize {
		Self::ALL.iter().position(|other| *other == self).unwrap_or_default()
	}
}

/// What is left of a weight after so many days.
///
/// Halvings are exact, and the days of less than one are a power of a day's factor by squaring, each step rounded to 2⁻⁶³: at most 8
/// steps, however many the days. So it matters little how often somebody looks: see the tests.
pub fn aged(weight: u128, days: u32) -> u128 {
	let left = left_after(days % HALF_LIFE);
	// Both halves of the weight by themselves, so that no product is larger than 128 bits.
	let upper = (weight >> 64).saturating_mul(left).saturating_mul(2);
	let lower = (weight & u128::from(u64::MAX)).saturating_mul(left) >> PLACES;
	let rest = upper.saturating_add(lower);
	rest.checked_shr(days / HALF_LIFE).unwrap_or_default()
}

/// [`DAY`] to the power of so many days, less than a half-life.
fn left_after(days: u32) -> u128 {
	let (mut left, mut square, mut days) = (ONE, DAY, days);
	while days > 0 {
		if days & 1 == 1 {
			left = product(left, square);
		}
		square = product(square, square);
		days >>= 1;
	}
	left
}

/// The product of two fractions of at most one, to the nearest.
fn product(one: u128, other: u128) -> u128 {
	one.saturating_mul(other).saturating_add(ONE / 2) >> PLACES
}

/// What an agreement over `value` weighs that has paid `fee`: no more than what the fee is `fee_share` of.
pub fn weighs(value: u128, fee: u128, fee_share: Permill) -> u128 {
	let parts = fee_share.deconstruct().into();
	let allowed = multiply_by_rational_with_rounding(fee, MILLION, parts, Rounding::Down).unwrap_or(u128::MAX);
	value.min(allowed)
}

/// What is added by an agreement that weighs `weight`, to a name that the pair has `given` so much already, of `limit` in
/// all: `min(weight, limit) · (1 − given / limit)`, rounded down. All that a pair has ever given stays within the limit.
pub fn worn(weight: u128, given: u128, limit: u128) -> u128 {
	let left = limit.saturating_sub(given);
	multiply_by_rational_with_rounding(weight.min(limit), left, limit, Rounding::Down).unwrap_or_default()
}

/// The sums that a name is: weights of what has become of agreements.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Sums {
	/// All that has counted.
	pub settled: u128,
	/// Of that, what came in time.
	pub punctual: u128,
	/// Of that, what never came or was sent back.
	pub failed: u128,
	/// Of that, what a dispute was lost about.
	pub lost: u128,
	/// Of that, what was rated, by stars from one to five.
	pub stars: [u128; 5],
}

impl Sums {
	/// What is left of them after so many days.
	pub fn aged(&self, days: u32) -> Self {
		let left = |weight| aged(weight, days);
		Self {
			settled: left(self.settled),
			punctual: left(self.punctual),
			failed: left(self.failed),
			lost: left(self.lost),
			stars: self.stars.map(left),
		}
	}

	/// Counts an agreement of this weight, and the shares of it that were punctual, failed and lost.
	pub fn settle(&mut self, weight: u128, punctual: Permill, failed: Permill, lost: Permill) {
		let add = |sum: &mut u128, weight| *sum = sum.saturating_add(weight);
		add(&mut self.settled, weight);
		add(&mut self.punctual, punctual * weight);
		add(&mut self.failed, failed * weight);
		add(&mut self.lost, lost * weight);
	}

	/// Counts a rating of this weight.
	pub fn rate(&mut self, stars: Stars, weight: u128) {
		if let Some(sum) = self.stars.get_mut(stars.place()) {
			*sum = sum.saturating_add(weight);
		}
	}

	/// All that was rated.
	pub fn rated(&self) -> u128 {
		self.stars.iter().fold(0, |sum, weight| sum.saturating_add(*weight))
	}

	/// What the stars come to: of what was rated, nothing for one star, a quarter for two, and so on to all for five.
	fn content(&self) -> u128 {
		let quarters = (0..5u32).map(|quarter| Permill::from_percent(quarter.saturating_mul(25)));
		let weights = quarters.zip(&self.stars).map(|(share, weight)| share * *weight);
		weights.fold(0, |sum, weight| sum.saturating_add(weight))
	}

	/// What they say. The score's parts are drawn towards `prior` by a weight of `doubt`.
	pub fn standing(&self, doubt: u128, prior: Permill) -> Standing {
		let of = |part, weight| Share {
			share: share(part, weight),
			weight,
		};
		Standing {
			score: self.score(doubt, prior),
			punctual: of(self.punctual, self.settled),
			failed: of(self.failed, self.settled),
			lost: of(self.lost, self.settled),
			stars: of(self.content(), self.rated()),
			by_stars: self.stars,
		}
	}

	/// The score for awards: of each part `(doubt · prior + good) / (doubt + weight)`, summed up by what each part counts for (see the crate's page).
	///
	/// What goes well in every part, and what is not rated, never lowers it on the day that it is counted.
	pub fn score(&self, doubt: u128, prior: Permill) -> Permill {
		let from_facts = |good| (good, self.settled);
		let parts = [
			from_facts(self.punctual),
			from_facts(self.settled.saturating_sub(self.failed)),
			from_facts(self.settled.saturating_sub(self.lost)),
			(self.content(), self.rated()),
		];
		let drawn =
			|(good, weight): (u128, u128)| share((prior * doubt).saturating_add(good), doubt.saturating_add(weight));
		let points = parts.into_iter().zip(PARTS).map(|(part, percent)| {
			let parts = drawn(part).deconstruct();
			parts.saturating_mul(percent)
		});
		Permill::from_parts(points.fold(0, u32::saturating_add) / 100)
	}
}

/// A part as a share of the whole, rounded down; nothing of nothing.
fn share(part: u128, whole: u128) -> Permill {
	if whole.is_zero() {
		return Permill::zero();
	}
	let parts = multiply_by_rational_with_rounding(part.min(whole), MILLION, whole, Rounding::Down);
	Permill::from_parts(parts.and_then(|parts| parts.try_into().ok()).unwrap_or_default())
}

/// A share, and the weight behind it.
#[derive(Encode, Decode, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Share {
	/// The share; it says nothing if there is no weight behind it.
	pub share: Permill,
	/// The weight of all that it is a share of, in planck, as of today.
	pub weight: u128,
}

/// What is known of a supplier.
#[derive(Encode, Decode, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Standing {
	/// The score that counts for awards. It takes a name of little weight for an unknown one.
	pub score: Permill,
	/// What came in time.
	pub punctual: Share,
	/// What never came or was sent back.
	pub failed: Share,
	/// What a dispute was lost about.
	pub lost: Share,
	/// The stars: nothing for one, all for five.
	pub stars: Share,
	/// The weight that was rated with one star, with two, and so on to five, in planck, as of today.
	pub by_stars: [u128; 5],
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const BPI: u128 = 1_000_000_000_000;
	const DOUBT: u128 = 100 * BPI;
	const PRIOR: Permill = Permill::from_percent(50);

	fn all_good(weight: u128) -> Sums {
		let mut sums = Sums::default();
		sums.settle(weight, Permill::one(), Permill::zero(), Permill::zero());
		sums
	}

	fn score(sums: Sums) -> Permill {
		sums.score(DOUBT, PRIOR)
	}

	/// With Python, `int(decimal.Decimal(10) ** 24 * decimal.Decimal(2) ** (-decimal.Decimal(days) / 180))`.
	#[test]
	fn a_weight_is_what_the_formula_says() {
		let weight = 10u128.pow(24);
		for (days, left) in [
			(0, 1_000_000_000_000_000_000_000_000),
			(1, 996_156_587_220_575_217_647_424),
			(7, 973_404_339_324_023_457_098_047),
			(90, 707_106_781_186_547_524_400_844),
			(179, 501_929_120_797_237_548_092_997),
		] {
			let error = aged(weight, days).abs_diff(left);
			assert!(error < 100_000_000, "{days} days: {error} of 10^24 wrong");
		}
		assert_eq!(aged(weight, 180), weight / 2);
		assert_eq!(aged(weight, 360), weight / 4);
		assert_eq!(aged(u128::MAX, 180), u128::MAX >> 1);
		assert_eq!(aged(u128::MAX, 0), u128::MAX);
		assert_eq!(aged(u128::MAX, 127 * 180), 1);
		assert_eq!(aged(u128::MAX, 128 * 180), 0);
		assert_eq!(aged(u128::MAX, u32::MAX), 0);
	}

	#[test]
	fn what_may_be_forgotten_is_a_thousandth_at_most() {
		assert_eq!(aged(BPI * 1_024, FORGOTTEN_AFTER), BPI);
		assert_eq!(BPI * 1_024 / u128::from(FORGETTABLE), BPI);
	}

	#[test]
	fn the_fee_bounds_the_weight() {
		let share = Permill::from_parts(5_000);
		assert_eq!(weighs(BPI, BPI / 200, share), BPI);
		assert_eq!(weighs(BPI, BPI / 400, share), BPI / 2);
		assert_eq!(weighs(7, BPI, share), 7);
		assert_eq!(weighs(BPI, 0, share), 0);
		assert_eq!(weighs(u128::MAX, u128::MAX, share), u128::MAX);
	}

	#[test]
	fn a_pair_wears_out() {
		assert_eq!(worn(100, 0, 1_000), 100);
		assert_eq!(worn(100, 500, 1_000), 50);
		assert_eq!(worn(100, 1_000, 1_000), 0);
		assert_eq!(worn(100, 2_000, 1_000), 0);
		// However much it is at once.
		assert_eq!(worn(5_000, 0, 1_000), 1_000);
		assert_eq!(worn(5_000, 400, 1_000), 600);
		assert_eq!(worn(u128::MAX, 0, u128::MAX), u128::MAX);
		assert_eq!(worn(100, 0, 0), 0);
	}

	#[test]
	fn the_parts_of_a_score_are_all_of_it_and_stars_the_smaller_part() {
		assert_eq!(PARTS.iter().sum::<u32>(), 100);
		assert!(PARTS[3] < 50);
	}

	#[test]
	fn who_is_unknown_has_the_prior() {
		assert_eq!(score(Sums::default()), PRIOR);
		assert_eq!(Sums::default().standing(DOUBT, PRIOR).punctual, Share::default());
		// Nothing to divide by.
		assert_eq!(Sums::default().score(0, PRIOR), Permill::zero());
	}

	#[test]
	fn a_score_lies_halfway_when_weight_and_doubt_are_the_same() {
		// Three quarters of the facts; nobody has rated.
		assert_eq!(score(all_good(DOUBT)), Permill::from_percent(60 + 10));
		let mut bad = Sums::default();
		bad.settle(DOUBT, Permill::zero(), Permill::one(), Permill::zero());
		// A quarter of punctuality and of what was kept; three quarters of disputes, half of the stars.
		assert_eq!(score(bad), Permill::from_parts(87_500 + 75_000 + 112_500 + 100_000));
	}

	#[test]
	fn stars_run_from_nothing_to_all() {
		for (stars, percent) in Stars::ALL.into_iter().zip([0, 25, 50, 75, 100]) {
			let mut sums = all_good(BPI);
			sums.rate(stars, BPI);
			let standing = sums.standing(DOUBT, PRIOR);
			assert_eq!(standing.stars.share, Permill::from_percent(percent));
			assert_eq!((standing.stars.weight, sums.rated()), (BPI, BPI));
			assert_eq!(standing.by_stars[stars.place()], BPI);
		}
	}

	#[test]
	fn stars_are_the_bytes_of_their_number() {
		let bytes: Vec<_> = Stars::ALL.iter().flat_map(Encode::encode).collect();
		assert_eq!(bytes, [1, 2, 3, 4, 5]);
	}

	fn shares() -> impl Strategy<Value = Permill> {
		(0..=1_000_000u32).prop_map(Permill::from_parts)
	}

	fn stars() -> impl Strategy<Value = Stars> {
		(0..5usize).prop_map(|place| Stars::ALL[place])
	}

	/// Small ones, and ones near each power of two.
	fn weights() -> impl Strategy<Value = u128> {
		prop_oneof![
			0..10u128,
			any::<u128>().prop_flat_map(|any| (0..128u32).prop_map(move |by| any >> by))
		]
	}

	/// Whatever may have happened to a name.
	fn names() -> impl Strategy<Value = Sums> {
		let event = (weights(), shares(), shares(), shares(), stars(), 0..1_000u32);
		proptest::collection::vec(event, 0..12).prop_map(|events| {
			events.into_iter().fold(
				Sums::default(),
				|mut sums, (weight, punctual, failed, lost, stars, days)| {
					sums.settle(weight, punctual, failed, lost);
					sums.rate(stars, weight);
					sums.aged(days)
				},
			)
		})
	}

	proptest! {
		/// However often somebody looks: a look costs one planck at most by rounding down, and 10⁻¹⁶ by the factor.
		#[test]
		fn a_weight_ages_alike_on_every_path(weight in weights(), steps in proptest::collection::vec(0..400u32, 1..30)) {
			let at_once = aged(weight, steps.iter().sum());
			let step_by_step = steps.iter().fold(weight, |weight, days| aged(weight, *days));
			let allowed = (steps.len() as u128 + 1) * (1 + at_once / 10u128.pow(16));
			prop_assert!(at_once.abs_diff(step_by_step) <= allowed, "{at_once} and {step_by_step}");
		}

		#[test]
		fn age_adds_nothing_and_keeps_order(weight in weights(), other in weights(), days in any::<u32>()) {
			prop_assert!(aged(weight, days) <= weight);
			prop_assert!(aged(weight, days.saturating_add(1)) <= aged(weight, days));
			let (less, more) = (weight.min(other), weight.max(other));
			prop_assert!(aged(less, days) <= aged(more, days));
		}

		/// Whatever a pair does, it gives no more than its limit, and each agreement no more than it weighs.
		#[test]
		fn a_pair_gives_no_more_than_its_limit(limit in weights(), agreements in proptest::collection::vec(weights(), 1..50)) {
			let mut given = 0u128;
			for weight in agreements {
				let added = worn(weight, given, limit);
				prop_assert!(added <= weight);
				given = given.checked_add(added).expect("within the limit");
				prop_assert!(given <= limit);
			}
		}

		/// To cut an agreement in two never gives more.
		#[test]
		fn cutting_an_agreement_in_parts_earns_nothing(
			limit in 1..u128::MAX,
			weights in (weights(), weights()),
			given in weights(),
		) {
			let whole = worn(weights.0.saturating_add(weights.1), given, limit);
			let first = worn(weights.0, given, limit);
			let second = worn(weights.1, given.saturating_add(first), limit);
			prop_assert!(first.saturating_add(second) <= whole);
		}

		#[test]
		fn no_weight_costs_less_than_its_share(value in any::<u128>(), fee in any::<u128>(), parts in 1..=1_000_000u32) {
			let share = Permill::from_parts(parts);
			let weight = weighs(value, fee, share);
			prop_assert!(weight <= value);
			prop_assert!(share.mul_floor(weight) <= fee);
		}

		/// Whatever has happened, a part is no more than its whole, and a score one at most.
		#[test]
		fn parts_stay_within_their_whole(sums in names(), doubt in weights(), prior in shares()) {
			for part in [sums.punctual, sums.failed, sums.lost] {
				prop_assert!(part <= sums.settled);
			}
			prop_assert!(sums.content() <= sums.rated());
			let standing = sums.standing(doubt, prior);
			prop_assert!(standing.score <= Permill::one());
			prop_assert_eq!(standing.punctual.weight, sums.settled);
		}

		/// On the day that it is counted.
		#[test]
		fn what_goes_well_never_lowers_a_score(sums in names(), weight in weights(), doubt in weights(), prior in shares()) {
			let mut better = sums;
			better.settle(weight, Permill::one(), Permill::zero(), Permill::zero());
			prop_assert!(better.score(doubt, prior) >= sums.score(doubt, prior));
			let mut praised = sums;
			praised.rate(Stars::Five, weight);
			prop_assert!(praised.score(doubt, prior) >= sums.score(doubt, prior));
		}

		#[test]
		fn what_goes_wrong_never_raises_a_score(sums in names(), weight in weights(), doubt in weights(), prior in shares()) {
			let mut worse = sums;
			worse.settle(weight, Permill::zero(), Permill::one(), Permill::one());
			prop_assert!(worse.score(doubt, prior) <= sums.score(doubt, prior));
			let mut blamed = sums;
			blamed.rate(Stars::One, weight);
			prop_assert!(blamed.score(doubt, prior) <= sums.score(doubt, prior));
		}

		/// Stars move a score by their part of it at most.
		#[test]
		fn stars_move_only_their_part(sums in names(), weight in weights(), doubt in weights(), prior in shares(), stars in stars()) {
			let mut rated = sums;
			rated.rate(stars, weight);
			let [before, after] = [sums, rated].map(|sums| sums.score(doubt, prior).deconstruct());
			prop_assert!(before.abs_diff(after) <= 200_001);
		}
	}
}
