//! The bounds: what a rules file may hold, and so what evaluating it can cost at most.

/// The largest rules file that is read, in bytes.
pub const MAX_FILE_BYTES: usize = 256 * 1024;
/// The most rules in a file.
pub const MAX_RULES: usize = 64;
/// The longest expression, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 512;
/// The most words, numbers and signs in an expression. It is evaluated in no more steps than that.
pub const MAX_TOKENS: usize = 128;
/// How deep brackets and calls may be nested.
pub const MAX_NESTING: usize = 8;
/// The most `?` in an expression.
pub const MAX_CONDITIONALS: usize = 4;
/// The longest number in an expression, in characters.
pub const MAX_NUMBER_BYTES: usize = 24;
/// The longest name of a channel that an expression can use, in characters.
pub const MAX_CHANNEL_BYTES: usize = 64;
/// The most different operands (channels and calls of window functions) in one rule.
pub const MAX_OPERANDS: usize = 16;
/// The most different windows (a channel and a length) in a file.
pub const MAX_WINDOWS: usize = 64;
/// The shortest window, in s.
pub const MIN_WINDOW_S: u32 = 1;
/// The longest window, in s.
pub const MAX_WINDOW_S: u32 = 3_600;
/// The most pieces that a window is kept in.
pub const MAX_BUCKETS: u64 = 240;
/// The most actions in one list.
pub const MAX_ACTIONS: usize = 8;
/// The longest name of a rule, in characters.
pub const MAX_RULE_NAME: usize = 64;
/// The longest fault code, in characters.
pub const MAX_CODE: usize = 32;
/// The longest name of an item of stock, in characters.
pub const MAX_ITEM: usize = 32;
/// The most that is taken off the books at a time, in thousandths of an item's unit.
pub const MAX_THOUSANDTHS: f64 = 1e12;
/// The longest text of an action, in characters.
pub const MAX_TEXT: usize = 200;
/// The longest `for_ms` and `clear_for_ms`, in ms.
pub const MAX_HOLD_MS: u64 = 3_600_000;
/// The longest `cooldown_ms` and `stale_ms`, in ms.
pub const MAX_WAIT_MS: u64 = 86_400_000;
/// The shortest `stale_ms`, in ms.
pub const MIN_STALE_MS: u64 = 100;
/// `stale_ms` when a rule says nothing, in ms.
pub const DEFAULT_STALE_MS: u64 = 30_000;
/// A time that lies so far behind the newest one, in ms, is taken for a clock that was set back.
pub const LATE_MS: u64 = 5_000;
/// The largest time that is taken as it is, in ms; a later one counts as this one.
pub const MAX_TIME_MS: u64 = 1 << 53;
/// The most raises and clears that a dry run keeps; more are counted only.
pub const MAX_DRY_FIRINGS: usize = 10_000;
/// The longest line of a recording, in bytes.
pub const MAX_LINE_BYTES: usize = 256;
/// The most lines of a recording.
pub const MAX_LINES: u64 = 50_000_000;
