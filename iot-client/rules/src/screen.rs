//! Looks an expression over before the CEL parser sees it.
//!
//! That parser has no limit of cost. So its text is cut into words here, counted, and checked against the small grammar
//! that rules use: values and operators take turns, brackets close, functions are known. What does not pass is never
//! given to the parser, and what passes is short, shallow and well formed, so that it never has to guess or recover.
//! All of this is one walk over the text.

use crate::limits::{
	MAX_CHANNEL_BYTES, MAX_CONDITIONALS, MAX_EXPRESSION_BYTES, MAX_NESTING, MAX_NUMBER_BYTES, MAX_TOKENS,
};

/// The functions of the language, with how they are called.
pub(crate) const FUNCTIONS: [(&str, &str); 8] = [
	("mean", "mean(channel, seconds)"),
	("min", "min(channel, seconds)"),
	("max", "max(channel, seconds)"),
	("slope", "slope(channel, seconds)"),
	("rms", "rms(channel, seconds)"),
	("count", "count(channel, seconds)"),
	("age", "age(channel)"),
	("abs", "abs(number)"),
];

/// Words that CEL keeps for itself.
const RESERVED: [&str; 19] = [
	"as",
	"break",
	"const",
	"continue",
	"else",
	"for",
	"function",
	"if",
	"import",
	"in",
	"let",
	"loop",
	"namespace",
	"null",
	"package",
	"return",
	"var",
	"void",
	"while",
];

/// Whether an expression can name a channel called `name`: a letter or `_`, then letters, digits and `_`, at most 64 in
/// all, and no word of the language.
pub fn usable_name(name: &str) -> bool {
	let mut bytes = name.bytes();
	let starts = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
	starts
		&& name.len() <= MAX_CHANNEL_BYTES
		&& bytes.all(is_word)
		&& !RESERVED.contains(&name)
		&& !["true", "false"].contains(&name)
}

fn is_word(byte: u8) -> bool {
	byte.is_ascii_alphanumeric() || byte == b'_'
}

/// A piece of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
	Number,
	Bool,
	Name,
	/// An operator between two values, other than `-`.
	Between,
	Minus,
	Not,
	Open,
	Close,
	Comma,
	Question,
	Colon,
}

#[derive(Clone, Copy, Debug)]
struct Token<'a> {
	kind: Kind,
	text: &'a str,
	/// Where it starts, in bytes.
	at: usize,
}

/// Refuses what the CEL parser should not see, and says how many words, numbers and signs there are.
///
/// # Errors
/// What is wrong and what would be right.
pub(crate) fn screen(text: &str) -> Result<usize, String> {
	if text.len() > MAX_EXPRESSION_BYTES {
		return Err(format!(
			"it must be at most {MAX_EXPRESSION_BYTES} bytes long, it has {}",
			text.len()
		));
	}
	let tokens = cut(text)?;
	Grammar::default().check(&tokens)?;
	Ok(tokens.len())
}

/// The number of a place, as people count.
fn place(at: usize) -> String {
	format!("at character {}", at.saturating_add(1))
}

/// Cuts the text into tokens.
fn cut(text: &str) -> Result<Vec<Token<'_>>, String> {
	let bytes = text.as_bytes();
	let mut tokens = Vec::new();
	let mut at = 0;
	while let Some(&byte) = bytes.get(at) {
		if byte.is_ascii_whitespace() {
			at += 1;
			continue;
		}
		let rest = text
			.get(at..)
			.ok_or_else(|| format!("{} there is a character that no rule uses", place(at)))?;
		let (kind, length) = token(rest).map_err(|wrong| format!("{} {wrong}", place(at)))?;
		if tokens.len() == MAX_TOKENS {
			return Err(format!(
				"it must have at most {MAX_TOKENS} words, numbers and signs; split it into several rules"
			));
		}
		let text = rest.get(..length).unwrap_or(rest);
		tokens.push(Token { kind, text, at });
		at += length;
	}
	Ok(tokens)
}

/// The kind and the length of the first token of `rest`.
fn token(rest: &str) -> Result<(Kind, usize), String> {
	let bytes = rest.as_bytes();
	let Some(&first) = bytes.first() else {
		return Err("nothing is left".to_owned());
	};
	if first.is_ascii_digit() {
		return number(bytes);
	}
	if first.is_ascii_alphabetic() || first == b'_' {
		let length = bytes.iter().take_while(|&&b| is_word(b)).count();
		return word(rest.get(..length).unwrap_or(rest));
	}
	let pair = rest.get(..2).unwrap_or("");
	if ["&&", "||", "==", "!=", "<=", ">="].contains(&pair) {
		return Ok((Kind::Between, 2));
	}
	let kind = match first {
		b'+' | b'*' | b'/' | b'<' | b'>' => Kind::Between,
		b'-' => Kind::Minus,
		b'!' => Kind::Not,
		b'(' => Kind::Open,
		b')' => Kind::Close,
		b',' => Kind::Comma,
		b'?' => Kind::Question,
		b':' => Kind::Colon,
		_ => return Err(unusable(rest)),
	};
	Ok((kind, 1))
}

/// Why a character cannot be used.
fn unusable(rest: &str) -> String {
	let character = rest.chars().next().unwrap_or(' ');
	let why = match character {
		'=' => "to compare, write `==`",
		'&' => "for \"and\", write `&&`",
		'|' => "for \"or\", write `||`",
		'%' => "there are no remainders of measured values",
		'.' => "write a number with a digit before the point, such as 0.5; names have no parts",
		'"' | '\'' => "rules have no texts, only numbers",
		'[' | ']' | '{' | '}' => "rules have no lists or maps, only numbers",
		_ => "rules use letters, digits, `_` and + - * / < > = ! & | ? : ( ) ,",
	};
	format!("there is {character:?}: {why}")
}

fn word(word: &str) -> Result<(Kind, usize), String> {
	if word.len() > MAX_CHANNEL_BYTES {
		return Err(format!("a name is longer than {MAX_CHANNEL_BYTES} characters"));
	}
	if RESERVED.contains(&word) {
		return Err(format!("there is `{word}`, a word that CEL keeps for itself"));
	}
	let kind = match word {
		"true" | "false" => Kind::Bool,
		_ => Kind::Name,
	};
	Ok((kind, word.len()))
}

/// A number: digits, perhaps a point and digits, perhaps an exponent.
fn number(bytes: &[u8]) -> Result<(Kind, usize), String> {
	const RIGHT: &str = "write a decimal number such as 80, 4.5 or 1e-3";
	let digits = |from: usize| bytes.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
	let mut length = digits(0);
	if bytes.get(length) == Some(&b'.') {
		let fraction = digits(length + 1);
		if fraction == 0 {
			return Err(format!("a number ends in a point: {RIGHT}"));
		}
		length += 1 + fraction;
	}
	if matches!(bytes.get(length), Some(b'e' | b'E')) {
		let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
		let exponent = digits(length + 1 + sign);
		if exponent == 0 {
			return Err(format!("a number has an exponent without digits: {RIGHT}"));
		}
		length += 1 + sign + exponent;
	}
	if bytes.get(length).is_some_and(|&b| is_word(b) || b == b'.') {
		return Err(format!("a number is followed by more than digits: {RIGHT}"));
	}
	if length > MAX_NUMBER_BYTES {
		return Err(format!("a number is longer than {MAX_NUMBER_BYTES} characters"));
	}
	Ok((Kind::Number, length))
}

/// One open bracket.
#[derive(Clone, Copy, Debug)]
struct Bracket {
	at: usize,
	call: bool,
	/// A `?` that has no `:` yet.
	question: bool,
}

/// Values and operators take turns; this is whose turn it is.
#[derive(Debug, Default)]
struct Grammar {
	brackets: Vec<Bracket>,
	/// A `?` outside of all brackets that has no `:` yet.
	question: bool,
	conditionals: usize,
	/// The last token was a value, so an operator must follow.
	after_value: bool,
	/// The last token was a sign before a value.
	after_sign: bool,
}

impl Grammar {
	fn check(mut self, tokens: &[Token<'_>]) -> Result<(), String> {
		let mut rest = tokens.iter().peekable();
		while let Some(token) = rest.next() {
			if self.after_value {
				self.operator(token)?;
			} else {
				let opens = rest.peek().is_some_and(|next| next.kind == Kind::Open);
				if token.kind == Kind::Name && opens {
					self.call(token)?;
					rest.next();
				} else {
					self.value(token)?;
				}
			}
		}
		if let Some(bracket) = self.brackets.last() {
			return Err(format!("the bracket {} is never closed", place(bracket.at)));
		}
		if !self.after_value {
			return Err("it ends where a value is expected".to_owned());
		}
		if self.question {
			return Err("there is a `?` without a `:`; write condition ? value : value".to_owned());
		}
		Ok(())
	}

	fn open(&mut self, at: usize, call: bool) -> Result<(), String> {
		if self.brackets.len() == MAX_NESTING {
			return Err(format!(
				"{} brackets are nested more than {MAX_NESTING} deep; split it into several rules",
				place(at)
			));
		}
		self.brackets.push(Bracket {
			at,
			call,
			question: false,
		});
		self.after_sign = false;
		Ok(())
	}

	fn call(&mut self, name: &Token<'_>) -> Result<(), String> {
		if !FUNCTIONS.iter().any(|(known, _)| *known == name.text) {
			let known = FUNCTIONS.map(|(_, form)| form).join(", ");
			return Err(format!(
				"{} there is no function `{}`, only {known}",
				place(name.at),
				name.text
			));
		}
		self.open(name.at, true)
	}

	/// A token where a value is due.
	fn value(&mut self, token: &Token<'_>) -> Result<(), String> {
		match token.kind {
			Kind::Number | Kind::Bool | Kind::Name => {
				self.after_value = true;
				self.after_sign = false;
				Ok(())
			}
			Kind::Open => self.open(token.at, false),
			Kind::Not | Kind::Minus if self.after_sign => Err(format!(
				"{} there are two signs in a row; write one `!` or `-` at most before a value",
				place(token.at)
			)),
			Kind::Not | Kind::Minus => {
				self.after_sign = true;
				Ok(())
			}
			_ => Err(format!(
				"{} a value is missing before `{}`",
				place(token.at),
				token.text
			)),
		}
	}

	/// The `?` without `:` of the innermost bracket.
	fn question(&mut self) -> &mut bool {
		match self.brackets.last_mut() {
			Some(bracket) => &mut bracket.question,
			None => &mut self.question,
		}
	}

	/// A token where an operator or the end of something is due.
	fn operator(&mut self, token: &Token<'_>) -> Result<(), String> {
		let wrong = |what: &str| Err(format!("{} {what}", place(token.at)));
		let in_call = self.brackets.last().is_some_and(|bracket| bracket.call);
		let in_question = *self.question();
		match token.kind {
			Kind::Between | Kind::Minus => self.after_value = false,
			Kind::Question if in_question => return wrong("put brackets around a `? :` within another"),
			Kind::Question => {
				if self.conditionals == MAX_CONDITIONALS {
					return wrong(&format!(
						"there are more than {MAX_CONDITIONALS} `?`; split it into several rules"
					));
				}
				self.conditionals += 1;
				*self.question() = true;
				self.after_value = false;
			}
			Kind::Colon if in_question => {
				*self.question() = false;
				self.after_value = false;
			}
			Kind::Colon => return wrong("there is a `:` without a `?`"),
			Kind::Comma | Kind::Close if in_question => return wrong("there is a `?` without a `:` before this"),
			Kind::Comma if in_call => self.after_value = false,
			Kind::Comma => return wrong("there is a comma outside of a call"),
			Kind::Close => {
				if self.brackets.pop().is_none() {
					return wrong("a bracket is closed that was never opened");
				}
			}
			Kind::Number | Kind::Bool | Kind::Name | Kind::Not | Kind::Open => {
				return wrong(&format!("an operator is missing before `{}`", token.text))
			}
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests;
