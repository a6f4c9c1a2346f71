//! What the pallet tells the world.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A payer's money was put on hold for a payee.
		Opened {
			/// The agreement.
			agreement: AgreementRef,
			/// Whose money it is.
			payer: T::AccountId,
			/// Who is to be paid.
			payee: T::AccountId,
			/// The asset of all amounts.
			asset: AssetKind,
			/// The price.
			amount: BalanceOf<T>,
			/// For the record, until it is removed.
			deposit: BalanceOf<T>,
			/// For the chain, at the end.
			fee: BalanceOf<T>,
			/// Who decides a dispute, if the parties have agreed on somebody.
			arbiter: Option<T::AccountId>,
		},
		/// The payee put his bond on hold.
		BondPosted {
			/// The agreement that it secures.
			agreement: AgreementRef,
			/// Whose bond it is.
			payee: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// The amount on hold.
			amount: BalanceOf<T>,
		},
		/// More of the payer's money was put on hold for the price.
		ToppedUp {
			/// The agreement.
			agreement: AgreementRef,
			/// Whose money it is.
			payer: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// What came to what was on hold.
			amount: BalanceOf<T>,
		},
		/// A part was paid; the rest stays on hold. If it could not be paid, a `Credited` stands before this.
		Released {
			/// The agreement.
			agreement: AgreementRef,
			/// Who was paid.
			payee: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// The amount paid.
			amount: BalanceOf<T>,
		},
		/// A part was given back; the rest stays on hold. If it could not be, a `Credited` stands before this.
		Refunded {
			/// The agreement.
			agreement: AgreementRef,
			/// Who got it back.
			payer: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// The amount given back.
			amount: BalanceOf<T>,
		},
		/// An escrow ended: nothing is on hold for it any more but its record's deposit. For each part that could not be
		/// paid, a `Credited` stands before this.
		Settled {
			/// The agreement.
			agreement: AgreementRef,
			/// Who had paid in.
			payer: T::AccountId,
			/// Who was to be paid.
			payee: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// What the payee got at the end, releases before it not counted.
			to_payee: BalanceOf<T>,
			/// What the payer got back at the end.
			to_payer: BalanceOf<T>,
			/// What the chain got.
			fee: BalanceOf<T>,
			/// The bond.
			bond: BalanceOf<T>,
			/// Where the bond went.
			bond_outcome: BondOutcome,
		},
		/// The deposit of a record was given back. If it could not be, a `Credited` stands before this.
		DepositReleased {
			/// The agreement.
			agreement: AgreementRef,
			/// Whose deposit it was.
			payer: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// The deposit.
			amount: BalanceOf<T>,
		},
		/// A payment could not be made. The amount is on hold until somebody claims it for the payee.
		Credited {
			/// The agreement.
			agreement: AgreementRef,
			/// Whose money it is now.
			payee: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// In whose account it is on hold.
			holder: T::AccountId,
			/// The amount that was added to the credit.
			amount: BalanceOf<T>,
		},
		/// A credit was paid.
		CreditClaimed {
			/// Who was paid.
			payee: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// In whose account it was on hold.
			holder: T::AccountId,
			/// The whole credit.
			amount: BalanceOf<T>,
		},
		/// Agreements may be made in an asset.
		AssetListed {
			/// The asset.
			asset: AssetKind,
		},
		/// No new agreement may be made in an asset. Running ones go on.
		AssetDelisted {
			/// The asset.
			asset: AssetKind,
		},
		/// The agreement clock stands still.
		Paused {
			/// What it shows.
			at: AgreementMillis,
		},
		/// The agreement clock goes on.
		Resumed {
			/// What it shows.
			at: AgreementMillis,
		},
		/// The sweep could not end an agreement and will not try again. Anybody may, by the call of its pallet.
		SweepFailed {
			/// The agreement.
			agreement: AgreementRef,
			/// Why.
			error: DispatchError,
		},
		/// An arbiter registered, or changed what he asks or says of himself.
		ArbiterRegistered {
			/// Who.
			arbiter: T::AccountId,
			/// His fee from now on, as a share of what is at stake. Agreements that name him already keep theirs.
			fee: Permill,
			/// Hash of what he says of himself.
			profile: H256,
			/// What is on hold at him, in planck.
			deposit: BalanceOf<T>,
		},
		/// No new agreement may name this arbiter. Those that do go on.
		ArbiterRetired {
			/// Who.
			arbiter: T::AccountId,
			/// What he got back, in planck.
			deposit: BalanceOf<T>,
		},
		/// A party opened a dispute. Until it is over the agreement stands still.
		DisputeOpened {
			/// The agreement.
			agreement: AgreementRef,
			/// Who is to decide.
			arbiter: T::AccountId,
			/// Who pays by the agreement.
			payer: T::AccountId,
			/// Who is paid by the agreement.
			payee: T::AccountId,
			/// In whose account bond and fee are on hold.
			opener: T::AccountId,
			/// For which side.
			side: Side,
			/// The asset of all amounts.
			asset: AssetKind,
			/// What the verdict splits.
			at_stake: BalanceOf<T>,
			/// What the verdict gives to either side.
			bond: BalanceOf<T>,
			/// What the arbiter gets for a verdict.
			fee: BalanceOf<T>,
			/// Hash of the opener's evidence.
			evidence: H256,
			/// Until when the arbiter may accept, in milliseconds of the agreement clock.
			accept_by: AgreementMillis,
		},
		/// The arbiter took a case.
		CaseAccepted {
			/// The agreement.
			agreement: AgreementRef,
			/// Who.
			arbiter: T::AccountId,
			/// What is on hold at him until he rules, in planck.
			case_bond: BalanceOf<T>,
			/// Until when he may rule, in milliseconds of the agreement clock.
			rule_by: AgreementMillis,
		},
		/// A side of a dispute brought something forward.
		EvidenceSubmitted {
			/// The agreement.
			agreement: AgreementRef,
			/// Which side.
			side: Side,
			/// The party, or who stands behind it.
			by: T::AccountId,
			/// Its hash.
			evidence: H256,
		},
		/// The arbiter ruled, and the dispute is over. For each part that could not be paid, a `Credited` stands before this;
		/// how the agreement ended stands behind it.
		Ruled {
			/// The agreement.
			agreement: AgreementRef,
			/// Who.
			arbiter: T::AccountId,
			/// Who had opened the dispute.
			opener: T::AccountId,
			/// The asset of bond and fee.
			asset: AssetKind,
			/// The payee's share of what was at stake.
			to_payee: Permill,
			/// The opener's bond.
			bond: BalanceOf<T>,
			/// Who got the bond.
			bond_to: T::AccountId,
			/// What the arbiter got, out of what was on hold at the opener.
			fee: BalanceOf<T>,
			/// Hash of the reasons.
			ruling: H256,
		},
		/// The arbiter did not accept or did not rule in time, and the dispute is over. For each part that could not be paid, a
		/// `Credited` stands before this; how the agreement ended stands behind it.
		DisputeLapsed {
			/// The agreement.
			agreement: AgreementRef,
			/// Who was silent.
			arbiter: T::AccountId,
			/// Who had opened the dispute.
			opener: T::AccountId,
			/// The asset of what he got back.
			asset: AssetKind,
			/// What he got back: bond and fee.
			returned: BalanceOf<T>,
			/// The payee's share of what was at stake.
			to_payee: Permill,
			/// What the arbiter forfeited, in planck; nothing if he had not accepted.
			forfeited: BalanceOf<T>,
		},
	}
}
