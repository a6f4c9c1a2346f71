//! From text to steps that only do what is allowed.
//!
//! The CEL parser's tree is not kept: it is walked, and the few kinds of node that rules need become steps. Whatever this
//! module does not know is refused. On the way channels and window calls become numbered operands, whole numbers become
//! doubles, and every node's type is checked, so that nothing is left to go wrong at night.

use crate::{
	error::{clipped, listed},
	eval::{self, One, Step, Two},
	limits::{MAX_OPERANDS, MAX_WINDOWS, MAX_WINDOW_S, MIN_WINDOW_S},
	model::ChannelDecl,
	screen::{screen, usable_name, FUNCTIONS},
	window::Summary,
};
use cel::{
	common::ast::{operators, Expr, LiteralValue},
	Env, IdedExpr,
};
use std::thread;

/// What an expression reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
	/// The last reading of a channel.
	Value { channel: usize },
	/// The seconds since a channel's last reading.
	Age { channel: usize },
	/// A function over a window.
	Window { function: Function, window: usize },
}

/// A function over a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
	Mean,
	Min,
	Max,
	Slope,
	Rms,
	Count,
}

impl Function {
	fn named(name: &str) -> Option<Self> {
		Some(match name {
			"mean" => Function::Mean,
			"min" => Function::Min,
			"max" => Function::Max,
			"slope" => Function::Slope,
			"rms" => Function::Rms,
			"count" => Function::Count,
			_ => return None,
		})
	}

	/// Its name in the language.
	pub fn name(self) -> &'static str {
		match self {
			Function::Mean => "mean",
			Function::Min => "min",
			Function::Max => "max",
			Function::Slope => "slope",
			Function::Rms => "rms",
			Function::Count => "count",
		}
	}

	/// Its value; `None` for a slope when all readings are of one time.
	pub fn of(self, summary: &Summary) -> Option<f64> {
		Some(match self {
			Function::Mean => summary.mean,
			Function::Min => summary.min,
			Function::Max => summary.max,
			Function::Slope => return summary.slope,
			Function::Rms => summary.rms,
			Function::Count => summary.count,
		})
	}
}

/// A stretch of a channel's readings that functions look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WindowKey {
	pub channel: usize,
	pub seconds: u32,
}

/// What the rules of a file share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
	pub channels: Vec<ChannelDecl>,
	pub windows: Vec<WindowKey>,
}

impl Layout {
	/// The number of a window, a new one unless there is one already; `None` when there are too many.
	fn window(&mut self, key: WindowKey) -> Option<usize> {
		if let Some(index) = self.windows.iter().position(|window| *window == key) {
			return Some(index);
		}
		if self.windows.len() == MAX_WINDOWS {
			return None;
		}
		self.windows.push(key);
		Some(self.windows.len() - 1)
	}

	/// The name and the unit of an operand, for people.
	pub fn describe(&self, operand: Operand) -> (String, String) {
		let channel = |index: usize| {
			self.channels
				.get(index)
				.map_or(("?", ""), |channel| (channel.name.as_str(), channel.unit.as_str()))
		};
		match operand {
			Operand::Value { channel: index } => {
				let (name, unit) = channel(index);
				(name.to_owned(), unit.to_owned())
			}
			Operand::Age { channel: index } => (format!("age({})", channel(index).0), "s".to_owned()),
			Operand::Window { function, window } => {
				let key = self.windows.get(window);
				let (name, unit) = channel(key.map_or(usize::MAX, |key| key.channel));
				let unit = match function {
					Function::Count => String::new(),
					Function::Slope => format!("{unit}/s"),
					_ => unit.to_owned(),
				};
				let seconds = key.map_or(0, |key| key.seconds);
				(format!("{}({name}, {seconds})", function.name()), unit)
			}
		}
	}

	/// The channel of an operand.
	pub fn channel_of(&self, operand: Operand) -> Option<usize> {
		match operand {
			Operand::Value { channel } | Operand::Age { channel } => Some(channel),
			Operand::Window { window, .. } => self.windows.get(window).map(|key| key.channel),
		}
	}
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
	Number,
	Bool,
	/// Something that was refused already: fits everywhere, so that one mistake makes one message.
	Wrong,
}

impl Type {
	fn is(self, wanted: Type) -> bool {
		self == wanted || self == Type::Wrong
	}
}

/// Makes steps of `text`, whose operands join `operands`.
///
/// # Errors
/// Everything that is wrong with it, each with what would be right.
pub(crate) fn compile(text: &str, layout: &mut Layout, operands: &mut Vec<Operand>) -> Result<Vec<Step>, Vec<String>> {
	screen(text).map_err(|wrong| vec![wrong])?;
	let parsed = parse(text).map_err(|wrong| vec![wrong])?;
	let mut lowering = Lowering {
		layout,
		operands,
		wrong: vec![],
		steps: vec![],
		reads: false,
	};
	if !lowering.lower(&parsed).is(Type::Bool) {
		lowering.refuse("it is a number; it must be a condition, such as `… > 4.5`");
	}
	let Lowering {
		wrong, steps, reads, ..
	} = lowering;
	if !wrong.is_empty() {
		return Err(wrong);
	}
	if !reads {
		return Err(vec!["it names no channel, so it would never change".to_owned()]);
	}
	eval::probe(&steps, operands.len()).map_err(|wrong| vec![wrong])?;
	Ok(steps)
}

/// The stack that the CEL parser gets, in bytes. Built without optimisation it takes some 200 KiB for each bracket within
/// another, which is more than the thread of a caller may have left.
const PARSER_STACK: usize = 8 * 1024 * 1024;

/// Gives a screened text to the CEL parser, on a stack of its own. Should it panic, the text is refused like any other.
fn parse(text: &str) -> Result<IdedExpr, String> {
	thread::scope(|scope| {
		let parser = thread::Builder::new()
			.name("rule-parser".to_owned())
			.stack_size(PARSER_STACK);
		let parsed = parser.spawn_scoped(scope, || parse_here(text));
		let parsed =
			parsed.map_err(|error| format!("it cannot be checked, for there is no thread to do it: {error}"))?;
		parsed.join().unwrap_or_else(|_| Err("CEL does not read it".to_owned()))
	})
}

/// The CEL parser without macros, without optional syntax and without attempts to mend what is wrong.
fn parse_here(text: &str) -> Result<IdedExpr, String> {
	const DEPTH: u16 = 32;
	let parser = Env::default().with_optional_support(false).parser();
	let parser = parser.max_recursion_depth(DEPTH).error_recovery_limit(1);
	parser.parse(text).map_err(|errors| {
		let first = errors.errors.first();
		let first = first.map_or("it is no expression", |error| error.msg.as_str());
		format!("CEL does not read it: {}", clipped(first))
	})
}

struct Lowering<'a> {
	layout: &'a mut Layout,
	operands: &'a mut Vec<Operand>,
	wrong: Vec<String>,
	/// Of no use once something is wrong.
	steps: Vec<Step>,
	/// Whether any channel is read.
	reads: bool,
}

impl Lowering<'_> {
	fn refuse(&mut self, wrong: impl Into<String>) -> Type {
		self.wrong.push(wrong.into());
		Type::Wrong
	}

	fn step(&mut self, step: Step, kind: Type) -> Type {
		self.steps.push(step);
		kind
	}

	/// Makes steps of a node, and gives its type.
	fn lower(&mut self, expr: &IdedExpr) -> Type {
		match &expr.expr {
			Expr::Ident(name) => match self.channel(name) {
				Some(channel) => self.operand(Operand::Value { channel }),
				None => Type::Wrong,
			},
			Expr::Literal(literal) => self.literal(literal),
			Expr::Call(call) if call.target.is_none() => self.call(&call.func_name, &call.args),
			Expr::Call(call) => self.refuse(format!(
				"there is a method `{}`; write functions before their brackets",
				clipped(&call.func_name)
			)),
			Expr::Select(_) => self.refuse("there is a field of a name; names have no parts"),
			Expr::List(_) | Expr::Map(_) | Expr::Struct(_) => self.refuse("there is a list or a map; rules have none"),
			Expr::Comprehension(_) => self.refuse("there is a loop over a list; rules have none"),
			Expr::Unspecified => self.refuse("there is a piece without a meaning"),
		}
	}

	fn literal(&mut self, literal: &LiteralValue) -> Type {
		match literal {
			LiteralValue::Boolean(value) => self.step(Step::Bool(*value.inner()), Type::Bool),
			LiteralValue::Double(value) => self.step(Step::Number(*value.inner()), Type::Number),
			// Channels are doubles, and CEL does not mix kinds of number.
			LiteralValue::Int(value) => self.step(Step::Number(*value.inner() as f64), Type::Number),
			LiteralValue::UInt(_) | LiteralValue::Null | LiteralValue::String(_) | LiteralValue::Bytes(_) => {
				self.refuse("there is a value that is neither a number nor true or false")
			}
		}
	}

	/// The number of a channel; a refusal is noted.
	fn channel(&mut self, name: &str) -> Option<usize> {
		self.reads = true;
		let found = self.layout.channels.iter().position(|channel| channel.name == name);
		if found.is_none() {
			let names = self.layout.channels.iter().map(|channel| channel.name.as_str());
			let (usable, unusable): (Vec<&str>, Vec<&str>) = names.partition(|name| usable_name(name));
			let mut wrong = format!(
				"it names `{}`, which is no channel; the channels are {}",
				clipped(name),
				listed(usable.into_iter())
			);
			if !unusable.is_empty() {
				wrong += &format!(
					" (rules cannot name {}: only letters, digits and `_` will do)",
					listed(unusable.into_iter())
				);
			}
			if !self.wrong.contains(&wrong) {
				self.wrong.push(wrong);
			}
		}
		found
	}

	fn operand(&mut self, operand: Operand) -> Type {
		let known = self.operands.iter().position(|other| *other == operand);
		let index = match known {
			Some(index) => index,
			None if self.operands.len() == MAX_OPERANDS => {
				return self.refuse(format!(
					"the rule looks at more than {MAX_OPERANDS} channels and windows; split it into several rules"
				))
			}
			None => {
				self.operands.push(operand);
				self.operands.len() - 1
			}
		};
		self.step(Step::Operand(index), Type::Number)
	}

	fn call(&mut self, name: &str, args: &[IdedExpr]) -> Type {
		if let ([left, right], Some((operator, sign, wanted, result))) = (args, between(name)) {
			return self.between(operator, sign, wanted, result, left, right);
		}
		match (name, args) {
			(operators::LOGICAL_NOT, [value]) => self.before(One::Not, "!", value, Type::Bool),
			(operators::NEGATE, [value]) => self.before(One::Negate, "-", value, Type::Number),
			("abs", [value]) => self.before(One::Abs, "abs", value, Type::Number),
			(operators::CONDITIONAL, [condition, yes, no]) => self.conditional(condition, yes, no),
			("age", [channel]) => match self.channel_argument("age", channel) {
				Some(channel) => self.operand(Operand::Age { channel }),
				None => Type::Wrong,
			},
			(_, [channel, seconds]) if Function::named(name).is_some() => self.window(name, channel, seconds),
			_ => match FUNCTIONS.iter().find(|(known, _)| *known == name) {
				Some((_, form)) => self.refuse(format!("`{name}` must be called as {form}")),
				None => self.refuse(format!("there is no function or operator `{}`", clipped(name))),
			},
		}
	}

	/// An operator before a value, or `abs`: the result is of the same type.
	fn before(&mut self, operator: One, sign: &str, value: &IdedExpr, wanted: Type) -> Type {
		if !self.lower(value).is(wanted) {
			return self.refuse(unfit(sign, wanted));
		}
		self.step(Step::One(operator), wanted)
	}

	/// An operator between two values; without `wanted` both must be of one type, whichever.
	fn between(
		&mut self,
		operator: Two,
		sign: &str,
		wanted: Option<Type>,
		result: Type,
		left: &IdedExpr,
		right: &IdedExpr,
	) -> Type {
		let (left, right) = (self.lower(left), self.lower(right));
		match wanted {
			Some(wanted) if !left.is(wanted) || !right.is(wanted) => return self.refuse(unfit(sign, wanted)),
			None if !left.is(right) && right != Type::Wrong => {
				return self.refuse(format!(
					"`{sign}` has a number on one side and a condition on the other"
				))
			}
			_ => {}
		}
		self.step(Step::Two(operator), result)
	}

	fn conditional(&mut self, condition: &IdedExpr, yes: &IdedExpr, no: &IdedExpr) -> Type {
		let (condition, yes, no) = (self.lower(condition), self.lower(yes), self.lower(no));
		if !condition.is(Type::Bool) {
			return self.refuse("what stands before `?` must be a condition, not a number");
		}
		if !yes.is(no) && no != Type::Wrong {
			return self.refuse("`? :` has a number on one side of the `:` and a condition on the other");
		}
		self.step(Step::Choose, yes)
	}

	fn channel_argument(&mut self, function: &str, argument: &IdedExpr) -> Option<usize> {
		let Expr::Ident(name) = &argument.expr else {
			self.refuse(format!(
				"the first argument of `{function}` must be the name of a channel"
			));
			return None;
		};
		self.channel(name)
	}

	fn window(&mut self, name: &str, channel: &IdedExpr, seconds: &IdedExpr) -> Type {
		let channel = self.channel_argument(name, channel);
		let whole = match &seconds.expr {
			Expr::Literal(LiteralValue::Int(value)) => u32::try_from(*value.inner()).ok(),
			_ => None,
		};
		let Some(seconds) = whole.filter(|s| (MIN_WINDOW_S..=MAX_WINDOW_S).contains(s)) else {
			return self.refuse(format!(
				"the second argument of `{name}` must be a whole number from {MIN_WINDOW_S} to {MAX_WINDOW_S} (seconds)"
			));
		};
		let (Some(channel), Some(function)) = (channel, Function::named(name)) else {
			return Type::Wrong;
		};
		match self.layout.window(WindowKey { channel, seconds }) {
			Some(window) => self.operand(Operand::Window { function, window }),
			None => self.refuse(format!(
				"the file has more than {MAX_WINDOWS} different windows; use the same lengths in several rules"
			)),
		}
	}
}

/// An operator between two values: what it does, its sign, what it wants on both sides, what it gives.
fn between(name: &str) -> Option<(Two, &'static str, Option<Type>, Type)> {
	use operators as op;
	let logic = |operator, sign| (operator, sign, Some(Type::Bool), Type::Bool);
	let order = |operator, sign| (operator, sign, Some(Type::Number), Type::Bool);
	let arithmetic = |operator, sign| (operator, sign, Some(Type::Number), Type::Number);
	Some(match name {
		op::LOGICAL_AND => logic(Two::And, "&&"),
		op::LOGICAL_OR => logic(Two::Or, "||"),
		op::LESS => order(Two::Less, "<"),
		op::LESS_EQUALS => order(Two::LessOrEqual, "<="),
		op::GREATER => order(Two::Greater, ">"),
		op::GREATER_EQUALS => order(Two::GreaterOrEqual, ">="),
		op::EQUALS => (Two::Equal, "==", None, Type::Bool),
		op::NOT_EQUALS => (Two::NotEqual, "!=", None, Type::Bool),
		op::ADD => arithmetic(Two::Add, "+"),
		op::SUBSTRACT => arithmetic(Two::Subtract, "-"),
		op::MULTIPLY => arithmetic(Two::Multiply, "*"),
		op::DIVIDE => arithmetic(Two::Divide, "/"),
		_ => return None,
	})
}

fn unfit(sign: &str, wanted: Type) -> String {
	match wanted {
		Type::Bool => format!("`{sign}` is for conditions such as `x > 1`, and here it stands beside a number"),
		_ => format!("`{sign}` is for numbers, and here it stands beside a condition"),
	}
}

#[cfg(test)]
mod tests;
