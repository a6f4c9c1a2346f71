//! What rules and sensors say while no node answers: it is on disk, and is done when one does.

use super::*;
use crate::{
	board::LinkId,
	config::Config,
	daemon::bench::{Bench, SOON, TEMPERATURE},
	journal::Task,
	wallet::Wallet,
};
use iot_rules::{Action, Change, Firing, Severity};
use subxt::utils::H256;

const LINK: LinkId = LinkId(1);

fn section() -> StockSection {
	StockSection {
		site: StoreId(4),
		gauges: vec![GaugeSection {
			item: "cutting-oil-22".to_owned(),
			// The bench measures nothing else; a tenth of a degree is 20 ml of oil here.
			channel: "temperature".to_owned(),
			per_unit: 200,
			tolerance: 200,
		}],
		..StockSection::default()
	}
}

/// A storekeeper on a bench, with a journal that the next one finds.
fn keeper(bench: &mut Bench) -> (Storekeeper, Journal) {
	let config = Config {
		stock: Some(section()),
		..(*bench.site.config).clone()
	};
	bench.site.config = Arc::new(config);
	let journal = Journal::open(&bench.dir.path().join("journal.redb"), H256([1; 32])).unwrap();
	let wallet = Arc::new(Wallet::dev("//Machine").unwrap());
	let submitter = Submitter::start(bench.site.chain.clone(), wallet, Some(journal.clone()));
	let keeper = Storekeeper::new(bench.site.clone(), submitter, journal.clone(), 0).unwrap();
	(keeper, journal)
}

fn firing(change: Change) -> Firing {
	Firing {
		rule: "drill worn".to_owned(),
		severity: Severity::Notice,
		change,
		at_ms: 0,
		raised_ms: 0,
		actions: vec![Action::Issue {
			item: "drill-8".to_owned(),
			thousandths: 1_000,
		}],
		seen: vec![],
	}
}

async fn wanted(journal: &Journal, count: usize) -> Vec<Task> {
	let looking = async {
		loop {
			let errands = journal.errands().unwrap();
			if errands.len() == count {
				return errands.into_iter().map(|(_, errand)| errand.task).collect();
			}
			tokio::time::sleep(Duration::from_millis(5)).await;
		}
	};
	timeout(SOON, looking).await.unwrap()
}

#[tokio::test]
async fn what_a_rule_wants_is_on_disk_before_any_node_answers() {
	let mut bench = Bench::new();
	let (keeper, journal) = keeper(&mut bench);
	let stop = CancellationToken::new();
	let task = tokio::spawn(keeper.run(stop.clone()));
	bench.site.notices.fired(&firing(Change::Raised));
	let issue = Task::Issue {
		site: StoreId(4),
		item: "drill-8".to_owned(),
		quantity: 1_000,
	};
	assert_eq!(wanted(&journal, 1).await, std::slice::from_ref(&issue));
	// Cleared and raised again: once more.
	bench.site.notices.fired(&firing(Change::Cleared));
	bench.site.notices.fired(&firing(Change::Raised));
	assert_eq!(wanted(&journal, 2).await, [issue.clone(), issue]);
	stop.cancel();
	timeout(SOON, task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_rule_that_is_raised_already_when_the_journal_is_there_is_not_missed() {
	let mut bench = Bench::new();
	bench.site.notices.fired(&firing(Change::Raised));
	let (keeper, journal) = keeper(&mut bench);
	let stop = CancellationToken::new();
	let task = tokio::spawn(keeper.run(stop.clone()));
	assert_eq!(wanted(&journal, 1).await.len(), 1);
	stop.cancel();
	timeout(SOON, task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_level_is_in_thousandths_of_the_items_unit() {
	let mut bench = Bench::new();
	let (mut keeper, _journal) = keeper(&mut bench);
	let gauge = section().gauges.remove(0);
	assert_eq!(keeper.level(&gauge), None);
	// As if it had run for a while.
	keeper.begun = Instant::now().checked_sub(Duration::from_secs(60)).unwrap();
	for _ in 0..2 {
		keeper.take(Signal::Reading {
			link: LINK,
			channel: TEMPERATURE,
			value: 180,
			board_ms: 0,
		});
		keeper.begun = keeper
			.begun
			.checked_sub(Duration::from_millis(gauge::STEADY_MS))
			.unwrap();
	}
	// 18.0 of the channel's unit.
	assert_eq!(keeper.level(&gauge), Some(3_600));
	// The board is reset: what it said before does not go on.
	bench.connect(LinkId(2));
	keeper.take(Signal::Reading {
		link: LinkId(2),
		channel: TEMPERATURE,
		value: 180,
		board_ms: 0,
	});
	assert_eq!(keeper.level(&gauge), None);
}

#[test]
fn a_machine_that_looks_after_no_goods_has_no_storekeeper() {
	let runtime = tokio::runtime::Builder::new_current_thread()
		.enable_all()
		.build()
		.unwrap();
	runtime.block_on(async {
		let bench = Bench::new();
		let journal = Journal::open(&bench.dir.path().join("journal.redb"), H256([1; 32])).unwrap();
		let wallet = Arc::new(Wallet::dev("//Machine").unwrap());
		let submitter = Submitter::start(bench.site.chain.clone(), wallet, Some(journal.clone()));
		assert!(Storekeeper::new(bench.site.clone(), submitter, journal, 0).is_none());
	});
}
