#![doc = include_str!("../README.md")]

mod clock;
mod compile;
mod dry;
mod engine;
mod error;
mod eval;
pub mod limits;
mod model;
mod operand;
mod parse;
mod recording;
mod screen;
mod state;
mod window;

pub use dry::{dry_run, dry_run_csv, DryRun, RuleRun};
pub use engine::{Counts, Engine, Firing, RuleStatus};
pub use error::{Problem, RulesError};
pub use model::{Action, ChannelDecl, Cost, Rule, Rules, Severity};
pub use operand::{Missing, Seen};
pub use recording::{Recording, RecordingError, Sample};
pub use screen::usable_name;
pub use state::{Change, State};
