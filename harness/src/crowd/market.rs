//! What a crowd buys: at once from quotes of its machines, and by awards to one another.

use super::{Crowd, Unsigned, CUSTOMERS_EACH};
use crate::{
	calls,
	chain::{GoodsOrder, Quote, Request},
	world::{account, BPI},
};
use anyhow::{ensure, Context, Result};
use std::collections::BTreeMap;

/// What each customer buys at once.
pub const GOODS_EACH: usize = 8;
/// What each customer asks for. Together they are less than he may have open.
pub const WISHES_EACH: usize = 4;

impl Crowd {
	/// A quote for each machine, by its owner.
	///
	/// # Errors
	/// When not all machines are registered.
	pub async fn quotes(&self) -> Result<Vec<Unsigned>> {
		let mine = self.registered().await?;
		let quote = |id: [u8; 32]| (self.owner.clone(), calls::publish_quote(id));
		Ok(mine.into_keys().map(quote).collect())
	}

	/// Every customer buys from one machine.
	///
	/// # Errors
	/// When not every machine has its quote.
	pub async fn purchases(&self) -> Result<Vec<Unsigned>> {
		let mine = self.registered().await?;
		let quotes: Vec<(u64, Quote)> = self.chain.now().await?.entries("Procurement", "Quotes").await?;
		let quotes: Vec<_> = quotes
			.into_iter()
			.filter(|(_, quote)| mine.contains_key(&quote.supplier.0))
			.collect();
		ensure!(
			quotes.len() == self.machines.len(),
			"only {} of {} quotes were published",
			quotes.len(),
			self.machines.len()
		);
		let customers = self.customers.chunks(CUSTOMERS_EACH as usize);
		let pairs = quotes
			.iter()
			.zip(customers)
			.flat_map(|((quote, _), customers)| customers.iter().map(move |customer| (*quote, customer)));
		let buy = |(quote, customer): (u64, _)| {
			let buy = calls::buy(quote, BPI);
			std::iter::repeat_n((Clone::clone(customer), buy), GOODS_EACH)
		};
		Ok(pairs.flat_map(buy).collect())
	}

	/// Every customer asks.
	pub fn wishes(&self) -> Vec<Unsigned> {
		let ask = |customer: &_| std::iter::repeat_n((Clone::clone(customer), calls::raise_request()), WISHES_EACH);
		self.customers.iter().flat_map(ask).collect()
	}

	/// The requests of the crowd's customers, each with the one who is to win it: the next customer.
	///
	/// # Errors
	/// When not every request was raised.
	pub async fn requests(&self) -> Result<Vec<(u64, [u8; 32])>> {
		let next = self.customers.iter().cycle().skip(1);
		let winners: BTreeMap<_, _> = self
			.customers
			.iter()
			.zip(next)
			.map(|(customer, next)| (account(customer).0, account(next).0))
			.collect();
		let requests: Vec<(u64, Request)> = self.chain.now().await?.entries("Procurement", "Requests").await?;
		let mine = requests.into_iter().filter_map(|(id, request)| {
			let winner = winners.get(&request.buyer.0)?;
			Some((id, *winner))
		});
		let mine: Vec<_> = mine.collect();
		let all = self.customers.len() * WISHES_EACH;
		ensure!(mine.len() == all, "only {} of {all} requests were raised", mine.len());
		Ok(mine)
	}

	/// The awards of these requests by those who have raised them.
	///
	/// # Errors
	/// When one of them is nobody's.
	pub async fn awards(&self, requests: &[(u64, [u8; 32])]) -> Result<Vec<Unsigned>> {
		let next = self.customers.iter().cycle().skip(1);
		let buyers: BTreeMap<_, _> = self
			.customers
			.iter()
			.zip(next)
			.map(|(customer, next)| (account(next).0, customer))
			.collect();
		let award = |(request, winner): &(u64, [u8; 32])| {
			let buyer = buyers.get(winner).context("somebody wins whom nobody asked")?;
			Ok(((*buyer).clone(), calls::award_to(*request, *winner)))
		};
		requests.iter().map(award).collect()
	}

	/// How many orders for goods are open or ended.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn orders_for_goods(&self) -> Result<usize> {
		let orders: Vec<(u64, GoodsOrder)> = self.chain.now().await?.entries("Procurement", "Orders").await?;
		Ok(orders.len())
	}
}
