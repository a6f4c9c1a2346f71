//! The page.

use super::{forging, threats, Change, Threat, GOVERNANCE};
use bpiiot_runtime::BPI;
use std::{env, fs};

const PAGE: &str = "../docs/threats.md";

const HEAD: &str = "\
# Threats, and what they cost

What somebody could want to do to others on this chain, what it takes, and who gets it. Each row was tried with real
transactions on the runtime in memory, with its fees, and measured (`runtime/tests/calls/threats`); `make threats` writes this
page anew, and `make test` fails when it is not what was measured. Amounts are in BPI, at the prices of the development
chain: a unit of work costs 3, all five of an order 15, a machine's bond is 2. Who has less pays it, who has more gets it;
what is on hold comes back with the record that it is for.

Goods cost as much: five units of 3, of which the supplier has a fifth on hold as a bond, keeps a fifth of what is rejected and a
tenth of what is called off before it is due. Accomplices are as many accounts of one purse as it takes.

What is sent costs 15 and travels by two carriers, the buyer and the rival, at a freight of 1 and a liability of 4 each. The rival
is the registrant and the certifier of the owner's things as well.

The arbiter is one whom both sides have agreed on. What is told of an owner holds for whoever has his key; what a machine's
key can do is limited by its owner: in fees by the allowance (here 1), in purchases, bonds and disputes by the spending policy.
";

/// An amount in BPI, to a hundredth of a thousandth.
pub(super) fn amount(planck: i128) -> String {
	let steps = (planck.unsigned_abs() * 100_000 + BPI / 2) / BPI;
	let text = format!("{}.{:05}", steps / 100_000, steps % 100_000);
	let text = text.trim_end_matches('0').trim_end_matches('.');
	match steps {
		0 => "0".to_owned(),
		_ if planck < 0 => format!("−{text}"),
		_ => format!("+{text}"),
	}
}

fn cell(changes: &[Change]) -> String {
	let line = |change: &Change| match (change.total, change.held) {
		(total, 0) => format!("{} {}", change.party, amount(total)),
		(0, held) => format!("{} {} on hold", change.party, amount(held)),
		(total, held) => format!("{} {}, {} on hold", change.party, amount(total), amount(held)),
	};
	match changes {
		[] => "nothing".to_owned(),
		changes => changes.iter().map(line).collect::<Vec<_>>().join("; "),
	}
}

fn row(threat: &Threat) -> String {
	let Threat {
		calls, by, wants, so, ..
	} = threat;
	format!(
		"| {by} wants to {wants} | {} | {so} | {} |",
		calls
			.iter()
			.map(|call| format!("`{call}`"))
			.collect::<Vec<_>>()
			.join(", "),
		cell(&threat.measure())
	)
}

fn page() -> String {
	let mut page = HEAD.to_owned();
	for pallet in [
		"Machines",
		"Escrow",
		"Jobs",
		"Suppliers",
		"Procurement",
		"Inventory",
		"Products",
		"Shipments",
	] {
		page += &format!(
			"\n## {pallet}\n\n| threat | by | what comes of it | who has more, who less |\n|---|---|---|---|\n"
		);
		let of_it = |threat: &Threat| threat.calls.first().is_some_and(|call| call.starts_with(pallet));
		for threat in threats().iter().filter(|threat| of_it(threat)) {
			page += &row(threat);
			page.push('\n');
		}
	}
	page += &forging::section();
	let calls: Vec<_> = GOVERNANCE.iter().map(|call| format!("`{call}`")).collect();
	page += &format!(
		"\nGovernance alone calls {}; anybody else pays for the transaction, and nothing happens.\n",
		calls.join(", ")
	);
	page
}

#[test]
fn the_page_says_what_was_measured() {
	let page = page();
	if env::var_os("WRITE_THREATS").is_some() {
		fs::write(PAGE, page).expect("can be written");
		return;
	}
	let written = fs::read_to_string(PAGE).expect("is there");
	assert!(
		written == page,
		"docs/threats.md is not what was measured: make threats"
	);
}
