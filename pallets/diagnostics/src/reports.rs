//! What machines say of themselves.

use crate::{
	Baseline, Caller, CareOf, Cares, Config, Error, Event, Health, Healths, Level, Metrics, Pallet, Report,
	ServiceRequests, TrendPoint, WeightInfo, TREND,
};
use alloc::vec::Vec;
use bpiiot_primitives::{AgreementClock, UnixMillis};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::Get,
	weights::Weight,
	BoundedVec,
};

impl<T: Config> Pallet<T> {
	/// Takes a report, and tells how many rules it made fire.
	pub(crate) fn do_report(
		actor: Caller<T>,
		at: UnixMillis,
		level: Level,
		metrics: Metrics,
	) -> Result<usize, DispatchError> {
		let machine = actor.machine.ok_or(Error::<T>::NotAMachine)?;
		let mut care = Self::care(&machine)?;
		let is_rising = metrics.windows(2).all(|pair| match pair {
			[one, other] => one.id < other.id,
			_ => true,
		});
		ensure!(is_rising, Error::<T>::MetricsOutOfOrder);
		ensure!(at <= T::Clock::unix_now(), Error::<T>::FromTheFuture);
		let mut health = Healths::<T>::get(machine).unwrap_or_default();
		ensure!(at > health.last.at, Error::<T>::NotNewer);
		Self::count_report(&mut health)?;

		let report = Report { at, level, metrics };
		let fired = Self::evaluate(&care, &mut health, &report);
		Self::keep_baselines(&care, &mut health, &report);
		Self::keep_trend(&mut health, TrendPoint { at, level });
		health.last = report;
		Healths::<T>::insert(machine, health);
		Self::deposit_event(Event::Reported { machine, at, level });

		let count = fired.len();
		if fired.is_empty() {
			return Ok(count);
		}
		for (rule, value) in fired {
			Self::deposit_event(Event::RuleFired {
				machine,
				rule: rule.id,
				metric: rule.terms.trigger.metric,
				value,
			});
			Self::act(machine, &mut care, &rule);
		}
		Cares::<T>::insert(machine, care);
		Ok(count)
	}

	/// What a report with so many values weighs that makes so many rules fire.
	pub(crate) fn report_weight(metrics: usize, fired: usize) -> Weight {
		let each = T::WeightInfo::fire().saturating_add(T::Requests::raise_weight());
		T::WeightInfo::report(metrics as u32).saturating_add(each.saturating_mul(fired as u64))
	}

	/// So many reports in a time, and no more: whoever has a machine's key does not fill blocks with them.
	fn count_report(health: &mut Health) -> DispatchResult {
		let now = T::Clock::now();
		if now.saturating_sub(health.since) >= T::ReportPeriod::get() {
			(health.since, health.reports) = (now, 0);
		}
		ensure!(health.reports < T::MaxReports::get(), Error::<T>::TooManyReports);
		health.reports = health.reports.saturating_add(1);
		Ok(())
	}

	/// The oldest makes room for the newest.
	fn keep_trend(health: &mut Health, point: TrendPoint) {
		if health.trend.len() as u32 >= TREND {
			health.trend.remove(0);
		}
		health.trend = BoundedVec::truncate_from(health.trend.iter().copied().chain([point]).collect());
	}

	/// A counter that was not reported before, or that has gone back, begins here: it is another part.
	fn keep_baselines(care: &CareOf<T>, health: &mut Health, report: &Report) {
		let baselines: Vec<_> = care
			.wear
			.iter()
			.filter_map(|limit| {
				let metric = limit.metric;
				let known = health.baselines.iter().find(|baseline| baseline.metric == metric);
				let Some(value) = report.value(metric) else {
					return known.copied();
				};
				let last = health.last.value(metric).or(known.map(|baseline| baseline.value));
				let goes_on = last.is_some_and(|last| last <= value);
				let new = Baseline {
					metric,
					value,
					at: report.at,
				};
				Some(known.copied().filter(|_| goes_on).unwrap_or(new))
			})
			.collect();
		health.baselines = BoundedVec::truncate_from(baselines);
	}
}
