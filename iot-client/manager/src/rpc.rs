//! The methods of JSON-RPC, over the machine.

use crate::{
	access::SESSION_KEEP,
	api::{Fault, HistoryQuery, LogQuery, Machine, Problem, Save},
	clock::Clock,
	gate::Caller,
	params::FromParams,
	qr,
	shapes::{Drive, OfJob, Text},
	subscriptions,
};
use jsonrpsee::{
	core::{to_json_raw_value, JsonRawValue, RegisterMethodError},
	types::{error::INTERNAL_ERROR_CODE, error::INVALID_PARAMS_CODE, ErrorObjectOwned},
	Extensions, Methods, RpcModule,
};
use serde::Serialize;
use serde_json::json;
use std::{future::Future, sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// How long a call may take; a test of the board drives its outputs one by one.
const MOST_TIME: Duration = Duration::from_secs(120);
/// What changes something, at once.
pub(crate) const MOST_CHANGES: usize = 4;

/// The machine that is shown, and what is shown beside.
pub(crate) struct Shown<M> {
	pub machine: Arc<M>,
	pub clock: Clock,
	/// When the manager was started, in unix ms.
	pub started: u64,
	/// One permit for each change that is under way.
	pub changes: Arc<Semaphore>,
}

/// What a method is called with.
pub(crate) struct Call<M> {
	pub shown: Arc<Shown<M>>,
	pub caller: Caller,
}

impl<M: Machine> Call<M> {
	fn machine(&self) -> Arc<M> {
		self.shown.machine.clone()
	}

	/// Does something that must not be left half done: it goes on when whoever asked for it is gone.
	async fn change<T, F>(&self, what: &'static str, doing: F) -> Result<T, Fault>
	where
		T: Send + 'static,
		F: Future<Output = Result<T, Fault>> + Send + 'static,
	{
		let Ok(running) = self.shown.changes.clone().try_acquire_owned() else {
			return Err(Fault::Unavailable(
				"other changes are under way; try again when they are done".to_owned(),
			));
		};
		let Caller {
			session,
			sessions,
			from,
			..
		} = &self.caller;
		// No page does that by itself.
		sessions.touch(session);
		tracing::info!(role = %session.role, %from, "{what}");
		let done = tokio::spawn(async move {
			let done = doing.await;
			drop(running);
			done
		});
		done.await.unwrap_or_else(|_| {
			Err(Fault::Unavailable(
				"the client failed at it; its log says more".to_owned(),
			))
		})
	}
}

/// All methods of this machine.
pub(crate) fn methods<M: Machine>(shown: Shown<M>) -> Result<Methods, RegisterMethodError> {
	let mut module = RpcModule::new(shown);
	looking(&mut module)?;
	changing(&mut module)?;
	subscriptions::register(&mut module)?;
	Ok(module.into())
}

fn looking<M: Machine>(module: &mut RpcModule<Shown<M>>) -> Result<(), RegisterMethodError> {
	add(module, "system_info", |call, ()| async move { Ok(info(&call)) })?;
	// That it is a use of the session is the gate's to note.
	add(module, SESSION_KEEP, |call, ()| async move {
		let expires = call.caller.sessions.expires(&call.caller.session);
		Ok(json!({ "expires": expires }))
	})?;
	add(module, "status_get", |call, ()| async move {
		let status = call.machine().status().borrow().clone();
		Ok((*status).clone())
	})?;
	add(module, "channels_list", |call, ()| async move {
		Ok(call.machine().channels())
	})?;
	add(module, "history_query", |call, query: HistoryQuery| async move {
		call.machine().history(query).await
	})?;
	add(module, "jobs_list", |call, ()| async move { Ok(call.machine().jobs()) })?;
	add(module, "jobs_get", |call, of: OfJob| async move {
		call.machine().job(of.job).await
	})?;
	add(
		module,
		"wallet_get",
		|call, ()| async move { call.machine().wallet().await },
	)?;
	add(module, "wallet_qr", |call, ()| async move {
		let account = call.machine().wallet().await?.account;
		let svg =
			qr::svg(&account).ok_or_else(|| Fault::Unavailable("the account is too long for a code".to_owned()))?;
		Ok(json!({ "account": account, "svg": svg }))
	})?;
	add(
		module,
		"rules_get",
		|call, ()| async move { call.machine().rules().await },
	)?;
	add(module, "rules_check", |call, of: Text| async move {
		call.machine().check_rules(of.text).await
	})?;
	add(
		module,
		"config_get",
		|call, ()| async move { call.machine().config().await },
	)?;
	add(module, "config_check", |call, of: Text| async move {
		call.machine().check_config(of.text).await
	})?;
	add(module, "log_query", |call, query: LogQuery| async move {
		Ok(call.machine().log(query))
	})
}

fn changing<M: Machine>(module: &mut RpcModule<Shown<M>>) -> Result<(), RegisterMethodError> {
	add(module, "rules_save", |call, save: Save| async move {
		let machine = call.machine();
		call.change("the rules are saved", async move { machine.save_rules(save).await })
			.await
	})?;
	add(module, "config_save", |call, save: Save| async move {
		let machine = call.machine();
		call.change(
			"the configuration is saved",
			async move { machine.save_config(save).await },
		)
		.await
	})?;
	add(module, "board_test", |call, Drive { drive }| async move {
		let machine = call.machine();
		call.change("the board is tested", async move { machine.test_board(drive).await })
			.await
	})?;
	add(
		module,
		"orders_pause",
		|call, ()| async move { pause(&call, true).await },
	)?;
	add(
		module,
		"orders_resume",
		|call, ()| async move { pause(&call, false).await },
	)
}

fn info<M: Machine>(call: &Call<M>) -> serde_json::Value {
	json!({
		"version": env!("CARGO_PKG_VERSION"),
		"role": call.caller.session.role,
		"started": call.shown.started,
		"now": call.shown.clock.unix_ms(),
		"languages": ["en", "ko"],
	})
}

async fn pause<M: Machine>(call: &Call<M>, paused: bool) -> Result<serde_json::Value, Fault> {
	let machine = call.machine();
	let what = if paused {
		"orders are paused"
	} else {
		"orders are resumed"
	};
	call.change(what, async move { machine.pause_orders(paused).await })
		.await?;
	Ok(json!({ "orders_paused": paused }))
}

/// Adds a method. Its parameters are read before, its answer is written behind, and both may fail in its place.
fn add<M, P, T, F, D>(module: &mut RpcModule<Shown<M>>, name: &'static str, doing: D) -> Result<(), RegisterMethodError>
where
	M: Machine,
	P: FromParams,
	T: Serialize,
	F: Future<Output = Result<T, Fault>> + Send + 'static,
	D: Fn(Call<M>, P) -> F + Clone + Send + Sync + 'static,
{
	let added = module.register_async_method(name, move |params, shown, extensions: Extensions| {
		let doing = doing.clone();
		async move {
			let caller = extensions.get::<Caller>().cloned().ok_or_else(nobody)?;
			let params = P::read(&params)?;
			let call = Call { shown, caller };
			let done = tokio::time::timeout(MOST_TIME, doing(call, params)).await;
			let late = || Fault::Unavailable(format!("it took longer than {} s", MOST_TIME.as_secs()));
			let done = done.unwrap_or_else(|_| Err(late())).map_err(|fault| fault_of(&fault))?;
			to_json_raw_value(&done).map_err(|_| unwritten())
		}
	});
	added.map(|_| ())
}

/// A call that came around the gate: there is none.
pub(crate) fn nobody() -> ErrorObjectOwned {
	ErrorObjectOwned::owned(crate::gate::NOT_ALLOWED, "nobody is logged in", None::<()>)
}

fn unwritten() -> ErrorObjectOwned {
	ErrorObjectOwned::owned(
		INTERNAL_ERROR_CODE,
		"the answer cannot be written as JSON",
		None::<Box<JsonRawValue>>,
	)
}

fn fault_of(fault: &Fault) -> ErrorObjectOwned {
	let (code, problems): (i32, Option<&Vec<Problem>>) = match fault {
		Fault::Invalid(_) => (INVALID_PARAMS_CODE, None),
		Fault::Problems(problems) => (-32002, Some(problems)),
		Fault::Conflict => (-32003, None),
		Fault::NotFound(_) => (-32004, None),
		Fault::Unavailable(_) => (-32005, None),
	};
	ErrorObjectOwned::owned(code, fault.to_string(), problems)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{access::METHODS, played::Played};
	use std::collections::BTreeSet;

	#[tokio::test]
	async fn every_method_of_the_table_is_there_and_no_other() {
		let shown = Shown {
			machine: Played::still(),
			clock: Clock::default(),
			started: 0,
			changes: Arc::new(Semaphore::new(1)),
		};
		let methods = methods(shown).unwrap();
		let there: BTreeSet<_> = methods.method_names().collect();
		let listed: BTreeSet<_> = METHODS.iter().map(|method| method.name).collect();
		assert_eq!(there, listed);
	}

	#[test]
	fn each_fault_has_a_code_of_its_own() {
		let problem = Problem {
			line: Some(3),
			message: "no such key".to_owned(),
		};
		for (fault, code) in [
			(Fault::Invalid("x".to_owned()), -32602),
			(Fault::Problems(vec![problem]), -32002),
			(Fault::Conflict, -32003),
			(Fault::NotFound("x".to_owned()), -32004),
			(Fault::Unavailable("x".to_owned()), -32005),
		] {
			let error = fault_of(&fault);
			assert_eq!((error.code(), error.message()), (code, fault.to_string().as_str()));
			assert_eq!(error.data().is_some(), code == -32002);
		}
	}
}
