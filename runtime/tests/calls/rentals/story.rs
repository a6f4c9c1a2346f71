//! A drill press for an hour, and two who want it.

use super::Error;
use crate::{
	chain::{chain, pass, send, Signature},
	prelude::*,
	run::TRY_STATE,
};
use bpiiot_access::{Access, Claims, Door, Refused, Seen, Token};
use bpiiot_primitives::AgreementRef;
use bpiiot_runtime::{AccountId, RuntimeCall};
use codec::{Decode, Encode};
use pallet_rentals::{Actions, Call, Outcome, Stage};
use pallet_suppliers::standing::Stars;
use sp_core::{sr25519, Pair};

fn sent(by: &str, call: impl Into<RuntimeCall>) {
	assert_eq!(send(by, call.into(), Signature::Good), Ok(Ok(())));
}

fn all_holds() {
	for (pallet, try_state) in TRY_STATE {
		assert_eq!(try_state(), Ok(()), "{pallet}");
	}
}

/// What a door reads of a rental's record, which stands at its beginning.
fn record_at_the_door() -> Access<[u8; 32], [u8; 32]> {
	Access::decode(&mut rental_record().encode().as_slice()).expect("is a record")
}

/// A token of somebody's, good for a minute from now.
fn token(by: &str, nonce: u64) -> Token {
	let pair = crate::chain::pair(by);
	let claims = Claims {
		rental: rental().0,
		machine: machine().0,
		signer: pair.public().0,
		actions: Actions::ENTER,
		epoch: rental_record().access.epoch,
		not_before: now(),
		not_after: now() + 30_000,
		nonce,
	};
	let signature = pair.sign(&claims.payload(&this_chain().0)).0;
	Token { claims, signature }
}

fn verify(message: &[u8], signature: &[u8; 64], key: &[u8; 32]) -> bool {
	sr25519::Pair::verify(&(*signature).into(), message, &(*key).into())
}

/// The renter unlocks it by a token that the door checks by itself, lets a friend in and out, gives it back early, and both
/// agree. The other one has it next.
#[test]
fn two_people_want_one_machine_and_a_door_knows_whose_it_is() {
	chain().execute_with(|| {
		// GIVEN a machine that is let, and two who want it now.
		Money::Dollars.circulate();
		listed();
		let arbiter = Some(account(ARBITER));
		sent(CUSTOMER, rent(Hire { arbiter, ..hire() }));
		let lost = send(STRANGER, rent(hire()).into(), Signature::Good);
		assert_eq!(lost, Ok(Err(Error::AlreadyBooked.into())));
		let rental = rental();
		sent(CUSTOMER, Call::<Runtime>::start { rental });

		// WHEN the renter comes to the door with a token.
		let door = Door {
			genesis: this_chain().0,
			machine: machine().0,
			longest: 300_000,
		};
		let mut seen = Seen::<64>::default();
		let mut at_the_door = |token: &Token| {
			let record = record_at_the_door();
			let (id, now) = (rental.0, now());
			token
				.check(&door, id, &record, Actions::ENTER, now, &mut seen, verify)
				.map(drop)
		};
		// THEN it opens once, and to nobody else.
		let his = token(CUSTOMER, 1);
		assert_eq!(at_the_door(&his), Ok(()));
		assert_eq!(at_the_door(&his), Err(Refused::Replayed));
		assert!(at_the_door(&token(STRANGER, 2)).is_err());

		// AND to whom he lets in, until he does not.
		sent(CUSTOMER, set_user(BUYER));
		let friends = token(BUYER, 3);
		assert_eq!(at_the_door(&friends), Ok(()));
		let user = account(BUYER);
		sent(CUSTOMER, Call::<Runtime>::remove_user { rental, user });
		assert_eq!(at_the_door(&friends), Err(Refused::Revoked));

		// WHEN he gives it back after two of four periods, and the lock says so too.
		pass(2 * PERIOD);
		sent(CUSTOMER, Call::<Runtime>::give_back { rental });
		assert!(at_the_door(&token(CUSTOMER, 4)).is_err());
		sent(KEY, confirm_return(now()));
		// THEN the other one has it, for whom the owner's bond is on hold now.
		sent(STRANGER, rent(hire()));
		let next = crate::world::rental();
		sent(STRANGER, Call::<Runtime>::start { rental: next });

		// AND the machine has two periods' rent, its name has heard of it, and nobody claims anything.
		pass(WINDOW + 1);
		pass(1);
		let record = pallet_rentals::Rentals::<Runtime>::get(rental).expect("is there");
		assert_eq!(record.stage(), Stage::Settled(Outcome::Completed));
		machine_has(savings() + 2 * period_price() - stop_penalty());
		assert!(record.counted.weight > 0);
		let rate = || pallet_suppliers::Call::<Runtime>::rate {
			agreement: AgreementRef::Rental(rental),
			stars: Stars::Four,
		};
		sent(CUSTOMER, rate());
		let machine: AccountId = machine().account();
		let name = pallet_suppliers::Names::<Runtime>::get(machine)
			.expect("it has one")
			.sums;
		assert_eq!(
			(name.settled, name.rated()),
			(record.counted.weight, record.counted.weight)
		);
		let again = send(CUSTOMER, rate().into(), Signature::Good);
		assert_eq!(again, Ok(Err(Error::AlreadyRated.into())));
		sent(CUSTOMER, Call::<Runtime>::remove { rental });
		all_holds();
	});
}

/// It is given back late, and not as it was.
#[test]
fn what_is_late_and_broken_is_paid_from_the_deposit_by_an_arbiters_word() {
	chain().execute_with(|| {
		// GIVEN a machine that is a period overdue, whose key is replaced and which is sold meanwhile.
		Money::Dollars.circulate();
		listed();
		let arbiter = Some(account(ARBITER));
		sent(CUSTOMER, rent(Hire { arbiter, ..hire() }));
		let rental = rental();
		sent(CUSTOMER, Call::<Runtime>::start { rental });
		pass(RENTED + 1);
		sell(BUYER);
		sent(CUSTOMER, Call::<Runtime>::give_back { rental });

		// WHEN the new owner claims all that is left of the deposit, and the renter disputes that.
		let left = security() / 2;
		sent(BUYER, claim(left));
		let evidence = Default::default();
		sent(CUSTOMER, Call::<Runtime>::dispute { rental, evidence });
		let agreement = AgreementRef::Rental(rental);
		sent(ARBITER, pallet_escrow::Call::<Runtime>::accept_case { agreement });
		let rule = pallet_escrow::Call::<Runtime>::rule {
			agreement,
			to_payee: sp_runtime::Permill::from_percent(25),
			bond_to: bpiiot_primitives::Side::Payer,
			ruling: evidence,
		};
		sent(ARBITER, rule);

		// THEN rent, a period overdue and a quarter of the claim are the machine's.
		rental_is(Stage::Settled(Outcome::Completed));
		machine_has(savings() + rent_price() + security() / 2 + left / 4);
		all_holds();
	});
}
