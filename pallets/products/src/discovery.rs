//! Finding what the chain knows of products.

use crate::{
	ancestry::Upwards,
	disclosure::{is_under, Claim, PathStep},
	gs1::{SerialKey, SerialNumber, Sscc},
	identity::before,
	runtime_api::{Facts, FoundCertificate, FoundMark, Page},
	spreading::next_made_on,
	At, AtOf, BalanceOf, CertificateId, Certificates, CertificatesOf, Config, Frontier, Holdings, MakingId, MakingOf,
	Makings, Marks, Moment, Pallet, ProductionRecord, Productions, RecallId, Recalls, Subject, Thing, UnitOf, Units,
};
use alloc::vec::Vec;
use bpiiot_primitives::MachineId;

/// Records in a page.
pub(crate) const RECORDS_A_PAGE: usize = 32;
/// Uses that a page looks at.
const LOOKS_A_PAGE: usize = 64;

/// See [`ProductsApi`](crate::runtime_api::ProductsApi) for all of them.
impl<T: Config> Pallet<T> {
	/// What the chain knows of a thing.
	pub fn facts(thing: Thing) -> Option<Facts<T::AccountId>> {
		let (body, state) = match &thing {
			Thing::Item { gtin, serial } => (gtin.body(), Some(Self::find_item(*gtin, serial)?.item.state)),
			Thing::Range { gtin, last } => (gtin.body(), Some(Self::find_range(*gtin, last)?.1.state)),
			Thing::Lot { gtin, .. } => (gtin.body(), None),
			Thing::Unit { sscc } => (sscc.body(), None),
		};
		Self::exists(&thing).then(|| Facts {
			owner: Self::owner_of(&thing),
			issuer: Self::issuer_of(body),
			making: Self::making_of(&thing),
			state,
			range: Self::range_around(&thing),
		})
	}

	/// All that a thing was made of.
	pub fn made_of(thing: Thing, cursor: Option<Frontier>) -> Page<(MakingId, MakingOf<T>), Frontier> {
		let first = || Frontier(Self::making_of(&thing).into_iter().collect());
		let mut upwards = Upwards::from(cursor.unwrap_or_else(first));
		let mut found = Vec::new();
		while found.len() < RECORDS_A_PAGE {
			match upwards.next::<T>() {
				Some(making) => found.push(making),
				None => break,
			}
		}
		let next = Some(upwards.frontier()).filter(|frontier| !frontier.0.is_empty());
		Page { found, next }
	}

	/// What was made of a thing directly.
	pub fn uses_of(thing: Thing, cursor: Option<AtOf<T>>) -> Page<MakingId, AtOf<T>> {
		let mut next = Some(cursor.unwrap_or_default());
		let mut found = Vec::new();
		for _ in 0..LOOKS_A_PAGE {
			let Some(at) = next.take() else {
				break;
			};
			let look = Self::look(&thing, &at);
			found.extend(look.found);
			next = look.next;
		}
		Page { found, next }
	}

	/// How something was made.
	pub fn production(making: MakingId) -> Option<ProductionRecord> {
		Productions::<T>::get(making)
	}

	/// What was made on a machine.
	pub fn made_on(machine: MachineId, from: u64, cursor: Option<Moment>) -> Page<MakingId, Moment> {
		let mut moments = Vec::new();
		let mut behind = cursor;
		while moments.len() <= RECORDS_A_PAGE {
			match next_made_on::<T>(machine, behind, from) {
				Some((moment, _)) => {
					moments.push(moment);
					behind = Some(moment);
				}
				None => break,
			}
		}
		let has_more = moments.len() > RECORDS_A_PAGE;
		moments.truncate(RECORDS_A_PAGE);
		Page {
			next: moments.last().copied().filter(|_| has_more),
			found: moments.into_iter().map(|(_, making)| making).collect(),
		}
	}

	/// What a recall has reached.
	pub fn affected_by(recall: RecallId, cursor: Option<MakingId>) -> Page<FoundMark<T::AccountId>, MakingId> {
		let head = || Recalls::<T>::get(recall).and_then(|recall| recall.head);
		let mut next = cursor.or_else(head);
		let mut found = Vec::new();
		while found.len() < RECORDS_A_PAGE {
			let entry = next.and_then(|making| Some((making, Marks::<T>::get(making, recall)?)));
			let Some((making, mark)) = entry else {
				next = None;
				break;
			};
			next = mark.next;
			if let Some(record) = Makings::<T>::get(making) {
				found.push(FoundMark {
					making,
					maker: record.maker,
					mark,
					outputs: record.outputs.into_inner(),
				});
			}
		}
		Page { found, next }
	}

	/// Who has a thing.
	pub fn holders_of(thing: Thing, cursor: Option<AtOf<T>>) -> Page<(Thing, T::AccountId, u64), AtOf<T>> {
		match thing {
			Thing::Item { .. } | Thing::Unit { .. } => {
				let owner = Self::owner_of(&thing);
				let found = owner.map(|owner| (thing, owner, 0)).into_iter().collect();
				Page { found, next: None }
			}
			Thing::Range { .. } => Self::holders_in_range(thing, cursor),
			Thing::Lot { gtin, lot } => {
				let key = (gtin, lot.clone());
				let holdings = match cursor {
					Some(At::Holder(Some(holder))) => {
						Holdings::<T>::iter_prefix_from(&key, Holdings::<T>::hashed_key_for(&key, holder))
					}
					_ => Holdings::<T>::iter_prefix(&key),
				};
				let all: Vec<_> = holdings.take(RECORDS_A_PAGE.saturating_add(1)).collect();
				let page = all.get(..RECORDS_A_PAGE).unwrap_or(&all);
				let last = page.last().map(|(holder, _)| At::Holder(Some(holder.clone())));
				let has_some = page.iter().filter(|(_, holding)| holding.quantity > 0);
				let thing = Thing::Lot { gtin, lot };
				let found = has_some.map(|(holder, holding)| (thing.clone(), holder.clone(), holding.quantity));
				Page {
					found: found.collect(),
					next: last.filter(|_| all.len() > RECORDS_A_PAGE),
				}
			}
		}
	}

	fn holders_in_range(thing: Thing, cursor: Option<AtOf<T>>) -> Page<(Thing, T::AccountId, u64), AtOf<T>> {
		let mut page = Page {
			found: Vec::new(),
			next: None,
		};
		let Thing::Range { gtin, last } = &thing else {
			return page;
		};
		let Some((last, range)) = Self::find_range(*gtin, last) else {
			return page;
		};
		let mut behind = match cursor {
			Some(At::Number(number)) => SerialNumber::new(last.width, number),
			_ => {
				let owner = Self::owner_of(&thing);
				page.found.extend(owner.map(|owner| (thing.clone(), owner, 0)));
				before(SerialNumber::new(last.width, range.first))
			}
		};
		while let Some(number) = Self::next_item_within(*gtin, behind, last) {
			if page.found.len() >= RECORDS_A_PAGE {
				page.next = Some(At::Number(behind.value()));
				break;
			}
			behind = number;
			let (gtin, serial) = (*gtin, SerialKey::Number(number).serial());
			let item = Thing::Item { gtin, serial };
			let owner = Self::owner_of(&item);
			page.found.extend(owner.map(|owner| (item, owner, 0)));
		}
		page
	}

	/// What is in a logistic unit.
	pub fn contents(sscc: Sscc) -> Option<UnitOf<T>> {
		Units::<T>::get(sscc)
	}

	/// The certificates of something.
	pub fn certificates(
		subject: Subject,
		cursor: Option<CertificateId>,
	) -> Page<FoundCertificate<T::AccountId, BalanceOf<T>>, CertificateId> {
		let ids = match cursor {
			Some(id) => {
				let behind = CertificatesOf::<T>::hashed_key_for(&subject, id);
				CertificatesOf::<T>::iter_key_prefix_from(&subject, behind)
			}
			None => CertificatesOf::<T>::iter_key_prefix(&subject),
		};
		let all: Vec<_> = ids.take(RECORDS_A_PAGE.saturating_add(1)).collect();
		let page = all.get(..RECORDS_A_PAGE).unwrap_or(&all);
		let found = page.iter().filter_map(|id| {
			let certificate = Certificates::<T>::get(id)?;
			let counts = Self::counts_now(&certificate);
			Some(FoundCertificate {
				id: *id,
				certificate,
				counts,
			})
		});
		Page {
			found: found.collect(),
			next: page.last().copied().filter(|_| all.len() > RECORDS_A_PAGE),
		}
	}

	/// Whether a certificate says this, and counts now.
	pub fn says(certificate: CertificateId, claim: Claim, path: Vec<PathStep>) -> bool {
		let certificate = Certificates::<T>::get(certificate).filter(Self::counts_now);
		certificate.is_some_and(|certificate| is_under(certificate.claims, &claim, &path))
	}
}
