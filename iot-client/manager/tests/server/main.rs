//! The manager over real sockets, with a machine that is only played.

mod bounds;
mod calls;
mod forgery;
mod live;
mod login;
mod pages;
mod roles;
mod support;
mod tls;
