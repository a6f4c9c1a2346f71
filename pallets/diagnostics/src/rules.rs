//! Rules over reports, and what makes terms well formed.

use crate::{
	Action, Caller, CareOf, Cares, Check, Comparison, Config, Error, EscrowOf, Event, Health, HoldReason, Pallet,
	Report, Rule, RuleId, RuleState, RuleTermsOf, ServiceTermsOf, TenderOf,
};
use alloc::{vec, vec::Vec};
use bpiiot_primitives::{fresh_id, is_region, Escrow, MachineId};
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get, BoundedVec};
use sp_runtime::Permill;

/// Setting and removing.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_rule(actor: Caller<T>, machine: MachineId, terms: RuleTermsOf<T>) -> DispatchResult {
		let mut care = Self::care(&machine)?;
		// Who is paid for maintenance does not decide when it is bought.
		let by_contract = terms.action == Action::Ticket && Self::has_contract(&actor, &machine, &care);
		if !by_contract {
			Self::ensure_owner(&actor, &machine)?;
		}
		Self::check_rule(&care, &terms)?;
		let deposit = T::RuleDeposit::get();
		Self::hold(HoldReason::Rule, &actor.account, deposit)?;
		let id = RuleId(fresh_id::<T>());
		let metric = terms.trigger.metric;
		let rule = Rule {
			id,
			terms,
			by: actor.account.clone(),
			deposit,
			owner: Self::owner_of(&machine),
		};
		care.rules.try_push(rule).map_err(|_| Error::<T>::TooManyRules)?;
		Cares::<T>::insert(machine, care);
		Self::deposit_event(Event::RuleSet {
			machine,
			rule: id,
			metric,
			by: actor.account,
		});
		Ok(())
	}

	fn check_rule(care: &CareOf<T>, terms: &RuleTermsOf<T>) -> DispatchResult {
		let trigger = &terms.trigger;
		ensure!(trigger.reports > 0, Error::<T>::CountOutOfRange);
		ensure!(trigger.is_sound(), Error::<T>::ContradictoryBounds);
		ensure!(!terms.fault.is_empty(), Error::<T>::NoFaultCode);
		let mut others = care.rules.iter().map(|rule| &rule.terms.trigger);
		let is_known = |other: &crate::Trigger| {
			let of =
				|trigger: &crate::Trigger| (trigger.metric, trigger.comparison == Comparison::Above, trigger.bound);
			of(other) == of(trigger)
		};
		ensure!(!others.clone().any(is_known), Error::<T>::SameRule);
		ensure!(
			!others.any(|other| other.contradicts(trigger)),
			Error::<T>::ContradictoryBounds
		);
		match &terms.action {
			Action::Ticket => Ok(()),
			Action::Quotes(tender) => Self::check_tender(tender),
		}
	}

	pub(crate) fn do_remove_rule(actor: Caller<T>, machine: MachineId, id: RuleId) -> DispatchResult {
		let mut care = Self::care(&machine)?;
		let place = care.rules.iter().position(|rule| rule.id == id);
		let place = place.ok_or(Error::<T>::UnknownRule)?;
		let rule = care.rules.remove(place);
		if actor.account != rule.by {
			Self::ensure_owner(&actor, &machine)?;
		}
		Cares::<T>::insert(machine, care);
		Self::release(HoldReason::Rule, &rule.by, rule.deposit)?;
		Self::deposit_event(Event::RuleRemoved { machine, rule: id });
		Ok(())
	}
}

/// Looking at reports.
impl<T: Config> Pallet<T> {
	/// Shows a report to all rules, and tells which fire, by which value.
	pub(crate) fn evaluate(care: &CareOf<T>, health: &mut Health, report: &Report) -> Vec<(Rule<T::AccountId>, i64)> {
		let mut fired = Vec::new();
		let mut states = Vec::new();
		for rule in &care.rules {
			let known = health.rules.iter().find(|state| state.rule == rule.id);
			let mut state = known.copied().unwrap_or(RuleState::new(rule.id));
			let trigger = &rule.terms.trigger;
			let value = report.value(trigger.metric);
			if state.see(trigger, value) {
				fired.push((rule.clone(), value.unwrap_or_default()));
			}
			states.push(state);
		}
		// As many as there are rules; those of removed ones are forgotten.
		health.rules = BoundedVec::truncate_from(states);
		fired
	}
}

/// What makes terms well formed.
impl<T: Config> Pallet<T> {
	pub(crate) fn check_tender(tender: &TenderOf<T>) -> DispatchResult {
		let is_wanted = !tender.category.is_empty() && is_region(&tender.area);
		ensure!(is_wanted, Error::<T>::BadTender);
		let weights = tender.weights;
		let sum = [weights.price, weights.response, weights.standing]
			.iter()
			.fold(0u32, |sum, weight| sum.saturating_add(weight.deconstruct()));
		ensure!(sum == Permill::one().deconstruct(), Error::<T>::BadWeights);
		Self::ensure_windows(&[tender.bid_window, tender.award_window])?;
		Self::check_terms(&tender.service)
	}

	pub(crate) fn check_terms(terms: &ServiceTermsOf<T>) -> DispatchResult {
		let conditions = &terms.conditions;
		ensure!(terms.price > 0, Error::<T>::ZeroPrice);
		Self::check_check(&conditions.check)?;
		let mut windows = vec![
			conditions.response_window,
			conditions.bonus_window,
			conditions.work_window,
			conditions.verify_window,
		];
		if conditions.guarantee_window > 0 {
			windows.push(conditions.guarantee_window);
		}
		if terms.arbiter.is_some() {
			windows.extend([
				conditions.challenge_window,
				conditions.case_window,
				conditions.ruling_window,
			]);
		}
		Self::ensure_windows(&windows)?;
		let looks = T::ReadingGap::get().saturating_mul(conditions.check.readings.into());
		let fits = conditions.response_window <= conditions.work_window
			&& conditions.bonus_window <= conditions.work_window
			&& looks <= conditions.verify_window;
		ensure!(fits, Error::<T>::WindowOutOfRange);
		let has_stake = conditions.guarantee_window == 0 || !conditions.retention.is_zero();
		let may_be_disputed = terms.arbiter.is_none() || (has_stake && conditions.late_penalty < Permill::one());
		ensure!(may_be_disputed, Error::<T>::BadShares);
		EscrowOf::<T>::ensure_may_open(terms.asset, terms.price)
	}

	fn check_check(check: &Check) -> DispatchResult {
		let leaves_some = check.low <= check.high && check.tells(check.high);
		ensure!(leaves_some, Error::<T>::ContradictoryBounds);
		let allowed = 1..=T::MaxReadings::get();
		ensure!(allowed.contains(&check.readings), Error::<T>::CountOutOfRange);
		Ok(())
	}
}
