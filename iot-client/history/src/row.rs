//! What was measured within one step: exact, whatever is merged in which order.

/// From a channel's raw counts to its unit: `(raw - zero) * multiplier / divisor`.
///
/// A channel that is scaled otherwise than before is kept as another one of the same name, so that what was measured
/// before keeps its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scale {
	/// The raw count that means zero.
	pub zero: i32,
	/// Numerator.
	pub multiplier: i32,
	/// Denominator; with 0, which says nothing, a value is its raw count.
	pub divisor: u32,
}

impl Scale {
	/// The raw count is the value.
	pub const ONE: Self = Self {
		zero: 0,
		multiplier: 1,
		divisor: 1,
	};

	/// A raw count in the unit.
	pub fn value(&self, raw: i32) -> f64 {
		match self.divisor {
			0 => f64::from(raw),
			divisor => (f64::from(raw) - f64::from(self.zero)) * f64::from(self.multiplier) / f64::from(divisor),
		}
	}

	/// The sum of so many raw counts in the unit.
	pub(crate) fn sum(&self, sum: i128, count: u64) -> f64 {
		match self.divisor {
			0 => sum as f64,
			divisor => {
				let from_zero = sum.saturating_sub(i128::from(self.zero).saturating_mul(i128::from(count)));
				from_zero as f64 * f64::from(self.multiplier) / f64::from(divisor)
			}
		}
	}
}

/// What was measured within a step, in raw counts. All whole numbers, so that merging is exact and its order does not
/// matter; floating point sums would be neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
	/// Readings; at least one.
	pub(crate) count: u64,
	pub(crate) min: i32,
	pub(crate) max: i32,
	/// Large enough for any count of any readings.
	pub(crate) sum: i128,
}

impl Row {
	/// Of one reading.
	pub(crate) fn one(raw: i32) -> Self {
		Self {
			count: 1,
			min: raw,
			max: raw,
			sum: i128::from(raw),
		}
	}

	/// One reading more.
	pub(crate) fn take(&mut self, raw: i32) {
		self.merge(&Self::one(raw));
	}

	/// Both together.
	pub(crate) fn merge(&mut self, other: &Self) {
		self.count = self.count.saturating_add(other.count);
		self.min = self.min.min(other.min);
		self.max = self.max.max(other.max);
		self.sum = self.sum.saturating_add(other.sum);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn of(raws: &[i32]) -> Option<Row> {
		raws.iter().fold(None, |row: Option<Row>, raw| {
			let mut new = Row::one(*raw);
			if let Some(row) = row {
				new.merge(&row);
			}
			Some(new)
		})
	}

	fn merged(rows: &[Option<Row>]) -> Option<Row> {
		let mut rows = rows.iter().flatten();
		let mut all = *rows.next()?;
		rows.for_each(|row| all.merge(row));
		Some(all)
	}

	proptest! {
		#[test]
		fn merging_is_associative_and_its_order_does_not_matter(
			a in proptest::collection::vec(any::<i32>(), 0..9),
			b in proptest::collection::vec(any::<i32>(), 0..9),
			c in proptest::collection::vec(any::<i32>(), 0..9),
		) {
			let whole = of(&[a.clone(), b.clone(), c.clone()].concat());
			let (a, b, c) = (of(&a), of(&b), of(&c));
			prop_assert_eq!(merged(&[merged(&[a, b]), c]), whole);
			prop_assert_eq!(merged(&[a, merged(&[b, c])]), whole);
			prop_assert_eq!(merged(&[c, b, a]), whole);
		}
	}

	#[test]
	fn a_row_is_what_its_readings_are() {
		let row = of(&[3, -1, i32::MAX]).unwrap();
		assert_eq!(
			(row.count, row.min, row.max, row.sum),
			(3, -1, i32::MAX, 2 + i128::from(i32::MAX))
		);
	}

	#[test]
	fn scales_as_the_board_says_and_never_divides_by_zero() {
		let scale = Scale {
			zero: 10,
			multiplier: -3,
			divisor: 4,
		};
		assert_eq!(scale.value(12), -1.5);
		assert_eq!(scale.sum(12 + 14, 2), -4.5);
		let senseless = Scale { divisor: 0, ..scale };
		assert_eq!((senseless.value(12), senseless.sum(26, 2)), (12.0, 26.0));
	}
}
