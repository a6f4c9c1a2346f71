//! From an offer to an agreement of all.

use crate::{
	agreement::agreement_of, Balance, Caller, Carriage, ClaimKind, Config, Error, EscrowOf, Event, HoldReason, Holder,
	Hop, Leg, LegId, LegOf, LegState, Legs, Limit, Outcome, Pallet, Shipment, ShipmentId, ShipmentOf, ShipmentPlace,
	ShipmentState, Shipments, ShipmentsOf, TermsOf, MAX_LEGS,
};
use alloc::vec::Vec;
use bpiiot_primitives::{
	fresh_id, Actors, AgreementClock, AgreementMillis, Counted, DeadlineIndex, Escrow, EscrowTerms, EscrowView, Goods,
};
use frame_support::{
	ensure,
	pallet_prelude::{ConstU32, DispatchError, DispatchResult},
	traits::{fungible::MutateHold, Get},
	BoundedVec,
};
use sp_core::H256;
use sp_runtime::ArithmeticError;

/// The consignor's word.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_offer(actor: &Caller<T>, terms: TermsOf<T>) -> Result<ShipmentId, DispatchError> {
		let consignor = actor.account.clone();
		Self::check_terms(&consignor, &terms)?;
		// Whoever owns it now answers for its silence, whoever owns it then.
		let logger_owner = terms
			.logger
			.map(|logger| T::Actors::ensure_in_service(&logger))
			.transpose()?;
		// Taken before the first event, which is the next one's guarantee of another id.
		let id = ShipmentId(fresh_id::<T>());
		Self::lock_goods(id, actor, &terms)?;
		Self::bind(&consignor)?;
		let deposit = Self::deposit_for(&terms);
		T::Currency::hold(&HoldReason::Shipment.into(), &consignor, deposit)?;
		Self::pay_fee(actor, T::ShipmentFee::get())?;
		let until = T::Clock::now().saturating_add(terms.windows.offer);
		Self::deposit_event(Event::Offered {
			shipment: id,
			consignor: consignor.clone(),
			consignee: terms.consignee.clone(),
			until,
		});
		let mut legs = BoundedVec::new();
		for number in 0..terms.legs.len() as u8 {
			let leg = Self::offer_leg(id, number, actor, &terms)?;
			legs.try_push(leg).map_err(|_| Error::<T>::NoLegs)?;
		}
		let shipment = Self::new_shipment(consignor, terms, deposit, legs, logger_owner, until);
		for party in Self::parties_of(&shipment) {
			ShipmentsOf::<T>::insert(party, ShipmentPlace::new(id), ());
		}
		T::Deadlines::insert(until, agreement_of(id));
		Shipments::<T>::insert(id, shipment);
		Ok(id)
	}

	fn lock_goods(id: ShipmentId, consignor: &Caller<T>, terms: &TermsOf<T>) -> DispatchResult {
		for line in &terms.goods {
			ensure!(T::Goods::owns(&line.unit, &consignor.account), Error::<T>::NotTheOwner);
			T::Goods::lock(&line.unit, line.quantity, consignor, id)?;
		}
		Ok(())
	}

	/// A shipment to which nobody else has agreed; the goods are where they were.
	fn new_shipment(
		consignor: T::AccountId,
		terms: TermsOf<T>,
		deposit: Balance,
		legs: BoundedVec<LegId, ConstU32<MAX_LEGS>>,
		logger_owner: Option<T::AccountId>,
		until: AgreementMillis,
	) -> ShipmentOf<T> {
		let hop = Hop {
			holder: Holder::Consignor,
			at: T::Clock::unix_now(),
			since: T::Clock::now(),
			reservation: H256::zero(),
		};
		Shipment {
			awaited: legs.len() as u8,
			consignor,
			terms,
			deposit,
			legs,
			logger_owner,
			agreed: false,
			payment: None,
			state: ShipmentState::Offered,
			until,
			indexed_at: until,
			custody: BoundedVec::truncate_from([hop].into()),
			tender: None,
			declined: false,
			late_days: [0; MAX_LEGS as usize],
			faults: BoundedVec::new(),
			decided: BoundedVec::new(),
			at_stake: 0,
			reason: H256::zero(),
			verdict: None,
			counted: Counted::default(),
			rated: false,
		}
	}

	/// A leg that its carrier may agree to. Its freight goes on hold at once if it is the consignor's to pay.
	fn offer_leg(
		shipment: ShipmentId,
		number: u8,
		consignor: &Caller<T>,
		terms: &TermsOf<T>,
	) -> Result<LegId, DispatchError> {
		let id = LegId(fresh_id::<T>());
		let carriage = terms.leg(number).ok_or(Error::<T>::NoLegs)?;
		Self::deposit_event(Event::LegOffered {
			shipment,
			leg: id,
			number,
			carrier: carriage.carrier.clone(),
			asset: carriage.asset,
			freight: carriage.freight,
			liability: carriage.liability,
		});
		let mut leg: LegOf<T> = Leg {
			shipment,
			number,
			freight: None,
			liability: None,
			state: LegState::Offered,
			until: 0,
			indexed_at: 0,
			earned: 0,
			breaches: BoundedVec::truncate_from(terms.limits.iter().map(|_| 0).collect()),
			silent: false,
			claim: None,
			verdict: None,
			counted: Counted::default(),
			rated: false,
		};
		if terms.freight_terms.consignor_pays(number) {
			Self::open_freight(id, &mut leg, consignor, terms)?;
		}
		Legs::<T>::insert(id, leg);
		Ok(id)
	}

	fn open_freight(id: LegId, leg: &mut LegOf<T>, payer: &Caller<T>, terms: &TermsOf<T>) -> DispatchResult {
		let carriage = terms.leg(leg.number).ok_or(Error::<T>::NoLegs)?;
		let amount = carriage
			.freight
			.checked_add(carriage.return_freight)
			.ok_or(ArithmeticError::Overflow)?;
		if amount == 0 {
			return Ok(());
		}
		let opened = EscrowTerms {
			payee: carriage.carrier.clone(),
			asset: carriage.asset,
			amount,
			smallest_release: amount,
			deposit: 0,
			fee: Self::agreement_fee(carriage.asset, amount),
			arbitration: None,
		};
		leg.freight = Some(EscrowOf::<T>::open(agreement_of(id), payer, opened)?);
		Ok(())
	}

	/// What the records cost: the shipment's, and those of its legs.
	fn deposit_for(terms: &TermsOf<T>) -> Balance {
		let legs = Balance::try_from(terms.legs.len()).unwrap_or(Balance::MAX);
		T::ShipmentDeposit::get().saturating_add(T::LegDeposit::get().saturating_mul(legs))
	}

	/// Everybody whom a shipment names, each once.
	pub(crate) fn parties_of(shipment: &ShipmentOf<T>) -> Vec<T::AccountId> {
		let carriers = shipment.terms.legs.iter().map(|leg| leg.carrier.clone());
		let sides = [shipment.consignor.clone(), shipment.terms.consignee.clone()];
		let mut parties: Vec<_> = sides.into_iter().chain(carriers).collect();
		parties.sort();
		parties.dedup();
		parties
	}
}

/// The others' word.
impl<T: Config> Pallet<T> {
	/// The consignee puts price and freight on hold.
	pub(crate) fn do_agree(actor: &Caller<T>, id: ShipmentId) -> DispatchResult {
		let mut shipment = Self::offered(id)?;
		ensure!(Self::is(actor, &shipment.terms.consignee), Error::<T>::NotTheConsignee);
		ensure!(!shipment.agreed, Error::<T>::AlreadyAgreed);
		let consignee = Self::party(&shipment.terms.consignee);
		Self::bind(&consignee.account)?;
		let terms = &shipment.terms;
		let price = terms.price().ok_or(Error::<T>::PriceOverflow)?;
		if price > 0 {
			let opened = EscrowTerms {
				payee: shipment.consignor.clone(),
				asset: terms.asset,
				amount: price,
				smallest_release: price,
				deposit: 0,
				fee: Self::agreement_fee(terms.asset, price),
				arbitration: terms.arbitration(),
			};
			shipment.payment = Some(EscrowOf::<T>::open(agreement_of(id), &consignee, opened)?);
		}
		for (number, leg_id) in shipment.legs.iter().enumerate() {
			if !terms.freight_terms.consignor_pays(number as u8) {
				let mut leg = Self::leg(*leg_id)?;
				Self::open_freight(*leg_id, &mut leg, &consignee, terms)?;
				Legs::<T>::insert(leg_id, leg);
			}
		}
		shipment.agreed = true;
		Self::deposit_event(Event::ConsigneeAgreed {
			shipment: id,
			consignor: shipment.consignor.clone(),
			consignee: consignee.account,
			price,
		});
		Self::agreed_by_one(id, shipment)
	}

	/// A carrier puts his bond on hold.
	pub(crate) fn do_agree_to_carry(actor: &Caller<T>, id: LegId) -> DispatchResult {
		let mut leg = Self::leg(id)?;
		let mut shipment = Self::offered(leg.shipment)?;
		let carriage = Self::carriage(&shipment, leg.number)?;
		ensure!(Self::is(actor, &carriage.carrier), Error::<T>::NotTheCarrier);
		ensure!(leg.state == LegState::Offered, Error::<T>::AlreadyAgreed);
		let carrier = Self::party(&carriage.carrier);
		Self::bind(&carrier.account)?;
		if carriage.liability > 0 {
			let opened = EscrowTerms {
				payee: shipment.consignor.clone(),
				asset: carriage.asset,
				amount: carriage.liability,
				smallest_release: carriage.liability,
				deposit: 0,
				fee: 0,
				arbitration: shipment.terms.arbitration(),
			};
			leg.liability = Some(EscrowOf::<T>::open(agreement_of(id), &carrier, opened)?);
		}
		leg.state = LegState::Agreed;
		Self::deposit_event(Event::CarrierAgreed {
			shipment: leg.shipment,
			leg: id,
			number: leg.number,
			carrier: carrier.account,
			liability: carriage.liability,
		});
		let shipment_id = leg.shipment;
		Legs::<T>::insert(id, leg);
		shipment.awaited = shipment.awaited.saturating_sub(1);
		Self::agreed_by_one(shipment_id, shipment)
	}

	/// With the last agreement the first carrier is awaited.
	fn agreed_by_one(id: ShipmentId, mut shipment: ShipmentOf<T>) -> DispatchResult {
		if shipment.agreed && shipment.awaited == 0 {
			shipment.state = ShipmentState::Agreed;
			shipment.until = T::Clock::now().saturating_add(shipment.terms.windows.pickup);
			Self::keep_indexed(id, &mut shipment);
			Self::deposit_event(Event::AllAgreed {
				shipment: id,
				consignor: shipment.consignor.clone(),
				consignee: shipment.terms.consignee.clone(),
				collect_until: shipment.until,
			});
		}
		Shipments::<T>::insert(id, shipment);
		Ok(())
	}

	fn offered(id: ShipmentId) -> Result<ShipmentOf<T>, DispatchError> {
		let shipment = Self::shipment(id)?;
		ensure!(shipment.state == ShipmentState::Offered, Error::<T>::WrongState);
		ensure!(T::Clock::now() <= shipment.until, Error::<T>::TooLate);
		Ok(shipment)
	}

	/// Before everybody has agreed, anybody who was asked may say no. Then the consignor may call it off, and a carrier give it
	/// up, until the goods are on their way.
	pub(crate) fn do_cancel(actor: &Caller<T>, id: ShipmentId, reason: H256) -> DispatchResult {
		let mut shipment = Self::shipment(id)?;
		let is_consignor = Self::is(actor, &shipment.consignor);
		let is_consignee = Self::is(actor, &shipment.terms.consignee);
		let carries = |leg: &Carriage<T::AccountId>| Self::is(actor, &leg.carrier);
		let carried = shipment.terms.legs.iter().position(carries);
		ensure!(is_consignor || is_consignee || carried.is_some(), Error::<T>::NotAParty);
		shipment.reason = reason;
		match shipment.state {
			ShipmentState::Offered => Self::end_custody(id, shipment, Outcome::Withdrawn),
			ShipmentState::Agreed => {
				ensure!(T::Clock::now() <= shipment.until, Error::<T>::TooLate);
				if is_consignor {
					return Self::end_custody(id, shipment, Outcome::Cancelled);
				}
				// Who gets the goods has a say when they come.
				let leg = carried.ok_or(Error::<T>::WrongState)?;
				Self::add_fault(&mut shipment, leg as u8, ClaimKind::NoShow);
				Self::end_custody(id, shipment, Outcome::NotCollected)
			}
			_ => Err(Error::<T>::WrongState.into()),
		}
	}
}

/// What is well formed.
impl<T: Config> Pallet<T> {
	fn check_terms(consignor: &T::AccountId, terms: &TermsOf<T>) -> DispatchResult {
		ensure!(!terms.goods.is_empty(), Error::<T>::NoGoods);
		ensure!(
			terms.goods.iter().all(|line| line.quantity > 0),
			Error::<T>::ZeroQuantity
		);
		let mut lines = terms.goods.iter().enumerate();
		let once = lines.all(|(nth, line)| terms.goods.iter().take(nth).all(|other| other.unit != line.unit));
		ensure!(once, Error::<T>::RepeatedUnit);
		let price = terms.price().ok_or(Error::<T>::PriceOverflow)?;
		if price > 0 {
			EscrowOf::<T>::ensure_may_open(terms.asset, price)?;
		}
		Self::check_parties(consignor, terms)?;
		for leg in &terms.legs {
			Self::check_leg(leg, terms)?;
		}
		Self::check_limits(terms)?;
		Self::check_windows(terms)
	}

	/// That consignor, consignee and each carrier are of different owners: nobody hands over to himself, or confirms what he
	/// has brought. What moves within one's own is for `inventory`.
	fn check_parties(consignor: &T::AccountId, terms: &TermsOf<T>) -> DispatchResult {
		ensure!(!terms.legs.is_empty(), Error::<T>::NoLegs);
		let carriers = terms.legs.iter().map(|leg| &leg.carrier);
		let parties: Vec<_> = [consignor, &terms.consignee].into_iter().chain(carriers).collect();
		let mut each = parties.iter().enumerate();
		let differ = each.all(|(nth, party)| {
			let mut before = parties.iter().take(nth);
			!before.any(|other| Self::share_an_owner(party, other))
		});
		ensure!(differ, Error::<T>::SameOwner);
		Ok(())
	}

	fn check_leg(leg: &Carriage<T::AccountId>, terms: &TermsOf<T>) -> DispatchResult {
		let freight = leg
			.freight
			.checked_add(leg.return_freight)
			.ok_or(Error::<T>::PriceOverflow)?;
		for amount in [freight, leg.liability] {
			if amount > 0 {
				EscrowOf::<T>::ensure_may_open(leg.asset, amount)?;
			}
		}
		Self::ensure_windows(&[leg.transit_time])?;
		ensure!(leg.late_window <= T::MaxWindow::get(), Error::<T>::WindowOutOfRange);
		// Or the last days would be for nothing.
		let no_penalty = terms.late_penalty.is_zero();
		ensure!(leg.late_window > 0 || no_penalty, Error::<T>::PenaltyWithoutDelay);
		Ok(())
	}

	fn check_limits(terms: &TermsOf<T>) -> DispatchResult {
		let watched = !terms.limits.is_empty() || terms.max_gap > 0;
		ensure!(watched == terms.logger.is_some(), Error::<T>::LimitsWithoutLogger);
		ensure!(
			(terms.max_gap > 0) != terms.gap_penalty.is_zero(),
			Error::<T>::ContradictoryGap
		);
		ensure!(terms.max_gap <= T::MaxWindow::get(), Error::<T>::WindowOutOfRange);
		let mut each = terms.limits.iter().enumerate();
		let once = each.all(|(nth, limit)| {
			let mut before = terms.limits.iter().take(nth);
			before.all(|other| other.channel != limit.channel)
		});
		ensure!(once, Error::<T>::RepeatedChannel);
		ensure!(terms.limits.iter().all(Self::is_limit), Error::<T>::ContradictoryLimit);
		Ok(())
	}

	/// That something is allowed and something is not, and that each step is dearer than the one before and is not reached
	/// together with it.
	fn is_limit(limit: &Limit) -> bool {
		let allows = limit.low <= limit.high && (limit.low > i64::MIN || limit.high < i64::MAX);
		let costs = limit.steps.first().is_some_and(|step| !step.penalty.is_zero());
		let rises = limit.steps.windows(2).all(|pair| {
			matches!(pair, [one, next] if one.penalty < next.penalty
				&& (next.beyond > one.beyond || next.tolerated > one.tolerated))
		});
		let in_time = limit.steps.iter().all(|step| step.tolerated <= T::MaxWindow::get());
		allows && costs && rises && in_time
	}

	fn check_windows(terms: &TermsOf<T>) -> DispatchResult {
		let windows = &terms.windows;
		Self::ensure_windows(&[
			windows.offer,
			windows.pickup,
			windows.handover,
			windows.review,
			windows.returning,
		])?;
		// Or nobody could be called in time.
		let transits = terms
			.legs
			.iter()
			.map(|leg| leg.transit_time.saturating_add(leg.late_window));
		let mut times = transits.chain([windows.pickup, windows.returning]);
		ensure!(times.all(|time| windows.handover <= time), Error::<T>::WindowOutOfRange);
		let may_be_claimed = terms.logger.is_some() || terms.arbiter.is_some();
		if may_be_claimed || windows.claim > 0 {
			Self::ensure_windows(&[windows.claim])?;
		}
		if terms.arbiter.is_some() {
			Self::ensure_windows(&[windows.challenge, windows.case, windows.ruling])?;
		}
		Ok(())
	}

	/// That a window is neither too short nor too long.
	fn ensure_windows(windows: &[u64]) -> DispatchResult {
		let allowed = T::MinWindow::get()..=T::MaxWindow::get();
		ensure!(
			windows.iter().all(|window| allowed.contains(window)),
			Error::<T>::WindowOutOfRange
		);
		Ok(())
	}

	/// Who has put the freight of a leg on hold, or will.
	pub(crate) fn freight_payer(shipment: &ShipmentOf<T>, leg: &LegOf<T>) -> T::AccountId {
		match &leg.freight {
			Some(freight) => freight.payer().clone(),
			None if shipment.terms.freight_terms.consignor_pays(leg.number) => shipment.consignor.clone(),
			None => shipment.terms.consignee.clone(),
		}
	}
}
