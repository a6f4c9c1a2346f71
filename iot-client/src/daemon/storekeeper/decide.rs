//! What is to be done about an item whose stock a sensor measures. Pure.
//!
//! The books say what was there before the goods came, since they are put right by the sensor whenever the level falls below
//! them. So what is in the tank and not in the books is what has come: goods that a supplier says he has delivered are
//! accepted when the sensor sees them, and not before. If it does not see them until the time to look at them is nearly over,
//! they are rejected, since silence would accept them.

use crate::chain::market::PurchaseId;

/// An order of the item that has not ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Expected {
	/// The order.
	pub order: PurchaseId,
	/// How much of it has come in all, as the supplier says, in thousandths.
	pub delivered: u64,
	/// Until when they may be rejected, and how long they may be looked at in all; in milliseconds of the agreement clock.
	pub review_until: u64,
	/// See there.
	pub review_window: u64,
	/// How much of it the supplier says he has delivered, and nobody has said anything of; in thousandths.
	pub in_review: u64,
}

/// An item as the chain and the sensor have it, in thousandths of its unit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct View {
	/// What the books say.
	pub books: u64,
	/// What the sensor says.
	pub level: u64,
	/// Smaller differences mean nothing.
	pub tolerance: u64,
	/// The orders that have not ended, the oldest first.
	pub expected: Vec<Expected>,
	/// A rule wants it to be counted.
	pub to_count: bool,
	/// The agreement clock.
	pub now: u64,
}

/// How long before the end of the review goods are rejected that nobody has seen, in milliseconds; a quarter of the time at
/// the most.
const BEFORE_THE_END: u64 = 3_600_000;

impl Expected {
	/// Whether silence would soon accept what is in review.
	fn is_nearly_over(&self, now: u64) -> bool {
		let before = BEFORE_THE_END.min(self.review_window / 4);
		self.in_review > 0 && now >= self.review_until.saturating_sub(before) && now <= self.review_until
	}
}

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Act {
	/// Accept goods.
	Confirm {
		/// Of this order.
		order: PurchaseId,
		/// So much.
		quantity: u64,
	},
	/// Reject goods that have not come.
	Reject {
		/// Of this order.
		order: PurchaseId,
		/// So much.
		quantity: u64,
	},
	/// Put the books right.
	Count {
		/// There is so much.
		on_hand: u64,
	},
}

impl View {
	pub fn decide(&self) -> Option<Act> {
		let missing = self.level.saturating_add(self.tolerance) < self.books;
		let more = self.level > self.books.saturating_add(self.tolerance);
		let came = |expected: &&Expected| {
			let there = self.books.saturating_add(expected.in_review);
			expected.in_review > 0 && self.level.saturating_add(self.tolerance) >= there
		};
		if let Some(Expected { order, in_review, .. }) = self.expected.iter().find(came).copied() {
			// Less than the tolerance nobody can see.
			return (in_review > self.tolerance).then_some(Act::Confirm {
				order,
				quantity: in_review,
			});
		}
		let over = |expected: &&Expected| expected.in_review > self.tolerance && expected.is_nearly_over(self.now);
		if let Some(Expected { order, in_review, .. }) = self.expected.iter().find(over).copied() {
			return Some(Act::Reject {
				order,
				quantity: in_review,
			});
		}
		// What is more than the books say may be goods on their way: they are booked when they are accepted.
		let counts = match self.expected.is_empty() {
			true => self.to_count && (missing || more),
			false => missing,
		};
		counts.then_some(Act::Count { on_hand: self.level })
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const ORDER: PurchaseId = PurchaseId(7);

	fn view(books: u64, level: u64, in_review: Option<u64>) -> View {
		View {
			books,
			level,
			tolerance: 200,
			expected: in_review
				.into_iter()
				.map(|in_review| Expected {
					order: ORDER,
					delivered: in_review,
					review_until: 1_000,
					review_window: 400,
					in_review,
				})
				.collect(),
			to_count: true,
			now: 700,
		}
	}

	#[test]
	fn what_a_rule_wants_counted_is_counted_when_the_books_are_wrong() {
		assert_eq!(view(18_000, 3_600, None).decide(), Some(Act::Count { on_hand: 3_600 }));
		assert_eq!(view(3_600, 18_000, None).decide(), Some(Act::Count { on_hand: 18_000 }));
		assert_eq!(view(3_600, 3_400, None).decide(), None, "it is the same");
		let unasked = View {
			to_count: false,
			..view(18_000, 3_600, None)
		};
		assert_eq!(unasked.decide(), None);
	}

	#[test]
	fn goods_are_accepted_when_the_sensor_sees_them_and_not_before() {
		let accepted = Some(Act::Confirm {
			order: ORDER,
			quantity: 16_000,
		});
		assert_eq!(
			view(3_600, 3_600, Some(16_000)).decide(),
			None,
			"the supplier says so, the tank does not"
		);
		assert_eq!(view(3_600, 12_000, Some(16_000)).decide(), None, "a part of it");
		assert_eq!(view(3_600, 19_600, Some(16_000)).decide(), accepted);
		assert_eq!(
			view(3_600, 19_400, Some(16_000)).decide(),
			accepted,
			"as near as the sensor can tell"
		);
		assert_eq!(view(3_600, 19_399, Some(16_000)).decide(), None);
	}

	#[test]
	fn goods_that_do_not_come_are_rejected_before_silence_accepts_them() {
		let at = |now, level| View {
			now,
			..view(3_600, level, Some(16_000))
		};
		let rejected = Some(Act::Reject {
			order: ORDER,
			quantity: 16_000,
		});
		assert_eq!(at(899, 3_600).decide(), None);
		assert_eq!(at(900, 3_600).decide(), rejected, "a quarter of the time is left");
		assert_eq!(
			at(900, 12_000).decide(),
			rejected,
			"a part of it is not what was delivered"
		);
		assert_eq!(at(1_001, 3_600).decide(), None, "too late");
		assert!(matches!(at(900, 19_600).decide(), Some(Act::Confirm { .. })));
		let awaited = View {
			now: 900,
			..view(3_600, 3_600, Some(0))
		};
		assert_eq!(awaited.decide(), None);
	}

	#[test]
	fn what_came_before_the_supplier_says_so_is_not_booked_as_found() {
		assert_eq!(view(3_600, 19_600, Some(0)).decide(), None);
	}

	#[test]
	fn what_is_used_while_goods_are_awaited_leaves_the_books() {
		for in_review in [0, 16_000] {
			let decided = view(3_600, 3_000, Some(in_review)).decide();
			assert_eq!(decided, Some(Act::Count { on_hand: 3_000 }));
		}
		let unasked = View {
			to_count: false,
			..view(3_600, 3_000, Some(0))
		};
		assert_eq!(unasked.decide(), Some(Act::Count { on_hand: 3_000 }));
	}

	#[test]
	fn what_nobody_can_see_a_person_accepts() {
		assert_eq!(view(3_600, 3_600, Some(200)).decide(), None);
		assert_eq!(view(3_600, 3_600, Some(100)).decide(), None);
	}

	#[test]
	fn nothing_overflows() {
		let view = View {
			tolerance: u64::MAX,
			..view(u64::MAX, u64::MAX, Some(u64::MAX))
		};
		assert_eq!(view.decide(), None);
	}
}
