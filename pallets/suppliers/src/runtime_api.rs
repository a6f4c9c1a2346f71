//! What clients may ask the runtime of suppliers, without knowing how they are stored.

use crate::{Category, Place, Region, Standing, Supplier};
use alloc::vec::Vec;
use codec::{Codec, Decode, Encode};
use scale_info::TypeInfo;

/// A supplier, and what is known of him.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct FoundSupplier<AccountId, Balance> {
	/// Who is paid.
	pub account: AccountId,
	/// What he says of himself.
	pub supplier: Supplier<AccountId, Balance>,
	/// What his agreements say of him.
	pub standing: Standing,
}

/// Some of the suppliers that a query finds.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SupplierPage<AccountId, Balance> {
	/// By the age of their profiles, the oldest first.
	pub suppliers: Vec<FoundSupplier<AccountId, Balance>>,
	/// Where to go on; none at the end.
	pub next: Option<Place>,
}

sp_api::decl_runtime_apis! {
	/// Finding suppliers, page by page, and what is known of them. Each call does bounded work.
	pub trait SuppliersApi<AccountId, Balance>
	where
		AccountId: Codec,
		Balance: Codec,
	{
		/// The suppliers of a category who serve an area, by the age of their profiles. At most 32 are given; whoever wants
		/// more asks again with `next`. A supplier who stays where he is all the while is found exactly once.
		///
		/// - `category`: the exact word of the profiles.
		/// - `area`: a country ("DE") finds who serves it or a part of it, a part ("DE-HB") who names that; empty for
		///   anywhere.
		/// - `cursor`: the `next` of the page before; none for the first page.
		fn suppliers_by(category: Category, area: Region, cursor: Option<Place>) -> SupplierPage<AccountId, Balance>;

		/// What is known of whoever is paid by this account, today.
		fn standing(supplier: AccountId) -> Standing;
	}
}
