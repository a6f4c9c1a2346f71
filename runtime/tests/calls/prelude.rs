//! What the files with rows need.

pub use crate::{
	chain::{now, START},
	origins::*,
	table::{as_ever, by, calling, given, then, Case::*, MayCall, Outcome, Row},
	vocabulary::*,
	world::*,
};
pub use bpiiot_runtime::Runtime;
