//! The pallets that are attacked.

mod assets;
mod escrow;
mod inventory;
mod jobs;
mod machines;
mod procurement;
mod products;
mod shipments;
mod suppliers;

use crate::target::Target;
use scale_info::{TypeDef, TypeInfo};

/// All of them.
pub fn all() -> Vec<Box<dyn Target>> {
	vec![
		Box::new(machines::Machines),
		Box::new(escrow::Escrow),
		Box::new(jobs::Jobs),
		Box::new(suppliers::Suppliers),
		Box::new(procurement::Procurement),
		Box::new(inventory::Inventory),
		Box::new(products::Products),
		Box::new(shipments::Shipments),
		Box::new(assets::Assets),
	]
}

/// The names of a pallet's errors.
fn names_of<Error: TypeInfo>() -> Vec<&'static str> {
	match Error::type_info().type_def {
		TypeDef::Variant(errors) => errors.variants.iter().map(|error| error.name).collect(),
		_ => Vec::new(),
	}
}
