//! Payment channels.

use super::{amount, ends, millis, rate, simply, Actor};
use crate::{
	chain::{
		market::Rateable,
		usage::{queries, Channel, ChannelId, ChannelTerms, Metering, Tariff},
		At, UsageCall,
	},
	cli::{args::ChannelCommand, customer, money, CliError, Desk, Result},
	parse::show_millis,
};
use serde_json::json;
use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};
use subxt_signer::sr25519::Keypair;
use zeroize::Zeroizing;

pub(in crate::cli) async fn channel(desk: &Desk<'_>, what: &ChannelCommand) -> Result<u8> {
	match what {
		ChannelCommand::Key { file } => {
			let public = make_key(file)?;
			let public = crate::parse::hex(public);
			desk.say(&public, &json!({ "key": public, "file": file }));
			Ok(0)
		}
		ChannelCommand::Open { .. } => open(desk, what).await,
		ChannelCommand::TopUp {
			channel,
			amount: written,
			signer,
		} => {
			let actor = Actor::new(desk, signer).await?;
			let record = channel_of(&actor.at, *channel).await?;
			let amount = amount(&actor.money(record.asset).await?, written)?;
			let channel = *channel;
			actor.send(UsageCall::TopUp { channel, amount }).await
		}
		ChannelCommand::Show { channel } => show(desk, *channel).await,
		ChannelCommand::List { account } => list(desk, account).await,
		ChannelCommand::RequestClose { channel, signer } => {
			let (channel, newest) = (*channel, None);
			simply(desk, UsageCall::RequestClose { channel, newest }, signer).await
		}
		ChannelCommand::Expire { channel, signer } => simply(desk, UsageCall::ExpireChannel(*channel), signer).await,
		ChannelCommand::Sell(what) => ends::sell(desk, what).await,
		ChannelCommand::Buy(what) => ends::buy(desk, what).await,
		ChannelCommand::Rate { channel, stars, signer } => {
			rate(desk, Rateable::Channel(*channel), *stars, signer).await
		}
		ChannelCommand::Remove { channel, signer } => simply(desk, UsageCall::RemoveChannel(*channel), signer).await,
	}
}

/// Makes the key of an end: 32 random bytes, in a file for its owner only.
fn make_key(file: &Path) -> Result<[u8; 32]> {
	let failed = |error: std::io::Error| CliError::refused(format!("{}: {error}", file.display()));
	let secret = Zeroizing::new(rand::random::<[u8; 32]>());
	let public = pair_of(&secret)?.public_key().0;
	let mut made = fs::OpenOptions::new()
		.write(true)
		.create_new(true)
		.mode(0o600)
		.open(file)
		.map_err(failed)?;
	let text = Zeroizing::new(hex::encode(secret.as_slice()));
	made.write_all(text.as_bytes())
		.and_then(|()| made.sync_all())
		.map_err(failed)?;
	Ok(public)
}

fn pair_of(secret: &[u8; 32]) -> Result<Keypair> {
	Keypair::from_secret_key(*secret).map_err(CliError::refused)
}

/// The key in a file.
pub(super) fn secret_in(file: &Path) -> Result<Zeroizing<[u8; 32]>> {
	let no_key = || {
		let message = format!("{} is no key of a channel; `channel key` makes one", file.display());
		CliError::new(CliError::CONFIG, message)
	};
	let text = fs::read_to_string(file).map_err(|error| CliError::refused(format!("{}: {error}", file.display())))?;
	let text = Zeroizing::new(text);
	let mut secret = Zeroizing::new([0_u8; 32]);
	hex::decode_to_slice(text.trim(), secret.as_mut_slice()).map_err(|_| no_key())?;
	Ok(secret)
}

/// Its public part.
fn public_key(file: &Path) -> Result<[u8; 32]> {
	let secret = secret_in(file)?;
	Ok(pair_of(&secret)?.public_key().0)
}

async fn open(desk: &Desk<'_>, what: &ChannelCommand) -> Result<u8> {
	let ChannelCommand::Open {
		to,
		amount: written,
		asset,
		unit,
		price,
		per,
		tick,
		payee_key,
		key,
		challenge,
		lifetime,
		signer,
	} = what
	else {
		return Err(CliError::refused("that opens no channel"));
	};
	let payee = customer::account(to)?;
	let payer_key = public_key(key)?;
	let actor = Actor::new(desk, signer).await?;
	let asset = (*asset).into();
	let money = actor.money(asset).await?;
	let call = UsageCall::OpenChannel {
		payee,
		asset,
		amount: amount(&money, written)?,
		terms: ChannelTerms {
			payer_key,
			payee_key: *payee_key,
			metering: Metering {
				unit: *unit,
				tariff: Tariff {
					price: amount(&money, price)?,
					per: *per,
				},
				tick: *tick,
			},
			challenge_window: millis(*challenge),
			lifetime: millis(*lifetime),
		},
	};
	actor.create(call, ("Channels", "Opened", "channel")).await
}

pub(super) async fn channel_of(at: &At, id: ChannelId) -> Result<Channel> {
	queries::channel(at, id).await?.ok_or_else(|| {
		CliError::refused(format!(
			"there is no channel {id} on this chain, or its record was removed"
		))
	})
}

async fn show(desk: &Desk<'_>, id: ChannelId) -> Result<u8> {
	let chain = desk.chain()?;
	let (at, head) = desk.at_newest(&chain).await?;
	let channel = channel_of(&at, id).await?;
	tell(desk, &at, id, &channel, head.time.agreement()).await
}

async fn tell(desk: &Desk<'_>, at: &At, id: ChannelId, channel: &Channel, now: u64) -> Result<u8> {
	let money = money::denomination(at, channel.asset.into()).await?;
	let metering = &channel.metering;
	let text = format!(
		"channel {id}  {}; {} of {} paid, lives for {}\n    {} for {} {}, {} at a time unpaid; from {} to {}",
		channel.state.words(),
		money.show(channel.paid.amount),
		money.show(channel.deposited),
		show_millis(channel.expires_at.saturating_sub(now)),
		money.show(metering.tariff.price),
		metering.tariff.per,
		String::from_utf8_lossy(&metering.unit),
		metering.tick,
		channel.payer,
		channel.payee
	);
	let json = json!({ "id": id, "channel": channel, "symbol": money.symbol() });
	desk.say(text, &json);
	Ok(0)
}

async fn list(desk: &Desk<'_>, typed: &str) -> Result<u8> {
	let payer = customer::account(typed)?;
	let chain = desk.chain()?;
	let (at, head) = desk.at_newest(&chain).await?;
	let channels = queries::channels_of(&at, &payer).await?;
	for id in &channels {
		let channel = channel_of(&at, *id).await?;
		tell(desk, &at, *id, &channel, head.time.agreement()).await?;
	}
	if !desk.cli.json && channels.is_empty() {
		eprintln!("{payer} has no channels");
	}
	Ok(0)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_key_is_made_once_and_read_again() {
		let dir = tempfile::tempdir().unwrap();
		let file = dir.path().join("key");
		let public = make_key(&file).unwrap();
		assert_eq!(public_key(&file).unwrap(), public);
		assert!(make_key(&file).is_err(), "a key is never overwritten");
		fs::write(&file, "no key").unwrap();
		assert!(public_key(&file).unwrap_err().to_string().contains("channel key"));
	}
}
