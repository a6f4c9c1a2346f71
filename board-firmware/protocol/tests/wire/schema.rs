//! `schema.txt` must be what serde really writes: this serializer writes down shapes instead of values.

use crate::samples::every_variant;
use bpiiot_protocol::{
	AckResult, BoardMessage, ChannelKind, EventKind, HelloPage, HostMessage, Message, ResetCause, Unit,
	PROTOCOL_VERSION, SCHEMA, SCHEMA_HASH,
};
use serde::{de::DeserializeOwned, ser, Serialize};
use std::{cell::RefCell, collections::BTreeMap, fmt::Display};

#[test]
fn schema_text_is_what_is_encoded() {
	let shapes = Shapes::default();
	trace::<HostMessage>(&shapes);
	trace::<BoardMessage>(&shapes);
	trace::<HelloPage>(&shapes);
	trace::<EventKind>(&shapes);
	trace::<AckResult>(&shapes);
	trace::<ChannelKind>(&shapes);
	trace::<ResetCause>(&shapes);
	trace::<Unit>(&shapes);
	let mut text = String::from(
		"Frame { version: u8, session: u32 LE, sequence: u16 LE, kind: u8, payload: postcard, crc: u16 LE CRC-16/IBM-3740 }\n",
	);
	for ((name, index), shape) in shapes.0.into_inner() {
		let line = match index {
			None => format!("{name} {shape}"),
			Some(index) => format!("{name} {index} {shape}"),
		};
		text.push_str(line.trim_end());
		text.push('\n');
	}
	assert_eq!(
		SCHEMA, text,
		"the wire types changed: update schema.txt, the vectors and PROTOCOL_VERSION"
	);
}

#[test]
fn the_specification_is_of_this_version() {
	const SPECIFICATION: &str = include_str!("../../../../docs/protocol.md");
	let title = format!("Protocol version **{PROTOCOL_VERSION}**, schema hash **{SCHEMA_HASH:#010x}**.");
	assert!(SPECIFICATION.contains(&title), "docs/protocol.md does not say: {title}");
	for (number, result) in every_variant::<AckResult>().iter().enumerate() {
		assert!(
			SPECIFICATION.contains(&format!("| {number} | {result:?} |")),
			"{result:?}"
		);
	}
	for event in every_variant::<EventKind>() {
		let name = format!("{event:?}");
		let name = name.split(' ').next().unwrap_or_default();
		assert!(SPECIFICATION.contains(name), "{name}");
	}
}

#[test]
fn kinds_are_counted_right() {
	assert_eq!(every_variant::<HostMessage>().len(), usize::from(HostMessage::KINDS));
	assert_eq!(every_variant::<BoardMessage>().len(), usize::from(BoardMessage::KINDS));
}

fn trace<T: DeserializeOwned + Serialize>(shapes: &Shapes) {
	for value in every_variant::<T>() {
		value
			.serialize(Tracer(shapes))
			.expect("the tracer knows every type in use");
	}
}

/// (type, variant's index) → shape.
#[derive(Default)]
struct Shapes(RefCell<BTreeMap<(String, Option<u32>), String>>);

impl Shapes {
	fn note(&self, name: &str, index: Option<u32>, shape: String) -> String {
		self.0.borrow_mut().insert((name.into(), index), shape);
		name.into()
	}
}

#[derive(Clone, Copy)]
struct Tracer<'a>(&'a Shapes);

#[derive(Debug)]
struct Unexpected(String);

impl Display for Unexpected {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.write_str(&self.0)
	}
}

impl std::error::Error for Unexpected {}

impl ser::Error for Unexpected {
	fn custom<T: Display>(message: T) -> Self {
		Unexpected(message.to_string())
	}
}

/// Fields of a struct, a variant or an array while they are traced.
struct Fields<'a> {
	shapes: &'a Shapes,
	name: &'static str,
	variant: Option<(u32, &'static str)>,
	fields: Vec<String>,
}

impl Fields<'_> {
	fn finish(self) -> String {
		let fields = format!("{{ {} }}", self.fields.join(", "));
		match self.variant {
			None => self.shapes.note(self.name, None, fields),
			Some((index, variant)) => self.shapes.note(self.name, Some(index), format!("{variant} {fields}")),
		}
	}
}

impl ser::SerializeStruct for Fields<'_> {
	type Ok = String;
	type Error = Unexpected;

	fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Unexpected> {
		let shape = value.serialize(Tracer(self.shapes))?;
		self.fields.push(format!("{key}: {shape}"));
		Ok(())
	}

	fn end(self) -> Result<String, Unexpected> {
		Ok(self.finish())
	}
}

impl ser::SerializeStructVariant for Fields<'_> {
	type Ok = String;
	type Error = Unexpected;

	fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Unexpected> {
		ser::SerializeStruct::serialize_field(self, key, value)
	}

	fn end(self) -> Result<String, Unexpected> {
		Ok(self.finish())
	}
}

impl ser::SerializeTuple for Fields<'_> {
	type Ok = String;
	type Error = Unexpected;

	fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unexpected> {
		self.fields.push(value.serialize(Tracer(self.shapes))?);
		Ok(())
	}

	fn end(self) -> Result<String, Unexpected> {
		let first = self.fields.first().cloned().unwrap_or_default();
		assert!(
			self.fields.iter().all(|field| *field == first),
			"only arrays are used, no tuples"
		);
		Ok(format!("[{first}; {}]", self.fields.len()))
	}
}

type Never = ser::Impossible<String, Unexpected>;

/// What the wire must not carry: floats, text, usize-like lengths, options.
macro_rules! refused {
	($($method:ident($ty:ty);)*) => {
		$(fn $method(self, _: $ty) -> Result<String, Unexpected> {
			Err(Unexpected(concat!(stringify!($method), " on the wire").into()))
		})*
	};
}

macro_rules! plain {
	($($method:ident($ty:ty);)*) => {
		$(fn $method(self, _: $ty) -> Result<String, Unexpected> {
			Ok(stringify!($ty).into())
		})*
	};
}

impl<'a> ser::Serializer for Tracer<'a> {
	type Ok = String;
	type Error = Unexpected;
	type SerializeSeq = Never;
	type SerializeTuple = Fields<'a>;
	type SerializeTupleStruct = Never;
	type SerializeTupleVariant = Never;
	type SerializeMap = Never;
	type SerializeStruct = Fields<'a>;
	type SerializeStructVariant = Fields<'a>;

	plain! {
		serialize_bool(bool); serialize_u8(u8); serialize_u16(u16); serialize_u32(u32);
		serialize_i16(i16); serialize_i32(i32);
	}

	refused! {
		serialize_i8(i8); serialize_i64(i64); serialize_u64(u64); serialize_f32(f32); serialize_f64(f64);
		serialize_char(char); serialize_str(&str); serialize_unit_struct(&'static str);
	}

	fn serialize_bytes(self, _: &[u8]) -> Result<String, Unexpected> {
		Ok("label".into())
	}

	fn collect_str<T: Display + ?Sized>(self, _: &T) -> Result<String, Unexpected> {
		Err(Unexpected("text on the wire".into()))
	}

	fn serialize_none(self) -> Result<String, Unexpected> {
		Err(Unexpected("an option on the wire".into()))
	}

	fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<String, Unexpected> {
		self.serialize_none()
	}

	fn serialize_unit(self) -> Result<String, Unexpected> {
		Err(Unexpected("a unit on the wire".into()))
	}

	fn serialize_unit_variant(
		self,
		name: &'static str,
		index: u32,
		variant: &'static str,
	) -> Result<String, Unexpected> {
		Ok(self.0.note(name, Some(index), variant.into()))
	}

	fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<String, Unexpected> {
		value.serialize(self)
	}

	fn serialize_newtype_variant<T: Serialize + ?Sized>(
		self,
		name: &'static str,
		index: u32,
		variant: &'static str,
		value: &T,
	) -> Result<String, Unexpected> {
		let inner = value.serialize(self)?;
		Ok(self.0.note(name, Some(index), format!("{variant} {inner}")))
	}

	fn serialize_seq(self, _: Option<usize>) -> Result<Never, Unexpected> {
		Err(Unexpected("a sequence on the wire".into()))
	}

	fn serialize_tuple(self, _: usize) -> Result<Fields<'a>, Unexpected> {
		Ok(Fields {
			shapes: self.0,
			name: "",
			variant: None,
			fields: Vec::new(),
		})
	}

	fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Never, Unexpected> {
		Err(Unexpected(format!("{name}: a tuple struct on the wire")))
	}

	fn serialize_tuple_variant(
		self,
		name: &'static str,
		_: u32,
		_: &'static str,
		_: usize,
	) -> Result<Never, Unexpected> {
		Err(Unexpected(format!("{name}: a tuple variant on the wire")))
	}

	fn serialize_map(self, _: Option<usize>) -> Result<Never, Unexpected> {
		Err(Unexpected("a map on the wire".into()))
	}

	fn serialize_struct(self, name: &'static str, _: usize) -> Result<Fields<'a>, Unexpected> {
		Ok(Fields {
			shapes: self.0,
			name,
			variant: None,
			fields: Vec::new(),
		})
	}

	fn serialize_struct_variant(
		self,
		name: &'static str,
		index: u32,
		variant: &'static str,
		_: usize,
	) -> Result<Fields<'a>, Unexpected> {
		Ok(Fields {
			shapes: self.0,
			name,
			variant: Some((index, variant)),
			fields: Vec::new(),
		})
	}
}
