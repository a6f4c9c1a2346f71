//! A board on the workbench: nobody's machine yet. For the commands that look at a board, configure it or try it.

use super::{handle::channel, link::Link, port::Wire, BoardError, BoardInfo, Kept, LinkId, OpenPort, Setup};
use crate::config::BoardConfig;
use bpiiot_protocol::{HostMessage, Session, CONFIG_PAGE_LEN};
use std::{sync::Arc, time::Duration};
use tokio::time::{timeout, Instant};

/// What a memory has where nothing was written.
const ERASED: u8 = 0xff;
/// A board that was told to begin a new life does so within a second; a boot loader may take two more.
const NEW_LIFE: Duration = Duration::from_secs(5);

/// A board that said hello, with no bridge in between.
pub struct Workbench {
	link: Link,
	links: u64,
	session: Session,
}

impl Workbench {
	/// Opens the port and says hello, whatever the board's configuration is.
	///
	/// # Errors
	/// When there is no board of ours.
	pub async fn open(config: &BoardConfig, port: Arc<dyn OpenPort>) -> Result<(Self, BoardInfo), BoardError> {
		// Nobody listens to what the link tells.
		let (_, _, telltale) = channel();
		let config = BoardConfig {
			configuration: None,
			..config.clone()
		};
		let link = Link::new(Wire::open(port).await?, config, telltale);
		let mut workbench = Workbench {
			link,
			links: 0,
			session: Session::UNKNOWN,
		};
		let info = workbench.greet().await?;
		Ok((workbench, info))
	}

	/// The configuration that the board keeps.
	///
	/// # Errors
	/// When the board is lost.
	pub async fn kept(&mut self) -> Result<Kept, BoardError> {
		self.link.kept().await
	}

	/// Writes a configuration to the board, has it begin a new life, and gives what it says then. `progress` is told how many of
	/// how many bytes are written.
	///
	/// # Errors
	/// When the board refuses it, does not keep it, or is lost. It may have lost the one before: then it drives nothing.
	pub async fn configure(&mut self, setup: &Setup, progress: impl Fn(usize, usize)) -> Result<BoardInfo, BoardError> {
		let image = setup
			.image()
			.map_err(|error| BoardError::OtherConfiguration(vec![error.to_string()]))?;
		let mut written = 0;
		for (part, chunk) in (0u8..).zip(image.chunks(CONFIG_PAGE_LEN)) {
			let mut bytes = [ERASED; CONFIG_PAGE_LEN];
			bytes[..chunk.len()].copy_from_slice(chunk);
			self.link.accepted(HostMessage::WriteConfig { part, bytes }).await?;
			written += chunk.len();
			progress(written, image.len());
		}
		match self.link.exchange(HostMessage::Restart).await {
			// The acknowledgement, or the first word of the new life, whichever comes through.
			Ok(_) | Err(BoardError::Reset) => {}
			Err(error) => return Err(error),
		}
		let info = self.greet_in_a_new_life().await?;
		match self.kept().await? {
			Kept::Setup(kept) if kept == *setup => Ok(info),
			Kept::Setup(kept) => Err(BoardError::OtherConfiguration(setup.differences(&kept))),
			kept => Err(BoardError::OtherConfiguration(vec![format!(
				"it kept something else: {kept:?}"
			)])),
		}
	}

	/// Says hello until nothing comes in between.
	async fn greet(&mut self) -> Result<BoardInfo, BoardError> {
		let deadline = Instant::now() + NEW_LIFE;
		loop {
			self.links += 1;
			match self.link.greet(LinkId(self.links)).await {
				// A real board may still be starting.
				Err(BoardError::Reset) if Instant::now() < deadline => {}
				Ok(info) => {
					self.session = info.session;
					return Ok(info);
				}
				Err(error) => return Err(error),
			}
		}
	}

	/// The same after a restart was ordered: what the board still says in its old life does not count.
	async fn greet_in_a_new_life(&mut self) -> Result<BoardInfo, BoardError> {
		let old = self.session;
		let new_life = async {
			loop {
				match self.greet().await {
					Ok(info) if info.session == old => {}
					result => return result,
				}
			}
		};
		let none = || BoardError::Lost("it was told to restart, and did not".to_owned());
		timeout(NEW_LIFE, new_life).await.map_err(|_| none())?
	}

	/// Closes the port and waits until it is free.
	pub async fn close(self) {
		self.link.close().await;
	}
}
