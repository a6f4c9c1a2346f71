//! Rows of the escrow pallet.

mod disputes;

use crate::prelude::*;
use bpiiot_primitives::AssetKind;
use bpiiot_runtime::CollatorSelection;
use pallet_escrow::Call;
use sp_runtime::TokenError;

type Error = pallet_escrow::Error<Runtime>;

/// The rows.
pub fn rows() -> Vec<Row> {
	let governed = [list_asset(), delist_asset(), claim_credit(), pause(), resume()];
	governed.into_iter().chain(disputes::rows()).collect()
}

const fn name(call: &'static str) -> (&'static str, &'static str) {
	("Escrow", call)
}

const EURO: AssetKind = AssetKind::Asset(EUROS);

impl Row {
	/// A call of root's: there is nobody whom it could cheat, or cost anything.
	fn of_governance(self) -> Self {
		self.never(&AMOUNTS, NO_AMOUNT)
			.never(&[DepositUnaffordable], TAKES_NOTHING)
			.plain()
	}
}

fn list_asset() -> Row {
	let lists = |asset| move || Call::<Runtime>::list_asset { asset };
	Row::new(name("list_asset"), root(), registered, lists(EURO))
		.case(WrongState, calling(lists(ASSET)).fails(Error::AlreadyListed))
		.case(
			WrongState,
			calling(lists(AssetKind::Native)).fails(Error::AlreadyListed),
		)
		.case(
			WrongState,
			calling(lists(AssetKind::Asset(1))).fails(Error::UnknownAsset),
		)
		.case(
			WrongState,
			then(|| {
				root_acts(pallet_assets::Call::force_create {
					id: 1,
					owner: account(ISSUER).into(),
					is_sufficient: false,
					min_balance: 1,
				});
			})
			.calling(lists(AssetKind::Asset(1)))
			.fails(Error::NotSufficient),
		)
		.case(
			WrongState,
			then(|| {
				root_acts(pallet_assets::Call::force_create {
					id: 1,
					owner: account(ISSUER).into(),
					is_sufficient: true,
					min_balance: 2,
				});
			})
			.calling(lists(AssetKind::Asset(1)))
			.fails(Error::NoFeeAccount),
		)
		.case(
			FrozenAsset,
			then(|| act(ISSUER, pallet_assets::Call::freeze_asset { id: EUROS })),
		)
		.case(
			BlockedPayee,
			then(|| {
				act(
					ISSUER,
					pallet_assets::Call::block {
						id: EUROS,
						who: CollatorSelection::account_id().into(),
					},
				);
			})
			.fails(Error::NoFeeAccount),
		)
		.never(&[UnlistedAsset], "that is what it ends")
		.of_governance()
}

fn delist_asset() -> Row {
	let delists = |asset| move || Call::<Runtime>::delist_asset { asset };
	Row::new(name("delist_asset"), root(), || at(Stage::Started), delists(ASSET))
		.case(
			WrongState,
			calling(delists(AssetKind::Native)).fails(Error::NativeStaysListed),
		)
		.case(WrongState, then(delist).fails(Error::AssetNotListed))
		.case(UnlistedAsset, calling(delists(EURO)).fails(Error::AssetNotListed))
		.case(FrozenAsset, then(freeze_asset))
		.never(&[BlockedPayee], "pays nobody")
		.of_governance()
}

/// A machine could not be paid while its account was blocked, and now it could.
fn credit() {
	at(Stage::Delivered);
	freeze_asset();
	let (job, units) = (job(), UNITS);
	act(CUSTOMER, pallet_jobs::Call::approve { job, units });
	credited();
	thaw_asset();
}

fn claim_credit() -> Row {
	let claims = |holder: &'static str, asset| {
		move || Call::<Runtime>::claim_credit {
			holder: account(holder),
			asset,
			payee: machine().account(),
		}
	};
	let right = claims(CUSTOMER, ASSET);
	Row::new(name("claim_credit"), anybody(STRANGER), credit, right)
		.case(WrongState, then(move || act(STRANGER, right())).fails(Error::NoCredit))
		.case(WrongState, calling(claims(STRANGER, ASSET)).fails(Error::NoCredit))
		.case(UnlistedAsset, calling(claims(CUSTOMER, EURO)).fails(Error::NoCredit))
		.case(UnlistedAsset, then(delist))
		.case(
			FrozenAsset,
			then(freeze_asset).fails(pallet_assets::Error::<Runtime>::AssetNotLive),
		)
		.case(BlockedPayee, then(block_machine).fails(TokenError::CannotCreate))
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&[OwnCounterparty], "the payee gets what is his, whoever asks")
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.never(&[TooLate], "a credit stands until it is claimed")
}

fn pause() -> Row {
	Row::new(name("pause"), root(), registered, || Call::pause {})
		.case(
			WrongState,
			then(|| root_acts(Call::pause {})).fails(Error::AlreadyPaused),
		)
		.never(&ASSETS, NAMES_NO_ASSET)
		.of_governance()
}

fn resume() -> Row {
	let paused = || {
		registered();
		root_acts(Call::pause {});
	};
	Row::new(name("resume"), root(), paused, || Call::resume {})
		.case(WrongState, then(|| root_acts(Call::resume {})).fails(Error::NotPaused))
		.never(&ASSETS, NAMES_NO_ASSET)
		.of_governance()
}
