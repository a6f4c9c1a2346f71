//! Who may call what: one table, and nothing is called that is not in it.

use crate::api::Role::{self, Operator, Owner, Viewer};

/// What kind of method it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
	Call,
	/// Begins notifications: over a WebSocket only.
	Subscribe,
	/// Ends them.
	Unsubscribe,
}

/// A method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Method {
	pub name: &'static str,
	/// The least role that may call it.
	pub role: Role,
	pub kind: Kind,
}

const fn call(name: &'static str, role: Role) -> Method {
	let kind = Kind::Call;
	Method { name, role, kind }
}

const fn subscribe(name: &'static str, role: Role) -> Method {
	let kind = Kind::Subscribe;
	Method { name, role, kind }
}

const fn unsubscribe(name: &'static str, role: Role) -> Method {
	let kind = Kind::Unsubscribe;
	Method { name, role, kind }
}

/// Says that somebody is there.
pub(crate) const SESSION_KEEP: &str = "session_keep";

/// All methods.
pub(crate) const METHODS: [Method; 31] = [
	call("system_info", Viewer),
	call(SESSION_KEEP, Viewer),
	call("status_get", Viewer),
	subscribe("status_subscribe", Viewer),
	unsubscribe("status_unsubscribe", Viewer),
	call("channels_list", Viewer),
	subscribe("channels_subscribe", Viewer),
	unsubscribe("channels_unsubscribe", Viewer),
	call("history_query", Viewer),
	call("jobs_list", Viewer),
	call("jobs_get", Viewer),
	subscribe("jobs_subscribe", Viewer),
	unsubscribe("jobs_unsubscribe", Viewer),
	call("wallet_get", Viewer),
	call("wallet_qr", Viewer),
	subscribe("wallet_subscribe", Viewer),
	unsubscribe("wallet_unsubscribe", Viewer),
	call("rules_get", Viewer),
	subscribe("rules_subscribe", Viewer),
	unsubscribe("rules_unsubscribe", Viewer),
	call("rules_check", Viewer),
	call("rules_save", Owner),
	call("config_get", Owner),
	call("config_check", Owner),
	call("config_save", Owner),
	call("log_query", Operator),
	subscribe("log_subscribe", Operator),
	unsubscribe("log_unsubscribe", Operator),
	call("board_test", Operator),
	call("orders_pause", Operator),
	call("orders_resume", Operator),
];

/// The method with this name.
pub(crate) fn method(name: &str) -> Option<&'static Method> {
	METHODS.iter().find(|method| method.name == name)
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Names and roles in the table of docs/manager.md, in order.
	fn documented() -> Vec<(String, Role)> {
		let text = include_str!("../../../docs/manager.md");
		let rows = text.lines().filter_map(|line| {
			let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
			let (names, role) = (cells.next()?, cells.next()?);
			let role = match role {
				"V" => Viewer,
				"O" => Operator,
				"W" => Owner,
				_ => return None,
			};
			Some((names, role))
		});
		let methods = rows.flat_map(|(names, role)| {
			let names = names.split('`').skip(1).step_by(2);
			names.map(move |name| (name.to_owned(), role))
		});
		methods.collect()
	}

	#[test]
	fn the_manual_lists_every_method_with_its_role() {
		let ours: Vec<_> = METHODS
			.iter()
			.map(|method| (method.name.to_owned(), method.role))
			.collect();
		assert_eq!(documented(), ours);
	}

	#[test]
	fn whoever_subscribes_may_unsubscribe() {
		for method in METHODS.iter().filter(|method| method.kind == Kind::Subscribe) {
			let other = method.name.replace("_subscribe", "_unsubscribe");
			let other = super::method(&other).unwrap();
			assert_eq!(
				(other.kind, other.role),
				(Kind::Unsubscribe, method.role),
				"{}",
				method.name
			);
		}
	}
}
