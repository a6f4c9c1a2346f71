use super::*;

const EXAMPLE: &str = include_str!("../../examples/drill-press.toml");

const SMALLEST: &str = r#"
state_dir = "state"
[board]
port = "/dev/ttyACM0"
[chain]
endpoints = ["ws://a", "wss://b"]
[wallet]
keystore = "key.json"
password_file = "/etc/password"
"#;

fn parse(text: &str) -> Result<Config, Vec<String>> {
	Config::parse(text, Path::new("/etc/bpiiot/machine.toml")).map_err(|error| match error {
		ConfigError::Problems { problems, .. } => problems.0.iter().map(ToString::to_string).collect(),
		other => vec![other.to_string()],
	})
}

#[test]
fn reads_the_example() {
	let config = parse(EXAMPLE).unwrap();
	assert_eq!(
		config.envelope.outputs["spindle_rpm"],
		OutputRange { min: 0, max: 2400 }
	);
	assert_eq!(config.chain.trust, Trust::Single);
	assert_eq!(config.machine.capabilities, ["drilling"]);
	assert_eq!(config.recipes.dirs, [Path::new("/etc/bpiiot/recipes")]);
}

#[test]
fn the_example_allows_the_example_recipe() {
	let recipe = include_bytes!("../../examples/recipes/drilled-bracket.toml");
	let recipe = crate::recipe::Recipe::parse(recipe).unwrap();
	let envelope = parse(EXAMPLE).unwrap().envelope;
	for step in recipe.before.iter().chain(&recipe.each).chain(&recipe.after) {
		if let crate::recipe::Action::Set { output, to } | crate::recipe::Action::Ramp { output, to, .. } = &step.action
		{
			let range = envelope.outputs[output];
			assert!((range.min..=range.max).contains(to), "{}", step.label);
		}
	}
}

#[test]
fn what_is_left_out_has_a_default() {
	let config = parse(SMALLEST).unwrap();
	assert_eq!(
		(config.board.baud, config.board.stream_ms, config.recipes.max_bytes),
		(115_200, 50, 65_536)
	);
	assert_eq!((config.chain.trust, config.chain.genesis), (Trust::Confirmed, None));
	assert_eq!(config.chain.nodes().stall, Duration::from_secs(60));
	assert!(
		config.envelope.outputs.is_empty(),
		"nothing is allowed unless it is listed"
	);
}

#[test]
fn a_machine_is_reached_by_a_board_or_by_modbus_and_never_by_both() {
	let modbus = "[modbus]\naddress = \"tcp://10.0.0.7\"\n[[modbus.channels]]\nname = \"door\"\nkind = \"input\"\n\
	              unit = \"switch\"\ntable = \"discrete\"\nregister = 0\n";
	let board = "[board]\nport = \"/dev/ttyACM0\"\n";
	let by = |text: &str| parse(&SMALLEST.replace(board, text));
	assert_eq!(by(board).unwrap().modbus, None);
	let config = by(modbus).unwrap();
	assert_eq!(config.modbus.unwrap().channels.len(), 1);
	assert_eq!(
		by(&format!("{board}{modbus}")).unwrap_err(),
		["`modbus` is a table; it must be left out, or [board] must be: a machine is reached by one of them"]
	);
	assert_eq!(
		by("").unwrap_err(),
		["`board.port` is missing; it must be a serial device such as \"/dev/ttyACM0\", or there must be [modbus] instead of \
		  [board]"]
	);
}

#[test]
fn the_modbus_example_allows_the_example_recipe() {
	let config = parse(include_str!("../../examples/modbus-press.toml")).unwrap();
	let channels = config.modbus.unwrap().channels;
	let recipe = include_bytes!("../../examples/recipes/drilled-bracket.toml");
	let recipe = crate::recipe::Recipe::parse(recipe).unwrap();
	for step in recipe.before.iter().chain(&recipe.each).chain(&recipe.after) {
		if let crate::recipe::Action::Set { output, to } | crate::recipe::Action::Ramp { output, to, .. } = &step.action
		{
			let range = config.envelope.outputs[output];
			assert!((range.min..=range.max).contains(to), "{}", step.label);
			assert!(
				channels.iter().any(|channel| channel.info.name.as_str() == output),
				"{output}"
			);
		}
	}
}

#[test]
fn one_endpoint_may_stand_alone_or_in_a_list() {
	for (value, endpoints) in [
		("\"ws://a\"", &["ws://a"][..]),
		("[\"ws://a\"]", &["ws://a"]),
		("[\"ws://a\", \"wss://b\"]", &["ws://a", "wss://b"]),
	] {
		let text = SMALLEST.replace("[\"ws://a\", \"wss://b\"]", &format!("{value}\ntrust = \"single\""));
		assert_eq!(parse(&text).unwrap().chain.nodes().endpoints, endpoints, "{value}");
	}
}

#[test]
fn a_light_client_is_a_second_witness_where_it_is_built_in_and_refused_where_not() {
	let one = SMALLEST.replace("[\"ws://a\", \"wss://b\"]", "\"ws://a\"");
	let parsed = parse(&format!(
		"{one}[light_client]\nrelay_chain = \"r.json\"\nchain = \"c.json\""
	));
	if light::BUILT_IN {
		let specs = parsed.unwrap().light_client.unwrap();
		assert_eq!(specs.relay_chain, Path::new("/etc/bpiiot/r.json"));
	} else {
		let problems = parsed.unwrap_err();
		assert_eq!(problems.len(), 1, "{problems:?}");
		assert!(problems[0].contains("without the feature light-client"), "{problems:?}");
	}
}

/// The sections that are commented out in the example.
fn example_with(sections: &[&str]) -> String {
	let mut inside = false;
	let lines = EXAMPLE.lines().map(|line| {
		let bare = line.strip_prefix("# ").unwrap_or(line);
		inside &= !line.is_empty();
		if bare.starts_with('[') {
			inside = sections.iter().any(|section| bare.starts_with(section));
		}
		if inside {
			bare
		} else {
			line
		}
	});
	lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_line_to_the_cloud_and_the_rules_are_as_in_the_example() {
	assert_eq!(
		(parse(EXAMPLE).unwrap().cloud, parse(EXAMPLE).unwrap().rules),
		(None, None)
	);
	let config = parse(&example_with(&["[rules]", "[cloud"])).unwrap();
	assert_eq!(config.rules.unwrap(), Path::new("/etc/bpiiot/rules.toml"));
	let cloud = config.cloud.unwrap();
	assert_eq!(cloud.bridge.broker.to_string(), "mqtts://broker.example:8883");
	assert_eq!(cloud.bridge.prefix, "bpiiot/press-7");
	assert_eq!(cloud.outbox.max_bytes, 256 * 1024 * 1024);
	assert_eq!(cloud.gather, Duration::from_secs(1));
	assert!(matches!(&cloud.bridge.format, iot_cloud::Format::SparkplugB(names) if names.device == "press-7"));
	assert_eq!(cloud.bridge.commands.unwrap().allowed.len(), 3);
}

#[test]
fn the_manager_is_as_in_the_example() {
	let config = parse(&example_with(&["[manager", "[history]"])).unwrap();
	let (manager, usual) = (config.manager.unwrap(), parse(&format!("{SMALLEST}[manager]")).unwrap());
	let files = manager.tls.clone().unwrap();
	assert_eq!(files.key, Path::new("/etc/bpiiot/manager-key.pem"));
	let shown = ManagerSection { tls: None, ..manager };
	assert_eq!(
		(Some(shown), config.history),
		(usual.manager, usual.history),
		"it shows what goes by default"
	);
}

#[test]
fn what_is_wrong_with_the_line_to_the_cloud_is_named_once() {
	let problems = |cloud: &str| parse(&format!("{SMALLEST}[cloud]\n{cloud}")).unwrap_err();
	let found = problems("broker = \"mqtt://10.0.0.1\"\ngather_ms = 5");
	assert_eq!(found.len(), 3, "{found:?}");
	for (problem, words) in found.iter().zip([
		"`cloud.client_id` is missing",
		"`cloud.gather_ms` is 5",
		"`cloud.broker` is",
	]) {
		assert!(problem.starts_with(words), "{problem}");
	}
	let found = problems(
		"broker = \"mqtt://localhost\"\nclient_id = \"c\"\n[cloud.commands]\nkey_file = \"k\"\nallowed = [\"drill\"]",
	);
	assert!(found[0].contains("report, pause-orders, resume-orders"), "{found:?}");
}

#[test]
fn the_password_comes_from_a_file_or_from_a_credential() {
	let file = "password_file = \"/etc/password\"";
	let both = SMALLEST.replace(file, &format!("{file}\npassword_credential = \"keystore-password\""));
	let problems = parse(&both).unwrap_err().join("\n");
	assert!(
		problems.contains("`wallet.password_file`") && problems.contains("one of them"),
		"{problems}"
	);
	let neither = parse(&SMALLEST.replace(file, "")).unwrap_err().join("\n");
	assert!(neither.contains("`wallet.password_file` is missing"), "{neither}");
}

#[test]
fn paths_are_relative_to_the_file() {
	let config = parse(SMALLEST).unwrap();
	assert_eq!(config.state_dir, Path::new("/etc/bpiiot/state"));
	assert_eq!(config.wallet.keystore, Path::new("/etc/bpiiot/key.json"));
	assert_eq!(config.wallet.password_file, Path::new("/etc/password"));
}

#[test]
fn an_empty_file_names_everything_that_is_missing() {
	let problems = parse("").unwrap_err();
	for key in [
		"`state_dir`",
		"`board.port`",
		"`chain.endpoints`",
		"`wallet.keystore`",
		"`wallet.password_file`",
	] {
		assert!(
			problems
				.iter()
				.any(|problem| problem.starts_with(&format!("{key} is missing"))),
			"{key}: {problems:#?}"
		);
	}
}

#[test]
fn every_mistake_names_the_key_the_value_and_what_would_be_right() {
	let cases = [
		("board = 5", "`board` is 5; it must be a table"),
		(
			"[board]\nport = \"\"",
			"`board.port` is \"\"; it must be a serial device such as",
		),
		(
			"[board]\nkeep_alive_ms = 5",
			"`board.keep_alive_ms` is 5; it must be a whole number from 20 to 1000 ms",
		),
		(
			"[board]\nprot = \"x\"",
			"`board.prot` is \"x\"; it must be left out: there is no such key here, only ack_timeout_ms",
		),
		(
			"[chain]\nendpoints = []",
			"`chain.endpoints` is []; it must be a list of WebSocket addresses",
		),
		(
			"[chain]\nendpoints = [\"http://a\"]",
			"`chain.endpoints` is [\"http://a\"]",
		),
		("[chain]\nendpoints = \"http://a\"", "`chain.endpoints` is \"http://a\""),
		(
			"[chain]\nstall_seconds = 1",
			"`chain.stall_seconds` is 1; it must be a whole number from 5 to 3600 s",
		),
		(
			"[chain]\nendpoints = [\"ws://a\"]",
			"`chain.endpoints` is [\"ws://a\"]; it must be a list of two or more different endpoints",
		),
		(
			"[chain]\nendpoints = [\"ws://a\", \"ws://a\"]",
			"`chain.endpoints` is [\"ws://a\", \"ws://a\"]; it must be a list of two or more different endpoints",
		),
		(
			"[chain]\ngenesis = \"0x12\"",
			"`chain.genesis` is \"0x12\"; it must be the genesis hash: 0x and 64",
		),
		(
			"[chain]\ntrust = \"blind\"",
			"`chain.trust` is \"blind\"; it must be \"confirmed\" or \"single\"",
		),
		(
			"[machine]\nid = \"0xzz\"",
			"`machine.id` is \"0xzz\"; it must be the machine's id",
		),
		(
			"[machine]\nowner = \"5abc\"",
			"`machine.owner` is \"5abc\"; it must be the owner's account address",
		),
		(
			"[machine]\ncapabilities = [\"\"]",
			"`machine.capabilities` is [\"\"]; it must be a list of at most 16 words",
		),
		(
			"[envelope]\nmax_seconds = 0",
			"`envelope.max_seconds` is 0; it must be a whole number from 1 to 86400 s",
		),
		(
			"[envelope.outputs]\na = 5",
			"`envelope.outputs.a` is 5; it must be a range such as",
		),
		(
			"[envelope.outputs]\na = { min = 0 }",
			"`envelope.outputs.a` `max` is missing",
		),
		(
			"[envelope.outputs]\na = { min = 2, max = 1 }",
			"`envelope.outputs.a` `min` is 2; it must be at most max, which is 1",
		),
		(
			"[recipes]\nhosts = [\"https://a\"]",
			"`recipes.hosts` is [\"https://a\"]; it must be a list of host names",
		),
		("[recipes]\nhosts = [\"a/b\"]", "`recipes.hosts` is [\"a/b\"]"),
		("[recipes]\nhosts = [\"u@a\"]", "`recipes.hosts` is [\"u@a\"]"),
		("[recipes]\nmax_bytes = 0", "`recipes.max_bytes` is 0"),
		("[evidence]\nmax_readings = -1", "`evidence.max_readings` is -1"),
		(
			"colour = 1",
			"`colour` is 1; it must be left out: there is no such key here, only board, chain",
		),
	];
	for (text, start) in cases {
		let problems = parse(text).unwrap_err();
		assert!(
			problems.iter().any(|problem| problem.starts_with(start)),
			"{text:?}: {problems:#?}"
		);
	}
}

#[test]
fn hosts_may_be_names_or_addresses_with_ports() {
	let text = format!("{SMALLEST}[recipes]\nhosts = [\"Files.Example.com\", \"10.0.0.1:8080\", \"[::1]:99\"]");
	assert_eq!(
		parse(&text).unwrap().recipes.hosts,
		["files.example.com", "10.0.0.1:8080", "[::1]:99"]
	);
}

#[test]
fn a_file_that_is_missing_large_or_no_toml_is_named() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("machine.toml");
	let error = Config::load(&path).unwrap_err();
	assert!(
		error.to_string().contains("machine.toml") && error.to_string().contains("--config"),
		"{error}"
	);
	fs::write(&path, "a = ").unwrap();
	assert!(matches!(Config::load(&path), Err(ConfigError::Syntax { .. })));
	fs::write(&path, vec![b'#'; MAX_FILE_BYTES as usize + 1]).unwrap();
	assert!(matches!(Config::load(&path), Err(ConfigError::TooLarge { .. })));
	fs::write(&path, SMALLEST).unwrap();
	assert!(Config::load(&path).is_ok());
}
