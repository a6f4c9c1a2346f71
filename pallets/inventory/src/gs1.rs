//! The form of what GS1, UN/ECE and ISO have given form to. Nothing here knows what a key stands for.

/// Digits of a GLN.
const GLN: usize = 13;
/// Digits of a GTIN-8, GTIN-12, GTIN-13 and GTIN-14.
const GTIN: [usize; 4] = [8, 12, 13, 14];
/// Letters of a country in a region.
const COUNTRY: usize = 2;

/// Whether it is a GTIN: 8, 12, 13 or 14 digits, the last of which is the check digit.
pub fn is_gtin(digits: &[u8]) -> bool {
	GTIN.contains(&digits.len()) && has_check_digit(digits)
}

/// Whether it is a GLN: 13 digits, the last of which is the check digit.
pub fn is_gln(digits: &[u8]) -> bool {
	digits.len() == GLN && has_check_digit(digits)
}

/// Whether all are digits and the last one is right: with the others weighed 3, 1, 3, … from the right, the sum of all ends in
/// zero (GS1 General Specifications, 7.9.1).
pub fn has_check_digit(digits: &[u8]) -> bool {
	let weights = [1u32, 3].into_iter().cycle();
	let weighed = |(digit, weight): (&u8, u32)| u32::from(digit.wrapping_sub(b'0')).saturating_mul(weight);
	let sum = digits
		.iter()
		.rev()
		.zip(weights)
		.map(weighed)
		.fold(0, u32::saturating_add);
	!digits.is_empty() && digits.iter().all(u8::is_ascii_digit) && sum.is_multiple_of(10)
}

/// Whether all are signs that lots, serials and part numbers of GS1 may have: encodable character set 82 (GS1 General
/// Specifications, figure 7.11-1).
pub fn is_text_82(text: &[u8]) -> bool {
	let fits = |sign: &u8| sign.is_ascii_alphanumeric() || b"!\"%&'()*+,-./:;<=>?_".contains(sign);
	text.iter().all(fits)
}

/// Whether it is of the form of a code of UN/ECE Recommendation 20: two or three capital letters or digits.
pub fn is_unit(code: &[u8]) -> bool {
	let fits = |sign: &u8| sign.is_ascii_uppercase() || sign.is_ascii_digit();
	(2..=3).contains(&code.len()) && code.iter().all(fits)
}

/// Whether it is empty or of the form of ISO 3166-1 alpha-2 or ISO 3166-2: two capital letters, and if any a dash and
/// one to three capital letters or digits.
pub fn is_region(region: &[u8]) -> bool {
	let Some((country, part)) = region.split_at_checked(COUNTRY) else {
		return region.is_empty();
	};
	let fits = |sign: &u8| sign.is_ascii_uppercase() || sign.is_ascii_digit();
	country.iter().all(u8::is_ascii_uppercase)
		&& match part {
			[] => true,
			[b'-', part @ ..] => (1..=3).contains(&part.len()) && part.iter().all(fits),
			_ => false,
		}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The first three are examples of the GS1 General Specifications and of GS1's check digit calculator.
	#[test]
	fn a_check_digit_finds_each_wrong_digit_and_swapped_neighbours_mostly() {
		for key in [
			"9506000134352",
			"614141000036",
			"6291041500213",
			"96385074",
			"00012345600012",
		] {
			assert!(is_gtin(key.as_bytes()), "{key}");
			for place in 0..key.len() {
				for digit in b'0'..=b'9' {
					let mut other = key.as_bytes().to_vec();
					other[place] = digit;
					assert_eq!(
						is_gtin(&other),
						other == key.as_bytes(),
						"{key} with {digit} at {place}"
					);
				}
			}
		}
		assert!(is_gln(b"9506000134352"));
		assert!(!is_gln(b"96385074"));
	}

	#[test]
	fn a_gtin_has_eight_to_fourteen_digits_and_nothing_else() {
		for no in [
			"",
			"0",
			"00000000000",
			"950600013435",
			"95060001343521",
			"950600013435a",
			" 96385074",
			"９６３８５０７４",
		] {
			assert!(!is_gtin(no.as_bytes()), "{no}");
		}
		assert!(has_check_digit(b"0"), "the form alone");
		assert!(!has_check_digit(b""));
	}

	#[test]
	fn lots_have_signs_that_a_label_can_carry() {
		assert!(is_text_82(b"A-1/7.3_(b)"));
		for no in ["a b", "a#", "a~", "ä", "a\0", "a\n", "[a]"] {
			assert!(!is_text_82(no.as_bytes()), "{no}");
		}
	}

	#[test]
	fn units_are_short_codes() {
		for unit in ["LTR", "KGM", "H87", "C62", "23", "EA"] {
			assert!(is_unit(unit.as_bytes()), "{unit}");
		}
		for unit in ["", "L", "ltr", "L R", "LTRS", "L-R"] {
			assert!(!is_unit(unit.as_bytes()), "{unit}");
		}
	}

	#[test]
	fn regions_are_countries_or_parts_of_them() {
		for region in ["", "DE", "DE-HB", "GB-ENG", "FR-2A", "AT-9"] {
			assert!(is_region(region.as_bytes()), "{region}");
		}
		for region in [
			"D", "de", "DEU", "D1", "DE-", "DE-hb", "DE-HBXX", "DE_HB", "DEHB", "DE ", "ÜB",
		] {
			assert!(!is_region(region.as_bytes()), "{region}");
		}
	}
}
