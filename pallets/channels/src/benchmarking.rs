//! What the calls cost at worst: by machines wherever one may call, in an asset, with full lists. What pays does so in a frozen
//! asset, where nothing can be paid and each payment becomes a credit.

use crate::{
	Balance, Call, ChannelId, ChannelOf, ChannelState, Channels, ChannelsOf, Config, EscrowOf, Metering, Outcome,
	Pallet, Redemption, SignedTally, Tally, Tariff, Terms, Unit,
};
use alloc::vec::Vec;
use bpiiot_primitives::{Actor, Actors, AgreementClock, AgreementRef, AssetKind, DeadlineIndex, Escrow};
use bpiiot_voucher::{Domain, Word};
use frame_benchmarking::v2::*;
use frame_support::{traits::Get, BoundedVec};
use frame_system::{Pallet as System, RawOrigin};
use sp_core::{
	crypto::key_types::DUMMY,
	sr25519::{Public, Signature},
};
use sp_runtime::traits::{One, Saturating, Zero};

type AccountOf<T> = <T as frame_system::Config>::AccountId;

const AMOUNT: Balance = 1_000_000_000_000;

/// Two machines of two owners with money: one pays and one is paid, under a spending policy.
struct Parties<T: Config> {
	asset: AssetKind,
	/// The key and the account of who pays.
	payer: (AccountOf<T>, AccountOf<T>),
	/// The key and the account of who is paid.
	payee: (AccountOf<T>, AccountOf<T>),
	/// The channel's keys.
	keys: [Public; 2],
}

fn parties<T: Config>() -> Parties<T> {
	next_block::<T>();
	let asset = EscrowOf::<T>::benchmark_asset();
	let machine = |name, seed| {
		let (machine, key) = T::Actors::benchmark_machine(&account(name, 0, 0), seed, asset);
		let account: AccountOf<T> = machine.account();
		for asset in [AssetKind::Native, asset] {
			EscrowOf::<T>::benchmark_fund(asset, &account, Balance::MAX / 1_000_000);
		}
		(key, account)
	};
	let (payer, payee) = (machine("payer", 0), machine("payee", 1));
	let keys = [0, 1].map(|_| sp_io::crypto::sr25519_generate(DUMMY, None));
	Parties {
		asset,
		payer,
		payee,
		keys,
	}
}

fn next_block<T: Config>() {
	System::<T>::set_block_number(System::<T>::block_number().saturating_add(One::one()));
}

fn terms<T: Config>(keys: [Public; 2]) -> Terms {
	let [payer_key, payee_key] = keys;
	Terms {
		payer_key,
		payee_key,
		metering: Metering {
			unit: Unit(*b"WHR"),
			tariff: Tariff { price: 1, per: 1 },
			tick: 1,
		},
		challenge_window: T::MinWindow::get(),
		lifetime: T::MinWindow::get().saturating_mul(2).min(T::MaxLifetime::get()),
	}
}

/// A channel by somebody whose policy nobody asks: what is made by him is not what is measured.
fn channel<T: Config>(parties: &Parties<T>) -> Result<ChannelId, BenchmarkError> {
	let payer = Actor {
		account: parties.payer.1.clone(),
		machine: None,
	};
	let payee = parties.payee.1.clone();
	Ok(Pallet::<T>::do_open(
		&payer,
		payee,
		parties.asset,
		AMOUNT,
		terms::<T>(parties.keys),
	)?)
}

/// The same, among as many as there may be.
fn one_of_many<T: Config>(parties: &Parties<T>) -> Result<ChannelId, BenchmarkError> {
	let channel = channel::<T>(parties)?;
	fill_list::<T>(&parties.payer.1, 0);
	Ok(channel)
}

/// Fills the payer's list but for so many places.
fn fill_list<T: Config>(payer: &AccountOf<T>, places: usize) {
	ChannelsOf::<T>::mutate(payer, |channels| {
		let most = (T::MaxChannels::get() as usize).saturating_sub(places);
		let others = (0..).map(ChannelId);
		let all: Vec<_> = others
			.take(most.saturating_sub(channels.len()))
			.chain(channels.iter().copied())
			.collect();
		*channels = BoundedVec::truncate_from(all);
	});
}

fn last(amount: Balance) -> Tally {
	Tally {
		sequence: u64::MAX,
		reading: u64::MAX,
		amount,
	}
}

fn sign<T: Config>(word: Word, channel: ChannelId, tally: &Tally, key: &Public) -> Result<Signature, BenchmarkError> {
	let genesis = System::<T>::block_hash(frame_system::pallet_prelude::BlockNumberFor::<T>::zero());
	let bytes = word.bytes(&Domain { genesis, channel }, tally);
	sp_io::crypto::sr25519_sign(DUMMY, key, &bytes).ok_or(BenchmarkError::Stop("no signature"))
}

fn voucher<T: Config>(
	parties: &Parties<T>,
	channel: ChannelId,
	amount: Balance,
) -> Result<SignedTally, BenchmarkError> {
	let tally = last(amount);
	let signature = sign::<T>(Word::Voucher, channel, &tally, &parties.keys[0])?;
	Ok(SignedTally { tally, signature })
}

fn record<T: Config>(channel: ChannelId) -> Result<ChannelOf<T>, BenchmarkError> {
	Channels::<T>::get(channel).ok_or(BenchmarkError::Stop("the channel is gone"))
}

fn ended<T: Config>(parties: &Parties<T>) -> Result<ChannelId, BenchmarkError> {
	let channel = one_of_many::<T>(parties)?;
	let newest = Some(voucher::<T>(parties, channel, AMOUNT / 2)?);
	Pallet::<T>::close(RawOrigin::Signed(parties.payee.0.clone()).into(), channel, newest)?;
	next_block::<T>();
	Ok(channel)
}

/// A channel that has ended and counted, and who rates it.
pub(crate) fn rateable_agreement<T: Config>() -> (AgreementRef, AccountOf<T>) {
	let parties = parties::<T>();
	let channel = ended::<T>(&parties).unwrap_or_default();
	(AgreementRef::Channel(channel), parties.payer.0)
}

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn open() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		fill_list::<T>(&parties.payer.1, 1);
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.payer.0),
			parties.payee.1,
			parties.asset,
			AMOUNT,
			terms::<T>(parties.keys),
		);
		assert_eq!(Channels::<T>::iter().count(), 1);
		assert_eq!(
			ChannelsOf::<T>::get(parties.payer.1).len() as u32,
			T::MaxChannels::get()
		);
		Ok(())
	}

	#[benchmark]
	fn top_up() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let channel = one_of_many::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.payer.0), channel, AMOUNT);
		assert_eq!(record::<T>(channel)?.deposited, 2 * AMOUNT);
		Ok(())
	}

	#[benchmark]
	fn redeem() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let channel = one_of_many::<T>(&parties)?;
		let voucher = voucher::<T>(&parties, channel, AMOUNT / 2)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.payee.0), channel, voucher);
		assert_eq!(record::<T>(channel)?.paid.amount, AMOUNT / 2);
		Ok(())
	}

	/// Of as many channels.
	#[benchmark]
	fn redeem_batch(n: Linear<1, { T::MaxBatch::get() }>) -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let mut vouchers = Vec::new();
		for _ in 0..n {
			next_block::<T>();
			ChannelsOf::<T>::remove(&parties.payer.1);
			let channel = channel::<T>(&parties)?;
			let voucher = voucher::<T>(&parties, channel, AMOUNT / 2)?;
			vouchers.push(Redemption { channel, voucher });
		}
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		let batch = BoundedVec::truncate_from(vouchers);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.payee.0), batch);
		let paid = Channels::<T>::iter_values().filter(|channel| channel.paid.amount > 0);
		assert_eq!(paid.count() as u32, n);
		Ok(())
	}

	#[benchmark]
	fn request_close() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let channel = one_of_many::<T>(&parties)?;
		let newest = Some(voucher::<T>(&parties, channel, AMOUNT / 2)?);
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.payer.0), channel, newest);
		let record = record::<T>(channel)?;
		assert!(matches!(record.state, ChannelState::Closing { .. }));
		assert!(T::Deadlines::contains(
			record.indexed_at,
			AgreementRef::Channel(channel)
		));
		Ok(())
	}

	#[benchmark]
	fn close() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let channel = one_of_many::<T>(&parties)?;
		let newest = Some(voucher::<T>(&parties, channel, AMOUNT / 2)?);
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.payee.0), channel, newest);
		assert_eq!(
			record::<T>(channel)?.state,
			ChannelState::Settled(Outcome::ClosedByPayee)
		);
		Ok(())
	}

	#[benchmark]
	fn close_together() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let channel = one_of_many::<T>(&parties)?;
		let last = last(AMOUNT / 2);
		let [payer_key, payee_key] = &parties.keys;
		let payer_signature = sign::<T>(Word::Close, channel, &last, payer_key)?;
		let payee_signature = sign::<T>(Word::Close, channel, &last, payee_key)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.payee.0),
			channel,
			last,
			payer_signature,
			payee_signature,
		);
		assert_eq!(record::<T>(channel)?.state, ChannelState::Settled(Outcome::Agreed));
		Ok(())
	}

	/// With something paid before, so that a name hears of it.
	#[benchmark]
	fn expire() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let channel = one_of_many::<T>(&parties)?;
		let voucher = voucher::<T>(&parties, channel, AMOUNT / 2)?;
		Pallet::<T>::do_redeem(channel, voucher)?;
		T::Clock::benchmark_advance(T::MinWindow::get().saturating_mul(2).saturating_add(1));
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.payee.0), channel);
		assert_eq!(record::<T>(channel)?.state, ChannelState::Settled(Outcome::Expired));
		Ok(())
	}

	#[benchmark]
	fn remove() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let channel = ended::<T>(&parties)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.payer.0), channel);
		assert!(!Channels::<T>::contains_key(channel));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::empty(), crate::mock::Test);
}
