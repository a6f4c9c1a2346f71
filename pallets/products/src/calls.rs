//! What may be called. What the calls do is in `prefixes`, `identity`, `making`, `amending`, `ownership`, `packing`, `tags`,
//! `certificates`, `recalls`, `judging` and `spreading`.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod calls {
	/// The calls. Quantities are in thousandths of the lot's unit, times in unix milliseconds.
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Accredit somebody until a moment: as a registrant, who assigns company prefixes, or as a certifier, who
		/// issues certificates.
		///
		/// ## Dispatch Origin
		/// The origin that accredits.
		///
		/// ## Errors
		/// `AlreadyOver`.
		///
		/// ## Events
		/// `Accredited`
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::accredit())]
		pub fn accredit(origin: OriginFor<T>, who: T::AccountId, role: Role, until: UnixMillis) -> DispatchResult {
			T::AccreditOrigin::ensure_origin(origin)?;
			Self::do_accredit(who, role, until)
		}

		/// Accredit somebody no more. What he has assigned stays; his certificates do not count any more.
		///
		/// ## Dispatch Origin
		/// The origin that accredits.
		///
		/// ## Errors
		/// `NotAccredited`.
		///
		/// ## Events
		/// `AccreditationWithdrawn`
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::withdraw_accreditation())]
		pub fn withdraw_accreditation(origin: OriginFor<T>, who: T::AccountId, role: Role) -> DispatchResult {
			T::AccreditOrigin::ensure_origin(origin)?;
			Self::do_withdraw_accreditation(who, role)
		}

		/// Give a company prefix to somebody: he alone, and his machines, issue under it. The caller pays a deposit.
		///
		/// ## Dispatch Origin
		/// An accredited registrant.
		///
		/// ## Parameters
		/// - `prefix`: its digits as a number, and how many they are.
		/// - `holder`: whose it becomes.
		///
		/// ## Errors
		/// `NotAccredited`, `BadPrefix`, `PrefixTaken`; too little money for the deposit.
		///
		/// ## Events
		/// `PrefixAssigned`
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::assign_prefix())]
		pub fn assign_prefix(origin: OriginFor<T>, prefix: CompanyPrefix, holder: T::AccountId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_assign_prefix(actor, prefix, holder)
		}

		/// Say how much room there is for records under a prefix. An item, a range and a tag take one, a lot takes two, a
		/// making and a logistic unit take seven. The deposit changes with it.
		///
		/// ## Dispatch Origin
		/// The prefix's holder.
		///
		/// ## Errors
		/// `UnknownPrefix`, `NotTheHolder`, `RoomInUse`; too little money for the deposit.
		///
		/// ## Events
		/// `RoomSet`
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::set_room())]
		pub fn set_room(origin: OriginFor<T>, prefix: CompanyPrefix, room: u32) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_set_room(actor, prefix, room)
		}

		/// Let nothing more be issued under a prefix. What there is stays, and its holder may still recall it.
		///
		/// ## Dispatch Origin
		/// Who has assigned it.
		///
		/// ## Errors
		/// `UnknownPrefix`, `NotTheRegistrant`, `AlreadyRevoked`.
		///
		/// ## Events
		/// `PrefixRevoked`
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::revoke_prefix())]
		pub fn revoke_prefix(origin: OriginFor<T>, prefix: CompanyPrefix) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_revoke_prefix(actor, prefix)
		}

		/// Give up a prefix under which there is nothing. Both deposits come back.
		///
		/// ## Dispatch Origin
		/// Its holder; if it was revoked, its registrant too.
		///
		/// ## Errors
		/// `UnknownPrefix`, `NotTheHolder`, `InUse`.
		///
		/// ## Events
		/// `PrefixReleased`
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::release_prefix())]
		pub fn release_prefix(origin: OriginFor<T>, prefix: CompanyPrefix) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_release_prefix(actor, prefix)
		}

		/// Register one item. The caller owns it.
		///
		/// ## Dispatch Origin
		/// The holder of its prefix, or a machine of his.
		///
		/// ## Parameters
		/// - `gtin`: of which kind, as the number that its digits are.
		/// - `serial`: which one.
		///
		/// ## Errors
		/// `UnknownPrefix`, `ForeignPrefix`, `PrefixRevoked`, `NoRoom`, `BadGtin`, `BadSerial`, `AlreadyRegistered`.
		///
		/// ## Events
		/// `Registered`
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::register_item())]
		pub fn register_item(origin: OriginFor<T>, gtin: Gtin, serial: Serial) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_register(actor, OutputLine::Item { gtin, serial })
		}

		/// Register items whose serials are numbers that follow each other, with one record for all of them. The caller
		/// owns them.
		///
		/// ## Dispatch Origin
		/// The holder of their prefix, or a machine of his.
		///
		/// ## Parameters
		/// - `gtin`: of which kind.
		/// - `first`: the first serial: at most eighteen digits.
		/// - `last`: the last serial: as many digits.
		///
		/// ## Errors
		/// `UnknownPrefix`, `ForeignPrefix`, `PrefixRevoked`, `NoRoom`, `BadGtin`, `BadRange`, `RangeOverlaps`.
		///
		/// ## Events
		/// `Registered`
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::register_range())]
		pub fn register_range(origin: OriginFor<T>, gtin: Gtin, first: Serial, last: Serial) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_register(actor, OutputLine::Range { gtin, first, last })
		}

		/// Register a lot. The caller owns all of it.
		///
		/// ## Dispatch Origin
		/// The holder of its prefix, or a machine of his.
		///
		/// ## Parameters
		/// - `gtin`: of which kind.
		/// - `lot`: which one.
		/// - `unit`: what it is measured in, by UN/ECE Recommendation 20.
		/// - `quantity`: how much there is, in thousandths of the unit.
		///
		/// ## Errors
		/// `UnknownPrefix`, `ForeignPrefix`, `PrefixRevoked`, `NoRoom`, `BadGtin`, `BadLot`, `BadUnit`, `BadQuantity`,
		/// `AlreadyRegistered`.
		///
		/// ## Events
		/// `Registered`
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::register_lot())]
		pub fn register_lot(origin: OriginFor<T>, gtin: Gtin, lot: Lot, unit: Unit, quantity: u64) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			let line = OutputLine::Lot {
				gtin,
				lot,
				unit,
				quantity,
			};
			Self::do_register(actor, line)
		}

		/// Take back what was registered by mistake, and that nothing has happened to. Its room is free again.
		///
		/// ## Dispatch Origin
		/// Its owner, who must be its issuer.
		///
		/// ## Errors
		/// `NotAProduct`, `UnknownPrefix`, `ForeignPrefix`, `UnknownThing`, `NotTheOwner`, `PartOfARange`, `InUse`.
		///
		/// ## Events
		/// `Withdrawn`
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::withdraw())]
		pub fn withdraw(origin: OriginFor<T>, thing: Thing) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_withdraw(actor, thing)
		}

		/// Have inputs become outputs (EPCIS: transformation), or without inputs, tell how something came into being.
		/// The inputs are used up; the outputs are new and the caller's. The recalls of what is used go over to what is
		/// made.
		///
		/// ## Dispatch Origin
		/// Who owns the inputs and issues the outputs; a machine may use what its owner has.
		///
		/// ## Parameters
		/// - `inputs`: items, ranges and quantities of lots.
		/// - `outputs`: items, ranges and lots, all under one prefix.
		/// - `work`: on which machine, when and how.
		///
		/// ## Errors
		/// `NothingMade`, `UnknownPrefix`, `ForeignPrefix`, `PrefixRevoked`, `NoRoom`; of the inputs `UnknownThing`,
		/// `BadQuantity`, `OnItsWay`, `NotTheOwner`, `AlreadyUsed`, `IsPacked`, `RangeIsSplit`, `NotEnough`,
		/// `NotAProduct`; of the outputs `BadGtin`, `BadSerial`, `BadRange`, `BadLot`, `BadUnit`, `BadQuantity`,
		/// `AlreadyRegistered`, `RangeOverlaps`, `MoreThanWentIn`; of the work `ForeignMachine`, `BadTime`, `BadGln`,
		/// `BadReadings`; `TooManyRecalls`; too little money for items that are touched for the first time.
		///
		/// ## Events
		/// `Made` and for each recall `Affected`
		#[pallet::call_index(10)]
		#[pallet::weight(Pallet::<T>::make_weight(inputs.len() as u32, outputs.len() as u32, MAX_INHERITED))]
		pub fn make(
			origin: OriginFor<T>,
			inputs: BoundedVec<InputLine, ConstU32<MAX_INPUTS>>,
			outputs: BoundedVec<OutputLine, ConstU32<MAX_OUTPUTS>>,
			work: Option<Work>,
		) -> DispatchResultWithPostInfo {
			let actor = T::Actors::ensure_actor(origin)?;
			let lines = (inputs.len() as u32, outputs.len() as u32);
			let inherited = Self::do_make(&actor, None, &inputs, &outputs, work)?;
			Ok(Some(Self::make_weight(lines.0, lines.1, inherited)).into())
		}

		/// Supersede what is told of a making. The record that was there stays provable by its hash.
		///
		/// ## Dispatch Origin
		/// Its maker, or the machine on which it was made.
		///
		/// ## Parameters
		/// - `work`: all of it anew; machine and time must be the same.
		///
		/// ## Errors
		/// `UnknownMaking`, `NotTheMaker`, `NotAmendable`, `BadGln`, `BadReadings`.
		///
		/// ## Events
		/// `Amended`
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::amend())]
		pub fn amend(origin: OriginFor<T>, making: MakingId, work: Work) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_amend(actor, making, work)
		}

		/// Make something somebody else's. Who has it is another matter: that is for shipments.
		///
		/// ## Dispatch Origin
		/// Its owner, or the owner of the machine that is.
		///
		/// ## Parameters
		/// - `from`: whose it is.
		/// - `to`: whose it becomes.
		/// - `quantity`: how much of a lot, in thousandths of its unit; zero for anything else.
		///
		/// ## Errors
		/// `NotTheOwner`, `SameOwner`, `BadQuantity`, `UnknownThing`, `AlreadyUsed`, `IsPacked`, `OnItsWay`, `NotEnough`; too
		/// little money for a record that is new.
		///
		/// ## Events
		/// `Transferred`
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::transfer())]
		pub fn transfer(
			origin: OriginFor<T>,
			thing: Thing,
			from: T::AccountId,
			to: T::AccountId,
			quantity: u64,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_transfer(actor, thing, from, to, quantity)
		}

		/// Put things into a logistic unit (EPCIS: aggregation), a new one or one that there is. From then on they
		/// belong to whom the unit belongs to.
		///
		/// ## Dispatch Origin
		/// The owner of all of them; for a new unit, who issues it.
		///
		/// ## Parameters
		/// - `sscc`: the unit.
		/// - `things`: items, ranges and units.
		///
		/// ## Errors
		/// `NothingPacked`, `BadSscc`, `UnknownPrefix`, `ForeignPrefix`, `PrefixRevoked`, `NoRoom`, `OnItsWay`,
		/// `UnknownThing`, `NotTheOwner`, `AlreadyUsed`, `IsPacked`, `LotsAreNotPacked`, `InItself`, `UnitIsFull`,
		/// `TooDeep`; too little money for items that are touched for the first time.
		///
		/// ## Events
		/// `Packed`
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::pack(things.len() as u32))]
		pub fn pack(
			origin: OriginFor<T>,
			sscc: Sscc,
			things: BoundedVec<Thing, ConstU32<MAX_CONTENTS>>,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_pack(actor, sscc, things.into_inner())
		}

		/// Take things out of a logistic unit (EPCIS: disaggregation). They are the unit's owner's. An empty unit is
		/// gone.
		///
		/// ## Dispatch Origin
		/// The unit's owner.
		///
		/// ## Errors
		/// `NothingPacked`, `UnknownThing`, `IsPacked`, `NotTheOwner`, `OnItsWay`, `NotInThere`.
		///
		/// ## Events
		/// `Unpacked`
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::unpack(things.len() as u32))]
		pub fn unpack(
			origin: OriginFor<T>,
			sscc: Sscc,
			things: BoundedVec<Thing, ConstU32<MAX_CONTENTS>>,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_unpack(actor, sscc, things.into_inner())
		}

		/// Say which tag an item has. It takes room for one record. An item has one tag for ever.
		///
		/// ## Dispatch Origin
		/// The holder of its prefix, or a machine of his.
		///
		/// ## Parameters
		/// - `key`: the tag's public key on P-256, compressed.
		///
		/// ## Errors
		/// `BadKey`, `UnknownThing`, `UnknownPrefix`, `ForeignPrefix`, `PrefixRevoked`, `AlreadyTagged`, `NoRoom`.
		///
		/// ## Events
		/// `TagAttached`
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::attach_tag())]
		pub fn attach_tag(origin: OriginFor<T>, gtin: Gtin, serial: Serial, key: [u8; 33]) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_attach_tag(actor, gtin, serial, key)
		}

		/// Show that an item's tag has signed the caller's challenge. What it must sign: see
		/// [`challenge`](crate::tags::challenge). A counter that does not rise, on a challenge that is younger than
		/// what was seen last, is the mark of a copy; that is recorded, and the call succeeds.
		///
		/// ## Dispatch Origin
		/// Anybody, signed; a machine by its key.
		///
		/// ## Parameters
		/// - `block`: the number of one of the last blocks, whose hash was signed.
		/// - `counter`: the tag's counter, which was signed.
		/// - `signature`: `r` and `s`, the highest byte first; `s` in the lower half.
		///
		/// ## Errors
		/// `NoTag`, `BadChallenge`, `BadSignature`, `CounterNotRising`.
		///
		/// ## Events
		/// `TagVerified` or `CopySeen`
		#[pallet::call_index(16)]
		#[pallet::weight(T::WeightInfo::verify_tag())]
		pub fn verify_tag(
			origin: OriginFor<T>,
			gtin: Gtin,
			serial: Serial,
			block: BlockNumberFor<T>,
			counter: u32,
			signature: [u8; 64],
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_verify_tag(actor, gtin, serial, block, counter, signature)
		}

		/// Issue a certificate. The caller pays a deposit.
		///
		/// ## Dispatch Origin
		/// An accredited certifier.
		///
		/// ## Parameters
		/// - `subject`: a kind of item, a thing or a making.
		/// - `schema`: hash of the schema that the claims follow.
		/// - `claims`: Merkle root of the claims; see [`disclosure`](crate::disclosure).
		/// - `from`: from when it is valid.
		/// - `until`: until when.
		///
		/// ## Errors
		/// `NotAccredited`, `UnknownThing`, `BadTime`, `AlreadyOver`; too little money for the deposit.
		///
		/// ## Events
		/// `Certified`
		#[pallet::call_index(17)]
		#[pallet::weight(T::WeightInfo::certify())]
		pub fn certify(
			origin: OriginFor<T>,
			subject: Subject,
			schema: H256,
			claims: H256,
			from: UnixMillis,
			until: UnixMillis,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_certify(actor, subject, schema, claims, from, until)
		}

		/// Revoke a certificate.
		///
		/// ## Dispatch Origin
		/// Its issuer, accredited or not.
		///
		/// ## Errors
		/// `UnknownCertificate`, `NotTheIssuer`, `AlreadyRevoked`.
		///
		/// ## Events
		/// `CertificateRevoked`
		#[pallet::call_index(18)]
		#[pallet::weight(T::WeightInfo::revoke_certificate())]
		pub fn revoke_certificate(origin: OriginFor<T>, certificate: CertificateId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_revoke_certificate(actor, certificate)
		}

		/// Remove a certificate whose time is over. Its deposit comes back.
		///
		/// ## Dispatch Origin
		/// Its issuer.
		///
		/// ## Errors
		/// `UnknownCertificate`, `NotTheIssuer`, `StillValid`.
		///
		/// ## Events
		/// `CertificateRemoved`
		#[pallet::call_index(19)]
		#[pallet::weight(T::WeightInfo::remove_certificate())]
		pub fn remove_certificate(origin: OriginFor<T>, certificate: CertificateId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_remove_certificate(actor, certificate)
		}

		/// Recall something: it is recalled from this block on, and all that was made of it affected, as far as the
		/// recall has spread. The caller puts up a bond that a false recall forfeits.
		///
		/// ## Dispatch Origin
		/// Its issuer or its maker; of components and machines, whoever has made something of or on them, for what he
		/// has made.
		///
		/// ## Parameters
		/// - `scope`: an item, a range or a lot; what the caller has made of a component; what he has made on a machine
		/// in a time.
		/// - `reason`: hash of what he says about it.
		///
		/// ## Errors
		/// `NotAProduct`, `UnknownThing`, `UnknownMaking`, `NotYoursToRecall`, `AlreadyRecalled`, `TooManyRecalls`,
		/// `BadTime`; too little money for fee and bond; the spending policy's.
		///
		/// ## Events
		/// `RecallBegun`
		#[pallet::call_index(20)]
		#[pallet::weight(T::WeightInfo::recall())]
		pub fn recall(origin: OriginFor<T>, scope: Scope, reason: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_recall(actor, scope, reason)
		}

		/// Put a narrower recall in the place of one. The wider one counts until the narrower one has spread. The bond
		/// goes with it.
		///
		/// ## Dispatch Origin
		/// Its issuer, or the machine of his that has begun it.
		///
		/// ## Parameters
		/// - `recall`: the wider one.
		/// - `window`: of a machine's makings, the shorter time.
		/// - `exceptions`: makings that it shall not go through.
		///
		/// ## Errors
		/// `UnknownRecall`, `NotTheIssuer`, `NotOpen`, `ContestsOpen`, `NotNarrower`, `TooManyExceptions`,
		/// `TooManyRecalls`; too little money for the fee.
		///
		/// ## Events
		/// `RecallBegun`
		#[pallet::call_index(21)]
		#[pallet::weight(T::WeightInfo::narrow())]
		pub fn narrow(
			origin: OriginFor<T>,
			recall: RecallId,
			window: Option<(UnixMillis, UnixMillis)>,
			exceptions: BoundedVec<MakingId, ConstU32<MAX_EXCEPTIONS>>,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_narrow(actor, recall, window, exceptions.into_inner())
		}

		/// Take a recall back. It does not count any more at once; its marks go one by one. The bond comes back, or if
		/// somebody has contested it, once it was judged or nobody has judged it in time.
		///
		/// ## Dispatch Origin
		/// Its issuer, or the machine of his that has begun it.
		///
		/// ## Errors
		/// `UnknownRecall`, `NotTheIssuer`, `NotOpen`.
		///
		/// ## Events
		/// `RecallEnded`
		#[pallet::call_index(22)]
		#[pallet::weight(T::WeightInfo::lift())]
		pub fn lift(origin: OriginFor<T>, recall: RecallId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_lift(actor, recall)
		}

		/// Say that what one has made of what is recalled is affected: it is recalled as well.
		///
		/// ## Dispatch Origin
		/// Its maker; no machine of his.
		///
		/// ## Errors
		/// `UnknownRecall`, `NotAffected`, `NotTheMaker`, `NotOpen`, `AlreadySaid`.
		///
		/// ## Events
		/// `Confirmed`
		#[pallet::call_index(23)]
		#[pallet::weight(T::WeightInfo::confirm())]
		pub fn confirm(origin: OriginFor<T>, recall: RecallId, making: MakingId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_confirm(actor, recall, making)
		}

		/// Say that what one has made has nothing of what is recalled. It stays affected until the recall is judged,
		/// and shows that this is contested. The caller puts up a bond that is forfeited if the recall was right.
		///
		/// ## Dispatch Origin
		/// Its maker; no machine of his.
		///
		/// ## Parameters
		/// - `evidence`: hash of his evidence.
		///
		/// ## Errors
		/// `UnknownRecall`, `NotAffected`, `NotTheMaker`, `NotOpen`, `AlreadySaid`, `AlreadyJudged`; too little money
		/// for the bond.
		///
		/// ## Events
		/// `Contested`
		#[pallet::call_index(24)]
		#[pallet::weight(T::WeightInfo::contest())]
		pub fn contest(origin: OriginFor<T>, recall: RecallId, making: MakingId, evidence: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_contest(actor, recall, making, evidence)
		}

		/// Judge a contested recall. A false one ends, and its bond is forfeited.
		///
		/// ## Dispatch Origin
		/// The origin that judges.
		///
		/// ## Parameters
		/// - `upheld`: whether it was right.
		///
		/// ## Errors
		/// `UnknownRecall`, `NotContested`, `AlreadyJudged`.
		///
		/// ## Events
		/// `Judged`, and if it was false `RecallEnded`
		#[pallet::call_index(25)]
		#[pallet::weight(T::WeightInfo::judge())]
		pub fn judge(origin: OriginFor<T>, recall: RecallId, upheld: bool) -> DispatchResult {
			T::JudgeOrigin::ensure_origin(origin)?;
			Self::do_judge(recall, upheld)
		}

		/// Have a contester's bond given back, or forfeited if the recall was judged to be right.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Errors
		/// `UnknownRecall`, `NotJudged`, `NotContested`.
		///
		/// ## Events
		/// `ContestSettled`
		#[pallet::call_index(26)]
		#[pallet::weight(T::WeightInfo::settle_contest())]
		pub fn settle_contest(origin: OriginFor<T>, recall: RecallId, making: MakingId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_settle_contest(recall, making)
		}

		/// Help a recall on: let it spread, or its marks be removed, for so many steps. Steps that were not needed are
		/// not paid for.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Parameters
		/// - `steps`: at most `MaxSteps`.
		///
		/// ## Errors
		/// `UnknownRecall`, `NothingToDo`.
		///
		/// ## Events
		/// `Affected` for each making, `RecallProgress`, `RecallSpread` or `RecallCleared`
		#[pallet::call_index(27)]
		#[pallet::weight(T::WeightInfo::spread((*steps).min(T::MaxSteps::get())))]
		pub fn spread(origin: OriginFor<T>, recall: RecallId, steps: u32) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let done = Self::do_spread(recall, steps.min(T::MaxSteps::get()))?;
			Ok(Some(T::WeightInfo::spread(done)).into())
		}

		/// Remove the record of a recall that has ended and left no mark. A hash of it stays.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Errors
		/// `UnknownRecall`, `NotCleared`, `ContestsOpen`, `NotJudged`.
		///
		/// ## Events
		/// `RecallClosed`
		#[pallet::call_index(28)]
		#[pallet::weight(T::WeightInfo::close_recall())]
		pub fn close_recall(origin: OriginFor<T>, recall: RecallId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_close_recall(recall)
		}
	}
}
