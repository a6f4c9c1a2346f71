//! Evaluates a compiled expression.
//!
//! An expression is a list of steps on a stack of values, each done exactly once: no loops, no recursion, no values that
//! grow. The interpreter of the `cel` crate is not used, for it takes tens of KiB of the caller's stack for each operator
//! within another and has no limit of cost; the tests hold the two against each other.

/// One step: puts a value on the stack, or replaces the topmost ones by a result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Step {
	Number(f64),
	Bool(bool),
	/// The value of operand number so and so.
	Operand(usize),
	One(One),
	Two(Two),
	/// `condition ? yes : no`.
	Choose,
}

/// Operators on one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum One {
	Not,
	Negate,
	Abs,
}

/// Operators between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Two {
	And,
	Or,
	Less,
	LessOrEqual,
	Greater,
	GreaterOrEqual,
	Equal,
	NotEqual,
	Add,
	Subtract,
	Multiply,
	Divide,
}

/// Why an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
	/// An operand has no value.
	Missing,
	/// Division by zero, or a result that is too large.
	NotFinite,
	/// Something that checking at saving should have refused.
	Unexpected,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell {
	Number(f64),
	Bool(bool),
	Unknown(NoAnswer),
}

use Cell::{Bool, Number, Unknown};

const UNEXPECTED: Cell = Unknown(NoAnswer::Unexpected);

/// Whether the expression is true with these values of its operands.
///
/// A missing operand, a division by zero or a result that is too large makes no answer, unless the rest of a `&&` or
/// `||` decides without it.
pub(crate) fn evaluate(steps: &[Step], values: &[Option<f64>]) -> Result<bool, NoAnswer> {
	let mut stack: Vec<Cell> = Vec::with_capacity(steps.len());
	for step in steps {
		let mut take = || stack.pop().unwrap_or(UNEXPECTED);
		let cell = match *step {
			Step::Number(value) => finite(value),
			Step::Bool(value) => Bool(value),
			Step::Operand(index) => match values.get(index) {
				Some(Some(value)) => finite(*value),
				Some(None) => Unknown(NoAnswer::Missing),
				None => UNEXPECTED,
			},
			Step::One(operator) => one(operator, take()),
			Step::Two(operator) => {
				let right = take();
				two(operator, take(), right)
			}
			Step::Choose => {
				let (no, yes) = (take(), take());
				match take() {
					Bool(true) => yes,
					Bool(false) => no,
					Number(_) => UNEXPECTED,
					unknown => unknown,
				}
			}
		};
		stack.push(cell);
	}
	match (stack.pop(), stack.is_empty()) {
		(Some(Bool(value)), true) => Ok(value),
		(Some(Unknown(why)), true) => Err(why),
		_ => Err(NoAnswer::Unexpected),
	}
}

fn finite(value: f64) -> Cell {
	if value.is_finite() {
		Number(value)
	} else {
		Unknown(NoAnswer::NotFinite)
	}
}

fn one(operator: One, value: Cell) -> Cell {
	match (operator, value) {
		(_, Unknown(why)) => Unknown(why),
		(One::Not, Bool(value)) => Bool(!value),
		(One::Negate, Number(value)) => Number(-value),
		(One::Abs, Number(value)) => Number(value.abs()),
		_ => UNEXPECTED,
	}
}

fn two(operator: Two, left: Cell, right: Cell) -> Cell {
	match (operator, left, right) {
		// What decides alone decides, even beside something unknown.
		(Two::And, Bool(false), Bool(_) | Unknown(_)) | (Two::And, Unknown(_), Bool(false)) => Bool(false),
		(Two::Or, Bool(true), Bool(_) | Unknown(_)) | (Two::Or, Unknown(_), Bool(true)) => Bool(true),
		(_, Unknown(why), _) | (_, _, Unknown(why)) => Unknown(why),
		(Two::And, Bool(left), Bool(right)) => Bool(left && right),
		(Two::Or, Bool(left), Bool(right)) => Bool(left || right),
		(Two::Equal, Bool(left), Bool(right)) => Bool(left == right),
		(Two::NotEqual, Bool(left), Bool(right)) => Bool(left != right),
		(operator, Number(left), Number(right)) => numbers(operator, left, right),
		_ => UNEXPECTED,
	}
}

fn numbers(operator: Two, left: f64, right: f64) -> Cell {
	match operator {
		Two::And | Two::Or => UNEXPECTED,
		Two::Less => Bool(left < right),
		Two::LessOrEqual => Bool(left <= right),
		Two::Greater => Bool(left > right),
		Two::GreaterOrEqual => Bool(left >= right),
		Two::Equal => Bool(left == right),
		Two::NotEqual => Bool(left != right),
		Two::Add => finite(left + right),
		Two::Subtract => finite(left - right),
		Two::Multiply => finite(left * right),
		Two::Divide => finite(left / right),
	}
}

/// Values that every expression is tried with when it is saved.
const PROBES: [Option<f64>; 5] = [Some(0.0), Some(1.0), Some(-1.5), Some(1e6), None];

/// Tries an expression with several values of its operands and with none, before it is taken.
///
/// # Errors
/// When an evaluation ends in anything but true, false or "no value".
pub(crate) fn probe(steps: &[Step], operands: usize) -> Result<(), String> {
	let fails = |value: &Option<f64>| evaluate(steps, &vec![*value; operands]) == Err(NoAnswer::Unexpected);
	if PROBES.iter().any(fails) {
		return Err("it cannot be evaluated: its parts do not fit together".to_owned());
	}
	Ok(())
}
