// The languages of the page. What the machine itself says (alarms, messages, names) is shown as it says it.

import en from './words/en.js';
import ko from './words/ko.js';

const TABLES = { en, ko };

/** The languages by code, each in its own words. */
export const LANGUAGES = { en: 'English', ko: '한국어' };

/** What was kept under this name, or null where nothing can be kept. */
export function remembered(name) {
	try {
		return localStorage.getItem(name);
	} catch {
		return null;
	}
}

/** Keeps a choice in this browser; null forgets it. */
export function remember(name, value) {
	try {
		if (value === null) localStorage.removeItem(name);
		else localStorage.setItem(name, value);
	} catch {
		// It lasts until the page is closed, then.
	}
}

function first() {
	const wanted = [remembered('language'), ...(navigator.languages ?? [navigator.language])];
	return wanted.map((tag) => tag?.slice(0, 2)).find((tag) => tag in TABLES) ?? 'en';
}

let code = first();
document.documentElement.lang = code;

/** The code of the language in use. */
export const language = () => code;

/** Takes another language from now on; whoever shows words must be drawn again. */
export function setLanguage(wanted) {
	code = wanted;
	document.documentElement.lang = wanted;
	remember('language', wanted);
}

/** The words of a key, with `{name}` replaced by the parameter of that name. */
export function t(key, params = {}) {
	return TABLES[code][key].replace(/\{(\w+)\}/g, (_, name) => String(params[name]));
}
