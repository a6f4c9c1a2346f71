//! Commands of the machine: its key, its registration, its offers.

use super::{
	args::{Declared, Signer},
	manager, money, terms, CliError, Desk, Result,
};
use crate::{
	asset::{Asset, Denomination},
	board::candidates,
	chain::{
		limits::FeeAllowance,
		queries, runtime,
		types::{MachineId, OfferId, Profile},
		At, Call,
	},
	config::Config,
	disk,
	wallet::{is_of_a_service, Password, Wallet, WalletError},
};
use iot_manager::{api::Role, Users};
use rand::{rngs::OsRng, TryRngCore};
use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};
use subxt::utils::H256;

/// Makes the machine's key.
pub(super) fn init(desk: &Desk<'_>, name: &str, manager_password: Option<&Path>) -> Result<u8> {
	let config = desk.config()?;
	let file = &config.wallet.password_file;
	// What only a service can read nobody can write here: whoever sets it up says it to systemd, too.
	let is_elsewhere = is_of_a_service(file) && !file.exists();
	let made = !is_elsewhere && make_password(file)?;
	let password = match is_elsewhere {
		true => Password::ask_for_new(&config.wallet.keystore)?,
		false => Password::read(file)?,
	};
	let wallet = Wallet::create(&config.wallet.keystore, &password, name, config.chain.genesis.map(H256))?;
	let (key, machine) = (wallet.account(), MachineId::from_first_key(&wallet.account()));
	let keystore = config.wallet.keystore.display();
	let mut text = format!("key      {key}\nmachine  {machine}\nkeystore {keystore}");
	if made {
		text += &format!(
			"\npassword {} (new; keep a copy of both files elsewhere)",
			file.display()
		);
	}
	let manager = let_owner_in(&config, manager_password);
	text.extend(manager.iter().map(|manager| format!("\nmanager  {manager}")));
	let json = serde_json::json!({
		"key": key, "machine": machine, "keystore": keystore.to_string(), "manager": manager,
	});
	desk.say(text, &json);
	Ok(0)
}

/// Sets the owner's password for the manager, if there is to be one that nobody can log in at. Says what came of it: the key is
/// made already, so that nothing here is an error.
fn let_owner_in(config: &Config, file: Option<&Path>) -> Option<String> {
	let users = Users::at(&config.manager.as_ref()?.users);
	match users.roles() {
		Ok(roles) if !roles.is_empty() => return None,
		Ok(_) => {}
		Err(error) => return Some(error.to_string()),
	}
	let later = |why: &str| format!("{why}; `{}` does it", manager::FIRST);
	if file.is_none() && !Password::can_ask() {
		return Some(later("nobody can log in until the owner has a password"));
	}
	Some(match manager::set_password(&users, Role::Owner, file) {
		Ok(()) => format!("the owner's password is set ({})", users.path().display()),
		Err(error) => later(&format!("the owner's password was not set: {error}")),
	})
}

/// Makes a password file when there is none.
fn make_password(path: &Path) -> Result<bool, WalletError> {
	if path.exists() {
		return Ok(false);
	}
	let io = |source| WalletError::Io {
		path: path.to_owned(),
		source,
	};
	let mut bytes = [0; 24];
	OsRng
		.try_fill_bytes(&mut bytes)
		.map_err(|e| io(std::io::Error::other(e)))?;
	if let Some(folder) = path.parent() {
		fs::create_dir_all(folder).map_err(io)?;
	}
	let mut file = fs::OpenOptions::new()
		.write(true)
		.create_new(true)
		.mode(0o600)
		.open(path)
		.map_err(io)?;
	// With its name: a power cut must not leave a keystore without its password.
	file.write_all(format!("{}\n", hex::encode(bytes)).as_bytes())
		.and_then(|()| file.sync_all())
		.and_then(|()| disk::sync_folder(disk::folder_of(path)))
		.map_err(io)?;
	Ok(true)
}

/// The password of the machine's keystore. Whoever types a command beside a service whose password is a credential is asked
/// for it.
pub(super) fn key_password(config: &Config) -> Result<Password, WalletError> {
	let (keystore, file) = (&config.wallet.keystore, &config.wallet.password_file);
	if file.exists() || !Password::can_ask() {
		return Password::read(file);
	}
	let password = Password::ask(keystore)?;
	// A new key may be written under it, and the service must be able to open that.
	Wallet::open(keystore, &password)?;
	Ok(password)
}

/// The machine's key, opened.
pub(super) fn open_key(config: &Config) -> Result<Wallet, WalletError> {
	Wallet::open(&config.wallet.keystore, &key_password(config)?)
}

/// Registers the machine: its key signs the proof, the owner submits it.
pub(super) async fn register(
	desk: &Desk<'_>,
	fee_allowance: FeeAllowance,
	declared: &Declared,
	signer: &Signer,
) -> Result<u8> {
	let config = desk.config()?;
	let (machine, owner) = (open_key(&config)?, desk.signer(signer)?);
	if let Some(expected) = config.machine.owner.filter(|expected| *expected != owner.account()) {
		let message = format!(
			"machine.owner is {expected}, but {} signs; sign as the owner",
			owner.account()
		);
		return Err(CliError::refused(message));
	}
	let chain = desk.chain()?;
	let (at, _) = desk.at_newest(&chain).await?;
	if let Some((id, _)) = queries::machine_of_key(&at, &machine.account()).await? {
		let message = format!(
			"the key {} is machine {id}'s already; a key registers once",
			machine.account()
		);
		return Err(CliError::refused(message));
	}
	let nonce = queries::registrations(&at, &owner.account()).await?;
	let genesis = chain.session().await.genesis();
	let call = Call::Register {
		key: machine.account(),
		proof: machine.prove_registration(genesis, owner.account(), nonce),
		profile: Profile {
			model: config.machine.model.clone().unwrap_or_default(),
			location: config.machine.location.clone().unwrap_or_default(),
			capabilities: config.machine.capabilities.clone(),
			firmware: H256(declared.firmware.unwrap_or_default()),
			metadata: H256(declared.data_sheet.unwrap_or_default()),
		},
		encryption_key: machine.encryption_key(),
		fee_allowance,
	};
	let (block, _) = desk.submit(&chain, &owner, call).await?;
	let id = MachineId::from_first_key(&machine.account());
	let (owner, key, account) = (owner.account(), machine.account(), id.account());
	let text = format!(
		"registered in block {}\nmachine  {id}\naccount  {account}\nowner    {owner}\nkey      {key}\n(machine.id = \"{id}\" pins it in the configuration)",
		block.number
	);
	let json = serde_json::json!({
		"machine": id, "account": account, "owner": owner, "key": key, "block": block.number,
	});
	desk.say(text, &json);
	Ok(0)
}

/// Publishes an offer, or changes one.
pub(super) async fn offer(
	desk: &Desk<'_>,
	file: &Path,
	update: Option<OfferId>,
	machine: Option<MachineId>,
	signer: &Signer,
) -> Result<u8> {
	let draft = terms::Draft::load(file)?;
	let (chain, owner) = (desk.chain()?, desk.signer(signer)?);
	let money = match draft.asset {
		// What is wrong with the file is said before a node is asked for.
		Asset::Native => Denomination::native(),
		asset => money::denomination(&desk.at_newest(&chain).await?.0, asset).await?,
	};
	let terms = draft.terms(&money)?;
	let (price, bond) = (terms.unit_price, terms.bond);
	let (id, block, did) = match update {
		Some(offer) => {
			let (block, _) = desk.submit(&chain, &owner, Call::UpdateOffer { offer, terms }).await?;
			(offer, block, "changed")
		}
		None => {
			let (at, _) = desk.at_newest(&chain).await?;
			let machine = desk.machine(&at, machine).await?;
			let (block, events) = desk
				.submit(&chain, &owner, Call::PublishOffer { machine, terms })
				.await?;
			(runtime::published_offer(&events)?, block, "published")
		}
	};
	let at = chain.session().await.at(block).await?;
	let bond_allowed = bond == 0 || lets_post(&at, id, money.asset(), bond).await?;
	let mut text = format!(
		"offer {id} {did} in block {}: {} a unit",
		block.number,
		money.show(price)
	);
	if !bond_allowed {
		text.push_str(&format!(
			"\nthe machine may not post the bond of {} yet, so it can accept no order: let it with `iot-client policy` (\"bond\" and a cap)",
			money.show(bond)
		));
	}
	let json = serde_json::json!({
		"offer": id, "asset": money.asset(), "unit_price": money.number(price), "bond_allowed": bond_allowed,
		"block": block.number,
	});
	desk.say(text, &json);
	Ok(0)
}

/// Whether the policy of the machine that makes an offer lets it post the offer's bond.
async fn lets_post(at: &At, offer: OfferId, asset: Asset, bond: u128) -> Result<bool> {
	let Some(offer) = queries::offer(at, offer).await? else {
		return Ok(false);
	};
	let spending = queries::spending(at, offer.machine).await?;
	Ok(spending.is_some_and(|spending| spending.allows_bond(asset, bond)))
}

/// Withdraws an offer.
pub(super) async fn withdraw_offer(desk: &Desk<'_>, offer: OfferId, signer: &Signer) -> Result<u8> {
	let (chain, owner) = (desk.chain()?, desk.signer(signer)?);
	let (block, _) = desk.submit(&chain, &owner, Call::WithdrawOffer { offer }).await?;
	let text = format!("offer {offer} withdrawn in block {}; running jobs go on", block.number);
	desk.say(text, &serde_json::json!({ "offer": offer, "block": block.number }));
	Ok(0)
}

/// Checks the configuration, the key and the serial port; needs no node.
pub(super) fn check_config(desk: &Desk<'_>) -> Result<u8> {
	let config = desk.config()?;
	let key = open_key(&config)?.account();
	let place = match &config.modbus {
		Some(machine) => machine.address.to_string(),
		None => config.board.port.display().to_string(),
	};
	let port = &config.board.port;
	if config.modbus.is_none() && !port.exists() {
		let found = candidates(Path::new("/dev"));
		let found: Vec<_> = found.iter().map(|path| path.display().to_string()).collect();
		let hint = match found.is_empty() {
			true => "no serial device is connected".to_owned(),
			false => format!("there is {}", found.join(", ")),
		};
		let message = format!("board.port {} does not exist; {hint}", port.display());
		return Err(CliError::new(CliError::CONFIG, message));
	}
	let text = format!(
		"{} is right\nkey      {key}\nboard    {}\nnodes    {}",
		desk.cli.config.display(),
		place,
		config.chain.endpoints.join(", ")
	);
	let json = serde_json::json!({ "key": key, "port": place, "endpoints": config.chain.endpoints });
	desk.say(text, &json);
	Ok(0)
}
