//! Payment channels: each end against the other, and others against both.

use super::{done, fails, lapse, Threat};
use crate::{
	chain::{send, Signature},
	world::*,
};
use bpiiot_runtime::Runtime;
use pallet_channels::{Call, Error as Errors, Redemption};

type Error = Errors<Runtime>;

pub fn threats() -> Vec<Threat> {
	payers().into_iter().chain(payees()).chain(others()).collect()
}

fn request_close() -> Call<Runtime> {
	let (channel, newest) = (channel(), None);
	Call::request_close { channel, newest }
}

fn remove() -> Call<Runtime> {
	Call::remove { channel: channel() }
}

fn close_with(amount: u128) -> Call<Runtime> {
	let (channel, newest) = (channel(), Some(voucher(amount)));
	Call::close { channel, newest }
}

fn payers() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Channels.request_close", "Channels.redeem"],
			by: "customer",
			wants: "use the machine, and end the channel as if he had not",
			scene: || channel_at(Flow::Open),
			does: || {
				done(CUSTOMER, request_close());
				// In the last moment, by whoever has the voucher.
				crate::chain::pass(CHALLENGE);
				done(KEY, redeem(used()));
				lapse(1);
				channel_has_paid(used());
			},
			so: "the newest voucher wins for the whole window, whoever shows it; what is not used comes back",
		},
		Threat {
			calls: &["Channels.request_close", "Channels.redeem"],
			by: "customer",
			wants: "show an older voucher when the newest was paid",
			scene: || channel_at(Flow::Open),
			does: || {
				done(KEY, redeem(used()));
				fails(CUSTOMER, redeem(used() - 1), Error::NotNewer);
				let (channel, newest) = (channel(), Some(voucher(used() - 1)));
				done(CUSTOMER, Call::<Runtime>::request_close { channel, newest });
				lapse(CHALLENGE);
				channel_has_paid(used());
			},
			so: "refused, or passed over: an amount only grows",
		},
		Threat {
			calls: &["Channels.close"],
			by: "customer",
			wants: "vanish without paying for the last hour",
			scene: || channel_at(Flow::Open),
			does: || done(KEY, close_with(used())),
			so: "the machine ends the channel with the newest voucher that it has; a tick at most is unpaid",
		},
		Threat {
			calls: &["Channels.redeem", "Channels.top_up"],
			by: "customer",
			wants: "sign for more than is in the channel",
			scene: || channel_at(Flow::Open),
			does: || fails(KEY, redeem(stake() + 1), Error::OverDeposit),
			so: "refused; the machine's own end takes no such voucher, and supplies nothing for it until more is put in",
		},
		Threat {
			calls: &["Channels.open", "Channels.redeem", "Channels.remove"],
			by: "customer",
			wants: "make a good name for a machine of his friend's, who gives the money back",
			scene: registered,
			does: || {
				done(CUSTOMER, open_channel(stake(), channel_terms()));
				done(KEY, close_with(stake()));
				done(CUSTOMER, remove());
			},
			so: "half a percent of what is to count goes to the chain, and each next time it counts less. (The machine has the money \
			     here.)",
		},
		Threat {
			calls: &["Channels.open", "Channels.top_up"],
			by: "thief of the key",
			wants: "spend a buying machine's money with its key, through a channel to himself",
			scene: || {
				registered();
				robot(2 * stake());
			},
			does: || {
				let over = || pallet_machines::Error::<Runtime>::OverSpendingCap;
				done(ROBOT, open_channel(stake(), channel_terms()));
				fails(ROBOT, open_channel(stake(), channel_terms()), over());
				let (channel, amount) = (channel(), stake());
				fails(ROBOT, Call::<Runtime>::top_up { channel, amount }, over());
			},
			so: "no more than its policy allows in a period, with deposit and fee; the owner freezes it and asks for the end. (Held \
			     here, and the thief's when he signs vouchers.)",
		},
		Threat {
			calls: &["Channels.open", "Channels.remove"],
			by: "stranger",
			wants: "fill the ledger with channels",
			scene: registered,
			does: || {
				let opens = || send(STRANGER, open_channel(coin(), channel_terms()).into(), Signature::Good) == Ok(Ok(()));
				assert_eq!((0..100).take_while(|_| opens()).count(), 64);
			},
			so: "64 at a time, each with its money and a deposit on hold, and a fee that does not come back; whom he pays has no list \
			     that could be full",
		},
	]
}

fn payees() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Channels.redeem", "Channels.close", "Channels.redeem_batch"],
			by: "owner",
			wants: "have the machine paid what nobody has signed for",
			scene: || channel_at(Flow::Open),
			does: || {
				let channel = channel();
				let forged = signed_for(
					this_chain(),
					channel,
					bpiiot_voucher::Word::Voucher,
					stake(),
					&payee_key(),
				);
				let newest = Some(forged);
				fails(
					OWNER,
					Call::<Runtime>::redeem {
						channel,
						voucher: forged,
					},
					Error::BadSignature,
				);
				fails(OWNER, Call::<Runtime>::close { channel, newest }, Error::BadSignature);
				let batch = redeem_batch([Redemption {
					channel,
					voucher: forged,
				}]);
				fails(OWNER, batch, Error::BadSignature);
			},
			so: "refused, all three",
		},
		Threat {
			calls: &["Channels.redeem"],
			by: "owner",
			wants: "have a voucher paid twice, or after the end",
			scene: || channel_at(Flow::Open),
			does: || {
				done(OWNER, redeem(used()));
				fails(OWNER, redeem(used()), Error::NotNewer);
				let (channel, newest) = (channel(), None);
				done(OWNER, Call::<Runtime>::close { channel, newest });
				fails(OWNER, redeem(used() + 1), Error::Ended);
			},
			so: "refused: it is paid once. (The machine has what was signed for.)",
		},
		Threat {
			calls: &["Channels.expire", "Channels.remove"],
			by: "machine",
			wants: "hold a customer's money by saying nothing",
			scene: || channel_at(Flow::Open),
			does: || {
				lapse(LIFETIME);
				done(CUSTOMER, remove());
			},
			so: "when its life is over the sweep ends the channel: he has all back but the fee. He may ask for the end at any time \
			     before, and waits for the window",
		},
		Threat {
			calls: &["Channels.close_together"],
			by: "owner",
			wants: "end it with more than both have agreed to",
			scene: || channel_at(Flow::Open),
			does: || {
				let twice = close_together(stake(), [&payee_key(), &payee_key()]);
				fails(OWNER, twice, Error::BadSignature);
				done(OWNER, close_together(used(), [&payer_key(), &payee_key()]));
			},
			so: "both keys sign the one amount, or nothing happens",
		},
	]
}

fn others() -> Vec<Threat> {
	vec![
		Threat {
			calls: &[
				"Channels.top_up",
				"Channels.request_close",
				"Channels.close",
				"Channels.close_together",
				"Channels.expire",
				"Channels.remove",
			],
			by: "stranger",
			wants: "end somebody else's channel",
			scene: || channel_at(Flow::Open),
			does: || {
				let (channel, newest, amount) = (channel(), None, coin());
				fails(
					STRANGER,
					Call::<Runtime>::top_up { channel, amount },
					Error::NotThePayer,
				);
				fails(STRANGER, request_close(), Error::NotThePayer);
				fails(STRANGER, Call::<Runtime>::close { channel, newest }, Error::NotThePayee);
				let own = crate::chain::pair(STRANGER);
				fails(STRANGER, close_together(0, [&own, &own]), Error::BadSignature);
				fails(STRANGER, Call::<Runtime>::expire { channel }, Error::NotExpired);
				fails(STRANGER, remove(), Error::NotThePayer);
			},
			so: "refused, all six",
		},
		Threat {
			calls: &["Channels.redeem", "Channels.redeem_batch", "Channels.close"],
			by: "stranger",
			wants: "have the voucher of an end paid just before it, so that the end fails",
			scene: || channel_at(Flow::Open),
			does: || {
				let (channel, voucher) = (channel(), voucher(used()));
				done(STRANGER, redeem_batch([Redemption { channel, voucher }]));
				done(KEY, close_with(used()));
				channel_has_paid(used());
			},
			so: "the end passes over what was paid; he has paid the fee of the machine's money",
		},
	]
}
