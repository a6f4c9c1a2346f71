//! The log, kept in memory: the last lines, for people who look at the machine's page and not at its disk.
//!
//! A [`Logbook`] is a layer of the `tracing` subscriber beside the one that prints ([`install`]). Each line has its level,
//! its target, its message, and its facts by name: those of the event, and those of the spans that it lies in, so that a
//! line deep in the chain's client still says of which job it is. Within a span that is in another, and in an event, the
//! nearer fact of a name counts.
//!
//! What it takes is bounded: so many lines, each of 2 KiB at most. Whoever logs waits for nothing but the push of a pointer; in
//! the daemon the printing is done by a thread of its own ([`Printer`]).

mod printer;

pub use printer::Printer;

use iot_manager::api::{LogLine, LogQuery};
use std::{
	collections::{BTreeMap, VecDeque},
	fmt::{self, Write as _},
	str::FromStr,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{SystemTime, UNIX_EPOCH},
};
use tokio::sync::broadcast;
use tracing::{
	field::{Field, Visit},
	span::{Attributes, Id, Record},
	Event, Level, Subscriber,
};
use tracing_subscriber::{
	layer::{Context, SubscriberExt},
	registry::LookupSpan,
	util::{SubscriberInitExt, TryInitError},
	EnvFilter, Layer,
};

/// Lines that are kept.
const LINES: usize = 2_000;
/// The most bytes of a line: its message, and names and values of its facts.
const LINE_BYTES: usize = 2_048;
/// Lines that a slow listener may be behind before it loses some.
const QUEUE: usize = 256;
/// Lines of an answer, if the question does not say how many; and the most.
const USUAL: u32 = 200;
const MOST: u32 = 1_000;

/// The last lines of the log. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Logbook {
	inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
	ring: Mutex<Ring>,
	new: broadcast::Sender<Arc<LogLine>>,
}

#[derive(Debug, Default)]
struct Ring {
	lines: VecDeque<Arc<LogLine>>,
	/// Of the next line.
	number: u64,
}

impl Default for Logbook {
	fn default() -> Self {
		let (new, _) = broadcast::channel(QUEUE);
		Self {
			inner: Arc::new(Inner {
				ring: Mutex::default(),
				new,
			}),
		}
	}
}

impl Logbook {
	/// An empty one.
	pub fn new() -> Self {
		Self::default()
	}

	/// The lines that are wanted, the oldest of them first. A level that is none wants all.
	pub fn query(&self, query: &LogQuery) -> Vec<LogLine> {
		let level = query.level.as_deref().and_then(|level| Level::from_str(level).ok());
		let contains = query
			.contains
			.as_ref()
			.map(|text| text.to_lowercase())
			.filter(|text| !text.is_empty());
		let limit = query.limit.unwrap_or(USUAL).clamp(1, MOST) as usize;
		// Copied, so that nobody who logs waits while they are looked through.
		let lines: Vec<_> = self.ring().lines.iter().cloned().collect();
		let is_wanted = |line: &&Arc<LogLine>| {
			query.before.is_none_or(|before| line.number < before)
				&& level.is_none_or(|level| is_severe(line, level))
				&& contains.as_deref().is_none_or(|text| says(line, text))
		};
		let newest = lines.iter().rev().filter(is_wanted).take(limit);
		let mut wanted: Vec<LogLine> = newest.map(|line| LogLine::clone(line)).collect();
		wanted.reverse();
		wanted
	}

	/// The lines from now on. A listener that is too slow loses the oldest.
	pub fn lines(&self) -> broadcast::Receiver<Arc<LogLine>> {
		self.inner.new.subscribe()
	}

	/// What fills it, to be put on a subscriber.
	pub fn layer(&self) -> LogbookLayer {
		LogbookLayer(self.clone())
	}

	fn push(&self, mut line: LogLine) {
		let mut ring = self.ring();
		line.number = ring.number;
		ring.number += 1;
		let line = Arc::new(line);
		if ring.lines.len() >= LINES {
			ring.lines.pop_front();
		}
		ring.lines.push_back(line.clone());
		// Within the lock, so that they are told in their order. Nobody listening is fine.
		let _ = self.inner.new.send(line);
	}

	fn ring(&self) -> MutexGuard<'_, Ring> {
		self.inner.ring.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// Makes the log of this process: to `out`, as lines for people or as JSON, and into `book`. `RUST_LOG` says how much; `usual`
/// if it does not.
///
/// # Errors
/// When there is one already.
pub fn install<W>(json: bool, ansi: bool, usual: &str, book: &Logbook, out: W) -> Result<(), TryInitError>
where
	W: for<'w> tracing_subscriber::fmt::MakeWriter<'w> + Send + Sync + 'static,
{
	let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
	stack(json, ansi, filter, book, out).try_init()
}

/// The layers of the log: one filter for all, the lines that are written to `out`, and the book.
fn stack<W>(json: bool, ansi: bool, filter: EnvFilter, book: &Logbook, out: W) -> impl Subscriber + Send + Sync
where
	W: for<'w> tracing_subscriber::fmt::MakeWriter<'w> + Send + Sync + 'static,
{
	let lines = tracing_subscriber::fmt::layer().with_writer(out);
	let lines = match json {
		true => lines.json().boxed(),
		false => lines.with_target(false).with_ansi(ansi).boxed(),
	};
	tracing_subscriber::registry()
		.with(lines)
		.with(book.layer())
		.with(filter)
}

/// Puts what is logged into a [`Logbook`].
#[derive(Clone, Debug)]
pub struct LogbookLayer(Logbook);

/// The facts of a span, kept with it.
#[derive(Debug, Default)]
struct SpanFacts(Facts);

impl<S> Layer<S> for LogbookLayer
where
	S: Subscriber + for<'s> LookupSpan<'s>,
{
	fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
		let Some(span) = context.span(id) else { return };
		let mut facts = Facts::default();
		attributes.record(&mut facts);
		span.extensions_mut().insert(SpanFacts(facts));
	}

	fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
		let Some(span) = context.span(id) else { return };
		let mut extensions = span.extensions_mut();
		if let Some(SpanFacts(facts)) = extensions.get_mut() {
			values.record(facts);
		}
	}

	fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
		let metadata = event.metadata();
		if *metadata.level() == Level::TRACE {
			return;
		}
		let mut facts = Facts::default();
		event.record(&mut facts);
		if let Some(scope) = context.event_scope(event) {
			for span in scope {
				if let Some(SpanFacts(further)) = span.extensions().get() {
					facts.add_further(further);
				}
			}
		}
		let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
		self.0.push(LogLine {
			number: 0,
			at: since.as_millis() as u64,
			level: metadata.level().to_string(),
			target: facts.target.unwrap_or_else(|| metadata.target().to_owned()),
			message: facts.message,
			fields: facts.fields,
		});
	}
}

/// What an event or a span says, within the bytes of a line.
#[derive(Debug)]
struct Facts {
	message: String,
	fields: BTreeMap<String, String>,
	/// Of whoever logs by way of the crate `log`.
	target: Option<String>,
	/// Bytes that it may still have.
	left: usize,
}

impl Default for Facts {
	fn default() -> Self {
		Self {
			message: String::new(),
			fields: BTreeMap::new(),
			target: None,
			left: LINE_BYTES,
		}
	}
}

impl Facts {
	/// Takes a fact, as far as there is room.
	fn take(&mut self, field: &Field, value: fmt::Arguments<'_>) {
		match field.name() {
			"message" => self.message = self.cut(value),
			"log.target" => self.target = Some(self.cut(value)),
			name if name.starts_with("log.") => {}
			name if name.len() < self.left => {
				self.left -= name.len();
				let value = self.cut(value);
				self.fields.insert(name.to_owned(), value);
			}
			_ => {}
		}
	}

	/// Takes the facts of a span that this lies in, but for those of which it knows nearer ones.
	fn add_further(&mut self, further: &Self) {
		for (name, value) in &further.fields {
			let bytes = name.len() + value.len();
			if bytes <= self.left && !self.fields.contains_key(name) {
				self.left -= bytes;
				self.fields.insert(name.clone(), value.clone());
			}
		}
	}

	/// As text, cut off where there is no more room.
	fn cut(&mut self, value: fmt::Arguments<'_>) -> String {
		let mut cut = Cut {
			text: String::new(),
			left: self.left,
		};
		// What goes wrong is that it is full.
		let is_whole = cut.write_fmt(value).is_ok();
		self.left = cut.left;
		if !is_whole {
			cut.text.push('…');
			self.left = 0;
		}
		cut.text
	}
}

impl Visit for Facts {
	fn record_str(&mut self, field: &Field, value: &str) {
		self.take(field, format_args!("{value}"));
	}

	fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
		self.take(field, format_args!("{value}"));
	}

	fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
		self.take(field, format_args!("{value:?}"));
	}
}

/// A text that becomes no longer than it may.
struct Cut {
	text: String,
	left: usize,
}

impl fmt::Write for Cut {
	fn write_str(&mut self, text: &str) -> fmt::Result {
		let mut end = text.len().min(self.left);
		while !text.is_char_boundary(end) {
			end -= 1;
		}
		self.text.push_str(text.get(..end).unwrap_or_default());
		self.left -= end;
		match end == text.len() {
			true => Ok(()),
			false => Err(fmt::Error),
		}
	}
}

/// Whether a line is of this level, or a more severe one.
fn is_severe(line: &LogLine, level: Level) -> bool {
	// `tracing` orders by how much is said: errors are the least.
	Level::from_str(&line.level).is_ok_and(|own| own <= level)
}

/// Whether a line contains a text, which is in lower case.
fn says(line: &LogLine, text: &str) -> bool {
	let fields = line.fields.iter().flat_map(|(name, value)| [name, value]);
	[&line.message, &line.target]
		.into_iter()
		.chain(fields)
		.any(|part| part.to_lowercase().contains(text))
}

#[cfg(test)]
mod tests;
