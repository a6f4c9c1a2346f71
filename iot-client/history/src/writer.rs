//! The one who writes: one transaction for all that was measured, and the oldest goes for it.

use crate::{
	batch::{Batch, Owner},
	codec::write_number,
	record::{cost, write_open, write_section, Account, Names, OpenRow, ACCOUNT, NAMES, OPEN},
	store::{Failure, Opened, Place, TABLE},
	tier::{floor, Tier},
	HistoryError,
};
use redb::{Database, ReadableTable, Table};
use std::sync::atomic::Ordering;

/// Pieces of a tier that go for their age in one write, at most. A write adds about two, so this keeps up; and a clock
/// that is wrong for a minute takes no more than these along.
const OLD_AT_ONCE: usize = 16;
/// Pieces of a tier that go for room in one write, at most. The next one goes on.
const GO_AT_ONCE: usize = 1000;
/// After a failure so many flushes are passed over at most; twice as many after each one.
const MOST_PASSED: u32 = 16;
/// A date before this one (the first of 2024, in unix ms) is that of a computer that does not know the time.
const SENSIBLE: u64 = 1_704_067_200_000;
/// What lies so far after the newest reading, in ms, was stamped by a clock that was wrong, if it was not written last.
const FUTURE: u64 = 24 * 3_600_000;

type Pieces<'t> = Table<'t, crate::record::Key, &'static [u8]>;

/// What one write puts into the file.
pub(crate) struct Load<'a> {
	pub(crate) batch: &'a Batch,
	/// Rows that are not complete.
	pub(crate) open: &'a [OpenRow],
	/// Channels that are not to be forgotten.
	pub(crate) in_use: &'a [Owner],
	/// When the newest reading was taken.
	pub(crate) now: u64,
}

/// Owner of the file's account.
pub(crate) struct Writer {
	pub(crate) place: Place,
	pub(crate) account: Account,
	names: Names,
	/// Whether the file was ever open in this run: what an earlier one left incomplete is taken over once.
	is_known: bool,
	/// After a failure: how many flushes are passed over, and how many of these are left.
	pass: (u32, u32),
	/// Whether the file is full though it has its largest size. Even to remove something takes pages, so another is begun.
	begins_anew: bool,
	/// What is wrong.
	pub(crate) problem: Option<HistoryError>,
}

impl Writer {
	pub(crate) fn new(place: Place) -> Self {
		Self {
			place,
			account: Account::default(),
			names: Names::default(),
			is_known: false,
			pass: (0, 0),
			begins_anew: false,
			problem: None,
		}
	}

	/// Opens the file. With it come the rows that an earlier run left incomplete.
	pub(crate) fn open(&mut self) -> Result<(Database, Option<Batch>), HistoryError> {
		self.forget_signs();
		if std::mem::take(&mut self.begins_anew) {
			self.place.put_aside("it is full though it has its largest size");
		}
		let opened = self.place.open();
		let Opened {
			database,
			account,
			names,
			open,
		} = opened.inspect_err(|error| self.note(error))?;
		self.account = account;
		self.names = names;
		let left = (!std::mem::replace(&mut self.is_known, true)).then_some(open);
		Ok((database, left))
	}

	/// Whether a flush is passed over, after a failure.
	pub(crate) fn passes(&mut self) -> bool {
		let (_, left) = &mut self.pass;
		let passes = *left > 0;
		*left = left.saturating_sub(1);
		passes
	}

	/// Writes it, in one transaction.
	pub(crate) fn write(&mut self, database: &Database, load: &Load<'_>) -> Result<(), HistoryError> {
		self.forget_signs();
		match self.transact(database, load) {
			Ok(()) => {
				self.is_well();
				Ok(())
			}
			Err(failure) => {
				let error = self.place.failure(failure);
				self.begins_anew = matches!(error, HistoryError::NoRoom(_));
				self.note(&error);
				Err(error)
			}
		}
	}

	/// Notes that all that there is is written.
	pub(crate) fn is_well(&mut self) {
		if self.problem.take().is_some() {
			tracing::info!(path = %self.place.path.display(), "the history is written again");
		}
		self.pass = (0, 0);
	}

	/// Notes that something failed, and says so once.
	pub(crate) fn note(&mut self, error: &HistoryError) {
		if self.problem.as_ref() != Some(error) {
			tracing::warn!(%error, "the history is not written; it is tried again");
			self.problem = Some(error.clone());
		}
		let pass = self.pass.0.saturating_mul(2).clamp(1, MOST_PASSED);
		self.pass = (pass, pass);
	}

	fn forget_signs(&self) {
		self.place.counters.full.store(false, Ordering::Relaxed);
		self.place.counters.too_long.store(false, Ordering::Relaxed);
	}

	fn transact(&mut self, database: &Database, load: &Load<'_>) -> Result<(), Failure> {
		let (mut account, mut names) = (self.account.clone(), self.names.clone());
		account.writes = account.writes.saturating_add(1);
		let transaction = database.begin_write()?;
		{
			let mut table = transaction.open_table(TABLE)?;
			put_pieces(&mut table, load, &mut account, &mut names)?;
			for tier in Tier::ALL {
				come_back(tier, load.now, &mut account);
				self.drop_old(&mut table, tier, load.now, &mut account)?;
				let most = self.place.limits.tier(tier).max_bytes;
				drop_for_room(&mut table, tier, most, load.now, &mut account)?;
			}
			let open = write_open(load.open, |owner| names.number(owner, load.in_use));
			if names != self.names || account.writes == 1 {
				table.insert(NAMES, names.to_bytes().as_slice())?;
			}
			table.insert(OPEN, open.as_slice())?;
			table.insert(ACCOUNT, account.to_bytes().as_slice())?;
		}
		transaction.commit()?;
		self.account = account;
		self.names = names;
		Ok(())
	}

	/// Drops what is too old.
	fn drop_old(&self, table: &mut Pieces<'_>, tier: Tier, now: u64, account: &mut Account) -> Result<(), Failure> {
		let from = now.saturating_sub(self.place.limits.tier(tier).max_age_ms);
		for _ in 0..OLD_AT_ONCE {
			match end(table, tier, false)? {
				Some((window, write)) if window.saturating_add(tier.window()) <= from => {
					remove_first(table, tier, (window, write), account)?;
				}
				_ => break,
			}
		}
		Ok(())
	}
}

/// When a clock was far ahead, and what it stamped has begun to go, what is measured by a clock that is right is whole all
/// the same.
fn come_back(tier: Tier, now: u64, account: &mut Account) {
	let account = tier.of_mut(&mut account.tiers);
	if now >= SENSIBLE && account.gone_before > now.saturating_add(tier.window()) {
		account.gone_before = floor(now, tier.window());
	}
}

/// Puts rows, a piece for each tier and window.
fn put_pieces(
	table: &mut Pieces<'_>,
	load: &Load<'_>,
	account: &mut Account,
	names: &mut Names,
) -> Result<(), Failure> {
	let mut pieces = load.batch.pieces.iter().peekable();
	while let Some(((tier, window, _), _)) = pieces.peek().copied() {
		let mut bytes = Vec::new();
		while let Some(((_, _, owner), rows)) = pieces.next_if(|((t, w, _), _)| (t, w) == (tier, window)) {
			write_number(&mut bytes, names.number(owner, load.in_use).into());
			write_section(&mut bytes, *tier, *window, rows);
		}
		table.insert((tier.index(), *window, account.writes), bytes.as_slice())?;
		let account = tier.of_mut(&mut account.tiers);
		account.used = account.used.saturating_add(cost(bytes.len()));
	}
	Ok(())
}

/// Drops pieces until the rest counts `most` at most.
fn drop_for_room(
	table: &mut Pieces<'_>,
	tier: Tier,
	most: u64,
	now: u64,
	account: &mut Account,
) -> Result<(), Failure> {
	for _ in 0..GO_AT_ONCE {
		if tier.of(&account.tiers).used <= most {
			return Ok(());
		}
		let (Some(first), Some(last)) = (end(table, tier, false)?, end(table, tier, true)?) else {
			// Nothing is left; the account was wrong.
			tier.of_mut(&mut account.tiers).used = 0;
			return Ok(());
		};
		// Of a clock that was far ahead once: it would stay, and all that comes would go for it.
		let is_wrong = now >= SENSIBLE && last.0 > now.saturating_add(FUTURE) && last.1 < first.1;
		match is_wrong {
			true => remove(table, tier, last, account)?,
			false => remove_first(table, tier, first, account)?,
		}
	}
	Ok(())
}

/// The first or last piece of a tier: when its window begins, and in which write it came.
fn end(table: &Pieces<'_>, tier: Tier, last: bool) -> Result<Option<(u64, u64)>, Failure> {
	let index = tier.index();
	let mut all = table.range((index, 0, 0)..=(index, u64::MAX, u64::MAX))?;
	let found = if last { all.next_back() } else { all.next() };
	Ok(found.transpose()?.map(|(key, _)| {
		let (_, window, write) = key.value();
		(window, write)
	}))
}

fn remove(table: &mut Pieces<'_>, tier: Tier, piece: (u64, u64), account: &mut Account) -> Result<(), Failure> {
	let (window, write) = piece;
	let removed = table
		.remove((tier.index(), window, write))?
		.map_or(0, |value| cost(value.value().len()));
	let account = tier.of_mut(&mut account.tiers);
	account.used = account.used.saturating_sub(removed);
	Ok(())
}

/// Removes the oldest piece; what was measured before its end may be gone from now on.
fn remove_first(table: &mut Pieces<'_>, tier: Tier, piece: (u64, u64), account: &mut Account) -> Result<(), Failure> {
	remove(table, tier, piece, account)?;
	let account = tier.of_mut(&mut account.tiers);
	account.gone_before = account.gone_before.max(piece.0.saturating_add(tier.window()));
	Ok(())
}
