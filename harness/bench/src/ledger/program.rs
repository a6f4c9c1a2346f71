//! The runtime's own program, compiled to wasm and run by the node's executor.

use super::commit;
use anyhow::{anyhow, Result};
use bpiiot_runtime::{wasm_binary, Header, Runtime};
use codec::Decode;
use cumulus_pallet_parachain_system::ValidationData;
use cumulus_primitives_core::PersistedValidationData;
use cumulus_primitives_proof_size_hostfunction::storage_proof_size;
use sc_executor::WasmExecutor;
use sp_core::traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode};
use sp_io::{SubstrateHostFunctions, TestExternalities};
use std::time::{Duration, Instant};

type HostFunctions = (SubstrateHostFunctions, storage_proof_size::HostFunctions);

/// The program, and what runs it.
pub(super) struct Program {
	executor: WasmExecutor<HostFunctions>,
}

impl Program {
	/// The program of this runtime.
	pub(super) fn new() -> Self {
		Self {
			executor: WasmExecutor::builder().build(),
		}
	}

	/// Ends the block that was begun, and tells how long that took. The first time it is compiled too.
	pub(super) fn end_block(&self, chain: &mut TestExternalities) -> Result<(Header, Duration)> {
		// The relay chain's data, which no block goes without.
		chain.execute_with(|| ValidationData::<Runtime>::put(PersistedValidationData::default()));
		let context = CallContext::Onchain { import: false };
		let (header, took) = self.call(chain, "BlockBuilder_finalize_block", &[], context)?;
		commit(chain)?;
		Ok((Header::decode(&mut &header[..])?, took))
	}

	/// Asks a runtime API, and tells how long the answer took. The first time it is compiled too.
	pub(super) fn ask(
		&self,
		chain: &mut TestExternalities,
		method: &str,
		arguments: &[u8],
	) -> Result<(Vec<u8>, Duration)> {
		self.call(chain, method, arguments, CallContext::Offchain)
	}

	fn call(
		&self,
		chain: &mut TestExternalities,
		method: &str,
		arguments: &[u8],
		context: CallContext,
	) -> Result<(Vec<u8>, Duration)> {
		let fetcher = WrappedRuntimeCode(wasm_binary().into());
		let code = RuntimeCode {
			code_fetcher: &fetcher,
			heap_pages: None,
			hash: b"the only one".to_vec(),
		};
		let start = Instant::now();
		let (answer, _) = self.executor.call(&mut chain.ext(), &code, method, arguments, context);
		let took = start.elapsed();
		let answer = answer.map_err(|error| anyhow!("{method}: {error}"))?;
		Ok((answer, took))
	}
}
