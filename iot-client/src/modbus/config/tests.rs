use super::*;

const PRESS: &str = include_str!("../../../examples/modbus-press.toml");

/// The `[modbus]` of a file, or everything that is wrong with it.
fn parse(text: &str) -> Result<ModbusConfig, Vec<String>> {
	let table: TomlTable = text.parse().expect("it is TOML");
	let problems = Problems::default();
	let mut root = Fields::root(&table, &problems);
	let config = ModbusConfig::read(root.section("modbus"), Path::new("/etc/bpiiot"));
	let problems = problems.into_result(config);
	problems.map_err(|list| list.0.iter().map(ToString::to_string).collect())
}

const SMALLEST: &str = r#"
[modbus]
address = "tcp://press.plant:1502"
[[modbus.channels]]
name = "clamp"
kind = "output"
unit = "switch"
table = "coil"
register = 3
safe = 0
"#;

#[test]
fn what_is_left_out_has_a_default() {
	let config = parse(SMALLEST).unwrap();
	assert_eq!(
		(config.unit, config.poll_ms, config.timeout_ms, config.attempts),
		(1, 100, 300, 3)
	);
	assert!(config.identify && config.serial.is_none() && config.watchdog.is_none());
	assert_eq!(config.address.to_string(), "tcp://press.plant:1502");
	let clamp = &config.channels[0];
	assert_eq!(
		(clamp.info.min, clamp.info.max, clamp.place.encoding),
		(0, 1, Encoding::Bit)
	);
	assert!(config.warning().unwrap().contains("[modbus.watchdog]"));
}

#[test]
fn reads_the_example_with_all_that_it_leaves_out() {
	let all = crate::fields::with_all_keys(PRESS);
	let config = crate::config::Config::parse(&all, Path::new("/etc/bpiiot/machine.toml")).unwrap();
	let modbus = config.modbus.unwrap();
	assert_eq!(modbus.channels.len(), 10);
	assert_eq!(modbus.warning(), None);
	assert!(modbus.serial.is_some());
}

#[test]
fn addresses_are_read_as_they_are_written() {
	let cases = [
		("tcp://10.0.0.7", Some("tcp://10.0.0.7:502")),
		("tcp://10.0.0.7:80", Some("tcp://10.0.0.7:80")),
		("tcp://[fd00::1]:1502", Some("tcp://[fd00::1]:1502")),
		("tcp://[fd00::1]", Some("tcp://[fd00::1]:502")),
		("rtu:/dev/ttyUSB0", Some("rtu:/dev/ttyUSB0")),
		("rtu:line", Some("rtu:/etc/bpiiot/line")),
		("rtu:", None),
		("tcp://", None),
		("tcp://a/b", None),
		("tcp://u@a:502", None),
		("tcp://a:0", None),
		("tcp://a:99999", None),
		("http://a", None),
		("/dev/ttyUSB0", None),
	];
	for (text, wanted) in cases {
		let parsed = parse(&SMALLEST.replace("tcp://press.plant:1502", text));
		let shown = parsed.ok().map(|config| config.address.to_string());
		assert_eq!(shown.as_deref(), wanted, "{text}");
	}
}

#[test]
fn a_serial_line_has_settings_and_a_network_has_none() {
	let rtu = SMALLEST.replace(
		"\"tcp://press.plant:1502\"",
		"\"rtu:/dev/ttyS0\"\nbaud = 9600\nparity = \"none\"\nstop_bits = 2\nunit = 17",
	);
	let config = parse(&rtu).unwrap();
	let line = LineSettings {
		baud: 9_600,
		parity: Parity::None,
		stop_bits: 2,
	};
	assert!(matches!(config.address, Address::Rtu { line: read, .. } if read == line));
	let tcp = parse(&SMALLEST.replace("[[modbus", "baud = 9600\n[[modbus")).unwrap_err();
	assert!(
		tcp[0].starts_with("`modbus.baud` is 9600; it must be left out: there is no such key here"),
		"{tcp:?}"
	);
}

#[test]
fn every_mistake_names_the_key_the_value_and_what_would_be_right() {
	let channel =
		"[[modbus.channels]]\nname = \"speed\"\nkind = \"input\"\nunit = \"rpm\"\ntable = \"input\"\nregister = 0\n\
	               type = \"u16\"\nmin = 0\nmax = 3000\n";
	let of_channel = |from: &str, to: &str| format!("{SMALLEST}{}", channel.replace(from, to));
	let cases = [
		(
			SMALLEST.replace("tcp:", "udp:"),
			"`modbus.address` is \"udp://press.plant:1502\"; it must be \"tcp://192",
		),
		(
			"[modbus]\naddress = \"tcp://a\"".into(),
			"`modbus.channels` is missing; it must be 1 to 64 tables",
		),
		(
			SMALLEST.replace("[[modbus", "unit = 0\n[[modbus"),
			"`modbus.unit` is 0; it must be the machine's unit",
		),
		(
			SMALLEST.replace("[[modbus", "unit = 248\n[[modbus"),
			"`modbus.unit` is 248",
		),
		(
			SMALLEST.replace("[[modbus", "poll_ms = 1\n[[modbus"),
			"`modbus.poll_ms` is 1; it must be a whole number from 10 to",
		),
		(
			SMALLEST.replace("[[modbus", "identify = 1\n[[modbus"),
			"`modbus.identify` is 1; it must be true or false",
		),
		(
			format!("{SMALLEST}[modbus.watchdog]\nregister = 9\n"),
			"`modbus.watchdog.within_ms` is missing",
		),
		(
			SMALLEST.replace("\"coil\"", "\"input\""),
			"`modbus.channels` 0 (clamp) `table` is \"input\"; it must be \"coil\" or \"holding\"",
		),
		(
			SMALLEST.replace("safe = 0", "safe = 2"),
			"`modbus.channels` 0 (clamp) `safe` is 2; it must be the value that is safe, from 0 to 1",
		),
		(
			SMALLEST.replace("safe = 0", "safe = 0\ntype = \"u16\""),
			"`modbus.channels` 0 (clamp) `type` is \"u16\"; it must be left out",
		),
		(
			of_channel("\"u16\"", "\"f32\""),
			"`modbus.channels` 1 (speed) `type` is \"f32\"; it must be \"u16\", \"i16\"",
		),
		(
			of_channel("\"u16\"", "\"u16\"\nword_order = \"little\""),
			"`modbus.channels` 1 (speed) `word_order` is \"little\"; it must be left out",
		),
		(
			of_channel("3000", "70000"),
			"`modbus.channels` 1 (speed) `max` is 70000; it must be from 0 to 65535",
		),
		(
			of_channel("min = 0", "min = -1"),
			"`modbus.channels` 1 (speed) `min` is -1; it must be from 0 to 65535",
		),
		(
			of_channel("min = 0", "min = 3001"),
			"`modbus.channels` 1 (speed) `min` is 3001; it must be at most max",
		),
		(
			of_channel("register = 0", "register = 65536"),
			"`modbus.channels` 1 (speed) `register` is 65536; it must be a whole number from 0 to 65535",
		),
		(
			of_channel("register = 0", "register = 65535").replace("u16", "u32"),
			"`modbus.channels` 1 (speed) `register` is 65535; it must be a whole number from 0 to 65534",
		),
		(
			of_channel("speed", "clamp"),
			"`modbus.channels` 1 (clamp) `name` is \"clamp\"; it must be a name of its own; channel 0 has it already",
		),
		(
			of_channel("speed", "a name that is too long"),
			"`modbus.channels` 1 (a name that is too long) `name` is",
		),
		(
			of_channel("\"rpm\"", "\"mph\""),
			"`modbus.channels` 1 (speed) `unit` is \"mph\"; it must be one of",
		),
		(
			of_channel("min = 0", "min = 0\nsafe = 0"),
			"`modbus.channels` 1 (speed) `safe` is 0; it must be left out",
		),
	];
	for (text, start) in cases {
		let problems = parse(&text).unwrap_err();
		assert!(
			problems.iter().any(|problem| problem.starts_with(start)),
			"{start}: {problems:#?}"
		);
	}
}

#[test]
fn nothing_may_be_written_by_two() {
	let feed =
		"[[modbus.channels]]\nname = \"feed\"\nkind = \"output\"\nunit = \"µm\"\ntable = \"holding\"\nregister = 1\n\
	            type = \"u32\"\nmin = 0\nmax = 50000\nsafe = 0\n";
	let speed =
		"[[modbus.channels]]\nname = \"speed\"\nkind = \"output\"\nunit = \"rpm\"\ntable = \"holding\"\nregister = 2\n\
	             type = \"u16\"\nmin = 0\nmax = 3000\nsafe = 0\n";
	let watchdog = "[modbus.watchdog]\nregister = 1\nwithin_ms = 1000\n";
	let both = parse(&format!("{SMALLEST}{feed}{speed}{watchdog}")).unwrap_err();
	assert_eq!(
		both,
		[
			"`modbus.channels` 1 (feed) `register` is 1; it must be one that nothing else writes; the watchdog does",
			"`modbus.channels` 2 (speed) `register` is 2; it must be one that nothing else writes; the output feed does",
		]
	);
	// A view of an output is an input like any other.
	let view = speed.replace("output", "input").replace("safe = 0\n", "");
	assert!(parse(&format!("{SMALLEST}{feed}{view}")).is_ok());
}

#[test]
fn every_problem_is_reported_at_once() {
	let text = "[modbus]\naddress = 5\nunit = 500\npoll_ms = 1\ncolour = 1\n[[modbus.channels]]\nname = \"a\"\n";
	let problems = parse(text).unwrap_err();
	for key in ["address", "unit", "poll_ms", "colour"] {
		let start = format!("`modbus.{key}` is");
		assert!(
			problems.iter().any(|problem| problem.starts_with(&start)),
			"{key}: {problems:#?}"
		);
	}
	for key in ["kind", "unit", "table", "type", "register", "min", "max"] {
		let start = format!("`modbus.channels` 0 (a) `{key}` is missing");
		assert!(
			problems.iter().any(|problem| problem.starts_with(&start)),
			"{key}: {problems:#?}"
		);
	}
}

#[test]
fn the_hash_is_of_what_the_channels_mean_and_of_nothing_else() {
	let hash = |text: &str| parse(text).unwrap().table_hash();
	let base = hash(SMALLEST);
	assert_eq!(base, hash(&SMALLEST.replace("press.plant", "10.0.0.7")));
	assert_eq!(base, hash(&SMALLEST.replace("[[modbus", "poll_ms = 500\n[[modbus")));
	for (from, to) in [
		("register = 3", "register = 4"),
		("safe = 0", "safe = 1"),
		("clamp", "clasp"),
		("safe = 0", "safe = 0\ndivisor = 2"),
		("\"coil\"", "\"holding\"\ntype = \"u16\""),
		("[[modbus", "watchdog = { register = 9, within_ms = 500 }\n[[modbus"),
	] {
		assert_ne!(base, hash(&SMALLEST.replace(from, to)), "{to}");
	}
}
