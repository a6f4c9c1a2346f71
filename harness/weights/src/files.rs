//! The files of weights, and what each is measured from.

use crate::sources::fingerprint;
use anyhow::{ensure, Context, Result};
use std::path::Path;

/// Before the fingerprint, in a file.
const SAYS: &str = "Of the sources `";
/// Where the template wants to have that said.
const NOTE: &str = "@sources@";

/// A file of weights.
#[derive(Debug)]
pub struct File {
	/// What it is called here.
	pub name: &'static str,
	/// The pallet, as the runtime's list of benchmarks calls it.
	pub pallet: &'static str,
	/// Where it is in the checkout.
	pub path: &'static str,
	/// What it looks like.
	pub template: &'static str,
	/// What is compiled into the calls, of ours.
	sources: &'static [&'static str],
	/// The SDK's crates that were measured with them.
	crates: &'static [&'static str],
}

/// A pallet of ours brings the trait as well.
const OURS: &str = include_str!("../weights.hbs");
/// One of the SDK's for which it has no figures, or none that hold here.
const THEIRS: &str = include_str!("../weights-of-sdk.hbs");

/// All of them.
pub const FILES: [File; 12] = [
	File {
		name: "escrow",
		pallet: "pallet_escrow",
		path: "pallets/escrow/src/weights.rs",
		template: OURS,
		sources: &[
			"pallets/escrow/src",
			"pallets/primitives/src",
			"runtime/src/configs/bpiiot.rs",
		],
		crates: &["frame-system"],
	},
	File {
		name: "inventory",
		pallet: "pallet_inventory",
		path: "pallets/inventory/src/weights.rs",
		template: OURS,
		sources: &[
			"pallets/inventory/src",
			"pallets/machines/src",
			"pallets/primitives/src",
			"runtime/src/configs/market.rs",
		],
		crates: &["frame-system"],
	},
	File {
		name: "jobs",
		pallet: "pallet_jobs",
		path: "pallets/jobs/src/weights.rs",
		template: OURS,
		sources: &[
			"pallets/escrow/src",
			"pallets/jobs/src",
			"pallets/machines/src",
			"pallets/primitives/src",
			"pallets/suppliers/src",
			"runtime/src/configs/bpiiot.rs",
			"runtime/src/configs/market.rs",
		],
		crates: &["frame-system"],
	},
	File {
		name: "machines",
		pallet: "pallet_machines",
		path: "pallets/machines/src/weights.rs",
		template: OURS,
		sources: &[
			"pallets/machines/src",
			"pallets/primitives/src",
			"runtime/src/configs/bpiiot.rs",
		],
		crates: &["frame-system"],
	},
	File {
		name: "procurement",
		pallet: "pallet_procurement",
		path: "pallets/procurement/src/weights.rs",
		template: OURS,
		sources: &[
			"pallets/escrow/src",
			"pallets/inventory/src",
			"pallets/machines/src",
			"pallets/primitives/src",
			"pallets/procurement/src",
			"pallets/suppliers/src",
			"runtime/src/configs/bpiiot.rs",
			"runtime/src/configs/market.rs",
		],
		crates: &["frame-system"],
	},
	File {
		name: "products",
		pallet: "pallet_products",
		path: "pallets/products/src/weights.rs",
		template: OURS,
		sources: &[
			"pallets/machines/src",
			"pallets/primitives/src",
			"pallets/products/src",
			"runtime/src/configs/trace.rs",
		],
		crates: &["frame-system"],
	},
	File {
		name: "shipments",
		pallet: "pallet_shipments",
		path: "pallets/shipments/src/weights.rs",
		template: OURS,
		sources: &[
			"pallets/escrow/src",
			"pallets/machines/src",
			"pallets/primitives/src",
			"pallets/products/src/shipping.rs",
			"pallets/shipments/src",
			"pallets/suppliers/src",
			"runtime/src/configs/bpiiot.rs",
			"runtime/src/configs/trace.rs",
		],
		crates: &["frame-system"],
	},
	File {
		name: "suppliers",
		pallet: "pallet_suppliers",
		path: "pallets/suppliers/src/weights.rs",
		template: OURS,
		sources: &[
			"pallets/jobs/src",
			"pallets/machines/src",
			"pallets/primitives/src",
			"pallets/suppliers/src",
			"runtime/src/configs/agreements.rs",
			"runtime/src/configs/market.rs",
		],
		crates: &["frame-system"],
	},
	File {
		name: "asset-tx-payment",
		pallet: "pallet_asset_tx_payment",
		path: "runtime/src/weights/pallet_asset_tx_payment.rs",
		template: THEIRS,
		sources: &["runtime/src/configs/fees.rs"],
		crates: &["frame-system", "pallet-asset-tx-payment"],
	},
	File {
		name: "timestamp",
		pallet: "pallet_timestamp",
		path: "runtime/src/weights/pallet_timestamp.rs",
		template: THEIRS,
		sources: &["pallets/escrow/src/clock.rs", "runtime/src/configs/system.rs"],
		crates: &["frame-system", "pallet-timestamp"],
	},
	File {
		name: "weight-reclaim",
		pallet: "cumulus_pallet_weight_reclaim",
		path: "runtime/src/weights/cumulus_pallet_weight_reclaim.rs",
		template: THEIRS,
		sources: &[],
		crates: &["frame-system", "cumulus-pallet-weight-reclaim"],
	},
	File {
		name: "xcm",
		pallet: "pallet_xcm",
		path: "runtime/src/weights/pallet_xcm.rs",
		template: THEIRS,
		sources: &["runtime/src/configs/xcm.rs", "runtime/src/configs/xcm"],
		crates: &["frame-system", "pallet-xcm", "staging-xcm-executor"],
	},
];

impl File {
	/// The one that is called so.
	///
	/// # Errors
	/// When there is none: which there are.
	pub fn named(name: &str) -> Result<&'static Self, String> {
		FILES.iter().find(|file| file.name == name).ok_or_else(|| {
			let names: Vec<_> = FILES.iter().map(|file| file.name).collect();
			format!("there are weights of {}", names.join(", "))
		})
	}

	/// Writes into what was measured what it was measured from.
	pub fn signed(&self, folder: &Path, measured: &str) -> Result<String> {
		ensure!(measured.contains(NOTE), "the template has no {NOTE}");
		let measured = with_stand_ins(measured)?;
		let now = fingerprint(folder, self.sources, self.crates)?;
		Ok(measured.replace(
			NOTE,
			&format!("{SAYS}{now}`: when these change, `make check` fails until it is measured anew."),
		))
	}

	/// Whether it was measured from the sources that there are.
	///
	/// # Errors
	/// When it was measured from others.
	#[cfg(test)]
	pub fn check(&self, folder: &Path) -> Result<()> {
		let text =
			std::fs::read_to_string(folder.join(self.path)).with_context(|| format!("cannot read {}", self.path))?;
		let said = text
			.split_once(SAYS)
			.and_then(|(_, rest)| rest.split_once('`'))
			.map(|(said, _)| said)
			.with_context(|| format!("{} does not say what it was measured from: make weights", self.path))?;
		let now = fingerprint(folder, self.sources, self.crates)?;
		ensure!(
			said == now,
			"{} was measured from other sources (`{said}`, now `{now}`): make weights ARGS=\"--pallets {}\"",
			self.path,
			self.name
		);
		Ok(())
	}
}

/// What the SDK puts in the place of the storage of a call that cannot do anything on this runtime.
const SHUT: &str = "/// Storage: `Benchmark::Override`";
/// A call of the same pallet that does all that a shut one could be asked to do before it is refused.
const STAND_IN: &str = "transfer_assets";

/// Gives calls that are shut, and so cannot be measured, the weight of another. With the SDK's own, more than any block
/// bears, a pool would refuse them with words about blocks, and nobody would learn that they are shut.
fn with_stand_ins(measured: &str) -> Result<String> {
	let (mut text, mut lines) = (String::new(), measured.lines());
	while let Some(line) = lines.next() {
		if !line.trim().starts_with(SHUT) {
			text += line;
			text.push('\n');
			continue;
		}
		ensure!(
			measured.contains(&format!("fn {STAND_IN}(")),
			"a call is shut, and there is no {STAND_IN} to weigh it by"
		);
		let head = lines.by_ref().find(|line| line.starts_with("\tfn "));
		let head = head.context("a call that is shut has no function")?;
		text += &format!("\t/// It is shut here and cannot be measured: it weighs what `{STAND_IN}` does.\n");
		text += &format!("{head}\n\t\tSelf::{STAND_IN}()\n\t}}\n");
		lines
			.by_ref()
			.find(|line| *line == "\t}")
			.context("a function has no end")?;
	}
	Ok(text)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::fs;

	/// The checkout.
	fn checkout() -> &'static Path {
		Path::new("../..")
	}

	/// `make check` asks this one.
	#[test]
	fn every_file_was_measured_from_the_sources_that_there_are() {
		let stale: Vec<_> = FILES.iter().filter_map(|file| file.check(checkout()).err()).collect();
		let lines: Vec<_> = stale.iter().map(|error| format!("{error:#}")).collect();
		assert!(stale.is_empty(), "\n{}", lines.join("\n"));
	}

	#[test]
	fn what_is_shut_weighs_as_another() {
		let function = |name: &str, storage: &str, body: &str| {
			format!("\t/// Storage: `{storage}`\n\tfn {name}() -> Weight {{\n\t\t{body}\n\t}}\n")
		};
		let open = function(STAND_IN, "System::Account", "Weight::from_parts(7, 0)");
		let shut = function("teleport_assets", "Benchmark::Override", "Weight::from_parts(1, 0)");
		let text = with_stand_ins(&format!("{shut}{open}")).unwrap();
		let expected = "\t/// It is shut here and cannot be measured: it weighs what `transfer_assets` does.\n\tfn teleport_assets() -> Weight {\n\t\tSelf::transfer_assets()\n\t}\n";
		assert_eq!(text, format!("{expected}{open}"));
		assert_eq!(with_stand_ins(&open).unwrap(), open);
		assert!(with_stand_ins(&shut).is_err());
	}

	#[test]
	fn a_file_that_is_signed_passes_until_something_changes() {
		let file = File::named("weight-reclaim").unwrap();
		let signed = file.signed(checkout(), "//! @sources@\n").unwrap();
		assert!(signed.starts_with("//! Of the sources `"), "{signed}");
		assert!(file.signed(checkout(), "//! nothing").is_err());

		let folder = tempfile::TempDir::new().unwrap();
		let write = |lock: &str| {
			let path = folder.path().join(file.path);
			fs::create_dir_all(path.parent().unwrap()).unwrap();
			fs::write(path, &signed).unwrap();
			fs::write(folder.path().join("Cargo.lock"), lock).unwrap();
		};
		let lock = fs::read_to_string(checkout().join("Cargo.lock")).unwrap();
		write(&lock);
		file.check(folder.path()).unwrap();
		write(&lock.replace("version = ", "version = \"9"));
		let error = file.check(folder.path()).unwrap_err().to_string();
		assert!(error.contains("--pallets weight-reclaim"), "{error}");
	}
}
