//! Parameters of JSON-RPC, by name. What is wrong with one is said with its name and with what would be right.

use jsonrpsee::types::{error::INVALID_PARAMS_CODE, ErrorObjectOwned, Params};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What is wrong with the parameters.
pub(crate) struct Wrong(String);

impl From<Wrong> for ErrorObjectOwned {
	fn from(wrong: Wrong) -> Self {
		ErrorObjectOwned::owned(INVALID_PARAMS_CODE, wrong.0, None::<()>)
	}
}

impl Wrong {
	/// The parameter `name`, and what is wrong with it.
	pub fn new(name: &str, what: impl std::fmt::Display) -> Self {
		Self(format!("`{name}`: {what}"))
	}
}

/// Parameters that are read one after the other.
pub(crate) struct Named {
	left: Map<String, Value>,
	/// The names that were asked for.
	asked: Vec<&'static str>,
}

impl Named {
	pub fn new(params: &Params) -> Result<Self, Wrong> {
		let left = match params.as_str() {
			None | Some("" | "null" | "[]") => Map::new(),
			Some(text) if text.starts_with('{') => {
				serde_json::from_str(text).map_err(|error| Wrong(format!("the parameters are no JSON: {error}")))?
			}
			Some(_) => {
				return Err(Wrong(
					"parameters go by their names: an object, as `{\"name\": …}`".to_owned(),
				))
			}
		};
		let asked = Vec::new();
		Ok(Self { left, asked })
	}

	/// A parameter that may be missing, and in words what is right for it.
	pub fn may<T: DeserializeOwned>(&mut self, name: &'static str, right: &str) -> Result<Option<T>, Wrong> {
		self.asked.push(name);
		match self.left.remove(name) {
			None | Some(Value::Null) => Ok(None),
			Some(value) => serde_json::from_value(value)
				.map(Some)
				.map_err(|error| Wrong::new(name, format!("{error}; it must be {right}"))),
		}
	}

	/// A parameter that must be there.
	pub fn must<T: DeserializeOwned>(&mut self, name: &'static str, right: &str) -> Result<T, Wrong> {
		self.may(name, right)?
			.ok_or_else(|| Wrong::new(name, format!("it is missing; it must be {right}")))
	}

	/// Whether any is left that nobody asked for.
	pub fn end(self) -> Result<(), Wrong> {
		let Some(name) = self.left.keys().next() else {
			return Ok(());
		};
		let known = match self.asked.as_slice() {
			[] => "there is none here".to_owned(),
			names => format!("there are here: `{}`", names.join("`, `")),
		};
		// Whatever somebody sends as a name is not sent back in full.
		Err(Wrong::new(
			&name.chars().take(64).collect::<String>(),
			format!("there is no such parameter; {known}"),
		))
	}
}

/// The parameters of a method.
pub(crate) trait FromParams: Sized + Send + 'static {
	/// Asks for each of them.
	fn ask(named: &mut Named) -> Result<Self, Wrong>;

	/// Reads them.
	fn read(params: &Params) -> Result<Self, Wrong> {
		let mut named = Named::new(params)?;
		let read = Self::ask(&mut named)?;
		named.end()?;
		Ok(read)
	}
}

impl FromParams for () {
	fn ask(_: &mut Named) -> Result<Self, Wrong> {
		Ok(())
	}
}
