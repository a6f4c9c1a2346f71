use super::*;
use proptest::prelude::*;

const SECOND: Duration = Duration::from_secs(1);

fn message(id: u64, lane: Lane) -> Message {
	Message {
		id: MessageId(id),
		lane,
		at_ms: id,
		topic: "t".to_owned(),
		body: vec![0; 10],
	}
}

fn window() -> Window {
	Window::new(8, 1 << 20, Backoff::new(SECOND, 60 * SECOND))
}

fn ids(messages: &[Arc<Message>]) -> Vec<u64> {
	messages.iter().map(|message| message.id.0).collect()
}

/// Sends what is ready one by one, until nothing is; the tokens in order.
fn send_all(window: &mut Window, now_ms: u64) -> Vec<(u64, Token)> {
	let mut sent = Vec::new();
	while let [next] = &window.ready(now_ms, 1)[..] {
		let (token, _) = window.sent(std::slice::from_ref(next), 1);
		sent.push((next.id.0, token));
	}
	sent
}

#[test]
fn sends_the_urgent_lane_first_and_each_lane_in_order() {
	let mut window = window();
	window.hold(vec![
		message(1, Lane::Reading),
		message(2, Lane::Reading),
		message(3, Lane::Alarm),
	]);
	assert_eq!(ids(&window.ready(0, 8)), [3, 1, 2]);
	assert_eq!(window.room().0, 5);
}

#[test]
fn delivers_in_order_whatever_the_order_of_acks() {
	let mut window = window();
	window.hold((1..=3).map(|id| message(id, Lane::Reading)).collect());
	let sent = send_all(&mut window, 0);
	assert_eq!(window.acked(sent[2].1), []);
	assert_eq!(window.acked(sent[0].1), [MessageId(1)]);
	assert_eq!(window.acked(sent[1].1), [MessageId(2), MessageId(3)]);
	assert!(window.is_empty());
	assert_eq!(window.room(), (8, 1 << 20));
}

#[test]
fn a_message_in_parts_is_delivered_by_the_last_ack() {
	let mut window = window();
	window.hold(vec![message(1, Lane::Reading)]);
	let ready = window.ready(0, 1);
	let (token, _) = window.sent(&ready, 3);
	assert_eq!(window.acked(token), []);
	assert_eq!(window.acked(token), []);
	assert_eq!(window.acked(token), [MessageId(1)]);
	assert_eq!(window.acked(token), []);
}

#[test]
fn what_is_behind_a_refused_message_is_sent_again_after_it() {
	let mut window = window();
	window.hold((1..=3).map(|id| message(id, Lane::Event)).collect());
	let sent = send_all(&mut window, 0);
	assert_eq!(window.acked(sent[1].1), [], "2 is behind 1");
	assert_eq!(window.refused(sent[0].1, Refusal::ForNow, 0), None);
	assert_eq!(
		window.acked(sent[2].1),
		[],
		"an acknowledgement of before means nothing"
	);
	assert_eq!(ids(&window.ready(999, 8)), [] as [u64; 0], "the lane waits");
	assert_eq!(window.retry_at_ms(), Some(1000));
	assert_eq!(
		ids(&window.ready(1000, 8)),
		[1],
		"one at a time until the broker takes one"
	);
	let again = send_all(&mut window, 1000);
	assert_eq!(window.acked(again[0].1), [MessageId(1)]);
	assert_eq!(ids(&window.ready(1000, 8)), [2, 3]);
}

#[test]
fn a_refused_lane_does_not_hold_up_the_others() {
	let mut window = window();
	window.hold(vec![message(1, Lane::File), message(2, Lane::Reading)]);
	let sent = send_all(&mut window, 0);
	window.refused(sent[0].1, Refusal::ForNow, 0);
	assert_eq!(window.acked(sent[1].1), [MessageId(2)]);
}

#[test]
fn a_refusal_that_may_pass_never_moves_a_message_aside() {
	let mut window = window();
	window.hold(vec![message(1, Lane::Event)]);
	for round in 0..100 {
		let now = round * 60_000;
		let sent = send_all(&mut window, now);
		assert_eq!(sent.len(), 1);
		assert_eq!(window.refused(sent[0].1, Refusal::ForNow, now), None);
	}
}

#[test]
fn a_message_refused_for_itself_is_moved_aside_after_three_attempts() {
	let mut window = window();
	window.hold(vec![message(1, Lane::Event), message(2, Lane::Event)]);
	for attempt in 1..=MOST_REFUSALS {
		let now = u64::from(attempt) * 60_000;
		let sent = send_all(&mut window, now);
		let aside = window.refused(sent[0].1, Refusal::ForItself, now);
		assert_eq!(aside.is_some(), attempt == MOST_REFUSALS);
	}
	assert_eq!(ids(&window.ready(200_000, 8)), [2]);
}

#[test]
fn one_that_ends_each_connection_is_found_and_moved_aside() {
	for (end, most) in [(End::Rejected, MOST_REFUSALS), (End::Dropped, MOST_DROPS)] {
		let mut window = window();
		window.hold((1..=4).map(|id| message(id, Lane::Reading)).collect());
		// The broker takes all but 3 and ends the connection at 3.
		let (mut delivered, mut aside, mut connections) = (Vec::new(), None, 0);
		let mut now = 0;
		while !window.is_empty() {
			now += 60_000;
			connections += 1;
			// One more to suspect it, one more for what is behind it.
			assert!(connections <= most + 2, "3 is blamed in time");
			while let Some(next) = window.ready(now, 1).pop() {
				let (token, _) = window.sent(std::slice::from_ref(&next), 1);
				if next.id.0 == 3 {
					aside = aside.or(window.lost(end, now));
					break;
				}
				delivered.extend(window.acked(token));
			}
		}
		assert_eq!(aside.unwrap().id, MessageId(3));
		assert_eq!(delivered, [MessageId(1), MessageId(2), MessageId(4)]);
	}
}

#[test]
fn connections_that_we_end_blame_nobody() {
	let mut window = window();
	window.hold(vec![message(1, Lane::Alarm)]);
	for _ in 0..100 {
		assert_eq!(send_all(&mut window, 0).len(), 1);
		assert_eq!(window.lost(End::Ours, 0), None);
	}
}

#[derive(Clone, Debug)]
enum Step {
	Hold(Lane),
	Send(usize),
	Ack(usize),
	Refuse(usize, Refusal),
	Lose(End),
	Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
	let lane = prop_oneof![
		Just(Lane::Alarm),
		Just(Lane::Event),
		Just(Lane::File),
		Just(Lane::Reading)
	];
	let refusal = prop_oneof![3 => Just(Refusal::ForNow), 1 => Just(Refusal::ForItself)];
	let end = prop_oneof![Just(End::Ours), Just(End::Dropped), Just(End::Rejected)];
	prop_oneof![
		4 => lane.prop_map(Step::Hold),
		4 => (1_usize..4).prop_map(Step::Send),
		4 => any::<usize>().prop_map(Step::Ack),
		1 => (any::<usize>(), refusal).prop_map(|(which, refusal)| Step::Refuse(which, refusal)),
		1 => end.prop_map(Step::Lose),
		1 => (0_u64..70_000).prop_map(Step::Wait),
	]
}

/// A window and what a broker and an outbox saw of it.
struct Model {
	window: Window,
	now: u64,
	next_id: u64,
	lane_of: BTreeMap<u64, Lane>,
	/// Sent and neither acknowledged nor refused, on this connection.
	open: Vec<(Token, Vec<u64>)>,
	/// All that was sent, in order.
	log: Vec<u64>,
	acked: BTreeSet<u64>,
	delivered: Vec<u64>,
	aside: BTreeSet<u64>,
}

impl Model {
	fn new() -> Self {
		Model {
			window: window(),
			now: 0,
			next_id: 1,
			lane_of: BTreeMap::new(),
			open: Vec::new(),
			log: Vec::new(),
			acked: BTreeSet::new(),
			delivered: Vec::new(),
			aside: BTreeSet::new(),
		}
	}

	fn send(&mut self, most: usize) {
		let ready = self.window.ready(self.now, most);
		if !ready.is_empty() {
			let (token, _) = self.window.sent(&ready, 1);
			self.log.extend(ids(&ready));
			self.open.push((token, ids(&ready)));
		}
	}

	fn ack(&mut self, which: usize) {
		if !self.open.is_empty() {
			let (token, ids) = self.open.remove(which % self.open.len());
			self.acked.extend(ids);
			let delivered = self.window.acked(token);
			self.delivered.extend(delivered.iter().map(|id| id.0));
		}
	}

	fn step(&mut self, step: Step) {
		match step {
			Step::Hold(lane) if self.window.room().0 > 0 => {
				self.lane_of.insert(self.next_id, lane);
				self.window.hold(vec![message(self.next_id, lane)]);
				self.next_id += 1;
			}
			Step::Hold(_) => {}
			Step::Send(most) => self.send(most),
			Step::Ack(which) => self.ack(which),
			Step::Refuse(which, refusal) if !self.open.is_empty() => {
				let (token, _) = self.open.remove(which % self.open.len());
				let aside = self.window.refused(token, refusal, self.now);
				self.aside.extend(aside.map(|message| message.id.0));
			}
			Step::Refuse(..) => {}
			Step::Lose(end) => {
				self.open.clear();
				let aside = self.window.lost(end, self.now);
				self.aside.extend(aside.map(|message| message.id.0));
			}
			Step::Wait(ms) => self.now += ms,
		}
	}

	fn finish(&mut self) {
		for _ in 0..1000 {
			self.now += 60_000;
			self.send(3);
			self.ack(0);
		}
	}

	fn of_lane(&self, all: &[u64], lane: Lane) -> Vec<u64> {
		all.iter().copied().filter(|id| self.lane_of[id] == lane).collect()
	}
}

proptest! {
	#[test]
	fn delivers_exactly_what_was_acked_and_keeps_the_order(steps in proptest::collection::vec(step(), 0..200)) {
		let mut model = Model::new();
		for step in steps {
			model.step(step);
			prop_assert!(model.delivered.iter().all(|id| model.acked.contains(id)), "only what the broker has");
			prop_assert!(model.delivered.iter().all(|id| !model.aside.contains(id)));
		}
		model.finish();
		prop_assert!(model.window.is_empty());
		prop_assert_eq!(model.window.room(), (8, 1 << 20));
		let mut all: Vec<u64> = model.delivered.iter().chain(&model.aside).copied().collect();
		all.sort_unstable();
		prop_assert_eq!(all, (1..model.next_id).collect::<Vec<_>>(), "each once, none lost");
		for lane in Lane::ALL {
			let delivered = model.of_lane(&model.delivered, lane);
			prop_assert!(delivered.is_sorted(), "delivered in order");
			// The last copy of each, in the order that the broker saw.
			let mut last = Vec::new();
			for id in model.of_lane(&model.log, lane).into_iter().rev() {
				if !last.contains(&id) && delivered.contains(&id) {
					last.push(id);
				}
			}
			last.reverse();
			prop_assert_eq!(last, delivered, "last copies are in order");
		}
	}
}
