//! The drill press with a controller of its own, which speaks Modbus: a machine with no interface board at all.
//!
//! It is written down to the bytes here, without a Modbus library, so that a client is not tried against its own mistakes.
//! Its registers, counted from 0 as on the wire:
//!
//! | table | register | what |
//! |---|---|---|
//! | holding | 0 | speed of the spindle, 0 to 3000 rpm |
//! | holding | 1 and 2 | where the feed shall go, 0 to 50,000 µm; the first register has the high half |
//! | holding | 100 | watchdog: once it was written, another number must be written within the watchdog's time |
//! | coil | 0, 1 | clamp, coolant |
//! | input | 0 | measured speed, rpm |
//! | input | 1 and 2 | measured position of the feed, µm; the first register has the *low* half |
//! | input | 3, 4, 5 | temperature in tenths of °C (signed), vibration in hundredths of mm/s, wear in thousandths |
//! | discrete | 0 | 1 while the door is closed |
//!
//! Its controller keeps people safe: while the door is open spindle and feed are 0, whatever is written to them, and the write
//! is answered as if it had been taken, as many controllers do; while the watchdog is expired every output is 0 in the same way.
//! What is outside of an output's range is refused.

mod frames;
mod panel;
mod pdu;
mod server;
mod virtual_modbus;

pub use frames::crc16;
pub use panel::{Panel, WATCHDOG_MS, WATCHDOG_REGISTER};
pub use server::{ModbusError, ModbusOptions, ModbusServer, ModbusState};
pub use virtual_modbus::VirtualModbus;
