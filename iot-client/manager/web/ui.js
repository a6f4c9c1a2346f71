// The parts that all pages are made of. Text of the machine goes through them as text, never as markup.

import { html, useEffect, useRef, useState } from './vendor/htm-preact-standalone.module.js';
import { remember, remembered, t } from './i18n.js';
import { explain, useMay } from './live.js';

const ICONS = {
	status: 'M4 13h4l2-7 4 12 2-5h4',
	charts: 'M4 4v16h16M8 15l3-4 3 2 5-7',
	jobs: 'M5 6h14M5 12h14M5 18h9',
	stock: 'M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8',
	health: 'M12 20s-7-4.4-7-9.6A4 4 0 0 1 12 7.6 4 4 0 0 1 19 10.4C19 15.6 12 20 12 20z',
	wallet: 'M4 7h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zM4 7l10-3v3M16 13h.01',
	rules: 'M5 5h6v6H5zM13 13h6v6h-6zM8 11v5h5',
	config: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4',
	log: 'M5 4h14v16H5zM8 8h8M8 12h8M8 16h5',
	board: 'M7 7h10v10H7zM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4',
	menu: 'M4 7h16M4 12h16M4 17h16',
	lock: 'M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3',
	ok: 'M5 12.5l4.5 4.5L19 7.5',
	warn: 'M12 4l9 16H3zM12 10v4M12 17h.01',
	bad: 'M7 7l10 10M17 7L7 17',
	info: 'M12 11v6M12 7h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
	idle: 'M7 12h10',
};

/** A small drawing beside a word; it says nothing that the word does not say. */
export const Icon = ({ name }) => html`
	<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${ICONS[name]} /></svg>`;

/** A box with a heading. */
export const Card = ({ title, aside, wide, children }) => html`
	<section class=${wide ? 'card wide' : 'card'}>
		<header class="card-head"><h2>${title}</h2>${aside}</header>
		${children}
	</section>`;

/** Names and values, `[[name, value], …]`; what is not known, or empty, is left out. */
export const Facts = ({ of }) => html`
	<dl class="facts">
		${of.filter(([, value]) => ![undefined, null, false, ''].includes(value)).map(([name, value], index) => html`
			<div key=${index}><dt>${name}</dt><dd>${value}</dd></div>`)}
	</dl>`;

/** A state in a word: `ok`, `warn`, `bad`, `info` or `idle`. */
export const Badge = ({ kind, children }) => html`
	<span class="badge ${kind}"><${Icon} name=${kind} />${children}</span>`;

/** What the machine says, in its own language. */
export const Said = ({ children }) => html`<span class="said" lang="en">${children}</span>`;

/** Something that has to be said here. */
export const Notice = ({ kind = 'info', live = false, children }) => html`
	<div class="notice ${kind}" role=${live ? 'status' : undefined}>
		<${Icon} name=${kind} /><div>${children}</div>
	</div>`;

/** What went wrong, in words, where it belongs. Nothing without an error. */
export function Trouble({ error }) {
	if (!error) return null;
	const { words, said } = explain(error);
	return html`<div class="notice bad" role="alert">
		<${Icon} name="bad" /><div>${words}${said && html` <${Said}>${said}<//>`}</div>
	</div>`;
}

/** The machine's alarms as a list, or that there are none. */
export const Alarms = ({ alarms, none }) => (alarms.length === 0
	? html`<p><${Badge} kind="ok">${none}<//></p>`
	: html`<ul class="alarms">
		${alarms.map((alarm) => html`<li key=${alarm}><${Icon} name="warn" /><${Said}>${alarm}<//></li>`)}
	</ul>`);

/** A button. While `busy` it cannot be pressed again. */
export const Button = ({ kind = '', busy, disabled, children, ...rest }) => html`
	<button type="button" class="button ${kind}" disabled=${disabled || busy} aria-busy=${busy ? 'true' : undefined} ...${rest}>
		${children}
	</button>`;

const NEEDS = { operator: 'role.needs-operator', owner: 'role.needs-owner' };

/** Why something cannot be used by who is logged in; nothing when it can. */
export function Needs({ role, id }) {
	return useMay(role) ? null : html`<p class="needs" id=${id}><${Icon} name="lock" />${t(NEEDS[role])}</p>`;
}

/** A page that this role may not see. */
export const Closed = ({ role }) => html`<${Card} title=${t('role.closed')}><${Needs} role=${role} /><//>`;

/** One of several values: `[[value, label], …]`. */
export const Choice = ({ label, name, value, options, onChange }) => html`
	<fieldset class="choice">
		<legend class="hidden">${label}</legend>
		${options.map(([option, text]) => html`
			<label key=${option}>
				<input type="radio" name=${name} value=${option} checked=${option === value}
					onChange=${() => onChange(option)} />
				<span>${text}</span>
			</label>`)}
	</fieldset>`;

/** Something to be ticked. */
export const Tick = ({ label, checked, disabled, describedBy, onChange }) => html`
	<label class="tick">
		<input type="checkbox" checked=${checked} disabled=${disabled} aria-describedby=${describedBy}
			onChange=${(event) => onChange(event.target.checked)} />
		<span>${label}</span>
	</label>`;

/** A question above the page. Escape is "no", and the focus goes back to where it was. */
export function Dialog({ title, yes, onYes, onNo, busy, children }) {
	const dialog = useRef(null);
	useEffect(() => {
		const before = document.activeElement;
		dialog.current.showModal();
		return () => before?.isConnected && before.focus();
	}, []);
	const cancel = (event) => {
		event.preventDefault();
		onNo();
	};
	return html`<dialog ref=${dialog} aria-labelledby="dialog-title" onCancel=${cancel}>
		<h2 id="dialog-title">${title}</h2>
		<div class="dialog-body">${children}</div>
		<div class="actions">
			<${Button} onClick=${onNo}>${t('action.cancel')}<//>
			<${Button} kind="main" busy=${busy} onClick=${onYes}>${yes}<//>
		</div>
	</dialog>`;
}

const DIFF_KIND = { '+': 'added', '-': 'removed', '@': 'place' };

/** A unified diff. Its signs stay, since colour alone tells nothing to some. */
export const Diff = ({ text }) => html`
	<pre class="diff" tabindex="0" aria-label=${t('text.diff')}>
		${text.trimEnd().split('\n').filter((line) => !/^(---|\+\+\+) /.test(line)).map((line, index) => html`
			<span key=${index} class=${DIFF_KIND[line[0]] ?? ''}>${line || ' '}</span>`)}
	</pre>`;

/** Copies a text, where the browser lets a page do that (https, or this computer). */
export function Copy({ text }) {
	const [done, setDone] = useState(false);
	if (!navigator.clipboard) return null;
	const copy = async () => {
		await navigator.clipboard.writeText(text);
		setDone(true);
		setTimeout(() => setDone(false), 2000);
	};
	return html`<${Button} kind="small" onClick=${copy}>
		<span aria-live="polite">${done ? t('action.copied') : t('action.copy')}</span>
	<//>`;
}

/** The theme that was chosen: `system`, `light` or `dark`. */
export const theme = () => document.documentElement.dataset.chosen;

/** Takes another theme from now on; theme.js puts it in place. */
export function setTheme(wanted) {
	document.documentElement.dataset.chosen = wanted;
	remember('theme', wanted === 'system' ? null : wanted);
	dispatchEvent(new Event('themechange'));
}

/** Something that is remembered in this browser, as JSON. */
export function useRemembered(name, initial) {
	const [value, setValue] = useState(() => {
		try {
			return JSON.parse(remembered(name)) ?? initial;
		} catch {
			return initial;
		}
	});
	const change = (next) => {
		setValue(next);
		remember(name, JSON.stringify(next));
	};
	return [value, change];
}
