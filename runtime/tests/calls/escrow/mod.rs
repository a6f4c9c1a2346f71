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

/// The verdict gives the machine so little that it could not begin an account, and now it has one.
fn credit() {
	penniless_at(Stage::Heard);
	act(ARBITER, disputes::crumbs());
	let (machine, asset, amount) = (machine(), asset(), coin());
	act(CUSTOMER, pallet_machines::Call::deposit { machine, asset, amount });
}

fn claim_credit() -> Row {
	let claims = |holder: &'static str, asset: fn() -> AssetKind| {
		move || Call::<Runtime>::claim_credit {
			holder: account(holder),
			asset: asset(),
			payee: machine().account(),
		}
	};
	let right = claims(CUSTOMER, asset);
	Row::new(name("claim_credit"), anybody(STRANGER), credit, right)
		.in_all_money()
		.case(Right, as_ever().leaves(|| machine_has(coin() + disputes::crumb())))
		.case(WrongState, then(move || act(STRANGER, right())).fails(Error::NoCredit))
		.case(WrongState, calling(claims(STRANGER, asset)).fails(Error::NoCredit))
		// It is still too little to begin with.
		.case(
			WrongState,
			then(|| {
				let (machine, asset, amount) = (machine(), asset(), coin());
				act(OWNER, pallet_machines::Call::withdraw { machine, asset, amount });
			})
			.fails(TokenError::CannotCreate),
		)
		.case(UnlistedAsset, calling(claims(CUSTOMER, || EURO)).fails(Error::NoCredit))
		.case(UnlistedAsset, then(delist))
		.case(
			FrozenAsset,
			then(freeze_asset).fails(pallet_assets::Error::<Runtime>::AssetNotLive),
		)
		// It was, and is not any more.
		.case(
			FrozenAsset,
			given(|| at(Stage::Delivered))
				.then(freeze_asset)
				.then(|| act(CUSTOMER, approve(UNITS)))
				.then(thaw_asset)
				.leaves(|| machine_has(savings() - bond() + whole_price())),
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
