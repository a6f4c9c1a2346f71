//! Makers say whether what they have made is affected; whoever judges says who was right.

use crate::{
	Caller, Config, Contest, ContestOf, Contests, Error, Event, HoldReason, MakingId, Makings, Mark, Marks, Outcome,
	Pallet, RecallId, RecallOf, Recalls, Verdict,
};
use bpiiot_primitives::{AgreementClock, AgreementMillis, Mistake};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult, Get},
};
use sp_core::H256;
use sp_runtime::traits::Zero;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_confirm(actor: Caller<T>, id: RecallId, making: MakingId) -> DispatchResult {
		let (recall, mut mark) = Self::own_mark(&actor, id, making)?;
		ensure!(recall.counts(), Error::<T>::NotOpen);
		ensure!(mark.verdict == Verdict::Affected, Error::<T>::AlreadySaid);
		mark.verdict = Verdict::Confirmed;
		Marks::<T>::insert(making, id, mark);
		Self::deposit_event(Event::Confirmed { recall: id, making });
		Ok(())
	}

	pub(crate) fn do_contest(actor: Caller<T>, id: RecallId, making: MakingId, evidence: H256) -> DispatchResult {
		let (mut recall, mut mark) = Self::own_mark(&actor, id, making)?;
		ensure!(recall.outcome == Outcome::Open, Error::<T>::NotOpen);
		ensure!(mark.verdict == Verdict::Affected, Error::<T>::AlreadySaid);
		ensure!(recall.upheld.is_none(), Error::<T>::AlreadyJudged);
		let bond = T::ContestBond::get();
		Self::hold_bond(HoldReason::Contest, &actor, bond)?;
		let until = T::Clock::now().saturating_add(T::JudgeWindow::get());
		recall.judge_until = Some(until);
		recall.contests = recall.contests.saturating_add(1);
		mark.verdict = Verdict::Contested;
		let payer = actor.account;
		let contest = Contest {
			payer,
			bond,
			evidence,
			until,
		};
		Contests::<T>::insert(id, making, contest);
		Marks::<T>::insert(making, id, mark);
		Recalls::<T>::insert(id, recall);
		Self::deposit_event(Event::Contested {
			recall: id,
			making,
			evidence,
		});
		Ok(())
	}

	pub(crate) fn do_judge(id: RecallId, upheld: bool) -> DispatchResult {
		let mut recall = Self::recall_record(id)?;
		ensure!(recall.judge_until.is_some(), Error::<T>::NotContested);
		ensure!(!Self::is_judged(&recall), Error::<T>::AlreadyJudged);
		recall.upheld = Some(upheld);
		Self::deposit_event(Event::Judged { recall: id, upheld });
		if upheld {
			Recalls::<T>::insert(id, recall);
			return Ok(());
		}
		let bond = core::mem::replace(&mut recall.bond, Zero::zero());
		if Mistake::UnforfeitedRecall.is_made() {
			Self::release(HoldReason::Recall, &recall.payer, bond)?;
		} else {
			Self::forfeit(HoldReason::Recall, &recall.payer, bond)?;
		}
		if recall.counts() {
			Self::end(id, recall, Outcome::Refuted)
		} else {
			Recalls::<T>::insert(id, recall);
			Ok(())
		}
	}

	/// Whether nobody judges it any more: it was judged, or nobody has in time.
	pub(crate) fn is_judged(recall: &RecallOf<T>) -> bool {
		recall.upheld.is_some() || recall.judge_until.is_some_and(Self::has_lapsed)
	}

	/// Whether a time for judging is over. While agreements are paused none ends.
	fn has_lapsed(until: AgreementMillis) -> bool {
		T::Clock::ensure_running().is_ok() && T::Clock::now() > until
	}

	/// Gives a contester's bond back, or to the chain if the recall was judged to be right.
	pub(crate) fn do_settle_contest(id: RecallId, making: MakingId) -> DispatchResult {
		let mut recall = Self::recall_record(id)?;
		let contest: ContestOf<T> = Contests::<T>::take(id, making).ok_or(Error::<T>::NotContested)?;
		// Whose recall does not count any more has given in.
		let is_over = recall.upheld.is_some() || !recall.counts() || Self::has_lapsed(contest.until);
		ensure!(is_over, Error::<T>::NotJudged);
		let forfeited = recall.upheld == Some(true);
		if forfeited {
			Self::forfeit(HoldReason::Contest, &contest.payer, contest.bond)?;
			// He had said no.
			Marks::<T>::mutate(making, id, |mark| {
				if let Some(mark) = mark {
					mark.verdict = Verdict::Confirmed;
				}
			});
		} else {
			Self::release(HoldReason::Contest, &contest.payer, contest.bond)?;
		}
		recall.contests = recall.contests.saturating_sub(1);
		Recalls::<T>::insert(id, recall);
		Self::deposit_event(Event::ContestSettled {
			recall: id,
			making,
			forfeited,
		});
		Ok(())
	}

	fn own_mark(actor: &Caller<T>, id: RecallId, making: MakingId) -> Result<(RecallOf<T>, Mark), DispatchError> {
		let recall = Self::recall_record(id)?;
		let mark = Marks::<T>::get(making, id).ok_or(Error::<T>::NotAffected)?;
		let maker = Makings::<T>::get(making).map(|making| making.maker);
		// Not by a machine of his: this is a word, and no work.
		ensure!(maker.as_ref() == Some(&actor.account), Error::<T>::NotTheMaker);
		Ok((recall, mark))
	}
}
