// An Arduino Uno in simavr, seen through calls whose types do not depend on simavr's version.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct uno;

// A byte that left the board, or a terminal that changed its level.
struct uno_event {
	uint64_t cycle;
	// 255: the byte `value` has begun to leave. Otherwise the terminal, 0 to 19, and its level.
	uint8_t source;
	uint8_t value;
};

// Loads the program of an ELF file; without one the program memory is erased. NULL when the file holds no program.
struct uno *uno_new(const char *elf);
// Writes the program memory. False when there is no such place.
bool uno_load(struct uno *uno, uint32_t address, const uint8_t *bytes, uint16_t length);
// From now on a reset begins here, as the fuses for a boot loader say.
void uno_begin_at(struct uno *uno, uint32_t address);
void uno_free(struct uno *uno);

// Runs until so many cycles have passed since the start, sleep included. False when the program has stopped for good.
bool uno_run_until(struct uno *uno, uint64_t cycle);
uint64_t uno_cycle(const struct uno *uno);
// Of these the cycles in which the controller slept.
uint64_t uno_slept(const struct uno *uno);
// Conversions of analogue inputs since the last call, and the shortest and the longest time between two, in cycles.
struct uno_conversions {
	uint32_t count, shortest, longest;
};
struct uno_conversions uno_take_conversions(struct uno *uno);
// Resets so far, by the watchdog.
uint32_t uno_watchdog_resets(const struct uno *uno);

// Resets the board; `cause` as in MCUSR.
void uno_reset(struct uno *uno, uint8_t cause);

// A byte comes in over the line now.
void uno_receive(struct uno *uno, uint8_t byte);
// The next thing that happened, if any.
bool uno_next_event(struct uno *uno, struct uno_event *event);

// The voltage at an analogue input, in sixteenths of a millivolt.
void uno_set_voltage(struct uno *uno, uint8_t input, uint32_t voltage);
// Holds a digital terminal at a level while the board does not drive it: by a resistor, or by a contact.
void uno_hold(struct uno *uno, uint8_t terminal, bool high);
// What a terminal is driven with: 0 off or not driven, 65535 on, between them the part of the time that it is on.
uint16_t uno_driven(const struct uno *uno, uint8_t terminal);

uint8_t uno_memory(const struct uno *uno, uint16_t address);
void uno_set_memory(struct uno *uno, uint16_t address, uint8_t value);
// Address of the first byte behind the program's variables, and of the last byte of the memory.
uint16_t uno_memory_free(const struct uno *uno);
uint16_t uno_memory_end(const struct uno *uno);

void uno_read_eeprom(struct uno *uno, uint16_t address, uint8_t *bytes, uint16_t length);
void uno_write_eeprom(struct uno *uno, uint16_t address, const uint8_t *bytes, uint16_t length);
