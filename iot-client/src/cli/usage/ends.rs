//! The two ends of a payment channel: one sells by the second or by a meter, the other one pays as it flows.
//!
//! Each end follows the chain beside its line. The seller shuts the valve and has its newest voucher paid when the payer has asked
//! for the end, when the channel is about to expire, or when both have signed the end.

use super::{
	channel::{channel_of, secret_in},
	Actor,
};
use crate::{
	chain::{
		usage::{queries, Channel, ChannelId, ChannelState, SignedTally, Tally},
		Chain, UsageCall,
	},
	cli::{
		args::{Buys, Sells},
		CliError, Desk, Result,
	},
};
use bpiiot_voucher::{ChannelId as Id, Domain, Metering, SignedTally as Voucher, Tariff, Unit};
use iot_channels::{run, BuyerEnd, ChannelsError, Command, End, Line, Notice, Pace, Purchase, Sale, SellerEnd, Store};
use iot_disk::Files;
use serde_json::json;
use sp_core::{
	sr25519::{Pair, Public},
	Pair as _, H256,
};
use std::{path::Path, time::Duration};
use tokio::{
	net::TcpListener,
	sync::mpsc,
	time::{sleep, Instant},
};

/// How long before the channel expires the seller ends it: time for a transaction to be final, many times over.
const BEFORE_EXPIRY: u64 = 10 * 60_000;
/// How long to wait before the other end is called again.
const CALL_AGAIN: Duration = Duration::from_secs(1);

impl From<ChannelsError> for CliError {
	fn from(error: ChannelsError) -> Self {
		Self::refused(error)
	}
}

/// What both ends need of a channel's record.
struct Terms {
	domain: Domain,
	metering: Metering,
	key: Pair,
}

impl Terms {
	/// Those of a channel that is open and of which this key is one end's.
	async fn of(chain: &Chain, id: ChannelId, record: &Channel, key: &Path, public: [u8; 32]) -> Result<Self> {
		if record.state != ChannelState::Open {
			return Err(CliError::refused(format!(
				"channel {id} is not open: {}",
				record.state.words()
			)));
		}
		let secret = secret_in(key)?;
		let key = Pair::from_seed(&secret);
		if key.public() != Public::from_raw(public) {
			return Err(CliError::refused(format!(
				"the key is not the one that channel {id} was opened with: nothing that it signs counts there"
			)));
		}
		let genesis = chain.session().await.genesis().0;
		let metering = &record.metering;
		Ok(Self {
			domain: Domain {
				genesis: H256(genesis),
				channel: Id(id.0),
			},
			metering: Metering {
				unit: Unit(metering.unit),
				tariff: Tariff {
					price: metering.tariff.price,
					per: metering.tariff.per,
				},
				tick: metering.tick,
			},
			key,
		})
	}
}

/// A valve that lets so many units through each second while it is open.
struct Valve {
	rate: u64,
	opened: Option<Instant>,
	/// Units that have flowed since it was opened, and were told.
	told: u64,
}

impl Valve {
	/// What has flowed since it was looked at last, if there is room for it; shut at none.
	fn flow(&mut self, room: u64, now: Instant) -> u64 {
		if room == 0 {
			(self.opened, self.told) = (None, 0);
			return 0;
		}
		let opened = *self.opened.get_or_insert(now);
		let millis = u64::try_from(now.saturating_duration_since(opened).as_millis()).unwrap_or(u64::MAX);
		let flowed = millis.saturating_mul(self.rate) / 1_000;
		let new = flowed.saturating_sub(self.told).min(room);
		self.told = self.told.saturating_add(new);
		if new == room {
			// What would flow beyond the room flows when there is more.
			(self.opened, self.told) = (Some(now), 0);
		}
		new
	}
}

/// Why a seller's or a buyer's life is over.
enum Over {
	/// The other end is gone: call again, or be called.
	Cut(ChannelsError),
	/// The channel is about to end on the chain.
	Ends,
	/// Both have signed the end.
	Agreed(Voucher, Voucher),
}

/// Runs an end over one line, until that is cut, the channel ends on the chain, or both agree.
async fn over_a_line(
	end: &mut impl End,
	line: Line,
	chain: &Chain,
	id: ChannelId,
	(ask, asked): (&mpsc::Sender<Command>, &mut mpsc::Receiver<Command>),
) -> Result<Over> {
	let (tell, mut told) = mpsc::unbounded_channel();
	let mut heads = chain.heads();
	let running = run(end, line, Pace::default(), asked, &tell);
	tokio::pin!(running);
	loop {
		tokio::select! {
			done = &mut running => match done {
				Ok(()) => return Err(CliError::refused("the end of the channel has stopped")),
				Err(error @ (ChannelsError::Line(_) | ChannelsError::Misbehaves(_))) => return Ok(Over::Cut(error)),
				Err(error) => return Err(error.into()),
			},
			notice = told.recv() => match notice {
				Some(Notice::Agreed { close, consent, .. }) => return Ok(Over::Agreed(close, consent)),
				Some(notice) => tracing::warn!(?notice, "the other end of the channel"),
				None => {}
			},
			_ = heads.changed() => {
				let head = heads.borrow_and_update().clone();
				let (Some(head), Some(session)) = (head, chain.connected()) else { continue };
				let looked = async { queries::channel(&session.at(head.block).await?, id).await };
				match looked.await {
					Ok(Some(record)) => {
						let soon = head.time.agreement().saturating_add(BEFORE_EXPIRY) >= record.expires_at;
						if record.state != ChannelState::Open || soon {
							return Ok(Over::Ends);
						}
						let _ = ask.try_send(Command::Deposited(Id(id.0), record.deposited));
					}
					Ok(None) => return Ok(Over::Ends),
					Err(error) => tracing::warn!(%error, "the channel was not looked at"),
				}
			}
		}
	}
}

fn on_chain(voucher: &Voucher) -> SignedTally {
	SignedTally {
		tally: tally(voucher),
		signature: voucher.signature.0,
	}
}

fn tally(voucher: &Voucher) -> Tally {
	Tally {
		sequence: voucher.tally.sequence,
		reading: voucher.tally.reading,
		amount: voucher.tally.amount,
	}
}

/// Supplies, and has the chain pay in the end.
pub(super) async fn sell(desk: &Desk<'_>, what: &Sells) -> Result<u8> {
	let actor = Actor::new(desk, &what.signer).await?;
	let chain = desk.chain()?;
	let (id, record) = (what.channel, channel_of(&actor.at, what.channel).await?);
	let terms = Terms::of(&chain, id, &record, &what.key, record.terms.payee_key).await?;
	let store = Store::open(&Files, &what.state.join("sold.redb"), Duration::ZERO)?;
	let mut valve = Valve {
		rate: what.rate,
		opened: None,
		told: 0,
	};
	let mut end = SellerEnd::new(store, move |_, room| valve.flow(room, Instant::now()));
	end.open(Sale {
		domain: terms.domain,
		metering: terms.metering,
		deposit: record.deposited,
		buyer: Public::from_raw(record.terms.payer_key),
		key: terms.key,
		metered: None,
	})?;
	let listener = TcpListener::bind(what.listen)
		.await
		.map_err(|error| CliError::refused(format!("{}: {error}", what.listen)))?;
	let address = listener.local_addr().map_err(CliError::refused)?;
	desk.say(
		format!("channel {id} is sold at {address}"),
		&json!({ "channel": id, "address": address }),
	);
	let (ask, mut asked) = mpsc::channel(8);
	let agreed = loop {
		let line = tokio::select! {
			called = listener.accept() => Line::accept(called.map_err(CliError::refused)?.0).await,
			over = ends(&chain, id) => match over? {
				() => break None,
			},
		};
		let line = match line {
			Ok(line) => line,
			Err(error) => {
				tracing::warn!(%error, "somebody has called who is no end of a channel");
				continue;
			}
		};
		match over_a_line(&mut end, line, &chain, id, (&ask, &mut asked)).await? {
			Over::Cut(error) => tracing::info!(%error, "the line to the buyer is cut; it may call again"),
			Over::Ends => break None,
			Over::Agreed(close, consent) => break Some((close, consent)),
		}
	};
	let call = match agreed {
		Some((close, consent)) => UsageCall::CloseTogether {
			channel: id,
			last: tally(&close),
			signatures: [close.signature.0, consent.signature.0],
		},
		None => UsageCall::Close {
			channel: id,
			newest: end.voucher(Id(id.0)).as_ref().map(on_chain),
		},
	};
	actor.send(call).await
}

/// Waits until a channel is not open any more, or is about to expire.
async fn ends(chain: &Chain, id: ChannelId) -> Result<()> {
	let mut heads = chain.heads();
	loop {
		if heads.changed().await.is_err() {
			return Err(CliError::refused("the line to the chain is gone"));
		}
		let head = heads.borrow_and_update().clone();
		let (Some(head), Some(session)) = (head, chain.connected()) else {
			continue;
		};
		let looked = async { queries::channel(&session.at(head.block).await?, id).await };
		match looked.await {
			Ok(Some(record))
				if record.state == ChannelState::Open
					&& head.time.agreement().saturating_add(BEFORE_EXPIRY) < record.expires_at => {}
			Ok(_) => return Ok(()),
			Err(error) => tracing::warn!(%error, "the channel was not looked at"),
		}
	}
}

/// Takes and pays, until it has had enough.
pub(super) async fn buy(desk: &Desk<'_>, what: &Buys) -> Result<u8> {
	let chain = desk.chain()?;
	let (at, _) = desk.at_newest(&chain).await?;
	let (id, record) = (what.channel, channel_of(&at, what.channel).await?);
	let terms = Terms::of(&chain, id, &record, &what.key, record.terms.payer_key).await?;
	let price = |units: u64| terms.metering.tariff.amount_of(units);
	let limit = match what.units {
		Some(units) => {
			price(units).ok_or_else(|| CliError::refused(format!("{units} units are more than can be paid")))?
		}
		None => record.deposited,
	};
	if limit > record.deposited {
		return Err(CliError::refused(format!(
			"there is less in channel {id} than that costs; put more in with `channel top-up`"
		)));
	}
	let store = Store::open(&Files, &what.state.join("bought.redb"), Duration::ZERO)?;
	// It has no meter of its own: the seller's is believed as far as a tick.
	let mut end = BuyerEnd::new(store, |_| None);
	end.open(Purchase {
		domain: terms.domain,
		metering: terms.metering,
		limit,
		seller: Public::from_raw(record.terms.payee_key),
		key: terms.key,
		slack: 0,
	})?;
	let (ask, mut asked) = mpsc::channel(8);
	let mut called = 0_u32;
	loop {
		match Line::dial(what.dial.as_str()).await {
			Ok(line) => {
				called = 0;
				let enough = enough(what.lasts);
				let outcome = {
					let over = over_a_line(&mut end, line, &chain, id, (&ask, &mut asked));
					tokio::pin!(over);
					tokio::select! {
						over = &mut over => over?,
						() = enough => {
							let _ = ask.try_send(Command::Close(Id(id.0)));
							over.await?
						}
					}
				};
				match outcome {
					Over::Cut(error) => tracing::info!(%error, "the line to the seller is cut; it is called again"),
					Over::Ends | Over::Agreed(..) => break,
				}
			}
			Err(error) => {
				called = called.saturating_add(1);
				if called > what.calls {
					return Err(error.into());
				}
			}
		}
		sleep(CALL_AGAIN).await;
	}
	let paid = end.voucher(Id(id.0)).map_or(0, |voucher| voucher.tally.amount);
	let text = format!("channel {id}: signed for {paid} in the asset's smallest unit");
	desk.say(text, &json!({ "channel": id, "signed": paid.to_string() }));
	Ok(0)
}

/// When the buyer has had enough; never, if nothing was said.
async fn enough(lasts: Option<Duration>) {
	match lasts {
		Some(time) => sleep(time).await,
		None => std::future::pending().await,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_valve_lets_its_rate_through_and_no_more_than_there_is_room_for() {
		let start = Instant::now();
		let at = |millis: u64| start + Duration::from_millis(millis);
		let mut valve = Valve {
			rate: 10,
			opened: None,
			told: 0,
		};
		assert_eq!(valve.flow(100, at(0)), 0);
		assert_eq!(valve.flow(100, at(1_000)), 10);
		assert_eq!(valve.flow(100, at(1_050)), 0);
		assert_eq!(valve.flow(100, at(1_100)), 1);
		// No room: it is shut, and nothing flows meanwhile.
		assert_eq!(valve.flow(0, at(2_000)), 0);
		assert_eq!(valve.flow(100, at(5_000)), 0);
		assert_eq!(valve.flow(100, at(5_500)), 5);
		// More would have flowed than there is room for.
		assert_eq!(valve.flow(3, at(9_000)), 3);
		assert_eq!(valve.flow(100, at(9_100)), 1);
	}
}
