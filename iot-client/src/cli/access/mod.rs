//! Doors, and what is shown to them.

mod door;

use super::{
	args::{AccessCommand, Action, MaybeSigner},
	CliError, Desk, Result,
};
use crate::chain::{access, usage::RentalId};
use bpiiot_access::{Actions, Claims, Denied, Door, Seen, Token};
use iot_access::{verify, Pass, PassError, Record};
use rand::Rng as _;
use serde_json::json;
use std::time::Duration;

impl From<PassError> for CliError {
	fn from(error: PassError) -> Self {
		Self::new(Self::MISTYPED, error)
	}
}

impl From<Action> for Actions {
	fn from(action: Action) -> Self {
		match action {
			Action::Enter => Self::ENTER,
			Action::Operate => Self::OPERATE,
			Action::Configure => Self::CONFIGURE,
			Action::Read => Self::READ,
		}
	}
}

pub(super) async fn access(desk: &Desk<'_>, what: &AccessCommand) -> Result<u8> {
	match what {
		AccessCommand::Issue {
			rental,
			actions,
			life,
			proof,
			signer,
		} => {
			let actions = actions
				.iter()
				.fold(Actions::default(), |all, one| all | Actions::from(*one));
			issue(desk, *rental, actions, *life, *proof, signer).await
		}
		AccessCommand::Show { link } => {
			let pass = Pass::from_link(link)?;
			let claims = &pass.token.claims;
			let proof = pass.proof.as_ref().map(|proof| crate::parse::hex(proof.block));
			let text = format!(
				"rental {}, machine {}, signed by {}\nfor {} from {} to {} (unix ms), number {}, epoch {}\n{}",
				claims.rental,
				crate::parse::hex(claims.machine),
				crate::parse::hex(claims.signer),
				words(claims.actions),
				claims.not_before,
				claims.not_after,
				claims.nonce,
				claims.epoch,
				proof.as_ref().map_or("without a proof".into(), |block| format!(
					"with a proof of block {block}"
				)),
			);
			desk.say(text, &as_json(&pass));
			Ok(0)
		}
		AccessCommand::Check {
			link,
			action,
			longest_token,
		} => check(desk, link, (*action).into(), *longest_token).await,
		AccessCommand::Door(door) => door::keep(desk, door).await,
	}
}

fn as_json(pass: &Pass) -> serde_json::Value {
	let claims = &pass.token.claims;
	json!({
		"rental": claims.rental,
		"machine": crate::parse::hex(claims.machine),
		"signer": crate::parse::hex(claims.signer),
		"actions": claims.actions.0,
		"epoch": claims.epoch,
		"not_before": claims.not_before,
		"not_after": claims.not_after,
		"nonce": claims.nonce,
		"block": pass.proof.as_ref().map(|proof| crate::parse::hex(proof.block)),
		"link": pass.to_link(),
	})
}

/// The actions in words.
fn words(actions: Actions) -> String {
	let named = [
		(Actions::ENTER, "enter"),
		(Actions::OPERATE, "operate"),
		(Actions::CONFIGURE, "configure"),
		(Actions::READ, "read"),
	];
	let words: Vec<_> = named
		.into_iter()
		.filter(|(action, _)| actions.include(*action))
		.map(|(_, word)| word)
		.collect();
	match words.is_empty() {
		true => format!("actions {:#06x}", actions.0),
		false => words.join(", "),
	}
}

/// The time in which a token may be good: from now on, within the signer's own right.
///
/// # Errors
/// When he has none, or his time is over or has not begun.
fn window(
	record: &Record,
	signer: &[u8; 32],
	actions: Actions,
	now: u64,
	life: Duration,
) -> Result<(u64, u64), Denied> {
	let right = record.right_of(signer).ok_or(Denied::NotAUser)?;
	if !right.actions.include(actions) {
		return Err(Denied::ActionNotAllowed);
	}
	let life = u64::try_from(life.as_millis()).unwrap_or(u64::MAX);
	// He may ask for it ahead of his time.
	let from = now.max(right.from);
	let until = from.saturating_add(life).min(right.until);
	match from < until {
		true => Ok((from, until)),
		false => Err(Denied::TooLate),
	}
}

fn denied(rental: RentalId, denied: Denied) -> CliError {
	let why = match denied {
		Denied::NotAUser => "you have not rented it, and nobody lets you in",
		Denied::ActionNotAllowed => "you may not do that with it",
		Denied::TooLate => "your time is over",
		Denied::TooEarly => "your time has not begun",
		Denied::NotActive => "it was not started, or is over",
		Denied::NotRented => "nobody has rented it",
	};
	CliError::refused(format!("rental {rental}: {why}"))
}

fn no_rental(rental: RentalId) -> CliError {
	CliError::refused(format!(
		"there is no rental {rental} on this chain, or its record was removed"
	))
}

async fn issue(
	desk: &Desk<'_>,
	rental: RentalId,
	actions: Actions,
	life: Duration,
	with_proof: bool,
	signer: &MaybeSigner,
) -> Result<u8> {
	let (chain, wallet) = (desk.chain()?, desk.anyone(signer)?);
	let (session, head) = chain.ready(desk.cli.patience).await?;
	let now = head.time.unix;
	let (shown, record) = access::rental(&session, head.block, now, rental).await?;
	let record = record.ok_or_else(|| no_rental(rental))?;
	let who = wallet.account().0;
	let (not_before, not_after) = window(&record, &who, actions, now, life).map_err(|why| denied(rental, why))?;
	let claims = Claims {
		rental: rental.0,
		machine: record.machine,
		signer: who,
		actions,
		epoch: record.epoch,
		not_before,
		not_after,
		nonce: rand::rng().random(),
	};
	let payload = claims.payload(&session.genesis().0);
	let token = Token {
		claims,
		signature: wallet.keypair().sign(&payload).0,
	};
	let pass = Pass {
		token,
		proof: with_proof.then_some(shown.proof),
	};
	let picture = match with_proof {
		true => String::new(),
		false => pass.to_picture()? + "\n",
	};
	desk.say(format!("{picture}{}", pass.to_link()), &as_json(&pass));
	Ok(0)
}

async fn check(desk: &Desk<'_>, link: &str, action: Actions, longest: Duration) -> Result<u8> {
	let pass = Pass::from_link(link)?;
	let claims = &pass.token.claims;
	let rental = RentalId(claims.rental);
	let chain = desk.chain()?;
	let (session, head) = chain.ready(desk.cli.patience).await?;
	let now = head.time.unix;
	let (_, record) = access::rental(&session, head.block, now, rental).await?;
	let record = record.ok_or_else(|| no_rental(rental))?;
	let door = Door {
		genesis: session.genesis().0,
		machine: record.machine,
		longest: u64::try_from(longest.as_millis()).unwrap_or(u64::MAX),
	};
	let answer = pass.token.check(
		&door,
		claims.rental,
		&record,
		action,
		now,
		&mut Seen::<1>::default(),
		verify,
	);
	match answer {
		Ok(right) => {
			let text = format!(
				"opens until {} (unix ms), as of block {}",
				right.until.min(claims.not_after),
				head.block.number
			);
			desk.say(
				text,
				&json!({ "opens": true, "until": right.until, "block": head.block.number }),
			);
			Ok(0)
		}
		Err(why) => Err(CliError::refused(format!(
			"stays shut, as of block {}: {}",
			head.block.number,
			iot_access::say(&why)
		))),
	}
}

#[cfg(test)]
mod tests;
