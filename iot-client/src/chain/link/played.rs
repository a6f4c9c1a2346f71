//! A chain that nobody connects to, for tests of what is above it.

use super::*;

/// Says what the chain's head is.
pub struct Keeper {
	head: watch::Sender<Option<Head>>,
	_session: watch::Sender<Option<Arc<Session>>>,
	_trouble: watch::Sender<Option<ChainError>>,
	_endpoints: watch::Sender<Vec<Endpoint>>,
	_announced: watch::Sender<u64>,
}

impl Keeper {
	/// Tells a new head.
	pub fn head(&self, head: Head) {
		self.head.send_replace(Some(head));
	}
}

/// A chain, and who plays its keeper.
pub fn chain() -> (Chain, Keeper) {
	let (session, session_seen) = watch::channel(None);
	let (head, head_seen) = watch::channel(None);
	let (trouble, trouble_seen) = watch::channel(None);
	let (endpoints, endpoints_seen) = watch::channel(Vec::new());
	let (announced, announced_seen) = watch::channel(0);
	let chain = Chain {
		endpoints: endpoints_seen,
		session: session_seen,
		head: head_seen,
		announced: announced_seen,
		trouble: trouble_seen,
		floor: Arc::default(),
		light: None,
		_stop: Arc::new(CancellationToken::new().drop_guard()),
	};
	let keeper = Keeper {
		head,
		_session: session,
		_trouble: trouble,
		_endpoints: endpoints,
		_announced: announced,
	};
	(chain, keeper)
}
