//! The metadata that iot-client is compiled against is that of this runtime. `make metadata` writes it anew.

use bpiiot_runtime::Runtime;
use codec::{Decode, Encode};
use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
use std::{env, fs, path::Path};
use subxt_utils_stripmetadata::StripMetadata;

/// The pallets that the client uses. Others may change without touching it.
const PALLETS: [&str; 12] = [
	"System",
	"Timestamp",
	"Balances",
	"TransactionPayment",
	"Machines",
	"Escrow",
	"Jobs",
	"Suppliers",
	"Procurement",
	"Inventory",
	"Telemetry",
	"Diagnostics",
];

/// The runtime APIs that the client uses.
const APIS: [&str; 6] = [
	"JobsApi",
	"SuppliersApi",
	"ProcurementApi",
	"InventoryApi",
	"TelemetryApi",
	"DiagnosticsApi",
];

/// Set by `make metadata`.
const WRITE: &str = "BPIIOT_WRITE_METADATA";

fn of_this_runtime() -> Vec<u8> {
	// Some constants are computed from storage.
	let opaque = sp_io::TestExternalities::default()
		.execute_with(|| Runtime::metadata_at_version(16))
		.expect("this SDK makes metadata of version 16");
	let mut prefixed = RuntimeMetadataPrefixed::decode(&mut opaque.as_slice()).expect("it is metadata");
	match &mut prefixed.1 {
		RuntimeMetadata::V16(metadata) => {
			metadata.strip_metadata(|pallet| PALLETS.contains(&pallet), |api| APIS.contains(&api))
		}
		_ => panic!("version 16 was asked for"),
	}
	prefixed.encode()
}

#[test]
fn the_client_knows_this_runtime() {
	let file = Path::new("../iot-client/metadata/bpiiot.scale");
	let wanted = of_this_runtime();
	if env::var_os(WRITE).is_some() {
		fs::create_dir_all(file.parent().expect("it has a folder")).expect("the folder can be made");
		fs::write(file, &wanted).expect("the file can be written");
	}
	let found = fs::read(file).unwrap_or_default();
	assert!(
		found == wanted,
		"{} is not the metadata of this runtime: run `make metadata` and look at what the client must change",
		file.display()
	);
}
