//! Who sells.

use super::{region, shown::percent, word, Actor, WORD};
use crate::{
	asset::Denomination,
	chain::market::{queries, Certificate, MarketCall, Profile, Standing, Word},
	cli::{
		args::{Says, SupplierCommand},
		customer, dispute, CliError, Desk, Result,
	},
};
use serde_json::json;

/// The most suppliers that are looked at; the chain's shelves run by age, and the best may be anywhere on them.
const LOOKED_AT: usize = 512;

pub(in crate::cli) async fn supplier(desk: &Desk<'_>, what: &SupplierCommand) -> Result<u8> {
	match what {
		SupplierCommand::Publish {
			says,
			update,
			machine,
			signer,
		} => {
			let profile = profile(says)?;
			let actor = Actor::new(desk, signer).await?;
			let supplier = actor.party(*machine);
			actor
				.send(match update {
					true => MarketCall::UpdateProfile { supplier, profile },
					false => MarketCall::PublishProfile { supplier, profile },
				})
				.await
		}
		SupplierCommand::Remove { machine, signer } => {
			let actor = Actor::new(desk, signer).await?;
			actor.send(MarketCall::RemoveProfile(actor.party(*machine))).await
		}
		SupplierCommand::Show { account } => show(desk, account).await,
		SupplierCommand::Find { category, area } => find(desk, category, area.as_deref()).await,
	}
}

fn profile(says: &Says) -> Result<Profile> {
	if says.certificates.len() != says.uris.len() {
		return Err(CliError::refused(format!(
			"{} certificates and {} addresses: give a --certificate-uri with each --certificate",
			says.certificates.len(),
			says.uris.len()
		)));
	}
	let categories = says.categories.iter().map(|typed| word("the category", typed, WORD));
	let certificates = says.certificates.iter().zip(&says.uris).map(|(file, uri)| {
		Ok(Certificate {
			hash: dispute::hash_of(file)?,
			uri: word("the certificate's address", uri, 128)?,
		})
	});
	Ok(Profile {
		categories: categories.collect::<Result<_>>()?,
		areas: says.areas.iter().map(|area| Word::from(area.as_str())).collect(),
		certificates: certificates.collect::<Result<_>>()?,
	})
}

async fn show(desk: &Desk<'_>, typed: &str) -> Result<u8> {
	let account = customer::account(typed)?;
	let chain = desk.chain()?;
	let (at, _) = desk.at_newest(&chain).await?;
	let profile = queries::supplier(&at, &account).await?.map(|supplier| supplier.profile);
	let standing = queries::standing(&at, &account).await?;
	let text = format!("{account}  {}\n{}", deals(profile.as_ref()), name(&standing));
	desk.say(
		text,
		&json!({ "account": account, "profile": profile, "standing": standing }),
	);
	Ok(0)
}

fn deals(profile: Option<&Profile>) -> String {
	let Some(profile) = profile else {
		return "has no profile".to_owned();
	};
	let list = |words: &[Word]| words.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
	let areas = match profile.areas.is_empty() {
		true => String::new(),
		false => format!(" in {}", list(&profile.areas)),
	};
	format!("deals in {}{areas}", list(&profile.categories))
}

fn name(standing: &Standing) -> String {
	let weight = |weight| Denomination::native().show(weight);
	format!(
		"    score {}; of agreements that weigh {}: {} in time, {} failed, {} lost in disputes; of {} rated: {} of the stars",
		percent(standing.score),
		weight(standing.punctual.weight),
		percent(standing.punctual.share),
		percent(standing.failed.share),
		percent(standing.lost.share),
		weight(standing.stars.weight),
		percent(standing.stars.share)
	)
}

async fn find(desk: &Desk<'_>, category: &str, area: Option<&str>) -> Result<u8> {
	let (category, area) = (word("the category", category, WORD)?, region(area));
	let chain = desk.chain()?;
	let (at, _) = desk.at_newest(&chain).await?;
	let (mut found, mut cursor) = (Vec::new(), None);
	let more = loop {
		let page = queries::suppliers_by(&at, &category, &area, cursor).await?;
		found.extend(page.found);
		cursor = page.next;
		if cursor.is_none() || found.len() >= LOOKED_AT {
			break cursor.is_some();
		}
	};
	found.sort_by_key(|supplier| std::cmp::Reverse(supplier.standing.score));
	for each in &found {
		let profile = &each.supplier.profile;
		let text = format!("{}  {}\n{}", each.account, deals(Some(profile)), name(&each.standing));
		desk.say(text, each);
	}
	if !desk.cli.json && found.is_empty() {
		eprintln!("nobody deals in {category} there");
	}
	if !desk.cli.json && more {
		eprintln!(
			"there are more than the {} that were looked at; name a smaller area",
			found.len()
		);
	}
	Ok(0)
}
