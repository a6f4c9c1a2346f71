//! What is paid for as it is used.

use super::{
	bpiiot::FallbackSplit,
	market::SettlementFeeShare,
	money::{deposit, GovernedRates},
	system::MILLISECONDS_PER_DAY,
};
use crate::{Balance, Balances, Escrow, Machines, Runtime, RuntimeCall, RuntimeHoldReason, Suppliers, MILLI_BPI};
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64},
};

parameter_types! {
	/// The deposit for a channel, its place in the payer's list, and its deadline.
	pub const ChannelDeposit: Balance = deposit(3, 520);
	/// The fee for a channel, at the least.
	pub const ChannelFee: Balance = 10 * MILLI_BPI;
	/// The deposit for a listing, its place in the machine's list, and those on three shelves.
	pub const ListingDeposit: Balance = deposit(5, 2_100);
	/// The deposit for a rental, the time that it takes up, and its deadline.
	pub const RentalDeposit: Balance = deposit(3, 920);
	/// The fee for a rental, at the least: so that nobody's time is taken up for nothing.
	pub const RentFee: Balance = 10 * MILLI_BPI;
}

/// Whether an owner pays the fee of this call for his machine's key: of all by which a machine is let, rents, and pays or is
/// paid as things flow.
pub fn is_sponsored(call: &RuntimeCall) -> bool {
	matches!(call, RuntimeCall::Rentals(_) | RuntimeCall::Channels(_))
}

/// An hour: an operator's computer may be down for so long, and he still shows his newest voucher.
const CHALLENGE: u64 = MILLISECONDS_PER_DAY / 24;

impl pallet_channels::Config for Runtime {
	type WeightInfo = pallet_channels::weights::SubstrateWeight<Runtime>;
	type Escrow = Escrow;
	type Clock = Escrow;
	type Deadlines = Escrow;
	type Actors = Machines;
	type Reputation = Suppliers;
	type Rates = GovernedRates;
	type ChannelDeposit = ChannelDeposit;
	type ChannelFee = ChannelFee;
	/// With it all that is put in at opening counts for the payee's name.
	type ChannelFeeShare = SettlementFeeShare;
	type MinWindow = ConstU64<CHALLENGE>;
	type MaxWindow = ConstU64<{ 30 * MILLISECONDS_PER_DAY }>;
	type MaxLifetime = ConstU64<{ 365 * MILLISECONDS_PER_DAY }>;
	type MaxChannels = ConstU32<64>;
	type MaxBatch = ConstU32<32>;
}

impl pallet_rentals::Config for Runtime {
	type WeightInfo = pallet_rentals::weights::SubstrateWeight<Runtime>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Escrow = Escrow;
	type Clock = Escrow;
	type Deadlines = Escrow;
	type Actors = Machines;
	type Reputation = Suppliers;
	type Rates = GovernedRates;
	type FallbackSplit = FallbackSplit;
	type ListingDeposit = ListingDeposit;
	type RecordDeposit = RentalDeposit;
	type RentFee = RentFee;
	/// With it the whole rent counts for the machine's name.
	type RentFeeShare = SettlementFeeShare;
	type MinWindow = ConstU64<60_000>;
	type MaxWindow = ConstU64<{ 365 * MILLISECONDS_PER_DAY }>;
	type MinPeriod = ConstU64<60_000>;
	type MaxAhead = ConstU64<{ 365 * MILLISECONDS_PER_DAY }>;
	type MaxListings = ConstU32<16>;
}
