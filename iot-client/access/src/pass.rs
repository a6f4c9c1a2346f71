//! What a phone shows to a door: a token, and with it, where the door has not heard of the rental, the proof of its record.

use base64::{engine::general_purpose::URL_SAFE_NO_PAD as BASE64, Engine as _};
use bpiiot_access::{Refused, Token, TOKEN_LENGTH};
use codec::{Decode, Encode};
use qrcode::{render::unicode::Dense1x2, EcLevel, QrCode};

/// The most bytes that a door reads. A proof among millions of records has some 3,000.
pub const MAX_PASS: usize = 8 * 1024;
/// What a link begins with.
pub const LINK: &str = "bpiiot:access?";

/// Why something is no pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PassError {
	/// It is not in the form of a link.
	#[error("that is no link to a door; it begins with `{LINK}` and goes on with letters, digits, - and _")]
	NoLink,
	/// It is longer than any.
	#[error("it is longer than {MAX_PASS} bytes")]
	TooLong,
	/// The token in it is none.
	#[error("it has no token: {0:?}")]
	Token(Refused),
	/// What comes after the token is no proof.
	#[error("what comes after its token is no proof")]
	Proof,
	/// A picture of squares has no room for it.
	#[error("with its proof it is too large for a QR code: show the code without the proof, or hand over the link")]
	NoPicture,
}

/// That a rental's record stands in the state of a block.
#[derive(Encode, Decode, Clone, PartialEq, Eq, Debug)]
pub struct Proof {
	/// The block's hash.
	pub block: [u8; 32],
	/// Nodes of the tree that its state is, as `state_getReadProof` gives them.
	pub nodes: Vec<Vec<u8>>,
}

/// What is shown to a door.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pass {
	/// The token.
	pub token: Token,
	/// Where the rental's record is, if the door may not have heard of it.
	pub proof: Option<Proof>,
}

impl Pass {
	/// Its bytes: the token, and what is left is the proof.
	pub fn to_bytes(&self) -> Vec<u8> {
		let mut bytes = self.token.encode().to_vec();
		if let Some(proof) = &self.proof {
			proof.encode_to(&mut bytes);
		}
		bytes
	}

	/// Reads one. Each has one form only.
	///
	/// # Errors
	/// When it is none.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, PassError> {
		if bytes.len() > MAX_PASS {
			return Err(PassError::TooLong);
		}
		let (token, mut rest) = bytes
			.split_at_checked(TOKEN_LENGTH)
			.ok_or(PassError::Token(Refused::WrongLength))?;
		let token = Token::decode(token).map_err(PassError::Token)?;
		if rest.is_empty() {
			return Ok(Self { token, proof: None });
		}
		let proof = Proof::decode(&mut rest).map_err(|_| PassError::Proof)?;
		match rest.is_empty() {
			true => Ok(Self {
				token,
				proof: Some(proof),
			}),
			false => Err(PassError::Proof),
		}
	}

	/// As a link: for a message, a radio tag, or a picture of it.
	pub fn to_link(&self) -> String {
		format!("{LINK}{}", BASE64.encode(self.to_bytes()))
	}

	/// Reads a link, also where a keyboard of a scanner has put spaces around it.
	///
	/// # Errors
	/// When it is none.
	pub fn from_link(link: &str) -> Result<Self, PassError> {
		let text = link.trim().strip_prefix(LINK).ok_or(PassError::NoLink)?;
		if text.len() > MAX_PASS.div_ceil(3) * 4 {
			return Err(PassError::TooLong);
		}
		let bytes = BASE64.decode(text).map_err(|_| PassError::NoLink)?;
		Self::from_bytes(&bytes)
	}

	/// The link as a QR code of block characters, dark on light, for a terminal.
	///
	/// # Errors
	/// When it has no room in one: with a proof it has not.
	pub fn to_picture(&self) -> Result<String, PassError> {
		let code = QrCode::with_error_correction_level(self.to_link(), EcLevel::L).map_err(|_| PassError::NoPicture)?;
		Ok(code
			.render::<Dense1x2>()
			.dark_color(Dense1x2::Light)
			.light_color(Dense1x2::Dark)
			.build())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use bpiiot_access::{Actions, Claims};
	use proptest::prelude::*;

	fn token() -> Token {
		let claims = Claims {
			rental: 7,
			machine: [1; 32],
			signer: [2; 32],
			actions: Actions::ENTER,
			epoch: 3,
			not_before: 10,
			not_after: 20,
			nonce: 5,
		};
		Token {
			claims,
			signature: [9; 64],
		}
	}

	fn with_proof(nodes: Vec<Vec<u8>>) -> Pass {
		let proof = Some(Proof { block: [4; 32], nodes });
		Pass { token: token(), proof }
	}

	#[test]
	fn a_link_is_what_it_was_made_of() {
		let plain = Pass {
			token: token(),
			proof: None,
		};
		assert_eq!(plain.to_bytes().len(), TOKEN_LENGTH);
		for pass in [plain, with_proof(vec![vec![1; 40], vec![], vec![2; 3_000]])] {
			assert_eq!(Pass::from_link(&format!(" {}\n", pass.to_link())), Ok(pass));
		}
	}

	#[test]
	fn what_is_no_link_says_why() {
		let link = with_proof(vec![vec![1; 40]]).to_link();
		for (link, error) in [
			("", PassError::NoLink),
			("https://example.org", PassError::NoLink),
			("bpiiot:access?***", PassError::NoLink),
			("bpiiot:access?AQ", PassError::Token(Refused::WrongLength)),
			(&link[..link.len() - 4], PassError::Proof),
			(&format!("{link}AAAA"), PassError::Proof),
			(&format!("{LINK}{}", "A".repeat(20_000)), PassError::TooLong),
		] {
			assert_eq!(Pass::from_link(link), Err(error), "{link}");
		}
		let mut other = Pass {
			token: token(),
			proof: None,
		}
		.to_bytes();
		other[0] = 2;
		assert_eq!(Pass::from_bytes(&other), Err(PassError::Token(Refused::UnknownVersion)));
	}

	#[test]
	fn a_token_fits_into_a_picture_and_a_proof_does_not() {
		let plain = Pass {
			token: token(),
			proof: None,
		};
		let picture = plain.to_picture().unwrap();
		assert!(
			picture.lines().count() < 50,
			"a phone shows it: {}",
			picture.lines().count()
		);
		let large = with_proof(vec![vec![7; 2_900]]);
		assert_eq!(large.to_picture(), Err(PassError::NoPicture));
	}

	proptest! {
		#[test]
		fn whatever_is_shown_does_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
			if let Ok(pass) = Pass::from_bytes(&bytes) {
				prop_assert_eq!(pass.to_bytes(), bytes);
			}
		}
	}
}
