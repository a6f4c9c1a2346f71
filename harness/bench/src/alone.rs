//! A client beside a virtual board, with no node.

use anyhow::{Context, Result};
use bpiiot_harness::{board::Board, client::Site, world::temporary_folder};
use std::path::Path;
use tempfile::TempDir;

/// A node that nobody is: the board does not wait for one.
pub const NO_NODE: &str = "ws://127.0.0.1:9";

/// All of it in one temporary folder.
#[derive(Debug)]
pub struct Alone {
	/// The board.
	pub board: Board,
	/// The client's folder.
	pub site: Site,
	folder: TempDir,
}

impl Alone {
	/// Starts the board, and makes the client's folder.
	///
	/// # Errors
	/// When the board does not start.
	pub async fn start() -> Result<Self> {
		let folder = temporary_folder()?;
		let board = Board::start(folder.path(), None).await?;
		let site = Site::create(&folder.path().join("machine"), board.port(), &[NO_NODE])?;
		Ok(Self { board, site, folder })
	}

	/// The folder.
	pub fn folder(&self) -> &Path {
		self.folder.path()
	}

	/// Ends the board, and removes the folder.
	///
	/// # Errors
	/// When one of them does not go.
	pub async fn stop(self) -> Result<()> {
		let Self { mut board, folder, .. } = self;
		board.stop().await?;
		folder.close().context("the temporary folder cannot be removed")
	}
}
