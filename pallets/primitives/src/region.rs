//! Countries and parts of them.

use frame_support::{pallet_prelude::ConstU32, BoundedVec};

/// A country or a part of one, as ISO 3166-1 alpha-2 or ISO 3166-2 has it ("DE", "DE-HB"); empty for anywhere.
pub type Region = BoundedVec<u8, ConstU32<6>>;

/// Letters of a country in a region.
const COUNTRY: usize = 2;

/// Whether it is empty or of the form of ISO 3166-1 alpha-2 or ISO 3166-2: two capital letters, and if any a dash and
/// one to three capital letters or digits.
pub fn is_region(region: &[u8]) -> bool {
	let Some((country, part)) = region.split_at_checked(COUNTRY) else {
		return region.is_empty();
	};
	let has_part = |part: &[u8]| {
		let fits = |sign: &u8| sign.is_ascii_uppercase() || sign.is_ascii_digit();
		(1..=3).contains(&part.len()) && part.iter().all(fits)
	};
	country.iter().all(u8::is_ascii_uppercase)
		&& match part {
			[] => true,
			[b'-', part @ ..] => has_part(part),
			_ => false,
		}
}

/// Everywhere, the region's country, and the region itself. Some are the same if it is less than a part of a country.
pub fn regions_around(region: &Region) -> [Region; 3] {
	let whole = region.len();
	[0, COUNTRY.min(whole), whole].map(|letters| Region::truncate_from(region.iter().take(letters).copied().collect()))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn regions_are_countries_or_parts_of_them() {
		for region in [
			"", "DE", "ZZ", "DE-HB", "US-CA", "GB-ENG", "FR-75", "FR-2A", "AT-9", "CN-1A3",
		] {
			assert!(is_region(region.as_bytes()), "{region}");
		}
		for region in [
			"D", "de", "De", "DEU", "D1", "1D", "-", "--", "DE-", "DE-hb", "DE-HBXX", "DE_HB", "DEHB", "DE--B", "-DE",
			"DE ", " DE", "DE-H ", "DE-Ü", "ÜB", "D\0", "DE\0",
		] {
			assert!(!is_region(region.as_bytes()), "{region}");
		}
	}

	#[test]
	fn a_part_lies_in_its_country_and_a_country_in_the_world() {
		for (region, around) in [
			("", ["", "", ""]),
			("DE", ["", "DE", "DE"]),
			("DE-HB", ["", "DE", "DE-HB"]),
		] {
			let region = Region::truncate_from(region.as_bytes().to_vec());
			let around = around.map(|region| Region::truncate_from(region.as_bytes().to_vec()));
			assert_eq!(regions_around(&region), around);
		}
	}
}
