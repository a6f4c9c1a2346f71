//! The networks that the node knows by name.

use bpiiot_runtime::{
	genesis_config_presets::{DEVELOPMENT, LOCAL_TESTNET, PRODUCTION, TESTNET},
	PARA_ID, SS58_PREFIX, TOKEN_DECIMALS, TOKEN_SYMBOL,
};
use polkadot_omni_node_lib::{
	chain_spec::{ChainSpec, DiskChainSpecLoader, Extensions, GenericChainSpec, LoadSpec},
	runtime::{AuraConsensusId, BlockNumber, Consensus, Runtime, RuntimeResolver},
};
use sc_chain_spec::{ChainType, Properties};
use std::path::Path;

/// Loads a chain spec by the name of a network, or from a file.
pub struct Networks;

impl LoadSpec for Networks {
	fn load_spec(&self, id: &str) -> Result<Box<dyn ChainSpec>, String> {
		match id {
			// Nothing, `dev` and `local` are what the SDK's commands ask for when the user names no network.
			"" | "dev" | DEVELOPMENT => Ok(Box::new(DEVELOPMENT_NETWORK.spec())),
			"local" | LOCAL_TESTNET => Ok(Box::new(LOCAL_TESTNET_NETWORK.spec())),
			TESTNET => Ok(Box::new(TESTNET_NETWORK.spec())),
			PRODUCTION => Ok(Box::new(PRODUCTION_NETWORK.spec())),
			path if is_path(path) => DiskChainSpecLoader.load_spec(path),
			unknown => Err(format!(
				"there is no network called '{unknown}': give --chain {DEVELOPMENT}, {LOCAL_TESTNET}, {TESTNET}, \
				{PRODUCTION}, or the path of a chain spec file (.json)"
			)),
		}
	}
}

/// Whether somebody who wrote this meant a file.
fn is_path(id: &str) -> bool {
	id.ends_with(".json") || id.contains(std::path::MAIN_SEPARATOR) || Path::new(id).is_file()
}

/// Every network runs our runtime, so there is no need to find out what a wasm holds at each start.
pub struct OurRuntime;

impl RuntimeResolver for OurRuntime {
	fn runtime(&self, _: &dyn ChainSpec) -> sc_cli::Result<Runtime> {
		Ok(Runtime::Omni(
			BlockNumber::U32,
			Consensus::Aura(AuraConsensusId::Sr25519),
		))
	}
}

/// What makes one network another.
struct Network {
	/// What people read.
	name: &'static str,
	/// What folders and the network's messages are named after.
	id: &'static str,
	/// Live or not.
	kind: ChainType,
	/// The relay chain that makes it final.
	relay_chain: &'static str,
	/// Its first block, by name.
	preset: &'static str,
}

const DEVELOPMENT_NETWORK: Network = Network {
	name: "BPIIoT Development",
	id: "bpiiot_development",
	kind: ChainType::Development,
	// The development node has no relay chain; the field must be there.
	relay_chain: "rococo-local",
	preset: DEVELOPMENT,
};

const LOCAL_TESTNET_NETWORK: Network = Network {
	name: "BPIIoT Local Testnet",
	id: "bpiiot_local_testnet",
	kind: ChainType::Local,
	relay_chain: "rococo-local",
	preset: LOCAL_TESTNET,
};

const TESTNET_NETWORK: Network = Network {
	name: "BPIIoT Testnet",
	id: "bpiiot_testnet",
	kind: ChainType::Live,
	relay_chain: "paseo",
	preset: TESTNET,
};

const PRODUCTION_NETWORK: Network = Network {
	name: "BPIIoT",
	id: "bpiiot",
	kind: ChainType::Live,
	relay_chain: "polkadot",
	preset: PRODUCTION,
};

impl Network {
	/// The chain spec, with the runtime that was built with this node.
	fn spec(&self) -> GenericChainSpec {
		let extensions = Extensions::new(self.relay_chain.into(), PARA_ID);
		GenericChainSpec::builder(bpiiot_runtime::wasm_binary(), extensions)
			.with_name(self.name)
			.with_id(self.id)
			.with_protocol_id(self.id)
			.with_chain_type(self.kind.clone())
			.with_properties(properties())
			.with_genesis_config_preset_name(self.preset)
			.build()
	}
}

/// What wallets show.
fn properties() -> Properties {
	Properties::from_iter([
		("tokenSymbol".to_owned(), TOKEN_SYMBOL.into()),
		("tokenDecimals".to_owned(), TOKEN_DECIMALS.into()),
		("ss58Format".to_owned(), SS58_PREFIX.into()),
	])
}

#[cfg(test)]
mod tests {
	use super::*;

	const NETWORKS: [Network; 4] = [
		DEVELOPMENT_NETWORK,
		LOCAL_TESTNET_NETWORK,
		TESTNET_NETWORK,
		PRODUCTION_NETWORK,
	];

	#[test]
	fn no_name_and_the_common_short_names_are_known() {
		for (name, id) in [
			("", "bpiiot_development"),
			("dev", "bpiiot_development"),
			("development", "bpiiot_development"),
			("local", "bpiiot_local_testnet"),
			("local_testnet", "bpiiot_local_testnet"),
			("testnet", "bpiiot_testnet"),
			("production", "bpiiot"),
		] {
			assert_eq!(
				Networks.load_spec(name).map(|spec| spec.id().to_owned()),
				Ok(id.to_owned()),
				"{name}"
			);
		}
	}

	#[test]
	fn a_wrong_name_is_answered_with_the_choices() {
		let Err(error) = Networks.load_spec("developmnet") else {
			panic!("there is no such network")
		};
		for word in [
			"developmnet",
			"development",
			"local_testnet",
			" testnet",
			"production",
			".json",
		] {
			assert!(error.contains(word), "{error}");
		}
	}

	#[test]
	fn a_missing_file_is_named() {
		let Err(error) = Networks.load_spec("/no/such/spec.json") else {
			panic!("there is no such file")
		};
		assert!(error.contains("/no/such/spec.json"), "{error}");
	}

	#[test]
	fn every_network_has_a_genesis_and_says_what_wallets_need() {
		for network in NETWORKS {
			let spec = network.spec();
			let storage = spec.as_storage_builder().build_storage();
			assert!(storage.is_ok(), "{}: {storage:?}", network.id);
			assert_eq!(spec.properties(), properties());
			let extensions = Extensions::try_get(&spec).expect("is set");
			assert_eq!(extensions.para_id(), Some(PARA_ID));
			assert_eq!(extensions.relay_chain(), network.relay_chain);
		}
	}
	#[test]
	fn public_networks_are_live() {
		for network in NETWORKS {
			let public = matches!(network.preset, TESTNET | PRODUCTION);
			assert_eq!(
				ChainSpec::chain_type(&network.spec()) == ChainType::Live,
				public,
				"{}",
				network.id
			);
		}
	}

	/// Operators compare the hash of what they exported. That a preset gives the same state each time, and so the same
	/// genesis hash, the runtime's own tests say.
	#[test]
	fn a_chain_spec_is_the_same_each_time_it_is_made() {
		let made = || TESTNET_NETWORK.spec().as_json(false).expect("is a chain spec");
		assert!(made() == made());
	}
}
