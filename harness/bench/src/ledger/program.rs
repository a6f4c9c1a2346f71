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
		let fetcher = WrappedRuntimeCode(wasm_binary().into());
		let code = RuntimeCode {
			code_fetcher: &fetcher,
			heap_pages: None,
			hash: b"the only one".to_vec(),
		};
		let (method, context) = ("BlockBuilder_finalize_block", CallContext::Onchain { import: false });
		let start = Instant::now();
		let (header, _) = self.executor.call(&mut chain.ext(), &code, method, &[], context);
		let took = start.elapsed();
		let header = header.map_err(|error| anyhow!("{method}: {error}"))?;
		commit(chain)?;
		Ok((Header::decode(&mut &header[..])?, took))
	}
}
