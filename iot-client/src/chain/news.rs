//! Hearing of what is new.

use super::{link::Head, session::Session};
use std::{future::pending, sync::Arc};
use tokio::sync::watch;

/// Hears of what is new. Whatever comes between two calls of [`Self::next`] is told by the second, once.
#[derive(Clone, Debug)]
pub struct News {
	session: watch::Receiver<Option<Arc<Session>>>,
	head: watch::Receiver<Option<Head>>,
}

impl News {
	/// Of these, from now on: what they are now is not new.
	pub(super) fn of(
		mut session: watch::Receiver<Option<Arc<Session>>>,
		mut head: watch::Receiver<Option<Head>>,
	) -> Self {
		session.mark_unchanged();
		head.mark_unchanged();
		Self { session, head }
	}

	/// Waits until something is new that was not told yet: a finalized block, or another connection.
	pub async fn next(&mut self) {
		let changed = tokio::select! {
			changed = self.session.changed() => changed,
			changed = self.head.changed() => changed,
		};
		if changed.is_err() {
			// Nothing will ever be new again, and whoever asks in a loop must not spin.
			pending::<()>().await;
		}
		self.session.mark_unchanged();
		self.head.mark_unchanged();
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::{
		clock::Pace,
		link::played::chain,
		types::{BlockId, ChainTime},
	};
	use futures::FutureExt;
	use std::time::Instant;
	use subxt::utils::H256;

	fn head(number: u64) -> Head {
		Head {
			block: BlockId {
				number,
				hash: H256::zero(),
			},
			time: ChainTime::default(),
			pace: Pace::default(),
			endpoint: "ws://node".to_owned(),
			seen: Instant::now(),
		}
	}

	#[tokio::test]
	async fn tells_each_thing_once() {
		let (chain, keeper) = chain();
		// What is known already is not new.
		keeper.head(head(1));
		let mut news = chain.news();
		assert_eq!(news.next().now_or_never(), None);
		// What comes while nobody waits is not missed, and is told once.
		keeper.head(head(2));
		keeper.head(head(3));
		assert_eq!(news.next().now_or_never(), Some(()));
		assert_eq!(news.next().now_or_never(), None);
		// Nobody spins when nothing can be new any more.
		drop(keeper);
		assert_eq!(news.next().now_or_never(), None);
	}
}
