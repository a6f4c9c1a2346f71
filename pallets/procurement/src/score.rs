//! What a bid is worth to who asked for it, and what a name adds to that. Pure.

use crate::{Balance, Wanted};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::{helpers_128bit::multiply_by_rational_with_rounding, Permill, Rounding};

/// Parts of a share ([`Permill`]).
const MILLION: u128 = 1_000_000;

/// The score of a bid, in millionths of millionths: 10¹² is the most.
#[derive(
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Default,
)]
pub struct Score(pub u64);

impl Score {
	/// `w_p · (max − price) / max + w_l · (longest − lead) / longest + w_s · standing`, each share rounded down to
	/// millionths.
	pub fn of<AccountId>(wanted: &Wanted<AccountId>, price: Balance, lead_time: u64, standing: Permill) -> Self {
		let saved = left_of(wanted.max_price, price);
		let early = left_of(wanted.max_lead_time.into(), lead_time.into());
		let parts = [
			(wanted.weights.price, saved),
			(wanted.weights.lead_time, early),
			(wanted.weights.standing, u64::from(standing.deconstruct())),
		];
		Self(parts.into_iter().fold(0, |score, (weight, share)| {
			score.saturating_add(share.saturating_mul(weight.deconstruct().into()))
		}))
	}
}

/// Of a most, the share that is left, in millionths.
fn left_of(most: u128, taken: u128) -> u64 {
	let left = most.saturating_sub(taken);
	let share = multiply_by_rational_with_rounding(left, MILLION, most.max(1), Rounding::Down);
	share.and_then(|share| share.try_into().ok()).unwrap_or_default()
}
