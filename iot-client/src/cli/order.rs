//! Ordering: from an offer that was named, or from the cheapest that fits.

use super::{
	args::{Command, MaybeSigner, What},
	costs::{asset_of, priced, Costs},
	customer, find, CliError, Desk, Result,
};
use crate::{
	chain::{
		assets::{self, AssetInfo},
		queries, runtime,
		types::{JobId, MachineId, Offer, OfferId, RecipeReference},
		At, Call, Chain, Head, Line,
	},
	parse::show_millis,
	recipe::{content_hash, sealed, Recipe},
	wallet::Wallet,
};
use std::{fs, path::Path, sync::Arc};
use subxt::utils::{AccountId32, H256};

/// The longest URI that the chain takes, in bytes.
const URI_LIMIT: usize = 128;

/// Orders from the offer that was named.
pub(super) async fn order(desk: &Desk<'_>) -> Result<u8> {
	let Command::Order { offer, what, arbiter } = &desk.cli.command else {
		return Ok(0);
	};
	let recipe = RecipeFile::read(what)?;
	let arbiter = arbiter.as_deref().map(customer::account).transpose()?;
	let buyer = Buyer::new(desk, &what.signer).await?;
	let offer = buyer.offer(*offer).await?;
	let job = buyer.order(&offer, what, recipe, arbiter).await?;
	buyer.follow(what, job).await
}

/// Orders from the cheapest offer that fits.
pub(super) async fn buy(desk: &Desk<'_>) -> Result<u8> {
	let Command::Buy {
		capability,
		region,
		asset,
		what,
	} = &desk.cli.command
	else {
		return Ok(0);
	};
	let recipe = RecipeFile::read(what)?;
	let buyer = Buyer::new(desk, &what.signer).await?;
	let shelf = find::Shelf {
		capability: capability.clone(),
		region: region.clone().unwrap_or_default(),
		asset: *asset,
		max_price: None,
	};
	let time = what.deliver_in.as_millis() as u64;
	let mut best: Option<(u128, Offer)> = None;
	find::each(&buyer.at, &shelf, |offer| {
		let fits = what.units <= offer.terms.max_units && offer.terms.lead_time <= time && !buyer.is_own(&offer);
		if let Some(price) = offer
			.terms
			.unit_price_of(what.units)
			.checked_mul(what.units.into())
			.filter(|_| fits)
		{
			// Tiers can make a dearer offer the cheaper one, so all of them are looked at.
			if best.as_ref().is_none_or(|(least, _)| price < *least) {
				best = Some((price, offer));
			}
		}
		true
	})
	.await?;
	let Some((_, offer)) = best else {
		return Err(CliError::refused(format!(
			"no offer of {capability} in {asset} takes {} units to be delivered within {}; see `find`",
			what.units,
			show_millis(time)
		)));
	};
	let job = buyer.order(&offer, what, recipe, None).await?;
	buyer.follow(what, job).await
}

/// Who orders, and where.
pub(super) struct Buyer<'a> {
	desk: &'a Desk<'a>,
	chain: Chain,
	at: At,
	head: Head,
	wallet: Arc<Wallet>,
	/// Who pays: the signer, or the machine whose key signs.
	account: AccountId32,
	/// The machine, if its key signs.
	machine: Option<MachineId>,
}

impl<'a> Buyer<'a> {
	pub(super) async fn new(desk: &'a Desk<'a>, signer: &MaybeSigner) -> Result<Self> {
		let (chain, wallet) = (desk.chain()?, desk.anyone(signer)?);
		let (at, head) = desk.at_newest(&chain).await?;
		let machine = queries::machine_of_key(&at, &wallet.account()).await?;
		let machine = machine.and_then(|(machine, live)| live.then_some(machine));
		Ok(Self {
			account: machine.map_or(wallet.account(), |machine| machine.account()),
			desk,
			chain,
			at,
			head,
			wallet,
			machine,
		})
	}

	/// An offer that must exist.
	pub(super) async fn offer(&self, id: OfferId) -> Result<Offer> {
		let offer = queries::offer(&self.at, id).await?;
		offer.ok_or_else(|| CliError::refused(format!("there is no offer {id}, or it was withdrawn; see `find`")))
	}

	fn is_own(&self, offer: &Offer) -> bool {
		self.machine == Some(offer.machine)
	}

	/// Looks whether an order can be made, and what it costs.
	pub(super) async fn prepare(
		&self,
		offer: &Offer,
		what: &What,
		recipe: RecipeFile,
		arbiter: Option<AccountId32>,
	) -> Result<Prepared> {
		let asset = asset_of(&self.at, offer).await?;
		let money = &asset.denomination;
		let max_price = match &what.max_price {
			Some(written) => Some(money.read(written.as_str()).map_err(CliError::refused)?),
			None => None,
		};
		let price = priced(offer, money, what.units, max_price)?;
		let time = what.deliver_in.as_millis() as u64;
		if time < offer.terms.lead_time {
			let needed = show_millis(offer.terms.lead_time);
			return Err(CliError::refused(format!(
				"offer {} needs at least {needed} of working time to deliver; see --deliver-in",
				offer.id
			)));
		}
		ensure_offered(offer, arbiter)?;
		let costs = Costs::of(&asset, price, queries::order_costs(&self.at)?)?;
		let line = Line {
			offer: offer.id,
			version: offer.version,
			units: what.units,
			max_price: max_price.unwrap_or(price),
			recipe: recipe.hash,
			recipe_reference: self.reference(offer, &recipe, what.sealed).await?,
			deliver_by: self.head.time.unix.saturating_add(time),
			arbiter,
		};
		Ok(Prepared {
			line,
			machine: offer.machine,
			asset,
			costs,
		})
	}

	/// Refuses what the account cannot pay: all orders in an asset together.
	pub(super) async fn ensure_affordable(&self, orders: &[Prepared]) -> Result<()> {
		for order in orders {
			let asset = order.asset.denomination.asset();
			let same = orders.iter().filter(|other| other.asset.denomination.asset() == asset);
			let costs = same.fold(Costs::default(), |sum, other| sum.and(other.costs));
			let holding = assets::holding(&self.at, asset, &self.account).await?;
			costs.ensure_affordable(&order.asset, &self.account, holding)?;
		}
		Ok(())
	}

	/// Sends orders that were prepared, and tells of each.
	pub(super) async fn send(&self, call: Call, orders: &[Prepared]) -> Result<Vec<JobId>> {
		let (block, events) = self.desk.submit(&self.chain, &self.wallet, call).await?;
		let jobs = runtime::ordered_jobs(&events)?;
		for (job, order) in jobs.iter().zip(orders) {
			self.say(*job, block.number, order);
		}
		Ok(jobs)
	}

	async fn order(
		&self,
		offer: &Offer,
		what: &What,
		recipe: RecipeFile,
		arbiter: Option<AccountId32>,
	) -> Result<JobId> {
		let order = [self.prepare(offer, what, recipe, arbiter).await?];
		self.ensure_affordable(&order).await?;
		let call = Call::Order(order[0].line.clone());
		let jobs = self.send(call, &order).await?;
		Ok(jobs[0])
	}

	/// Where the machine finds the recipe: for everybody, or for the machine alone.
	async fn reference(&self, offer: &Offer, recipe: &RecipeFile, seal: bool) -> Result<RecipeReference> {
		if !seal {
			return Ok(RecipeReference::Open(recipe.uri.clone()));
		}
		let machine = queries::machine(&self.at, offer.machine).await?;
		let key = machine
			.map(|machine| machine.encryption)
			.filter(|key| key.key != [0; 32]);
		let key = key.ok_or_else(|| {
			CliError::refused("the machine has declared no key to encrypt to; order without --sealed, or elsewhere")
		})?;
		let context = sealed::Context {
			genesis: self.chain.session().await.genesis().0,
			customer: self.account.0,
			machine: offer.machine.0,
			recipe: recipe.hash.0,
			key_version: key.version,
		};
		let ciphertext = sealed::seal(&key.key, &context, &recipe.uri).map_err(CliError::refused)?;
		Ok(RecipeReference::Sealed {
			key_version: key.version,
			ciphertext,
		})
	}

	fn say(&self, job: JobId, block: u64, order: &Prepared) {
		let Prepared {
			line,
			machine,
			asset,
			costs,
		} = order;
		let (money, units) = (&asset.denomination, line.units);
		let text = format!(
			"job {job} ordered in block {block}: {units} units for {}, on hold; besides {} for the record, until `remove`, and a fee of {}",
			money.show(costs.price),
			money.show(costs.deposit),
			money.show(costs.fee)
		);
		let json = serde_json::json!({
			"job": job, "asset": money.asset(), "symbol": money.symbol(), "price": money.number(costs.price),
			"deposit": money.number(costs.deposit), "fee": money.number(costs.fee), "block": block,
			"customer": self.account, "offer": line.offer, "machine": machine,
		});
		self.desk.say(text, &json);
	}

	async fn follow(&self, what: &What, job: JobId) -> Result<u8> {
		match what.watch {
			true => customer::follow(self.desk, &self.chain, job).await,
			false => Ok(0),
		}
	}
}

/// An order that can be made.
pub(super) struct Prepared {
	/// What is sent.
	pub line: Line,
	machine: MachineId,
	asset: AssetInfo,
	costs: Costs,
}

/// Refuses an arbiter whom the offer does not take.
fn ensure_offered(offer: &Offer, arbiter: Option<AccountId32>) -> Result<()> {
	let Some(arbiter) = arbiter else { return Ok(()) };
	let offered = offer
		.terms
		.disputes
		.as_ref()
		.map(|disputes| disputes.arbiters.as_slice());
	match offered {
		Some(offered) if offered.contains(&arbiter) => Ok(()),
		Some(offered) => {
			let names: Vec<_> = offered.iter().map(ToString::to_string).collect();
			Err(CliError::refused(format!(
				"the offer does not take {arbiter} as arbiter; it takes {}, or nobody",
				names.join(", ")
			)))
		}
		None => Err(CliError::refused(
			"the offer takes no arbiter: its rejection fee is the last word; leave --arbiter out",
		)),
	}
}

/// A recipe to order.
pub(super) struct RecipeFile {
	hash: H256,
	uri: String,
}

impl RecipeFile {
	pub(super) fn read(what: &What) -> Result<Self> {
		let path = &what.recipe;
		let bytes = fs::read(path)
			.map_err(|error| CliError::refused(format!("cannot read the recipe {}: {error}", path.display())))?;
		Recipe::parse(&bytes).map_err(|error| CliError::refused(format!("{}: {error}", path.display())))?;
		Ok(Self {
			hash: H256(content_hash(&bytes)),
			uri: recipe_uri(path, what.uri.as_deref())?,
		})
	}
}

fn recipe_uri(path: &Path, typed: Option<&str>) -> Result<String> {
	let uri = match (typed, path.file_name()) {
		(Some(uri), _) => uri.to_owned(),
		(None, Some(name)) => format!("file:{}", name.to_string_lossy()),
		(None, None) => {
			return Err(CliError::refused(format!(
				"{} has no file name; give --uri",
				path.display()
			)))
		}
	};
	match uri.len() {
		1..=URI_LIMIT => Ok(uri),
		_ => Err(CliError::refused(format!(
			"the recipe's address must have 1 to {URI_LIMIT} bytes: {uri:?}"
		))),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::terms::{DisputeTerms, Terms};

	#[test]
	fn a_recipe_is_named_after_its_file_unless_told_otherwise() {
		let path = Path::new("recipes/bracket.toml");
		assert_eq!(recipe_uri(path, None).unwrap(), "file:bracket.toml");
		assert_eq!(
			recipe_uri(path, Some("https://example.com/b.toml")).unwrap(),
			"https://example.com/b.toml"
		);
		assert!(recipe_uri(path, Some("")).is_err());
		assert!(recipe_uri(path, Some(&"x".repeat(129))).is_err());
	}

	#[test]
	fn only_an_arbiter_of_the_offer_is_named() {
		let (arbiter, other) = (AccountId32([7; 32]), AccountId32([8; 32]));
		let mut offer = Offer {
			id: OfferId(1),
			machine: MachineId([1; 32]),
			version: 1,
			terms: Terms::example(),
		};
		assert!(ensure_offered(&offer, None).is_ok());
		let error = ensure_offered(&offer, Some(arbiter)).unwrap_err().to_string();
		assert!(error.contains("leave --arbiter out"), "{error}");
		offer.terms.disputes = Some(DisputeTerms {
			arbiters: vec![arbiter],
			challenge_window: 0,
			case_window: 0,
			ruling_window: 0,
		});
		assert!(ensure_offered(&offer, None).is_ok());
		assert!(ensure_offered(&offer, Some(arbiter)).is_ok());
		let error = ensure_offered(&offer, Some(other)).unwrap_err().to_string();
		assert!(error.contains(&arbiter.to_string()), "{error}");
	}
}
