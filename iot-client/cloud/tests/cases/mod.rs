mod chaos;
mod commands;
mod delivery;
mod refusals;
mod security;
mod sparkplug;
