//! The process in which the relay chain's node executes the code of a parachain.
#![allow(unsafe_code, reason = "the macro's: it asks the system what it can shut off")]

polkadot_node_core_pvf_common::decl_worker_main!(
	"execute-worker",
	polkadot_node_core_pvf_execute_worker::worker_entrypoint,
	polkadot_node_primitives::NODE_VERSION,
	env!("CARGO_PKG_VERSION")
);
