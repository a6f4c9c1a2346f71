//! Full blocks of purchases from quotes, and of awards among 64 bids.

use super::{Load, Phase};
use anyhow::{ensure, Context, Result};
use bpiiot_harness::{chain::dev_account, crowd::GOODS_EACH, node::Node};
use bpiiot_primitives::RequestId;
use bpiiot_runtime::{AccountId, Balance, Runtime, BPI};
use codec::{Decode, Encode};
use frame_support::{traits::Get, BoundedVec};
use pallet_procurement::{Bid, RequestOf, Requests, Score};
use sp_runtime::Permill;
use subxt::dynamic::Value;

/// What is measured.
pub(super) const BUY: &str = "procurement.buy";
pub(super) const AWARD: &str = "procurement.award_to, among 64 bids";
/// Requests that are written at a time.
const AT_A_TIME: usize = 100;

impl Load {
	/// Quotes, orders from them, requests, and awards.
	pub(super) async fn market(&mut self, node: &mut Node) -> Result<Vec<Phase>> {
		let quotes = self.crowd.quotes().await?;
		self.phase(node, "quotes", quotes).await?;
		let purchases = self.crowd.purchases().await?;
		let bought = purchases.len();
		ensure!(bought.is_multiple_of(GOODS_EACH), "somebody buys less than the others");
		let purchases = self.phase(node, BUY, purchases).await?;
		self.expect_orders(bought).await?;

		let wishes = self.crowd.wishes();
		self.phase(node, "requests", wishes).await?;
		let requests = self.crowd.requests().await?;
		self.fill_with_bids(&requests).await?;
		let awards = self.crowd.awards(&requests).await?;
		let awards = self.phase(node, AWARD, awards).await?;
		self.expect_orders(bought + requests.len()).await?;
		Ok(vec![purchases, awards])
	}

	async fn expect_orders(&self, all: usize) -> Result<()> {
		let there = self.crowd.orders_for_goods().await?;
		ensure!(there == all, "only {there} of {all} orders for goods were made");
		Ok(())
	}

	/// Has root write as many bids as a request keeps into each request, those who are to win first: nobody waits for 64 times as
	/// many transactions.
	async fn fill_with_bids(&self, requests: &[(u64, [u8; 32])]) -> Result<()> {
		let chain = self.crowd.chain();
		let sudo = dev_account("Alice");
		for some in requests.chunks(AT_A_TIME) {
			let mut items = Vec::new();
			for (id, winner) in some {
				let key = Requests::<Runtime>::hashed_key_for(RequestId(*id));
				let stored = chain.rpc().state_get_storage(&key, None).await?;
				let stored = stored.context("the request was raised")?;
				let mut request = RequestOf::<Runtime>::decode(&mut &stored[..])?;
				fill(&mut request, AccountId::new(*winner))?;
				let pair = [Value::from_bytes(key), Value::from_bytes(request.encode())];
				items.push(Value::unnamed_composite(pair));
			}
			let items = vec![Value::unnamed_composite(items)];
			chain.sudo(&sudo, "System", "set_storage", items).await?;
		}
		Ok(())
	}
}

/// As many bids as there may be, by rising price.
fn fill(request: &mut RequestOf<Runtime>, winner: AccountId) -> Result<()> {
	let count = <Runtime as pallet_procurement::Config>::MaxBids::get();
	let bids = (0..count).map(|number| {
		let price = BPI / 2 + Balance::from(number);
		let (lead_time, standing) = (request.wanted.max_lead_time, Permill::zero());
		let bidder = match number {
			0 => winner.clone(),
			number => AccountId::new(sp_io::hashing::blake2_256(&number.to_le_bytes())),
		};
		Bid {
			bidder,
			price,
			lead_time,
			standing,
			score: Score::of(&request.wanted, price, lead_time, standing),
			number,
			rounds: 0,
			counter: None,
		}
	});
	let bids: Vec<_> = bids.collect();
	request.made = count;
	request.bids = BoundedVec::try_from(bids).ok().context("too many bids")?;
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use pallet_procurement::Wanted;

	fn request() -> RequestOf<Runtime> {
		let wanted = Wanted {
			category: Default::default(),
			item: Default::default(),
			quantity: 1,
			area: Default::default(),
			site: None,
			asset: Default::default(),
			max_price: BPI,
			max_lead_time: 1,
			weights: Default::default(),
			bidding: Default::default(),
			award: Default::default(),
			bid_window: 0,
			award_window: 0,
			rounds: 0,
			conditions: Default::default(),
			arbiter: None,
		};
		RequestOf::<Runtime> {
			buyer: AccountId::new([1; 32]),
			deposit: 0,
			state: pallet_procurement::RequestState::Open,
			wanted,
			bid_until: 0,
			reveal_until: 0,
			award_until: 0,
			since: 0,
			indexed_at: 0,
			made: 0,
			sealed: 0,
			bids: Default::default(),
		}
	}

	#[test]
	fn a_request_has_as_many_bids_as_it_keeps_the_winners_first() {
		let (mut request, winner) = (request(), AccountId::new([7; 32]));
		fill(&mut request, winner.clone()).unwrap();
		assert_eq!(request.bids.len(), 64);
		assert_eq!(request.place_of(&winner), Some(0));
		assert!(request.bids.windows(2).all(|pair| pair[0].beats(&pair[1])));
	}
}
