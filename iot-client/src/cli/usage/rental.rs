//! Rentals.

use super::{amount, away, millis, rate, simply, Actor};
use crate::{
	amount::Written,
	asset::{Asset, Denomination},
	chain::{
		market::{Rateable, Word},
		types::ChainTime,
		usage::{queries, FoundListing, Listing, ListingId, Reasoned, Rental, RentalId, Stage, Step},
		At, UsageCall,
	},
	cli::{
		args::{Action, MaybeSigner, RentalCommand, Said, SaidWhy},
		customer, dispute, money, CliError, Desk, Result,
	},
	papers::Paper,
	parse::show_millis,
};
use bpiiot_access::Actions;
use serde_json::json;
use std::{path::Path, time::Duration};
use subxt::utils::H256;

pub(in crate::cli) async fn rental(desk: &Desk<'_>, what: &RentalCommand) -> Result<u8> {
	use RentalCommand as Command;
	match what {
		Command::Publish {
			file,
			update,
			machine,
			signer,
		} => {
			let paper = Paper::load(file)?;
			let actor = Actor::new(desk, signer).await?;
			let terms = Box::new(paper.listing(&actor.money(paper.asset.into()).await?)?);
			match update {
				Some(listing) => {
					let listing = *listing;
					actor.send(UsageCall::UpdateListing { listing, terms }).await
				}
				None => {
					let machine = desk.machine(&actor.at, *machine).await?.0;
					let call = UsageCall::PublishListing { machine, terms };
					actor.create(call, ("Rentals", "ListingPublished", "listing")).await
				}
			}
		}
		Command::Withdraw { listing, signer } => simply(desk, UsageCall::WithdrawListing(*listing), signer).await,
		Command::Find {
			category,
			area,
			asset,
			limit,
		} => find(desk, (category, area.as_deref(), *asset), *limit).await,
		Command::Free { listing, ahead } => free(desk, *listing, *ahead).await,
		Command::Show { rental } => show(desk, *rental).await,
		Command::Rent {
			listing,
			periods,
			ahead,
			max_price,
			arbiter,
			signer,
		} => {
			let wish = Wish {
				listing: *listing,
				periods: *periods,
				ahead: *ahead,
				max_price: max_price.as_ref(),
				arbiter: arbiter.as_deref(),
			};
			rent(desk, wish, signer).await
		}
		Command::Extend {
			rental,
			periods,
			signer,
		} => extend(desk, *rental, *periods, signer).await,
		Command::LetIn {
			rental,
			user,
			actions,
			life,
			signer,
		} => let_in(desk, *rental, user, actions, *life, signer).await,
		Command::ShutOut { rental, user, signer } => {
			let (rental, user) = (*rental, customer::account(user)?);
			simply(desk, UsageCall::RemoveUser { rental, user }, signer).await
		}
		Command::Dispute {
			rental,
			evidence,
			signer,
		} => {
			let evidence = dispute::hash_of(evidence)?;
			simply(desk, UsageCall::Tell(Reasoned::Dispute, *rental, evidence), signer).await
		}
		Command::Rate { rental, stars, signer } => rate(desk, Rateable::Rental(*rental), *stars, signer).await,
		Command::Report {
			rental,
			ago,
			evidence,
			signer,
		} => report(desk, *rental, *ago, evidence.as_deref(), signer).await,
		Command::Claim {
			rental,
			amount,
			evidence,
			signer,
		} => claim(desk, *rental, amount, evidence, signer).await,
		Command::Start(said) => step(desk, Step::Start, said).await,
		Command::GiveBack(said) => step(desk, Step::GiveBack, said).await,
		Command::Concede(said) => step(desk, Step::Concede, said).await,
		Command::Remove(said) => step(desk, Step::Remove, said).await,
		Command::Approve(said) => step(desk, Step::Approve, said).await,
		Command::Waive(said) => step(desk, Step::Waive, said).await,
		Command::Expire(said) => step(desk, Step::Expire, said).await,
		Command::Cancel(said) => reasoned(desk, Reasoned::Cancel, said).await,
		Command::Decline(said) => reasoned(desk, Reasoned::Decline, said).await,
		Command::Stop(said) => reasoned(desk, Reasoned::Stop, said).await,
	}
}

async fn step(desk: &Desk<'_>, step: Step, said: &Said) -> Result<u8> {
	simply(desk, UsageCall::Do(step, said.rental), &said.signer).await
}

async fn reasoned(desk: &Desk<'_>, step: Reasoned, said: &SaidWhy) -> Result<u8> {
	let reason = customer::reason_hash(&said.reason);
	simply(desk, UsageCall::Tell(step, said.rental, reason), &said.signer).await
}

async fn listing_of(at: &At, id: ListingId) -> Result<Listing> {
	queries::listing(at, id).await?.ok_or_else(|| {
		CliError::refused(format!(
			"there is no listing {id}, or it was withdrawn; see `rental find`"
		))
	})
}

async fn rental_of(at: &At, id: RentalId) -> Result<Rental> {
	queries::rental(at, id).await?.ok_or_else(|| {
		CliError::refused(format!(
			"there is no rental {id} on this chain, or its record was removed"
		))
	})
}

/// What is typed about a rental that is to be.
struct Wish<'a> {
	listing: ListingId,
	periods: u32,
	ahead: Option<Duration>,
	max_price: Option<&'a Written>,
	arbiter: Option<&'a str>,
}

async fn rent(desk: &Desk<'_>, wish: Wish<'_>, signer: &MaybeSigner) -> Result<u8> {
	let arbiter = wish.arbiter.map(customer::account).transpose()?;
	let actor = Actor::new(desk, signer).await?;
	let listing = listing_of(&actor.at, wish.listing).await?;
	let terms = &listing.terms;
	let allowed = terms.rental.min_periods..=terms.max_periods;
	if !allowed.contains(&wish.periods) {
		return Err(CliError::refused(format!(
			"listing {} is rented for {} to {} periods of {}",
			wish.listing,
			allowed.start(),
			allowed.end(),
			show_millis(terms.rental.period)
		)));
	}
	let money = actor.money(terms.asset).await?;
	let price = terms.rental.price.saturating_mul(wish.periods.into());
	let max_price = match wish.max_price {
		Some(written) => amount(&money, written)?,
		None => price,
	};
	if price > max_price {
		return Err(CliError::refused(format!(
			"{} periods cost {}, more than your limit of {}",
			wish.periods,
			money.show(price),
			money.show(max_price)
		)));
	}
	let call = UsageCall::Rent {
		listing: wish.listing,
		version: listing.version,
		start: wish
			.ahead
			.map(|ahead| actor.head.time.unix.saturating_add(millis(ahead))),
		periods: wish.periods,
		max_price,
		arbiter,
	};
	actor.create(call, ("Rentals", "Rented", "rental")).await
}

async fn extend(desk: &Desk<'_>, id: RentalId, periods: u32, signer: &MaybeSigner) -> Result<u8> {
	let actor = Actor::new(desk, signer).await?;
	let rental = rental_of(&actor.at, id).await?;
	let max_price = rental.terms.price.saturating_mul(periods.into());
	let call = UsageCall::Extend {
		rental: id,
		periods,
		max_price,
	};
	actor.send(call).await
}

async fn let_in(
	desk: &Desk<'_>,
	id: RentalId,
	user: &str,
	actions: &[Action],
	life: Option<Duration>,
	signer: &MaybeSigner,
) -> Result<u8> {
	let user = customer::account(user)?;
	let actor = Actor::new(desk, signer).await?;
	let rental = rental_of(&actor.at, id).await?;
	let (from, until) = match life {
		None => (rental.start, rental.end),
		Some(life) => {
			let from = actor.head.time.unix.max(rental.start);
			(from, from.saturating_add(millis(life)).min(rental.end))
		}
	};
	let actions = actions
		.iter()
		.fold(Actions::default(), |all, one| all | Actions::from(*one));
	let call = UsageCall::SetUser {
		rental: id,
		user,
		from,
		until,
		actions: actions.0,
	};
	actor.send(call).await
}

async fn report(
	desk: &Desk<'_>,
	rental: RentalId,
	ago: Duration,
	evidence: Option<&Path>,
	signer: &MaybeSigner,
) -> Result<u8> {
	let evidence = evidence.map_or(Ok(H256::zero()), dispute::hash_of)?;
	let actor = Actor::new(desk, signer).await?;
	let at = actor.head.time.unix.saturating_sub(millis(ago));
	actor.send(UsageCall::ConfirmReturn { rental, at, evidence }).await
}

async fn claim(desk: &Desk<'_>, id: RentalId, written: &Written, evidence: &Path, signer: &MaybeSigner) -> Result<u8> {
	let evidence = dispute::hash_of(evidence)?;
	let actor = Actor::new(desk, signer).await?;
	let rental = rental_of(&actor.at, id).await?;
	let money = actor.money(rental.asset).await?;
	let amount = amount(&money, written)?;
	let left = rental.terms.deposit.saturating_sub(rental.money.overdue);
	if amount > left {
		return Err(CliError::refused(format!(
			"{} of the deposit of rental {id} are left, not {}",
			money.show(left),
			money.show(amount)
		)));
	}
	let call = UsageCall::ClaimDamage {
		rental: id,
		amount,
		evidence,
	};
	actor.send(call).await
}

async fn show(desk: &Desk<'_>, id: RentalId) -> Result<u8> {
	let chain = desk.chain()?;
	let (at, head) = desk.at_newest(&chain).await?;
	let rental = rental_of(&at, id).await?;
	let money = money::denomination(&at, rental.asset.into()).await?;
	let text = in_words(id, &rental, &money, head.time);
	desk.say(
		text,
		&json!({ "id": id, "rental": rental, "symbol": money.symbol(), "now": head.time.unix }),
	);
	Ok(0)
}

fn in_words(id: RentalId, rental: &Rental, money: &Denomination, time: ChainTime) -> String {
	let now = time.unix;
	let mut lines = vec![
		format!(
			"rental {id}  of {}: {}",
			crate::parse::hex(rental.machine),
			rental.stage.words()
		),
		format!(
			"    begins {}, ends {}; rent {}, deposit {}, {} on hold; by {}",
			away(rental.start, now),
			away(rental.end, now),
			money.show(rental.terms.price.saturating_mul(rental.periods.into())),
			money.show(rental.terms.deposit),
			money.show(rental.held),
			rental.renter
		),
	];
	if rental.money.overdue > 0 {
		lines.push(format!(
			"    {} of the deposit for overdue periods",
			money.show(rental.money.overdue)
		));
	}
	if rental.money.claim > 0 {
		lines.push(format!("    {} claimed for damage", money.show(rental.money.claim)));
	}
	if matches!(
		rental.stage,
		Stage::Requested | Stage::Booked | Stage::Returned(_) | Stage::Claimed(_)
	) {
		let left = rental.until.saturating_sub(time.agreement());
		lines.push(format!("    silence decides in {}", show_millis(left)));
	}
	for user in &rental.users {
		lines.push(format!(
			"    lets {} in from {} to {}",
			user.account,
			away(user.from, now),
			away(user.until, now)
		));
	}
	lines.join("\n")
}

async fn find(desk: &Desk<'_>, (category, area, asset): (&str, Option<&str>, Asset), limit: usize) -> Result<u8> {
	let (category, area) = (Word::from(category), area.map(Word::from).unwrap_or_default());
	let chain = desk.chain()?;
	let (at, _) = desk.at_newest(&chain).await?;
	let money = money::denomination(&at, asset).await?;
	let (mut found, mut cursor) = (Vec::<FoundListing>::new(), None);
	loop {
		let page = queries::listings_by(&at, (&category, &area, asset.into()), None, cursor).await?;
		found.extend(page.found);
		cursor = page.next;
		if cursor.is_none() || found.len() > limit {
			break;
		}
	}
	let more = cursor.is_some() || found.len() > limit;
	for each in found.iter().take(limit) {
		desk.say(listed(each, &money), each);
	}
	if !desk.cli.json && found.is_empty() {
		eprintln!("no {category} is to be rented in {asset} there");
	}
	if !desk.cli.json && more {
		eprintln!("there are more; see them with --limit");
	}
	Ok(0)
}

fn listed(found: &FoundListing, money: &Denomination) -> String {
	let terms = &found.listing.terms;
	let area = match terms.area.is_empty() {
		true => String::new(),
		false => format!(" in {}", terms.area),
	};
	format!(
		"listing {}  {}{area}: {} for {}, {} to {} of these; deposit {}, version {}\n    machine {}",
		found.id,
		terms.category,
		money.show(terms.rental.price),
		show_millis(terms.rental.period),
		terms.rental.min_periods,
		terms.max_periods,
		money.show(terms.rental.deposit),
		found.listing.version,
		crate::parse::hex(found.listing.machine)
	)
}

async fn free(desk: &Desk<'_>, listing: ListingId, ahead: Duration) -> Result<u8> {
	let chain = desk.chain()?;
	let (at, head) = desk.at_newest(&chain).await?;
	listing_of(&at, listing).await?;
	let now = head.time.unix;
	let (spans, next) = queries::free_time(&at, listing, now, now.saturating_add(millis(ahead))).await?;
	for (from, until) in &spans {
		let text = format!("free from {} to {}", away(*from, now), away(*until, now));
		desk.say(text, &json!({ "from": from, "until": until }));
	}
	if !desk.cli.json && spans.is_empty() {
		eprintln!("listing {listing} is not free in that time");
	}
	if let (Some(next), false) = (next, desk.cli.json) {
		eprintln!("what comes later than {} was not looked at", away(next, now));
	}
	Ok(0)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::usage::{Money, Outcome, RentalTerms, User};
	use subxt::utils::AccountId32;

	#[test]
	fn a_rental_is_shown_with_what_comes_next() {
		let rental = Rental {
			machine: [2; 32],
			renter: AccountId32([1; 32]),
			actions: 1,
			start: 1_000_000,
			end: 4_600_000,
			stage: Stage::Claimed(Outcome::Completed),
			users: vec![User {
				account: AccountId32([3; 32]),
				from: 1_000_000,
				until: 2_000_000,
				actions: 1,
			}],
			asset: Default::default(),
			held: 3_000_000_000_000,
			listing: ListingId(1),
			version: 1,
			periods: 4,
			terms: RentalTerms {
				price: 1_000_000_000_000,
				deposit: 4_000_000_000_000,
				..Default::default()
			},
			until: 5_060_000,
			returned_at: 4_000_000,
			reported_at: 0,
			confirmed: true,
			money: Money {
				overdue: 0,
				due: 0,
				claim: 3_000_000_000_000,
			},
			evidence: H256::zero(),
			rated: false,
		};
		let time = ChainTime {
			unix: 5_000_000,
			stopped: 0,
			paused: false,
		};
		let text = in_words(RentalId(7), &rental, &Denomination::native(), time);
		for part in [
			"rental 7",
			"rent 4 BPI",
			"3 BPI claimed",
			"silence decides in 1 min",
			"lets ",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
	}
}
