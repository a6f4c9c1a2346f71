//! The hash by which the chain names things.

use blake2::{
	digest::consts::{U16, U32},
	Blake2b, Digest,
};

pub(crate) fn blake2_256(bytes: &[u8]) -> [u8; 32] {
	Blake2b::<U32>::digest(bytes).into()
}

pub(crate) fn blake2_128(bytes: &[u8]) -> [u8; 16] {
	Blake2b::<U16>::digest(bytes).into()
}
