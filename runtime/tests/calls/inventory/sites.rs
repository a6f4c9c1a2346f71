//! Sites, who keeps them, and what is kept there.

use super::{name, Error, IN_NATIVE, NO_SITE};
use crate::prelude::*;
use bpiiot_primitives::SiteId;
use pallet_inventory::{Call, Item, ItemCode, Keeper, Rights, SiteProfile};
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![
		create_site_row(),
		update_site(),
		close_site(),
		set_keepers_row(),
		open_item(),
		close_item(),
	]
}

/// The machine's own site, with oil, which is used up.
fn emptied_by_machine() {
	opened_by_machine();
	act(KEY, receive(OIL, None));
	act(KEY, consume(OIL));
}

/// The machine's own site, where oil is kept.
fn opened_by_machine() {
	sited_by_machine();
	act(KEY, open_oil(site()));
}

/// What is alike when a site is created and when it is changed.
fn with_profile(row: Row, call: fn(SiteProfile, u32) -> Call<Runtime>) -> Row {
	let says = move |profile: fn() -> SiteProfile| calling(move || call(profile(), ROOM));
	let malformed: [(fn() -> SiteProfile, Error); 6] = [
		(SiteProfile::default, Error::BadName),
		(
			|| SiteProfile {
				name: list([0xff]),
				..shed()
			},
			Error::BadName,
		),
		(
			|| SiteProfile {
				gln: Some(list(*b"9506000134353")),
				..shed()
			},
			Error::BadGln,
		),
		(
			|| SiteProfile {
				gln: Some(list([])),
				..shed()
			},
			Error::BadGln,
		),
		(
			|| SiteProfile {
				region: list(*b"de"),
				..shed()
			},
			Error::BadRegion,
		),
		(
			|| SiteProfile {
				region: list(*b"DEU"),
				..shed()
			},
			Error::BadRegion,
		),
	];
	let row = malformed.into_iter().fold(row, |row, (profile, error)| {
		row.case(WrongState, says(profile).fails(error))
	});
	row.case(
		Right,
		says(|| SiteProfile {
			name: list([b'n'; 64]),
			gln: None,
			region: list(*b"FR-75C"),
		}),
	)
	// Who wants so much room pays for it in advance.
	.case(
		Maximum,
		calling(move || call(shed(), u32::MAX)).fails(TokenError::FundsUnavailable),
	)
	.never(&[Overflow], "so much room is no more than a number")
	.never(&ASSETS, IN_NATIVE)
	.never(&[OwnCounterparty], ONE_PARTY)
	.never(&[FullList], FILLS_NO_LIST)
	.never(&[TooLate], NO_DEADLINE)
}

fn create_site_row() -> Row {
	let row = Row::new(name("create_site"), any_actor(OWNER), registered, || create_site(ROOM))
		.case(Right, given(trading).by(KEY))
		.case(Zero, calling(|| create_site(0)))
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
		)
		// The machine itself is to pay.
		.case(
			DepositUnaffordable,
			then(|| impoverish(&machine().account()))
				.by(KEY)
				.fails(TokenError::FundsUnavailable),
		);
	with_profile(row, |profile, room| Call::create_site { profile, room })
}

fn update_site() -> Row {
	fn updates(profile: SiteProfile, room: u32) -> Call<Runtime> {
		let site = site();
		Call::update_site { site, profile, room }
	}
	let may = actor(OWNER, Error::NotTheOwner);
	let row = Row::new(name("update_site"), may, sited, || updates(shed(), ROOM + 1))
		.of_a_machines_site_too(sited_by_machine)
		.case(Right, calling(|| updates(shed(), ROOM)).idly())
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.with_a_frozen_machine_too()
		.case(
			WrongState,
			calling(|| Call::update_site {
				site: NO_SITE,
				profile: shed(),
				room: ROOM,
			})
			.fails(Error::UnknownSite),
		)
		.case(Zero, calling(|| updates(shed(), 0)))
		.case(
			Zero,
			given(stocked).calling(|| updates(shed(), 0)).fails(Error::RoomInUse),
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
		);
	with_profile(row, updates)
}

fn close_site() -> Row {
	let closes = |site| Call::<Runtime>::close_site { site };
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("close_site"), may, sited, move || closes(site()))
		.of_a_machines_site_too(sited_by_machine)
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.with_a_frozen_machine_too()
		.case(WrongState, calling(move || closes(NO_SITE)).fails(Error::UnknownSite))
		.case(WrongState, given(stocked).fails(Error::InUse))
		.case(
			WrongState,
			then(|| act(OWNER, register_tool(Some(site())))).fails(Error::InUse),
		)
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, IN_NATIVE)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.plain()
}

fn set_keepers_row() -> Row {
	let sets = |keepers: fn() -> Vec<Keeper<_>>| calling(move || set_keepers(site(), keepers()));
	let nobody = |site: SiteId| set_keepers(site, []);
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("set_keepers"), may, sited, move || nobody(site()))
		.of_a_machines_site_too(|| {
			sited_by_machine();
			act(KEY, set_keepers(site(), [keeper(account(CUSTOMER))]));
		})
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.with_a_frozen_machine_too()
		.case(WrongState, calling(move || nobody(NO_SITE)).fails(Error::UnknownSite))
		.case(
			WrongState,
			sets(|| vec![keeper(account(CUSTOMER)), keeper(account(CUSTOMER))]).fails(Error::BadKeepers),
		)
		// Who may do nothing.
		.case(
			Zero,
			sets(|| {
				vec![Keeper {
					account: account(CUSTOMER),
					rights: Rights::default(),
				}]
			})
			.fails(Error::BadKeepers),
		)
		.never(&[Maximum, Overflow], NO_AMOUNT)
		.never(&ASSETS, NAMES_NO_ASSET)
		.case(
			FullList,
			sets(|| (0..8).map(|nth| keeper(account(&format!("Keeper{nth}")))).collect()),
		)
		// The owner may all that anyway.
		.case(OwnCounterparty, sets(|| vec![keeper(account(OWNER))]))
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.never(&[TooLate], NO_DEADLINE)
}

fn open_item() -> Row {
	let opens = |item: fn() -> Item, code, unit: &'static [u8]| {
		calling(move || Call::<Runtime>::open_item {
			site: site(),
			item: item(),
			code,
			unit: list(unit.iter().copied()),
		})
	};
	let gtin = || list(*b"9506000134352");
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("open_item"), may, sited, || open_oil(site()))
		.of_a_machines_site_too(sited_by_machine)
		.case(Right, opens(gtin, ItemCode::Gtin, b"H87"))
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.with_a_frozen_machine_too()
		.case(WrongState, calling(|| open_oil(NO_SITE)).fails(Error::UnknownSite))
		.case(WrongState, given(stocked).fails(Error::AlreadyKept))
		.case(
			WrongState,
			opens(|| list([]), ItemCode::Own, b"LTR").fails(Error::BadItem),
		)
		.case(
			WrongState,
			opens(|| list(*b"a b"), ItemCode::Own, b"LTR").fails(Error::BadItem),
		)
		.case(
			WrongState,
			opens(|| list(*b"9506000134353"), ItemCode::Gtin, b"LTR").fails(Error::BadGtin),
		)
		.case(WrongState, opens(oil, ItemCode::Own, b"l").fails(Error::BadUnit))
		.case(WrongState, opens(oil, ItemCode::Own, b"ltr").fails(Error::BadUnit))
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, NAMES_NO_ASSET)
		.never(&[OwnCounterparty], ONE_PARTY)
		.case(
			FullList,
			then(|| {
				for nth in 0..ROOM {
					act(
						OWNER,
						Call::open_item {
							site: site(),
							item: list(format!("PART-{nth}").into_bytes()),
							code: ItemCode::Own,
							unit: litres(),
						},
					);
				}
			})
			.fails(Error::NoRoom),
		)
		.never(&[DepositUnaffordable], "the site's room was paid for")
		.never(&[TooLate], NO_DEADLINE)
}

fn close_item() -> Row {
	let closes = |site| Call::<Runtime>::close_item { site, item: oil() };
	let opened = || {
		sited();
		act(OWNER, open_oil(site()));
	};
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("close_item"), may, opened, move || closes(site()))
		.of_a_machines_site_too(opened_by_machine)
		.case(Right, given(emptied_by_machine))
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.with_a_frozen_machine_too()
		.on_stock(closes)
		.case(WrongState, given(stocked).fails(Error::InUse))
		.case(
			WrongState,
			given(requested)
				.then(|| act(OWNER, consume_all()))
				.fails(Error::RequestOpen),
		)
		.never(&AMOUNTS, NO_AMOUNT)
		.of_goods()
		.plain()
}

/// What is left is used up.
fn consume_all() -> Call<Runtime> {
	consume(POINT - 1)
}

/// More oil was asked for, and that is open.
fn requested() {
	ruled();
	act(OWNER, consume(OIL - POINT + 1));
}
