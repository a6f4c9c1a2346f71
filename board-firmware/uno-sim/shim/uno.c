// See uno.h. simavr's structures differ from version to version, so that only C that is compiled against its headers may
// look into them.
#include "uno.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <avr_adc.h>
#include <avr_eeprom.h>
#include <avr_ioport.h>
#include <avr_timer.h>
#include <avr_uart.h>
#include <sim_avr.h>
#include <sim_elf.h>
#include <sim_io.h>

enum {
	FREQUENCY = 16000000,
	SUPPLY_MV = 5000,
	INPUTS = 6,
	RAM_START = 0x100,
	// Addresses of the ATmega328P, as load instructions see them.
	DDRB = 0x24, PORTB = 0x25, DDRC = 0x27, PORTC = 0x28, DDRD = 0x2a, PORTD = 0x2b,
	MCUSR = 0x54, TCCR1A = 0x80, ICR1 = 0x86, OCR1A = 0x88, OCR1B = 0x8a,
	COM1A1 = 1 << 7, COM1B1 = 1 << 5,
	WATCHDOG_RESET = 1 << 3,
	// The step of the converter, in sixteenths of a millivolt, is 78: so much noise, in so many steps, makes its sum finer.
	DITHER = 5, DITHER_STEPS = 16,
};

struct uno {
	avr_t *avr;
	uint64_t slept;
	uint32_t watchdog_resets;
	uint16_t memory_free;
	uint32_t voltages[INPUTS];
	uint8_t dither;
	uint64_t converted;
	struct uno_conversions conversions;
	// Terminals of ports B, C and D that are held from outside, and their levels.
	uint8_t held[3], level[3];
	struct uno_event *events;
	size_t first, count, room;
	uint8_t shown[20];
	struct terminal {
		struct uno *uno;
		uint8_t number;
		// The timer drives it.
		bool pulsing;
	} terminals[20];
};

static struct uno *by_avr(const avr_t *avr)
{
	return avr->custom.data;
}

static void note(struct uno *uno, uint8_t source, uint8_t value)
{
	if (source < sizeof uno->shown) {
		if (uno->shown[source] == value)
			return;
		uno->shown[source] = value;
	}
	if (uno->first + uno->count == uno->room) {
		memmove(uno->events, uno->events + uno->first, uno->count * sizeof *uno->events);
		uno->first = 0;
		if (uno->count * 2 >= uno->room) {
			size_t room = uno->room ? uno->room * 2 : 1024;
			struct uno_event *events = realloc(uno->events, room * sizeof *events);
			if (!events)
				abort();
			uno->events = events;
			uno->room = room;
		}
	}
	uno->events[uno->first + uno->count++] = (struct uno_event){ uno->avr->cycle, source, value };
}

// In the place of simavr's own sleep: time passes, and whoever calls uno_run_until keeps it in step with the clock.
static void sleep_without_waiting(avr_t *avr, avr_cycle_count_t cycles)
{
	by_avr(avr)->slept += 1 + cycles;
}

static void byte_leaves(struct avr_irq_t *irq, uint32_t value, void *param)
{
	note(param, 255, value);
}

// Port and bit of a terminal.
static char port_of(uint8_t terminal)
{
	return terminal < 8 ? 'D' : terminal < 14 ? 'B' : 'C';
}

static uint8_t bit_of(uint8_t terminal)
{
	return terminal < 8 ? terminal : terminal < 14 ? terminal - 8 : terminal - 14;
}

static uint8_t com_bit(uint8_t terminal)
{
	return terminal == 9 ? COM1A1 : terminal == 10 ? COM1B1 : 0;
}

static void port_changes(struct avr_irq_t *irq, uint32_t value, void *param)
{
	struct terminal *terminal = param;
	// A terminal that the timer drives does not show its port.
	if (!(terminal->uno->avr->data[TCCR1A] & com_bit(terminal->number)))
		note(terminal->uno, terminal->number, value & 1);
}

// simavr 1.6 does not notice another compare value in the timer's mode 14, so the pulses are made here, as the data sheet has
// them: the compare value counts from the start of the next period on.
static uint16_t pair(const avr_t *avr, avr_io_addr_t low)
{
	return avr->data[low] | avr->data[low + 1] << 8;
}

static avr_cycle_count_t pulse_ends(avr_t *avr, avr_cycle_count_t when, void *param)
{
	struct terminal *terminal = param;
	note(terminal->uno, terminal->number, 0);
	return 0;
}

static avr_cycle_count_t pulse_begins(avr_t *avr, avr_cycle_count_t when, void *param)
{
	struct terminal *terminal = param;
	note(terminal->uno, terminal->number, 1);
	avr_cycle_timer_register(avr, pair(avr, terminal->number == 9 ? OCR1A : OCR1B) + 1, pulse_ends, terminal);
	return when + pair(avr, ICR1) + 1;
}

static void timer_is_set(avr_t *avr, avr_io_addr_t address, uint8_t value, void *param)
{
	struct uno *uno = param;
	for (uint8_t number = 9; number <= 10; number++) {
		struct terminal *terminal = &uno->terminals[number];
		bool pulsing = value & com_bit(number);
		if (pulsing && !terminal->pulsing) {
			uint32_t period = pair(avr, ICR1) + 1;
			avr_cycle_timer_register(avr, period - avr->cycle % period, pulse_begins, terminal);
		} else if (!pulsing) {
			avr_cycle_timer_cancel(avr, pulse_begins, terminal);
			avr_cycle_timer_cancel(avr, pulse_ends, terminal);
			// In the middle of a pulse it shows its port again at once.
			if (terminal->pulsing)
				note(uno, number, avr->data[PORTB] >> bit_of(number) & 1);
		}
		terminal->pulsing = pulsing;
	}
}

// A conversion begins: it is counted, and the noise makes its next step.
static void conversion_begins(struct avr_irq_t *irq, uint32_t value, void *param)
{
	struct uno *uno = param;
	struct uno_conversions *conversions = &uno->conversions;
	uint32_t interval = uno->avr->cycle - uno->converted;
	uno->converted = uno->avr->cycle;
	if (conversions->count && (conversions->count == 1 || interval < conversions->shortest))
		conversions->shortest = interval;
	if (conversions->count && interval > conversions->longest)
		conversions->longest = interval;
	conversions->count++;
	uno->dither = (uno->dither + 1) % DITHER_STEPS;
	for (int input = 0; input < INPUTS; input++) {
		uint32_t voltage = (uno->voltages[input] + uno->dither * DITHER) / 16;
		avr_raise_irq(avr_io_getirq(uno->avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_ADC0 + input), voltage);
	}
}

// Holds a terminal from outside. simavr shows the held level each time that the port is written.
void uno_hold(struct uno *uno, uint8_t terminal, bool high)
{
	char port = port_of(terminal);
	uint8_t mask = 1 << bit_of(terminal);
	uno->held[port - 'B'] |= mask;
	uno->level[port - 'B'] = (uno->level[port - 'B'] & ~mask) | (high ? mask : 0);
	avr_ioport_external_t external = {
		.name = port,
		.mask = uno->held[port - 'B'],
		.value = uno->level[port - 'B'],
	};
	avr_ioctl(uno->avr, AVR_IOCTL_IOPORT_SET_EXTERNAL(port), &external);
	avr_raise_irq(avr_io_getirq(uno->avr, AVR_IOCTL_IOPORT_GETIRQ(port), bit_of(terminal)), high);
}

static void connect(struct uno *uno)
{
	avr_t *avr = uno->avr;
	uint32_t flags = 0;
	avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
	avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), byte_leaves, uno);
	avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_OUT_TRIGGER), conversion_begins, uno);
	for (uint8_t number = 2; number < 20; number++) {
		struct terminal *terminal = &uno->terminals[number];
		*terminal = (struct terminal){ uno, number, false };
		avr_irq_t *pin = avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ(port_of(number)), bit_of(number));
		avr_irq_register_notify(pin, port_changes, terminal);
	}
	avr_register_io_write(avr, TCCR1A, timer_is_set, uno);
}

// simavr tells of each section that it loads; only its errors are of interest. Bytes that nobody takes in time are none: a
// boot loader takes nothing but its own.
static void log_errors(avr_t *avr, const int level, const char *format, va_list arguments)
{
	if (avr && level <= LOG_ERROR && !strstr(format, "overrun"))
		vfprintf(stderr, format, arguments);
}

struct uno *uno_new(const char *elf)
{
	avr_global_logger_set(log_errors);
	elf_firmware_t firmware = { 0 };
	struct uno *uno = calloc(1, sizeof *uno);
	if (!uno || (elf && elf_read_firmware(elf, &firmware) != 0))
		goto failed;
	uno->avr = avr_make_mcu_by_name("atmega328p");
	if (!uno->avr)
		goto failed;
	uno->avr->custom.data = uno;
	uno->memory_free = RAM_START;
	avr_init(uno->avr);
	firmware.frequency = FREQUENCY;
	firmware.vcc = firmware.avcc = firmware.aref = SUPPLY_MV;
	if (elf)
		avr_load_firmware(uno->avr, &firmware);
	uno->avr->frequency = FREQUENCY;
	uno->avr->vcc = uno->avr->avcc = uno->avr->aref = SUPPLY_MV;
	uno->avr->sleep = sleep_without_waiting;
	for (uint32_t i = 0; i < firmware.symbolcount; i++)
		if (strcmp(firmware.symbol[i]->symbol, "_end") == 0)
			uno->memory_free = firmware.symbol[i]->addr & 0xffff;
	connect(uno);
	return uno;
failed:
	free(uno);
	return NULL;
}

bool uno_load(struct uno *uno, uint32_t address, const uint8_t *bytes, uint16_t length)
{
	avr_t *avr = uno->avr;
	if (address + length > avr->flashend + 1)
		return false;
	memcpy(avr->flash + address, bytes, length);
	return true;
}

void uno_begin_at(struct uno *uno, uint32_t address)
{
	avr_t *avr = uno->avr;
	avr->reset_pc = avr->pc = address;
	avr->codeend = avr->flashend;
}

void uno_free(struct uno *uno)
{
	avr_terminate(uno->avr);
	free(uno->avr);
	free(uno->events);
	free(uno);
}

// What every reset does to the terminals.
static void release(struct uno *uno)
{
	for (uint8_t number = 2; number < 20; number++) {
		uno->terminals[number].pulsing = false;
		note(uno, number, uno->level[port_of(number) - 'B'] >> bit_of(number) & 1);
	}
}

bool uno_run_until(struct uno *uno, uint64_t cycle)
{
	avr_t *avr = uno->avr;
	while (avr->cycle < cycle) {
		int state = avr_run(avr);
		if (state == cpu_Done || state == cpu_Crashed)
			return false;
		if (avr->pc == avr->reset_pc && avr->data[MCUSR] & WATCHDOG_RESET) {
			uno->watchdog_resets++;
			release(uno);
		}
	}
	return true;
}

uint64_t uno_cycle(const struct uno *uno)
{
	return uno->avr->cycle;
}

uint64_t uno_slept(const struct uno *uno)
{
	return uno->slept;
}

struct uno_conversions uno_take_conversions(struct uno *uno)
{
	struct uno_conversions taken = uno->conversions;
	uno->conversions = (struct uno_conversions){ 0 };
	return taken;
}

uint32_t uno_watchdog_resets(const struct uno *uno)
{
	return uno->watchdog_resets;
}

void uno_reset(struct uno *uno, uint8_t cause)
{
	avr_reset(uno->avr);
	uno->avr->data[MCUSR] = cause;
	release(uno);
}

void uno_receive(struct uno *uno, uint8_t byte)
{
	avr_raise_irq(avr_io_getirq(uno->avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT), byte);
}

bool uno_next_event(struct uno *uno, struct uno_event *event)
{
	if (!uno->count)
		return false;
	*event = uno->events[uno->first++];
	if (--uno->count == 0)
		uno->first = 0;
	return true;
}

void uno_set_voltage(struct uno *uno, uint8_t input, uint32_t voltage)
{
	if (input < INPUTS)
		uno->voltages[input] = voltage;
}

uint16_t uno_driven(const struct uno *uno, uint8_t terminal)
{
	const uint8_t *data = uno->avr->data;
	uint8_t bit = 1 << bit_of(terminal);
	uint8_t direction = data[terminal < 8 ? DDRD : terminal < 14 ? DDRB : DDRC];
	uint8_t output = data[terminal < 8 ? PORTD : terminal < 14 ? PORTB : PORTC];
	if (!(direction & bit))
		return 0;
	if (!(data[TCCR1A] & com_bit(terminal)))
		return output & bit ? UINT16_MAX : 0;
	uint8_t compare = terminal == 9 ? OCR1A : OCR1B;
	uint32_t on = (data[compare] | data[compare + 1] << 8) + 1;
	uint32_t period = (data[ICR1] | data[ICR1 + 1] << 8) + 1;
	return on * UINT16_MAX / period;
}

uint8_t uno_memory(const struct uno *uno, uint16_t address)
{
	return address <= uno->avr->ramend ? uno->avr->data[address] : 0;
}

void uno_set_memory(struct uno *uno, uint16_t address, uint8_t value)
{
	if (address <= uno->avr->ramend)
		uno->avr->data[address] = value;
}

uint16_t uno_memory_free(const struct uno *uno)
{
	return uno->memory_free;
}

uint16_t uno_memory_end(const struct uno *uno)
{
	return uno->avr->ramend;
}

void uno_read_eeprom(struct uno *uno, uint16_t address, uint8_t *bytes, uint16_t length)
{
	avr_eeprom_desc_t memory = { .ee = bytes, .offset = address, .size = length };
	avr_ioctl(uno->avr, AVR_IOCTL_EEPROM_GET, &memory);
}

void uno_write_eeprom(struct uno *uno, uint16_t address, const uint8_t *bytes, uint16_t length)
{
	avr_eeprom_desc_t memory = { .ee = (uint8_t *)bytes, .offset = address, .size = length };
	avr_ioctl(uno->avr, AVR_IOCTL_EEPROM_SET, &memory);
}
