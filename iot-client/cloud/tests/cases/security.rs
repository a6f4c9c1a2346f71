use crate::broker::{
	setup::{config, event, Bridge, MemorySource},
	write_secret, Broker, Certificates,
};
use iot_cloud::{ClientCertificate, CloudConfig, CloudState};
use iot_outbox::Lane;
use std::{
	fs,
	process::Command,
	time::{Duration, Instant},
};

fn encrypted(port: u16, authority: &Certificates) -> CloudConfig {
	let mut config = config(port);
	config.broker = format!("mqtts://127.0.0.1:{port}").parse().unwrap();
	config.ca_file = Some(authority.file("ca.pem"));
	config
}

fn says(words: &'static str) -> impl FnMut(&CloudState) -> bool {
	move |state| format!("{:?}", state.connection).contains(words)
}

#[tokio::test]
async fn delivers_over_tls_to_a_broker_that_proves_itself() {
	let certificates = Certificates::new("127.0.0.1");
	let broker = Broker::start(&certificates.config()).await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	source.put([event(1, Lane::Event, "{}")]);
	let bridge = Bridge::start(encrypted(broker.port, &certificates), source.clone(), folder.path());
	assert_eq!(source.delivered(1).await, [1]);
	bridge.stop().await;
}

#[tokio::test]
async fn refuses_a_broker_that_another_authority_vouches_for() {
	let certificates = Certificates::new("127.0.0.1");
	let broker = Broker::start(&certificates.config()).await;
	// One with another name, and one that takes the name of the right one.
	for other in ["someone", "authority"] {
		let other = Certificates::of(other, "127.0.0.1");
		let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
		source.put([event(1, Lane::Event, "{}")]);
		let bridge = Bridge::start(encrypted(broker.port, &other), source.clone(), folder.path());
		let words = "vouches for the certificate of mqtts://127.0.0.1";
		bridge.state("refused", says(words)).await;
		bridge.kill().await;
		assert!(source.delivered.borrow().is_empty());
	}
	let told = broker.log().iter().any(|line| line.contains("New client connected"));
	assert!(!told, "nothing was told to it");
}

#[tokio::test]
async fn refuses_a_broker_of_another_name() {
	let certificates = Certificates::new("broker.example");
	let broker = Broker::start(&certificates.config()).await;
	let folder = tempfile::tempdir().unwrap();
	let bridge = Bridge::start(
		encrypted(broker.port, &certificates),
		MemorySource::new(),
		folder.path(),
	);
	bridge.state("refused", says("is for another name")).await;
	bridge.kill().await;
}

#[tokio::test]
async fn proves_itself_with_a_certificate() {
	let certificates = Certificates::new("127.0.0.1");
	let broker = Broker::start(&format!("{}require_certificate true", certificates.config())).await;
	let folder = tempfile::tempdir().unwrap();
	let mut config = encrypted(broker.port, &certificates);
	let without = Bridge::start(config.clone(), MemorySource::new(), folder.path());
	without.state("refused", |state| state.counters.attempts >= 2).await;
	assert!(!without.handle.state().is_online());
	without.kill().await;
	config.client_certificate = Some(ClientCertificate {
		chain_file: certificates.file("client.pem"),
		key_file: certificates.file("client.key"),
	});
	let bridge = Bridge::start(config, MemorySource::new(), folder.path());
	bridge.online().await;
	bridge.stop().await;
}

#[tokio::test]
async fn a_wrong_password_is_told_and_the_broker_is_not_hammered() {
	let mut broker = Broker::stopped("allow_anonymous false\npassword_file FOLDER/passwords");
	let passwords = broker.folder().join("passwords");
	let made = Command::new("mosquitto_passwd")
		.args(["-b", "-c"])
		.arg(&passwords)
		.args(["m1", "right"])
		.status();
	assert!(made
		.expect("mosquitto_passwd comes with mosquitto: `apt-get install mosquitto`")
		.success());
	fs::set_permissions(&passwords, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
	broker.restart().await;
	let folder = tempfile::tempdir().unwrap();
	let file = folder.path().join("credentials");
	write_secret(&file, "m1\nwrong\n");
	let mut config = config(broker.port);
	config.credentials_file = Some(file.clone());
	config.timing.reconnect_least = Duration::from_millis(200);
	let begin = Instant::now();
	let bridge = Bridge::start(config, MemorySource::new(), folder.path());
	bridge.state("refused", says("credentials_file")).await;
	bridge
		.state("five attempts", |state| state.counters.attempts >= 5)
		.await;
	assert!(begin.elapsed() >= 4 * Duration::from_millis(200));
	assert!(broker.connections() <= 6, "one at a time");
	// The password is mended while the client runs.
	write_secret(&file, "m1\nright\n");
	bridge.online().await;
	bridge.stop().await;
}
