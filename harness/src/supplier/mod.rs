//! A supplier as a process of his own: he has a key and a node to talk to, and nothing else.
//!
//! He follows finalized blocks, bids on requests in his category, answers counter-offers, and delivers what is ordered from
//! him. All that he decides rests on what a finalized block shows, so he may be killed at any moment: what was sent before is
//! seen through first, and what it has done is on the chain.

pub mod strategy;

use anyhow::{Context, Result};
use iot_client::{
	chain::{
		market::{queries, AssetKind, Conditions, MarketCall, PriceTier, Profile, QuoteTerms, RequestId, Word},
		At, Chain, Fate, Head, Nodes, Submitter,
	},
	journal::Journal,
	quantity::Quantity,
	wallet::{blake2_256, Wallet},
};
use serde_json::json;
use std::{collections::BTreeSet, io::Write, path::PathBuf, sync::Arc, time::Duration};
use strategy::{Answer, Strategy};
use subxt::utils::{AccountId32, H256};
use tokio::time::sleep;

/// The most requests that are followed at a time, and pages of them that are read in one look.
const FOLLOWED: usize = 256;
const PAGES: usize = 8;
/// How long to wait after a failed look.
const AGAIN: Duration = Duration::from_millis(500);

/// Who a supplier is, and what he sells.
#[derive(Clone, Debug)]
pub struct Business {
	/// His node.
	pub node: String,
	/// His key, as a derivation of the development phrase: `//Prompt`.
	pub name: String,
	/// The folder for his journal.
	pub state: PathBuf,
	/// What he deals in.
	pub category: Word,
	/// What he sells.
	pub item: Word,
	/// Where.
	pub areas: Vec<Word>,
	/// How he does business.
	pub strategy: Strategy,
	/// How much of it he offers in a standing quote, in thousandths; no quote if none.
	pub stock: Option<u64>,
	/// The time that his standing quote promises, in milliseconds.
	pub quoted_lead_time: u64,
	/// The conditions of his standing quote.
	pub conditions: Conditions,
}

/// A supplier at work.
struct Agent {
	business: Business,
	chain: Chain,
	submitter: Submitter,
	me: AccountId32,
	/// Requests that he has seen and that may concern him still.
	followed: BTreeSet<RequestId>,
	/// A block below this one does not show yet what he has done.
	changed_in: u64,
}

/// Does business until it is dropped.
///
/// # Errors
/// When he cannot begin: no key, no journal, another chain.
pub async fn work(business: Business) -> Result<()> {
	let wallet = Arc::new(Wallet::dev(&business.name)?);
	let me = wallet.account();
	let chain = Chain::connect(Nodes::from([business.node.as_str()]));
	let genesis = chain.session().await.genesis();
	std::fs::create_dir_all(&business.state)?;
	let journal = Journal::open(&business.state.join("journal.redb"), genesis)?;
	let floor = journal.floor()?;
	chain.not_below(floor);
	let submitter = Submitter::start(chain.clone(), wallet, Some(journal.clone()));
	let mut agent = Agent {
		business,
		chain,
		submitter,
		me,
		followed: BTreeSet::new(),
		changed_in: floor,
	};
	agent.tell("up", json!({ "account": me.to_string() }));
	let mut heads = agent.chain.heads();
	loop {
		let head = heads.borrow_and_update().clone();
		if let Some(head) = head.filter(|head| agent.is_believed(head)) {
			journal.see(head.block.number)?;
			if let Err(error) = agent.look(&head).await {
				agent.tell("trouble", json!({ "why": format!("{error:#}") }));
				sleep(AGAIN).await;
			}
		}
		heads.changed().await.context("the chain's bridge has ended")?;
	}
}

impl Agent {
	/// Tells what happens: a line of JSON.
	fn tell(&self, event: &str, mut more: serde_json::Value) {
		more["event"] = json!(event);
		more["supplier"] = json!(self.business.name);
		let mut out = std::io::stdout().lock();
		// Nobody listening is fine.
		let _ = writeln!(out, "{more}").and_then(|()| out.flush());
	}

	fn is_believed(&self, head: &Head) -> bool {
		let height = head.block.number;
		let caught_up = self.submitter.caught_up().is_some_and(|caught_up| height >= caught_up);
		caught_up && height >= self.changed_in
	}

	/// Does what this block asks for, one thing at a time: the next look rests on what that has done.
	async fn look(&mut self, head: &Head) -> Result<()> {
		let session = self.chain.session().await;
		let at = session.at(head.block).await?;
		let call = match self.introduce(&at).await? {
			Some(call) => Some(call),
			None => match self.deliver(&at, head).await? {
				Some(call) => Some(call),
				None => self.haggle(&at, head).await?,
			},
		};
		let Some(call) = call else { return Ok(()) };
		let (name, shown) = (call.name(), call.to_string());
		match self.submitter.submit(call.into(), None).await {
			Fate::Done { block, .. } => {
				self.changed_in = block.number;
				self.tell("done", json!({ "call": name, "what": shown, "block": block.number }));
			}
			Fate::Failed { block, error } => {
				// Somebody was faster, or his name or purse is not good enough: the next block shows how things stand.
				self.changed_in = block.number;
				self.tell("refused", json!({ "call": name, "what": shown, "why": error }));
			}
			Fate::Refused(why) => self.tell("not sent", json!({ "call": name, "what": shown, "why": why })),
			Fate::Unknown { what, .. } => self.tell("unknown", json!({ "call": name, "what": shown, "why": what })),
		}
		Ok(())
	}

	/// Publishes profile and quote, once.
	async fn introduce(&self, at: &At) -> Result<Option<MarketCall>> {
		let Business {
			category,
			item,
			areas,
			strategy,
			stock,
			..
		} = &self.business;
		let supplier = self.me;
		if queries::supplier(at, &supplier).await?.is_none() {
			let profile = Profile {
				categories: vec![category.clone()],
				areas: areas.clone(),
				certificates: vec![],
			};
			return Ok(Some(MarketCall::PublishProfile { supplier, profile }));
		}
		let Some(stock) = *stock else { return Ok(None) };
		if !queries::quotes_of(at, &supplier).await?.is_empty() {
			return Ok(None);
		}
		let terms = QuoteTerms {
			category: category.clone(),
			item: item.clone(),
			asset: AssetKind::Native,
			tiers: vec![PriceTier {
				from_quantity: 1_000,
				unit_price: strategy.price / 1_000,
			}],
			lead_time: self.business.quoted_lead_time,
			areas: areas.clone(),
			conditions: self.business.conditions,
			arbiters: vec![],
		};
		Ok(Some(MarketCall::PublishQuote {
			supplier,
			terms: Box::new(terms),
			stock,
		}))
	}

	/// Delivers what is due.
	async fn deliver(&self, at: &At, head: &Head) -> Result<Option<MarketCall>> {
		for id in queries::book(at, &self.me).await?.sales {
			let Some(order) = queries::order(at, id).await? else {
				continue;
			};
			if let Some(quantity) = self.business.strategy.delivers(&order, head.time.agreement()) {
				let note = format!("{} of {} for purchase {id}", Quantity(quantity), order.item);
				return Ok(Some(MarketCall::Deliver {
					order: id,
					quantity,
					lot: None,
					note: H256(blake2_256([note.as_bytes()])),
				}));
			}
		}
		Ok(None)
	}

	/// Bids, and answers counter-offers.
	async fn haggle(&mut self, at: &At, head: &Head) -> Result<Option<MarketCall>> {
		self.find(at).await?;
		let strategy = self.business.strategy;
		for id in self.followed.clone() {
			let Some(request) = queries::request(at, id).await? else {
				self.followed.remove(&id);
				continue;
			};
			if request.wanted.item != self.business.item || head.time.agreement() > request.award_until {
				self.followed.remove(&id);
				continue;
			}
			if let Some((price, lead_time)) = strategy.bids_on(&self.me, &request, head.time.agreement()) {
				return Ok(Some(MarketCall::Bid {
					request: id,
					price,
					lead_time,
				}));
			}
			let answer = request.bid_of(&self.me).and_then(|bid| strategy.answer(&request, bid));
			let bidder = self.me;
			if let Some(answer) = answer {
				return Ok(Some(match answer {
					Answer::Agree(price) => MarketCall::AcceptCounterOffer {
						request: id,
						bidder,
						price,
					},
					Answer::Propose(price) => MarketCall::CounterOffer {
						request: id,
						bidder,
						price,
					},
				}));
			}
		}
		Ok(None)
	}

	/// Looks for requests that take bids.
	async fn find(&mut self, at: &At) -> Result<()> {
		let (mut cursor, anywhere) = (None, Word::default());
		for _ in 0..PAGES {
			let page = queries::requests_by(at, &self.business.category, &anywhere, cursor).await?;
			self.followed.extend(page.found.into_iter().map(|found| found.id));
			cursor = page.next;
			if cursor.is_none() {
				break;
			}
		}
		while self.followed.len() > FOLLOWED {
			self.followed.pop_first();
		}
		Ok(())
	}
}
