//! Arbiters, and the disputes that they decide.

use super::{name, Error};
use crate::prelude::*;
use bpiiot_primitives::{AgreementRef, JobId, Side};
use bpiiot_runtime::{Balance, Hash, RuntimeCall};
use pallet_escrow::Call;
use sp_runtime::{Permill, TokenError};

pub fn rows() -> Vec<Row> {
	let of_jobs = [accept_case_row(), submit_evidence(), rule(), end_dispute()];
	let arbiters = [register_arbiter(), retire_arbiter()];
	arbiters.into_iter().chain(of_jobs.map(Row::in_all_money)).collect()
}

const NO_AGREEMENT: AgreementRef = AgreementRef::Job(JobId(1));

impl Row {
	/// A call on a dispute: it fails on an agreement that is in none.
	fn on_a_dispute<C: Into<RuntimeCall>>(self, call: impl Fn(AgreementRef) -> C + 'static) -> Self {
		let row = self.case(
			WrongState,
			calling(move || call(NO_AGREEMENT)).fails(Error::NotDisputed),
		);
		Stage::ALL
			.into_iter()
			.filter(|stage| ![Stage::Disputed, Stage::Heard].contains(stage))
			.fold(row, |row, stage| {
				row.case(WrongState, given(move || at(stage)).fails(Error::NotDisputed))
			})
	}

	/// The arbiter's: once he owns the machine he has no say.
	fn of_an_independent_arbiter(self) -> Self {
		self.case(OwnCounterparty, then(|| sell(ARBITER)).fails(Error::ArbiterIsParty))
			.case(RotatedKey, then(rotate))
			.case(FrozenMachine, then(freeze))
			// He is bound by the cases that he was named for, and may take them.
			.case(Right, then(|| act(ARBITER, Call::retire_arbiter {})))
	}
}

fn register_arbiter() -> Row {
	let most = Permill::from_percent(20);
	let beyond = Permill::from_parts(most.deconstruct() + 1);
	let asking = |fee| calling(move || arbitrate(fee));
	Row::new(name("register_arbiter"), any_actor(BUYER), registered, || {
		arbitrate(ARBITER_FEE)
	})
	.case(WrongState, by(KEY).fails(Error::MachineNoArbiter))
	// He may ask for something else.
	.case(
		Right,
		given(published).calling(|| arbitrate(Permill::zero())).by(ARBITER),
	)
	.case(WrongState, given(published).by(ARBITER).idly())
	.case(Zero, asking(Permill::zero()))
	.case(Maximum, asking(most))
	.case(Maximum, asking(beyond).fails(Error::FeeTooHigh))
	.case(Maximum, asking(Permill::one()).fails(Error::FeeTooHigh))
	.never(&[Overflow], SUMS_NOTHING)
	.never(&ASSETS, "its deposit is in the native token")
	.case(
		DepositUnaffordable,
		then(|| impoverish(&account(BUYER))).fails(TokenError::FundsUnavailable),
	)
	.plain()
}

fn retire_arbiter() -> Row {
	let retires = || Call::<Runtime>::retire_arbiter {};
	let may = only(ARBITER, Error::UnknownArbiter);
	Row::new(name("retire_arbiter"), may, published, retires)
		.case(Right, given(|| at(Stage::Heard)))
		.case(
			WrongState,
			then(move || act(ARBITER, retires())).fails(Error::UnknownArbiter),
		)
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, "its deposit is in the native token")
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.plain()
}

fn accept_case_row() -> Row {
	let may = actor(ARBITER, Error::NotArbiter);
	Row::new(name("accept_case"), may, || at(Stage::Disputed), accept_case)
		.on_a_dispute(|agreement| Call::accept_case { agreement })
		.case(WrongState, given(|| at(Stage::Heard)).fails(Error::AlreadyAccepted))
		.case(Right, given(|| bought(Leg::Contested)).calling(hear_goods))
		.case(
			WrongState,
			given(|| bought(Leg::Refused))
				.calling(hear_goods)
				.fails(Error::NotDisputed),
		)
		.case(Stranger, by(OWNER).fails(Error::NotArbiter))
		.of_an_independent_arbiter()
		.never(&AMOUNTS, NO_AMOUNT)
		.case(UnlistedAsset, then(delist))
		.case(FrozenAsset, then(freeze_asset))
		.case(BlockedPayee, then(|| block(&account(ARBITER))))
		.never(&[FullList], FILLS_NO_LIST)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(ARBITER))).fails(TokenError::FundsUnavailable),
		)
		.in_time(WINDOW, Error::TooLate)
}

fn submit_evidence() -> Row {
	let submits = |agreement, evidence| Call::<Runtime>::submit_evidence { agreement, evidence };
	let document = move |number: u8| move || submits(agreement(), Hash::repeat_byte(number));
	let so_many = move |who: &'static str, numbers: [u8; 4], but: usize| {
		move || numbers[but..].iter().for_each(|number| act(who, document(*number)()))
	};
	let may = actor(CUSTOMER, Error::NotParty);
	Row::new(name("submit_evidence"), may, || at(Stage::Disputed), document(9))
		.on_a_dispute(move |agreement| submits(agreement, Hash::repeat_byte(9)))
		.case(Right, by(OWNER))
		.case(Right, by(KEY))
		.case(Right, given(|| at(Stage::Heard)))
		.case(
			Right,
			given(|| bought(Leg::Argued)).calling(move || submits(purchase_agreement(), Hash::repeat_byte(9))),
		)
		.case(RotatedKey, then(rotate).by(NEXT_KEY))
		.case(FrozenMachine, then(freeze))
		.case(Stranger, by(ARBITER).fails(Error::NotParty))
		.case(
			WrongState,
			then(move || act(CUSTOMER, document(9)())).fails(Error::EvidenceKnown),
		)
		.case(UnlistedAsset, then(delist))
		.case(FrozenAsset, then(freeze_asset))
		.case(BlockedPayee, then(|| block(&account(CUSTOMER))))
		.never(&AMOUNTS, NO_AMOUNT)
		// Who has bought the machine is still the payer, and speaks for him; by its key he speaks for the machine.
		.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER)).leaves(|| assert_eq!(documents(), [1, 1])),
		)
		.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER))
				.by(KEY)
				.leaves(|| assert_eq!(documents(), [0, 2])),
		)
		// Who has sold it has no word any more, though it is his bond.
		.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER)).by(OWNER).fails(Error::NotParty),
		)
		.case(
			OwnCounterparty,
			then(|| sell(ARBITER))
				.by(ARBITER)
				.leaves(|| assert_eq!(documents(), [0, 2])),
		)
		.case(
			FullList,
			then(so_many(CUSTOMER, [1, 2, 3, 4], 0)).fails(Error::TooMuchEvidence),
		)
		// The document that the dispute was opened with counts, and the other side's do not.
		.case(
			FullList,
			then(so_many(OWNER, [1, 2, 3, 4], 1))
				.by(OWNER)
				.fails(Error::TooMuchEvidence),
		)
		.case(FullList, then(so_many(OWNER, [1, 2, 3, 4], 1)))
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		// As long as the dispute is there.
		.case(TooLate, then(later(WINDOW + 1)))
}

/// How many documents payer and payee have brought forward.
fn documents() -> [usize; 2] {
	let dispute = pallet_escrow::Disputes::<Runtime>::get(agreement()).expect("is there");
	[dispute.payer_evidence.len(), dispute.payee_evidence.len()]
}

fn ruling(to_payee: Permill, bond_to: Side) -> Call<Runtime> {
	ruling_of(agreement(), to_payee, bond_to)
}

fn ruling_of(agreement: AgreementRef, to_payee: Permill, bond_to: Side) -> Call<Runtime> {
	Call::rule {
		agreement,
		to_payee,
		bond_to,
		ruling: Hash::default(),
	}
}

/// The machine gets next to nothing.
pub fn crumbs() -> Call<Runtime> {
	ruling(Permill::from_parts(1), Side::Payee)
}

/// How much that is: less than begins an account.
pub fn crumb() -> Balance {
	Permill::from_parts(1) * whole_price()
}

fn rule() -> Row {
	const SHARE: Permill = Permill::from_percent(30);
	let rules = |share, side| calling(move || ruling(share, side));
	let may = actor(ARBITER, Error::NotArbiter);
	let right = || ruling(SHARE, Side::Payee);
	Row::new(name("rule"), may, || at(Stage::Heard), right)
		.on_a_dispute(move |agreement| Call::rule {
			agreement,
			to_payee: SHARE,
			bond_to: Side::Payer,
			ruling: Hash::default(),
		})
		.case(WrongState, given(|| at(Stage::Disputed)).fails(Error::NotAccepted))
		.case(Stranger, by(CUSTOMER).fails(Error::NotArbiter))
		.of_an_independent_arbiter()
		.case(Zero, rules(Permill::zero(), Side::Payer))
		.case(Maximum, rules(Permill::one(), Side::Payee))
		// What is too little to begin an account is not lost.
		.case(
			Zero,
			given(|| penniless_at(Stage::Heard))
				.calling(crumbs)
				.leaves(|| credited([(Party::Machine, Party::Customer, crumb as _)])),
		)
		.never(&[Overflow], "splits what is there")
		.pays([
			(Party::Machine, Party::Customer, || SHARE * whole_price()),
			(Party::Customer, Party::Customer, || {
				whole_price() - SHARE * whole_price()
			}),
			(Party::Chain, Party::Customer, order_fee),
			(Party::Machine, Party::Machine, bond),
			(Party::Owner, Party::Owner, dispute_bond),
			(Party::Arbiter, Party::Owner, verdict_fee),
		])
		.pays_when(
			move || rules(Permill::one(), Side::Payer),
			[
				(Party::Machine, Party::Customer, whole_price),
				(Party::Chain, Party::Customer, order_fee),
				(Party::Machine, Party::Machine, bond),
				(Party::Customer, Party::Owner, dispute_bond),
				(Party::Arbiter, Party::Owner, verdict_fee),
			],
		)
		// The same of an order for goods.
		.pays_when(
			move || given(|| bought(Leg::Argued)).calling(|| ruling_of(purchase_agreement(), SHARE, Side::Payee)),
			[
				(Party::Machine, Party::Customer, || SHARE * whole_price()),
				(Party::Customer, Party::Customer, || {
					whole_price() - SHARE * whole_price()
				}),
				(Party::Chain, Party::Customer, purchase_fee),
				(Party::Machine, Party::Machine, goods_bond),
				(Party::Owner, Party::Owner, dispute_bond),
				(Party::Arbiter, Party::Owner, verdict_fee),
			],
		)
		// The customer has bought the machine: both shares are his.
		.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER))
				.calling(|| ruling(SHARE, Side::Payer))
				.leaves(|| machine_has(savings() + SHARE * whole_price())),
		)
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.in_time(WINDOW, Error::TooLate)
}

fn end_dispute() -> Row {
	let ends = |agreement| Call::<Runtime>::end_dispute { agreement };
	let silent = || {
		at(Stage::Disputed);
		later(WINDOW + 1)();
	};
	let half = || whole_price() / 2;
	let row = Row::new(
		name("end_dispute"),
		anybody(STRANGER),
		silent,
		move || ends(agreement()),
	)
	.on_a_dispute(ends)
	.case(
		WrongState,
		then(|| root_acts(Call::pause {})).fails(Error::AgreementsPaused),
	)
	.case(RotatedKey, then(rotate))
	.case(FrozenMachine, then(freeze))
	.never(&AMOUNTS, NO_AMOUNT)
	.pays([
		(Party::Machine, Party::Customer, half),
		(Party::Customer, Party::Customer, half),
		(Party::Chain, Party::Customer, order_fee),
		(Party::Machine, Party::Machine, bond),
		(Party::Owner, Party::Owner, || dispute_bond() + verdict_fee()),
	])
	// The same of an order for goods.
	.pays_when(
		move || {
			given(|| bought(Leg::Contested))
				.then(later(WINDOW + 1))
				.calling(move || ends(purchase_agreement()))
		},
		[
			(Party::Machine, Party::Customer, half),
			(Party::Customer, Party::Customer, half),
			(Party::Chain, Party::Customer, purchase_fee),
			(Party::Machine, Party::Machine, goods_bond),
			(Party::Owner, Party::Owner, || dispute_bond() + verdict_fee()),
		],
	)
	.case(OwnCounterparty, then(|| sell(CUSTOMER)))
	// He may not decide, nor may anybody else: the machine that he has bought gets more than a rejection gives it.
	.case(
		OwnCounterparty,
		then(|| sell(ARBITER)).leaves(move || machine_has(savings() + half())),
	)
	.never(&[FullList], FILLS_NO_LIST)
	.never(&[DepositUnaffordable], TAKES_NOTHING);
	// Neither may the arbiter accept for longer, nor rule.
	[Stage::Disputed, Stage::Heard].into_iter().fold(row, |row, stage| {
		row.case(
			TooLate,
			given(move || at(stage)).then(later(WINDOW)).fails(Error::NotExpired),
		)
		.case(TooLate, given(move || at(stage)).then(later(WINDOW + 1)))
	})
}
