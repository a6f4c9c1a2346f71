// What is around every page: the bar, the way to the pages, the state of the line, and the alarms as they come.

import { html, useEffect, useErrorBoundary, useRef, useState } from './vendor/htm-preact-standalone.module.js';
import { setClock, useNow } from './clock.js';
import { duration, short } from './format.js';
import { LANGUAGES, language, setLanguage, t } from './i18n.js';
import { Machine, useCall, useKeeping, useLine, useMay, useStream } from './live.js';
import { Board } from './pages/board.js';
import { Charts } from './pages/charts.js';
import { Config } from './pages/config.js';
import { Health } from './pages/health.js';
import { Job } from './pages/job.js';
import { Jobs } from './pages/jobs.js';
import { Log } from './pages/log.js';
import { Rules } from './pages/rules.js';
import { Status } from './pages/status.js';
import { Stock } from './pages/stock.js';
import { Wallet } from './pages/wallet.js';
import { drafts } from './text-page.js';
import { Badge, Button, Dialog, Icon, Notice, setTheme, theme } from './ui.js';

/** The pages: address, key of the title, what draws it, the least role. */
const PAGES = [
	['status', 'nav.status', Status, 'viewer'],
	['charts', 'nav.charts', Charts, 'viewer'],
	['jobs', 'nav.jobs', Jobs, 'viewer'],
	['stock', 'nav.stock', Stock, 'viewer'],
	['health', 'nav.health', Health, 'viewer'],
	['wallet', 'nav.wallet', Wallet, 'viewer'],
	['rules', 'nav.rules', Rules, 'viewer'],
	['config', 'nav.config', Config, 'owner'],
	['log', 'nav.log', Log, 'operator'],
	['board', 'nav.board', Board, 'viewer'],
];

const ROLE = { viewer: 'role.viewer', operator: 'role.operator', owner: 'role.owner' };

/** The address after `#/`, in parts. */
function useRoute() {
	const read = () => location.hash.replace(/^#\/?/, '').split('/');
	const [route, setRoute] = useState(read);
	useEffect(() => {
		const changed = () => setRoute(read());
		addEventListener('hashchange', changed);
		return () => removeEventListener('hashchange', changed);
	}, []);
	return route;
}

/** Language and theme, on every page and before the login. */
export function Choices({ onLanguage }) {
	const [chosen, setChosen] = useState(theme);
	const takeLanguage = (event) => {
		setLanguage(event.target.value);
		onLanguage(event.target.value);
	};
	const takeTheme = (event) => {
		setTheme(event.target.value);
		setChosen(event.target.value);
	};
	const themes = [['system', t('theme.system')], ['light', t('theme.light')], ['dark', t('theme.dark')]];
	return html`<div class="choices">
		<select aria-label=${t('choice.language')} value=${language()} onChange=${takeLanguage}>
			${Object.entries(LANGUAGES).map(([code, name]) => html`
				<option key=${code} value=${code} lang=${code} selected=${code === language()}>${name}</option>`)}
		</select>
		<select aria-label=${t('choice.theme')} value=${chosen} onChange=${takeTheme}>
			${themes.map(([value, name]) => html`<option key=${value} value=${value} selected=${value === chosen}>${name}</option>`)}
		</select>
	</div>`;
}

function Entry({ page: [address, key, , role], here, alarms }) {
	const may = useMay(role);
	const href = `#/${address}`;
	return html`<li>
		<a href=${href} aria-current=${here ? 'page' : undefined} class=${may ? '' : 'closed'}>
			<${Icon} name=${address} /><span>${t(key)}</span>
			${!may && html`<${Icon} name="lock" /><span class="hidden">${t('role.closed')}</span>`}
			${alarms > 0 && html`<span class="count" aria-label=${t('nav.alarms', { count: alarms })}>${alarms}</span>`}
		</a>
	</li>`;
}

/** That the line is down, since what is shown is old then. */
function LineDown() {
	const line = useLine();
	useNow(500);
	const wait = Math.max(0, line.retryAt - Date.now());
	return html`<div class="line-down" role="status">
		${line.state === 'down' && html`<${Notice} kind="bad">
			<span>${t('line.down')} </span>
			<span aria-hidden="true">${t('line.retry', { time: duration(wait) })}</span>
			<${Button} kind="small" onClick=${() => line.retryNow()}>${t('line.now')}<//>
		<//>`}
	</div>`;
}

/** Alarms that have come since the last time, read out by screen readers. */
function NewAlarms({ alarms }) {
	const before = useRef(null);
	const [said, setSaid] = useState('');
	useEffect(() => {
		const known = before.current ?? [];
		const fresh = alarms.filter((alarm) => !known.includes(alarm));
		before.current = alarms;
		if (fresh.length > 0) setSaid(t('alarms.new', { alarms: fresh.join('; ') }));
	}, [alarms.join('\n')]);
	return html`<div class="hidden" aria-live="assertive" id="alarm-voice">${said}</div>`;
}

/** A page that fails must not take the others with it. */
function Page({ of: View, ...rest }) {
	const [error, again] = useErrorBoundary();
	if (!error) return html`<${View} ...${rest} />`;
	return html`<${Notice} kind="bad">
		<p>${t('error.page')} ${String(error.message)}</p><${Button} onClick=${again}>${t('action.again')}<//>
	<//>`;
}

/** The bar on top. */
function Bar({ machine, session, menu, onMenu, onLogout, onLanguage }) {
	const line = useLine();
	return html`<header class="bar">
		<button type="button" class="menu" aria-expanded=${menu ? 'true' : 'false'} aria-controls="nav" onClick=${onMenu}>
			<${Icon} name="menu" /><span class="hidden">${t('nav.menu')}</span>
		</button>
		<span class="name" title=${machine ?? ''}>${machine ? short(machine) : t('app.name')}</span>
		<${Badge} kind=${line.state === 'up' ? 'ok' : line.state === 'down' ? 'bad' : 'idle'}>
			${line.state === 'up' ? t('line.up') : line.state === 'down' ? t('line.off') : t('line.connecting')}
		<//>
		<div class=${menu ? 'bar-more open' : 'bar-more'}>
			<${Choices} onLanguage=${onLanguage} />
			<span class="role">${t(ROLE[session.role])}</span>
			<${Button} kind="small" onClick=${onLogout}>${t('action.logout')}<//>
		</div>
	</header>`;
}

/** The machine, for who is logged in. */
export function Shell({ session, onLogout, onLanguage }) {
	const route = useRoute();
	const [pushed, setPushed] = useState(null);
	const [menu, setMenu] = useState(false);
	const [leaving, setLeaving] = useState(false);
	const main = useRef(null);
	const first = useRef(true);
	const { data: info } = useCall('system_info');
	const asked = useCall('status_get');
	const streamError = useStream('status', {}, setPushed);
	const line = useLine();
	useKeeping();

	useEffect(() => info && setClock(info.now), [info]);
	// What was pushed before the line was down is older than what is asked after it.
	useEffect(() => setPushed(null), [asked.data]);

	const status = pushed ?? asked.data;
	const daemon = status?.daemon;
	const alarms = daemon?.alarms ?? [];
	const page = PAGES.find(([address]) => address === route[0]) ?? PAGES[0];
	const [address, key, View] = page;
	const job = address === 'jobs' && route[1];
	const title = job ? t('job.title', { job }) : t(key);

	useEffect(() => {
		document.title = `${alarms.length ? `(${alarms.length}) ` : ''}${title} – ${daemon?.machine ? short(daemon.machine) : t('app.name')}`;
	}, [title, daemon?.machine, alarms.length]);
	// Whoever goes to another page with the keyboard or a screen reader is to be at its beginning.
	useEffect(() => {
		setMenu(false);
		if (!first.current) main.current.focus({ preventScroll: true });
		first.current = false;
		scrollTo(0, 0);
	}, [route.join('/')]);

	const known = { session, info, status, daemon, statusError: asked.error ?? streamError };
	return html`<${Machine.Provider} value=${known}>
		<button type="button" class="skip" onClick=${() => main.current.focus()}>${t('nav.skip')}</button>
		<${Bar} machine=${daemon?.machine} session=${session} menu=${menu} onMenu=${() => setMenu(!menu)}
			onLogout=${() => (drafts.size > 0 ? setLeaving(true) : onLogout())} onLanguage=${onLanguage} />
		<div class="frame">
			<nav id="nav" class=${menu ? 'open' : ''} aria-label=${t('nav.pages')}>
				<ul>${PAGES.map((each) => html`
					<${Entry} key=${each[0]} page=${each} here=${each === page}
						alarms=${each[0] === 'health' ? alarms.length : 0} />`)}</ul>
				<p class="version">${info && t('app.version', { version: info.version })}</p>
			</nav>
			<main ref=${main} tabindex="-1" class=${line.state === 'down' ? 'stale' : ''}>
				<h1>${title}</h1>
				<${LineDown} />
				<${NewAlarms} alarms=${alarms} />
				<${Page} key=${route.join('/')} of=${job ? Job : View} job=${job ? Number(job) : undefined} />
			</main>
		</div>
		${leaving && html`<${Dialog} title=${t('logout.sure')} yes=${t('action.logout')} onYes=${onLogout}
			onNo=${() => setLeaving(false)}><p>${t('logout.drafts')}</p><//>`}
	<//>`;
}
