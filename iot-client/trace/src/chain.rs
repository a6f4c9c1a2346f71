//! What stands on the chain, in the identifiers that others use: CAIP-2 for the chain, `did:pkh` for accounts.

use crate::{
	epcis::{Field, Fields, Namespace},
	uri::Uri,
};
use blake2::{Blake2b512, Digest};
use std::fmt;

/// Our own namespace in EPCIS and in credentials. It names things; nothing need be there.
pub const NAMESPACE: &str = "https://github.com/bpiiot/bpiiot/ns/trace/";
/// Its prefix.
pub const PREFIX: &str = "bpiiot";

/// A chain, by the hash of its first block, and how it prints accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
	genesis: [u8; 32],
	ss58_prefix: u16,
}

/// A kind of record on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
	/// A job of a machine.
	Job,
	/// Money held for an agreement.
	Escrow,
	/// A machine.
	Machine,
	/// A certificate.
	Certificate,
	/// A shipment.
	Shipment,
	/// A recall.
	Recall,
	/// A making: inputs became outputs.
	Making,
}

impl fmt::Display for Record {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Job => "job",
			Self::Escrow => "escrow",
			Self::Machine => "machine",
			Self::Certificate => "certificate",
			Self::Shipment => "shipment",
			Self::Recall => "recall",
			Self::Making => "making",
		})
	}
}

impl Chain {
	/// A chain whose first block has this hash. Its accounts are printed with this SS58 prefix, of which 14 bits count.
	pub fn new(genesis: [u8; 32], ss58_prefix: u16) -> Self {
		Self {
			genesis,
			ss58_prefix: ss58_prefix & 0x3fff,
		}
	}

	/// The chain by CAIP-2: `polkadot:` and the first half of the hash of its first block.
	pub fn id(&self) -> String {
		format!("polkadot:{}", hex::encode(&self.genesis[..16]))
	}

	/// The hash of its first block.
	pub fn genesis_hash(&self) -> String {
		hash(&self.genesis)
	}

	/// An account, as wallets print it (SS58).
	pub fn address(&self, account: &[u8; 32]) -> String {
		let prefix = self.ss58_prefix;
		let mut bytes = match prefix {
			0..=63 => vec![prefix as u8],
			_ => vec![
				(prefix >> 2 & 0x3f) as u8 | 0x40,
				(prefix >> 8) as u8 | (prefix << 6) as u8,
			],
		};
		bytes.extend_from_slice(account);
		let check = Blake2b512::new()
			.chain_update(b"SS58PRE")
			.chain_update(&bytes)
			.finalize();
		bytes.extend_from_slice(&check[..2]);
		bs58::encode(bytes).into_string()
	}

	/// An account as a decentralised identifier: `did:pkh:polkadot:…:5Grw…`.
	pub fn did(&self, account: &[u8; 32]) -> Uri {
		Uri::known(&format!("did:pkh:{}:{}", self.id(), self.address(account)))
	}

	/// A record: `polkadot:…/bpiiot:job/7`, in the form of CAIP-19.
	pub fn record(&self, kind: Record, id: u64) -> Uri {
		Uri::known(&format!("{}/{PREFIX}:{kind}/{id}", self.id()))
	}
}

/// Where on the chain an event of EPCIS can be looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChainReferences {
	/// The hash of the block in which it was recorded.
	pub block: Option<[u8; 32]>,
	/// The job.
	pub job: Option<u64>,
	/// The money held for it.
	pub escrow: Option<u64>,
	/// The machine.
	pub machine: Option<u64>,
	/// The shipment.
	pub shipment: Option<u64>,
	/// The recall.
	pub recall: Option<u64>,
}

impl ChainReferences {
	/// As fields of our namespace; always with the hash of the chain's first block.
	pub fn fields(&self, chain: &Chain) -> Fields {
		let namespace = Namespace::known(PREFIX, NAMESPACE);
		let mut fields = vec![("genesisHash", chain.genesis_hash())];
		fields.extend(self.block.map(|block| ("blockHash", hash(&block))));
		for (name, kind, id) in [
			("job", Record::Job, self.job),
			("escrow", Record::Escrow, self.escrow),
			("machine", Record::Machine, self.machine),
			("shipment", Record::Shipment, self.shipment),
			("recall", Record::Recall, self.recall),
		] {
			fields.extend(id.map(|id| (name, chain.record(kind, id).to_string())));
		}
		Fields(
			fields
				.into_iter()
				.map(|(name, text)| Field::known(&namespace, name, text))
				.collect(),
		)
	}
}

/// A hash, as Polkadot's tools print it.
pub(crate) fn hash(bytes: &[u8; 32]) -> String {
	format!("0x{}", hex::encode(bytes))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn accounts_are_printed_as_wallets_print_them() {
		let mut alice = [0; 32];
		hex::decode_to_slice(
			"d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
			&mut alice,
		)
		.unwrap();
		let genesis = [0xab; 32];
		for (prefix, address) in [
			(42, "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"),
			(0, "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"),
			(2, "HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F"),
		] {
			assert_eq!(Chain::new(genesis, prefix).address(&alice), address);
		}
		let chain = Chain::new(genesis, 42);
		assert_eq!(
			chain.did(&alice).as_str(),
			"did:pkh:polkadot:abababababababababababababababab:5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
		);
		let job = chain.record(Record::Job, 7);
		assert_eq!(job.as_str(), "polkadot:abababababababababababababababab/bpiiot:job/7");
		assert_eq!(Uri::parse(job.as_str()), Ok(job));
		// Two bytes of a prefix: an example of the SS58 registry's range (Kilt Spiritnet, 38, is one byte; 1284, Moonbeam, is two).
		assert_eq!(
			bs58::decode(Chain::new(genesis, 1284).address(&alice))
				.into_vec()
				.unwrap()[..2],
			[0x41, 0x05]
		);
	}
}
