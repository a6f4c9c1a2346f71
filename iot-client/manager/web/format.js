// Numbers, times and amounts in words.

import { language, t } from './i18n.js';

const MISSING = '–';

/** A number with exactly or at most so many digits after the point. */
export function number(value, decimals = 0, atLeast = decimals) {
	if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
	// Adding zero makes 0 of what would be written as -0.
	return new Intl.NumberFormat(language(), {
		minimumFractionDigits: Math.min(atLeast, decimals),
		maximumFractionDigits: decimals,
	}).format(Number(value.toFixed(decimals)) + 0);
}

/** A channel's value with its unit; a switch in words. */
export function measured(channel, value) {
	if (value === null || value === undefined) return MISSING;
	if (channel.switch) return value ? t('value.on') : t('value.off');
	return channel.unit ? `${number(value, channel.decimals)} ${channel.unit}` : number(value, channel.decimals);
}

const part = (options) => (at) => new Intl.DateTimeFormat(language(), { hourCycle: 'h23', ...options }).format(at);

/** The time of a day. */
export const clock = part({ hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Day and time. */
export const moment = part({
	year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
});

/** How long something takes: the two largest units of it. */
export function duration(ms) {
	const seconds = Math.max(0, Math.round(ms / 1000));
	const units = [['time.d', 86400], ['time.h', 3600], ['time.min', 60], ['time.s', 1]];
	if (seconds === 0) return t('time.s', { n: 0 });
	const from = units.findIndex(([, size]) => seconds >= size);
	return units.slice(from, from + 2).map(([key, size], index) => {
		const n = Math.floor((index === 0 ? seconds : seconds % units[from][1]) / size);
		return n > 0 ? t(key, { n }) : '';
	}).filter(Boolean).join(' ');
}

/** How long ago something was. */
export const ago = (ms) => (ms < 1500 ? t('time.now') : t('time.ago', { time: duration(ms) }));

/** A size in bytes. */
export function bytes(count) {
	const units = ['B', 'KiB', 'MiB', 'GiB'];
	let power = 0;
	while (count >= 1024 && power < units.length - 1) {
		count /= 1024;
		power += 1;
	}
	return `${number(count, power ? 1 : 0)} ${units[power]}`;
}

/** An amount of the chain's token, given in its smallest unit as a decimal string. Cut (not rounded) after six digits, unless
 * nothing would be left of it. */
export function money(planck, token) {
	if (planck === null || planck === undefined) return MISSING;
	if (!token) return t('money.planck', { amount: new Intl.NumberFormat(language()).format(BigInt(planck)) });
	const [symbol, decimals] = token;
	const digits = planck.padStart(decimals + 1, '0');
	const whole = new Intl.NumberFormat(language()).format(BigInt(digits.slice(0, digits.length - decimals)));
	const all = digits.slice(digits.length - decimals).replace(/0+$/, '');
	const cut = all.slice(0, 6).replace(/0+$/, '');
	const fraction = whole === '0' && cut === '' ? all : cut;
	return `${whole}${fraction && `.${fraction}`} ${symbol}`;
}

/** The middle of a long word (a hash, an address) left out. */
export const short = (text) => (text.length > 20 ? `${text.slice(0, 10)}…${text.slice(-8)}` : text);
