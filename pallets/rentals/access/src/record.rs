//! The part of a rental's record that says who may use the machine.

use crate::UnixMillis;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::ops::BitOr;
use scale_info::TypeInfo;

/// Sub-users that a rental may have at a time.
pub const MAX_USERS: usize = 4;

/// What may be done with a machine, one bit each. Those above the named ones are the owner's to give a meaning.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Actions(pub u16);

impl Actions {
	/// Open the door.
	pub const ENTER: Self = Self(1);
	/// Have the machine work.
	pub const OPERATE: Self = Self(1 << 1);
	/// Change how it is set up.
	pub const CONFIGURE: Self = Self(1 << 2);
	/// Read what it measures.
	pub const READ: Self = Self(1 << 3);

	/// Whether all of `others` are among these. Nothing is among nothing.
	pub fn include(self, others: Self) -> bool {
		others.0 != 0 && self.0 & others.0 == others.0
	}
}

impl BitOr for Actions {
	type Output = Self;

	fn bitor(self, other: Self) -> Self {
		Self(self.0 | other.0)
	}
}

/// How a rental ended, or is about to.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
	/// It was given back: in time, early, or late.
	#[codec(index = 0)]
	Completed,
	/// It was not given back before the deposit had run down.
	#[codec(index = 1)]
	NotReturned,
	/// The owner did not want it.
	#[codec(index = 2)]
	Declined,
	/// The owner said nothing.
	#[codec(index = 3)]
	NotApproved,
	/// The renter called it off before it had started.
	#[codec(index = 4)]
	Cancelled,
	/// The renter did not start it in time.
	#[codec(index = 5)]
	NoShow,
	/// The owner stopped it, or took the machine out of service while it was rented.
	#[codec(index = 6)]
	Stopped,
	/// When it was to start, the owner had no bond for it, or the machine was out of service.
	#[codec(index = 7)]
	NotProvided,
	/// It could not begin by no fault of the renter's: who was there before had not given it back, or the chain stood still.
	#[codec(index = 8)]
	Blocked,
}

impl Outcome {
	/// Whether it is the owner who did not keep what he promised, so that his bond is the renter's.
	pub fn is_broken(self) -> bool {
		matches!(self, Self::Stopped | Self::NotProvided)
	}
}

/// Where a rental stands. It only moves down this list.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
	/// The time is taken and rent and deposit are on hold; the owner has not agreed yet.
	#[codec(index = 0)]
	Requested,
	/// It is agreed on, and the renter has not started it.
	#[codec(index = 1)]
	Booked,
	/// The renter has it, and within its time may use it.
	#[codec(index = 2)]
	Active,
	/// It is over; the owner may claim damage.
	#[codec(index = 3)]
	Returned(Outcome),
	/// He has, and the renter may dispute that.
	#[codec(index = 4)]
	Claimed(Outcome),
	/// The arbiter decides about the claim.
	#[codec(index = 5)]
	Disputed(Outcome),
	/// Everything is paid.
	#[codec(index = 6)]
	Settled(Outcome),
}

impl Stage {
	/// Whether it takes up the machine's time.
	pub fn takes_time(self) -> bool {
		matches!(self, Self::Requested | Self::Booked | Self::Active)
	}

	/// Whether everything is paid.
	pub fn is_settled(self) -> bool {
		matches!(self, Self::Settled(_))
	}
}

/// Somebody whom the renter lets use it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct User<AccountId> {
	/// Who.
	pub account: AccountId,
	/// From when, in unix milliseconds.
	pub from: UnixMillis,
	/// Until when, in unix milliseconds; no later than the rental's end.
	pub until: UnixMillis,
	/// What he may do; no more than the renter may.
	pub actions: Actions,
}

/// Who may use a rented machine, when, and for what. See the crate's page for its bytes.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Access<AccountId, Machine> {
	/// The machine, lock or room.
	pub machine: Machine,
	/// Who rents it.
	pub renter: AccountId,
	/// What is rented.
	pub actions: Actions,
	/// From when, in unix milliseconds.
	pub start: UnixMillis,
	/// Until when, in unix milliseconds; this one is not his any more.
	pub end: UnixMillis,
	/// Where it stands.
	pub stage: Stage,
	/// Counts what was taken back: a sub-user changed or removed, the rental over.
	pub epoch: u32,
	/// The sub-users.
	pub users: [Option<User<AccountId>>; MAX_USERS],
}

/// What somebody may do, and when.
#[derive(Encode, Decode, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Right {
	/// From when, in unix milliseconds.
	pub from: UnixMillis,
	/// Until when, in unix milliseconds; this one is not his any more.
	pub until: UnixMillis,
	/// What.
	pub actions: Actions,
	/// The rental's epoch.
	pub epoch: u32,
}

/// Why somebody may not use it.
#[derive(Encode, Decode, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Denied {
	/// There is no such rental or listing, or at that moment nobody has rented it.
	#[codec(index = 0)]
	NotRented,
	/// It was not started, or it is over.
	#[codec(index = 1)]
	NotActive,
	/// He has not rented it, and whoever has lets him not use it.
	#[codec(index = 2)]
	NotAUser,
	/// Not before his time has begun.
	#[codec(index = 3)]
	TooEarly,
	/// His time is over.
	#[codec(index = 4)]
	TooLate,
	/// He may use it, but not for that.
	#[codec(index = 5)]
	ActionNotAllowed,
}

impl<AccountId: PartialEq, Machine> Access<AccountId, Machine> {
	/// What an account may do as long as the rental is active: the renter, or one of his sub-users.
	pub fn right_of(&self, account: &AccountId) -> Option<Right> {
		let epoch = self.epoch;
		if *account == self.renter {
			return Some(Right {
				from: self.start,
				until: self.end,
				actions: self.actions,
				epoch,
			});
		}
		let user = self.users.iter().flatten().find(|user| user.account == *account)?;
		Some(Right {
			from: user.from.max(self.start),
			until: user.until.min(self.end),
			actions: user.actions,
			epoch,
		})
	}

	/// Whether an account may do all of `actions` at that moment.
	///
	/// # Errors
	/// Why not.
	pub fn allows(&self, account: &AccountId, actions: Actions, at: UnixMillis) -> Result<Right, Denied> {
		let right = self.right_of(account).ok_or(Denied::NotAUser)?;
		if self.stage != Stage::Active {
			return Err(Denied::NotActive);
		}
		if at < right.from {
			return Err(Denied::TooEarly);
		}
		if at >= right.until {
			return Err(Denied::TooLate);
		}
		match right.actions.include(actions) {
			true => Ok(right),
			false => Err(Denied::ActionNotAllowed),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn record() -> Access<u8, u8> {
		let user = User {
			account: 2,
			from: 150,
			until: 180,
			actions: Actions::ENTER,
		};
		Access {
			machine: 9,
			renter: 1,
			actions: Actions::ENTER | Actions::OPERATE,
			start: 100,
			end: 200,
			stage: Stage::Active,
			epoch: 3,
			users: [None, Some(user), None, None],
		}
	}

	#[test]
	fn each_has_his_own_window_and_actions() {
		let (record, enter, operate) = (record(), Actions::ENTER, Actions::OPERATE);
		for (who, action, at, said) in [
			(1, enter, 99, Err(Denied::TooEarly)),
			(1, enter, 100, Ok(200)),
			(1, enter | operate, 199, Ok(200)),
			(1, enter, 200, Err(Denied::TooLate)),
			(1, Actions::READ, 150, Err(Denied::ActionNotAllowed)),
			(1, Actions::READ | enter, 150, Err(Denied::ActionNotAllowed)),
			(1, Actions::default(), 150, Err(Denied::ActionNotAllowed)),
			(2, enter, 149, Err(Denied::TooEarly)),
			(2, enter, 150, Ok(180)),
			(2, enter, 180, Err(Denied::TooLate)),
			(2, operate, 150, Err(Denied::ActionNotAllowed)),
			(3, enter, 150, Err(Denied::NotAUser)),
		] {
			let answer = record.allows(&who, action, at).map(|right| right.until);
			assert_eq!(answer, said, "{who} {action:?} {at}");
		}
	}

	#[test]
	fn only_an_active_rental_opens() {
		use Outcome::Completed;
		let others = [
			Stage::Requested,
			Stage::Booked,
			Stage::Returned(Completed),
			Stage::Claimed(Completed),
			Stage::Disputed(Completed),
			Stage::Settled(Completed),
		];
		for stage in others {
			let record = Access { stage, ..record() };
			assert_eq!(record.allows(&1, Actions::ENTER, 150), Err(Denied::NotActive));
		}
	}

	#[test]
	fn a_sub_user_never_outlives_the_rental() {
		let mut record = record();
		record.end = 160;
		assert_eq!(record.allows(&2, Actions::ENTER, 160), Err(Denied::TooLate));
		assert_eq!(record.right_of(&2).map(|right| right.until), Some(160));
	}

	/// The layout that the crate's page describes, and that doors have been built for.
	#[test]
	fn its_bytes_are_as_written() {
		let user = User {
			account: [2; 32],
			from: 0x0102,
			until: 0x0304,
			actions: Actions(0x0506),
		};
		let record = Access {
			machine: [9u8; 32],
			renter: [1u8; 32],
			actions: Actions(0x0203),
			start: 0x1112_1314_1516_1718,
			end: 0x2122_2324_2526_2728,
			stage: Stage::Returned(Outcome::Stopped),
			epoch: 0x3132_3334,
			users: [Some(user), None, None, None],
		};
		let written = [
			"09".repeat(32),
			"01".repeat(32),
			"0302".into(),
			"1817161514131211".into(),
			"2827262524232221".into(),
			"0306".into(),
			"34333231".into(),
			format!("01{}02010000000000000403000000000000{}", "02".repeat(32), "0605"),
			"000000".into(),
		]
		.concat();
		assert_eq!(hex::encode(record.encode()), written);
		let decoded = Access::<[u8; 32], [u8; 32]>::decode(&mut hex::decode(written).unwrap().as_slice());
		assert_eq!(decoded, Ok(record));
		assert!(Access::<[u8; 32], [u8; 32]>::max_encoded_len() < 300);
	}
}
