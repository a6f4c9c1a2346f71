//! Tools, fixtures and machines.

use super::{name, Error, IN_NATIVE, NO_ASSET, NO_SITE};
use crate::prelude::*;
use bpiiot_primitives::SiteId;
use frame_support::traits::Get;
use pallet_inventory::{AssetClass, AssetId, AssetTag, Call, Serial, Whereabouts};
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![
		register_asset(),
		hand_over(),
		take_asset(),
		refuse_asset(),
		retire_asset(),
	]
}

/// In the customer's custody.
fn customer() -> Place {
	Whereabouts::Custodian(account(CUSTOMER))
}

/// Where the newest asset is.
fn place() -> Place {
	pallet_inventory::Assets::<Runtime>::get(tool())
		.expect("is there")
		.location
}

fn register_asset() -> Row {
	let registers = |tag: fn() -> AssetTag, class, serial: fn() -> Serial, home: Option<SiteId>| {
		move || Call::<Runtime>::register_asset {
			tag: tag(),
			class,
			serial: serial(),
			home,
		}
	};
	let tag = || list(*b"T-1");
	let the_machine = || Call::<Runtime>::register_asset {
		tag: list(*b"M-1"),
		class: AssetClass::Machine(machine()),
		serial: list([]),
		home: None,
	};
	Row::new(name("register_asset"), any_actor(OWNER), sited, || register_tool(None))
		.case(Right, calling(|| register_tool(Some(site()))))
		.case(Right, calling(the_machine))
		.case(Right, calling(the_machine).by(KEY))
		.case(Right, calling(|| register_tool(Some(site()))).by(KEY))
		.case(Stranger, calling(the_machine).by(STRANGER).fails(Error::OtherMachine))
		.case(
			Stranger,
			calling(|| register_tool(Some(site())))
				.by(STRANGER)
				.fails(Error::NotAllowed),
		)
		.case(
			WrongState,
			calling(|| register_tool(Some(NO_SITE))).fails(Error::UnknownSite),
		)
		.case(
			WrongState,
			calling(registers(|| list([]), AssetClass::Tool, || list([]), None)).fails(Error::BadTag),
		)
		.case(
			WrongState,
			calling(registers(|| list(*b"T 1"), AssetClass::Tool, || list([]), None)).fails(Error::BadTag),
		)
		.case(
			WrongState,
			calling(registers(tag, AssetClass::Tool, || list(*b"S 1"), None)).fails(Error::BadTag),
		)
		.case(WrongState, given(tooled).fails(Error::TagTaken))
		// The same plate of another's is another asset.
		.case(Right, given(tooled).by(STRANGER))
		.case(
			WrongState,
			then(move || act(OWNER, the_machine()))
				.calling(|| Call::register_asset {
					tag: list(*b"M-2"),
					class: AssetClass::Machine(machine()),
					serial: list([]),
					home: None,
				})
				.fails(Error::MachineTaken),
		)
		.with_a_frozen_machine_too()
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, IN_NATIVE)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[FullList], FILLS_NO_LIST)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
		)
		.never(&[TooLate], NO_DEADLINE)
}

fn hand_over() -> Row {
	let hands = |to: fn() -> Place, window| {
		calling(move || Call::<Runtime>::hand_over {
			asset: tool(),
			to: to(),
			window,
		})
	};
	let longest = <Runtime as pallet_inventory::Config>::MaxHandover::get();
	let may = actor(OWNER, Error::NotTheCustodian);
	Row::new(name("hand_over"), may, tooled, || hand_to(customer()))
		.case(
			Right,
			as_ever().leaves(|| assert_eq!(place(), Whereabouts::Custodian(account(OWNER)))),
		)
		// Who stands on both sides need not ask himself.
		.case(
			Right,
			hands(|| Whereabouts::Site(site()), WINDOW).leaves(|| assert_eq!(place(), Whereabouts::Site(site()))),
		)
		.case(
			Right,
			given(|| {
				sited();
				act(OWNER, register_tool(Some(site())));
			})
			.by(KEY),
		)
		.case(Stranger, by(KEY).fails(Error::NotTheCustodian))
		.case(Stranger, by(CUSTOMER).fails(Error::NotTheCustodian))
		.case(
			WrongState,
			calling(|| Call::hand_over {
				asset: NO_ASSET,
				to: customer(),
				window: WINDOW,
			})
			.fails(Error::UnknownAsset),
		)
		.case(
			WrongState,
			hands(|| Whereabouts::Site(NO_SITE), WINDOW).fails(Error::UnknownSite),
		)
		.case(WrongState, given(handed).fails(Error::HandoverPending))
		.with_a_frozen_machine_too()
		.case(Zero, hands(customer, 0).fails(Error::BadWindow))
		.case(Maximum, hands(customer, longest))
		.case(Maximum, hands(customer, longest + 1).fails(Error::BadWindow))
		.case(Maximum, hands(customer, u64::MAX).fails(Error::BadWindow))
		.never(&[Overflow], "a window is short enough to be added to any time")
		.never(&ASSETS, NAMES_NO_ASSET)
		.case(
			OwnCounterparty,
			hands(|| Whereabouts::Custodian(account(OWNER)), WINDOW).fails(Error::AlreadyThere),
		)
		.never(&[FullList], "one handover at a time")
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		// What was not taken is given to another.
		.case(TooLate, given(handed).then(later(WINDOW)).fails(Error::HandoverPending))
		.case(TooLate, given(handed).then(later(WINDOW + 1)))
}

/// What is alike when an asset is taken and when it is refused.
fn of_handovers(row: Row, call: fn(AssetId) -> Call<Runtime>) -> Row {
	let to_robot = || {
		given(|| {
			tooled();
			trading_robot();
			act(OWNER, hand_to(Whereabouts::Custodian(machine_of(ROBOT).account())));
		})
	};
	row.case(Right, to_robot())
		.case(Right, to_robot().by(ROBOT))
		.case(
			FrozenMachine,
			to_robot()
				.then(freeze_robot)
				.by(ROBOT)
				.fails(pallet_machines::Error::<Runtime>::MachineFrozen),
		)
		.case(Stranger, by(KEY).fails(Error::NotTheReceiver))
		.case(WrongState, calling(move || call(NO_ASSET)).fails(Error::UnknownAsset))
		.case(WrongState, given(tooled).fails(Error::NotHandedOver))
		.case(
			WrongState,
			then(move || act(CUSTOMER, call(tool()))).fails(Error::NotHandedOver),
		)
		.with_a_frozen_machine_too()
		.moves_no_money()
		.never(&[FullList], FILLS_NO_LIST)
}

fn take_asset() -> Row {
	fn takes(asset: AssetId) -> Call<Runtime> {
		Call::take_asset { asset }
	}
	let may = actor(CUSTOMER, Error::NotTheReceiver);
	let row = Row::new(name("take_asset"), may, handed, || takes(tool()))
		.case(Right, as_ever().leaves(|| assert_eq!(place(), customer())))
		.case(OwnCounterparty, by(OWNER).fails(Error::NotTheReceiver))
		.in_time(WINDOW, Error::HandoverLapsed);
	of_handovers(row, takes)
}

fn refuse_asset() -> Row {
	fn refuses(asset: AssetId) -> Call<Runtime> {
		Call::refuse_asset { asset }
	}
	let may = actor(CUSTOMER, Error::NotTheReceiver);
	let row = Row::new(name("refuse_asset"), may, handed, || refuses(tool()))
		.case(
			Right,
			as_ever().leaves(|| assert_eq!(place(), Whereabouts::Custodian(account(OWNER)))),
		)
		// Who gives it may have it back.
		.case(OwnCounterparty, by(OWNER))
		.at_any_time(WINDOW);
	of_handovers(row, refuses)
}

fn retire_asset() -> Row {
	let retires = |asset| Call::<Runtime>::retire_asset { asset };
	let of_machine = || {
		given(|| {
			sited();
			act(
				OWNER,
				Call::register_asset {
					tag: list(*b"M-1"),
					class: AssetClass::Machine(machine()),
					serial: list([]),
					home: None,
				},
			);
			sell(BUYER);
		})
	};
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("retire_asset"), may, tooled, move || retires(tool()))
		// Wherever it is.
		.case(Right, given(handed))
		.case(
			Right,
			given(handed).then(|| act(CUSTOMER, Call::take_asset { asset: tool() })),
		)
		// A machine is its owner's, and the deposit the registrant's.
		.case(Right, of_machine())
		.case(Right, of_machine().by(BUYER))
		.case(Stranger, of_machine().by(STRANGER).fails(Error::NotTheOwner))
		.case(
			Stranger,
			given(handed)
				.then(|| act(CUSTOMER, Call::take_asset { asset: tool() }))
				.by(CUSTOMER)
				.fails(Error::NotTheOwner),
		)
		.case(
			WrongState,
			calling(move || retires(NO_ASSET)).fails(Error::UnknownAsset),
		)
		.with_a_frozen_machine_too()
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, IN_NATIVE)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.plain()
}
