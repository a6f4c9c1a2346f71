//! Whoever else may be at the line.

use super::*;
use bpiiot_voucher::{Frame, Item, Message, SignedTally, Tally, Word, MAX_FRAME_BYTES};
use soketto::handshake::{Client, ServerResponse};
use tokio::net::TcpStream;
use tokio_util::compat::TokioAsyncReadCompatExt;

fn frame(channel: u64, message: Message) -> Frame {
	let mut frame = Frame::default();
	let channel = ChannelId(channel);
	frame.push(Item { channel, message }).unwrap();
	frame
}

/// Runs a seller of one channel against a peer that says these frames and listens; what it tells, and how it ends.
async fn against(frames: Vec<Frame>, stop: usize) -> (Vec<Notice>, Result<(), ChannelsError>, Vec<Item>) {
	let hall = Hall::new(1, 100, 10);
	let disk = TestDisk::default();
	let mut end = seller(&disk, &hall, false);
	let (near, mut far) = lines().await;
	let (_hold, mut commands) = mpsc::channel(1);
	let (tell, mut told) = mpsc::unbounded_channel();
	let mut heard = Vec::new();
	let peer = async {
		for frame in &frames {
			far.send(frame).await.unwrap();
		}
		while heard.len() < stop {
			match far.receive().await {
				Ok(frame) => heard.extend_from_slice(frame.items()),
				Err(_) => return std::future::pending().await,
			}
		}
	};
	let talk = async {
		tokio::select! {
			done = run(&mut end, near, pace(), &mut commands, &tell) => done,
			() = peer => Ok(()),
		}
	};
	let done = timeout(SOON, talk).await.expect("it comes to an end");
	let mut notices = Vec::new();
	while let Ok(notice) = told.try_recv() {
		notices.push(notice);
	}
	assert!(hall.meter(ChannelId(1)) <= TICK && end.voucher(ChannelId(1)).is_none());
	(notices, done, heard)
}

fn voucher(key: &Pair, amount: u128) -> SignedTally {
	let tally = Tally {
		sequence: 1,
		reading: 10,
		amount,
	};
	SignedTally::sign(Word::Voucher, &domain(1), tally, key)
}

#[tokio::test]
async fn who_signs_wrongly_again_and_again_is_cut_off() {
	let forged = frame(1, Message::Voucher(voucher(&pair(9), 35)));
	let (_, done, _) = against(vec![forged; 30], usize::MAX).await;
	assert!(matches!(done, Err(ChannelsError::Misbehaves(_))), "{done:?}");
	// A voucher is no word about the end, nor the seller's own statement.
	let close = frame(1, Message::Close(voucher(&buyer_key(), 35)));
	let (_, done, _) = against(vec![close; 30], usize::MAX).await;
	assert!(matches!(done, Err(ChannelsError::Misbehaves(_))), "{done:?}");
}

#[tokio::test]
async fn a_voucher_at_the_wrong_price_is_refused_and_told() {
	let wrong = frame(1, Message::Hello(Some(voucher(&buyer_key(), 34))));
	let (notices, done, _) = against(vec![wrong], 4).await;
	assert_eq!(done, Ok(()));
	let told = Notice::Refused {
		channel: ChannelId(1),
		why: bpiiot_voucher::Refusal::WrongAmount,
	};
	assert!(notices.contains(&told), "{notices:?}");
}

#[tokio::test]
async fn who_speaks_of_another_channel_is_told_so_once() {
	let other = frame(7, Message::Hello(None));
	let unknown = frame(8, Message::Unknown);
	let (_, done, heard) = against(vec![other, unknown], 3).await;
	assert_eq!(done, Ok(()));
	let answers: Vec<_> = heard.iter().filter(|item| item.message == Message::Unknown).collect();
	assert_eq!(answers.len(), 1);
	assert_eq!(answers[0].channel, ChannelId(7));
	let (notices, ..) = against(vec![frame(1, Message::Unknown)], 3).await;
	assert!(notices.contains(&Notice::Unknown(ChannelId(1))));
	let refused = Message::Refused {
		sequence: 1,
		reading: 0,
	};
	let (notices, ..) = against(vec![frame(1, refused)], 3).await;
	let told = Notice::NotPaid {
		channel: ChannelId(1),
		sequence: 1,
		reading: 0,
	};
	assert!(notices.contains(&told));
}

/// A client that speaks the subprotocol and says what it likes.
async fn raw(address: std::net::SocketAddr, message: Vec<u8>) {
	let stream = TcpStream::connect(address).await.unwrap();
	let mut client = Client::new(stream.compat(), "channels", "/channels");
	client.add_protocol(crate::PROTOCOL);
	assert!(matches!(
		client.handshake().await.unwrap(),
		ServerResponse::Accepted { .. }
	));
	let (mut sender, mut receiver) = client.into_builder().finish();
	// It may be cut off in the middle.
	let _ = sender.send_binary(message).await;
	let _ = sender.flush().await;
	let _ = receiver.receive_data(&mut Vec::new()).await;
}

#[tokio::test]
async fn what_is_no_frame_or_too_large_cuts_the_line() {
	for message in [
		vec![1, 2, 3],
		vec![0; MAX_FRAME_BYTES + 1],
		vec![0; 16 * MAX_FRAME_BYTES],
	] {
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let address = listener.local_addr().unwrap();
		let length = message.len();
		let peer = tokio::spawn(raw(address, message));
		let (stream, _) = listener.accept().await.unwrap();
		let mut line = Line::accept(stream).await.unwrap();
		let said = timeout(SOON, line.receive()).await.unwrap();
		assert!(matches!(said, Err(ChannelsError::Misbehaves(_))), "{length}: {said:?}");
		drop(line);
		timeout(SOON, peer).await.unwrap().unwrap();
	}
}

#[tokio::test]
async fn who_speaks_of_something_else_is_turned_away() {
	for (resource, protocol) in [("/channels", "chat.1"), ("/", crate::PROTOCOL)] {
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let address = listener.local_addr().unwrap();
		let peer = tokio::spawn(async move {
			let stream = TcpStream::connect(address).await.unwrap();
			let mut client = Client::new(stream.compat(), "channels", resource);
			client.add_protocol(protocol);
			client.handshake().await.unwrap()
		});
		let (stream, _) = listener.accept().await.unwrap();
		let refused = Line::accept(stream).await;
		assert!(matches!(refused, Err(ChannelsError::Line(_))), "{refused:?}");
		let answer = timeout(SOON, peer).await.unwrap().unwrap();
		assert!(matches!(answer, ServerResponse::Rejected { status_code: 400 }));
	}
}

#[tokio::test]
async fn a_line_that_is_cut_is_told() {
	let (near, mut far) = lines().await;
	drop(near);
	let said = timeout(SOON, far.receive()).await.unwrap();
	assert!(matches!(said, Err(ChannelsError::Line(_))), "{said:?}");
	let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
	assert!(matches!(Line::dial(nobody).await, Err(ChannelsError::Line(_))));
}
