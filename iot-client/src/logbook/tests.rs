//! What the book keeps, of events and of the spans around them.

use super::*;
use std::{io, time::Duration};
use tracing::{debug, error, info, info_span, subscriber::with_default, warn};

/// What is kept of what is logged meanwhile.
fn book(act: impl FnOnce()) -> Logbook {
	let book = Logbook::new();
	with_default(tracing_subscriber::registry().with(book.layer()), act);
	book
}

fn all(book: &Logbook) -> Vec<LogLine> {
	let query = LogQuery {
		limit: Some(MOST),
		..LogQuery::default()
	};
	book.query(&query)
}

fn fields(line: &LogLine) -> Vec<(&str, &str)> {
	line.fields
		.iter()
		.map(|(name, value)| (name.as_str(), value.as_str()))
		.collect()
}

#[test]
fn a_line_says_what_was_logged() {
	let error = io::Error::other("no paper");
	let book = book(|| warn!(job = 7, name = "a b", %error, ok = true, "not {}", "printed"));
	let lines = all(&book);
	let line = &lines[0];
	assert_eq!((line.level.as_str(), line.message.as_str()), ("WARN", "not printed"));
	assert_eq!(line.target, module_path!());
	assert_eq!(
		fields(line),
		[("error", "no paper"), ("job", "7"), ("name", "a b"), ("ok", "true")]
	);
	assert!(line.at > 1_700_000_000_000);
}

#[test]
fn facts_of_the_spans_around_it_are_in_it_and_the_nearest_counts() {
	let book = book(|| {
		let job = info_span!("job", job = 7, block = 1, hash = tracing::field::Empty);
		let _job = job.enter();
		let _call = info_span!("call", call = "deliver", block = 2).entered();
		info!(nonce = 5, "sent");
		job.record("hash", "0xabc");
		info!(block = 3, "in a block");
	});
	let lines = all(&book);
	assert_eq!(
		fields(&lines[0]),
		[("block", "2"), ("call", "deliver"), ("job", "7"), ("nonce", "5")]
	);
	assert_eq!(
		fields(&lines[1]),
		[("block", "3"), ("call", "deliver"), ("hash", "0xabc"), ("job", "7")]
	);
}

#[test]
fn a_line_beyond_its_bound_is_cut_within_its_bytes() {
	let long = "ä".repeat(LINE_BYTES);
	let book = book(|| {
		let _span = info_span!("span", wide = %long).entered();
		info!(first = %long, second = %long, "{long}");
		info!("short");
	});
	let lines = all(&book);
	for line in &lines {
		let facts: usize = line.fields.iter().map(|(name, value)| name.len() + value.len()).sum();
		assert!(line.message.len() + facts <= LINE_BYTES + 2 * '…'.len_utf8());
	}
	assert!(lines[0].message.ends_with('…') || lines[0].fields["first"].ends_with('…'));
	assert_eq!(lines[1].message, "short");
}

#[test]
fn the_last_lines_are_kept_with_rising_numbers() {
	let book = book(|| (0..LINES + 10).for_each(|n| info!("{n}")));
	let lines = all(&book);
	assert_eq!(lines.len(), MOST as usize);
	let last = LINES as u64 + 9;
	assert_eq!(
		lines.last().map(|line| (line.number, line.message.clone())),
		Some((last, last.to_string()))
	);
	assert!(lines.windows(2).all(|pair| pair[0].number + 1 == pair[1].number));
	let first = book.query(&LogQuery {
		before: Some(12),
		..LogQuery::default()
	});
	assert_eq!(first.iter().map(|line| line.number).collect::<Vec<_>>(), [10, 11]);
}

#[test]
fn a_query_takes_the_newest_that_fit() {
	let book = book(|| {
		error!("Broken");
		warn!(part = "VALVE 3", "leaks");
		info!("runs");
		debug!("turns");
		tracing::trace!("is not kept");
	});
	let query = |query: LogQuery| -> Vec<String> { book.query(&query).into_iter().map(|line| line.message).collect() };
	let level = |level: &str| LogQuery {
		level: Some(level.to_owned()),
		..LogQuery::default()
	};
	let contains = |text: &str| LogQuery {
		contains: Some(text.to_owned()),
		..LogQuery::default()
	};
	assert_eq!(query(LogQuery::default()), ["Broken", "leaks", "runs", "turns"]);
	assert_eq!(query(level("ERROR")), ["Broken"]);
	assert_eq!(query(level("WARN")), ["Broken", "leaks"]);
	assert_eq!(query(level("DEBUG")).len(), 4);
	assert_eq!(query(level("of no kind")).len(), 4);
	assert_eq!(query(contains("valve")), ["leaks"]);
	assert_eq!(query(contains("BROKEN")), ["Broken"]);
	assert_eq!(
		query(LogQuery {
			limit: Some(2),
			..LogQuery::default()
		}),
		["runs", "turns"]
	);
	assert_eq!(
		query(LogQuery {
			before: Some(3),
			limit: Some(0),
			..LogQuery::default()
		}),
		["runs"]
	);
}

#[tokio::test]
async fn new_lines_are_told_in_their_order() {
	let book = Logbook::new();
	let mut lines = book.lines();
	with_default(tracing_subscriber::registry().with(book.layer()), || {
		(0..3).for_each(|n| info!("{n}"))
	});
	for n in 0..3 {
		let line = tokio::time::timeout(Duration::from_secs(20), lines.recv())
			.await
			.unwrap()
			.unwrap();
		assert_eq!((line.number, line.message.clone()), (n, n.to_string()));
	}
}

/// Where a stack writes to, in tests.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl io::Write for Paper {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		self.0.lock().unwrap().write(bytes)
	}

	fn flush(&mut self) -> io::Result<()> {
		Ok(())
	}
}

fn printed(json: bool) -> (String, Vec<LogLine>) {
	let (paper, book) = (Paper::default(), Logbook::new());
	let out = paper.clone();
	let stack = stack(json, false, EnvFilter::new("warn,iot_client=info"), &book, move || {
		out.clone()
	});
	with_default(stack, || {
		let _job = info_span!("job", job = 7).entered();
		info!(block = 9, "delivered");
		debug!("is filtered");
		info!(target: "elsewhere", "is filtered too");
	});
	let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
	(text, all(&book))
}

#[test]
fn both_ways_to_print_go_with_the_book_and_one_filter_is_for_all() {
	let (text, lines) = printed(false);
	assert_eq!(text.lines().count(), 1);
	assert!(
		text.contains("delivered") && text.contains("block=9") && text.contains("job=7"),
		"{text}"
	);
	assert!(!text.contains("iot_client"), "no targets for people: {text}");
	assert_eq!(lines.len(), 1);
	assert_eq!(fields(&lines[0]), [("block", "9"), ("job", "7")]);

	let (text, lines) = printed(true);
	let value: serde_json::Value = serde_json::from_str(&text).unwrap();
	assert_eq!(value["fields"]["message"], "delivered");
	assert_eq!(
		(&value["fields"]["block"], &value["span"]["job"]),
		(&9.into(), &7.into())
	);
	assert_eq!(lines.len(), 1);
}
