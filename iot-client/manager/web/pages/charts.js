// Live charts: the history of the chosen channels, then each value as it is measured.

import { html, useEffect, useMemo, useRef, useState } from '../vendor/htm-preact-standalone.module.js';
import { now } from '../clock.js';
import { measured, number } from '../format.js';
import { t } from '../i18n.js';
import { useCall, useLine, useStream } from '../live.js';
import { Line } from '../series.js';
import { Button, Card, Choice, Tick, Trouble, useRemembered } from '../ui.js';
import { Plot } from '../plot.js';

const RANGES = [['300000', 'charts.5min'], ['3600000', 'charts.1h'], ['86400000', 'charts.24h'], ['604800000', 'charts.7d']];
/** The most that one query may name. */
const MOST = 16;
const POINTS = 600;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** What is shown to somebody who has not chosen: the first sensors that are no switches. */
function usual(channels) {
	const sensors = channels.filter((channel) => !channel.output && !channel.switch);
	return (sensors.length ? sensors : channels).slice(0, 4).map((channel) => channel.name);
}

function Chooser({ channels, chosen, latest, onChange }) {
	const full = chosen.length >= MOST;
	const change = (name, on) => onChange(on ? [...chosen, name] : chosen.filter((each) => each !== name));
	return html`<${Card} title=${t('charts.channels')} wide>
		<div class="channels">${channels.map((channel) => html`
			<div class="channel" key=${channel.name}>
				<${Tick} label=${channel.name} checked=${chosen.includes(channel.name)}
					disabled=${full && !chosen.includes(channel.name)}
					onChange=${(on) => change(channel.name, on)} />
				<span class="value">${measured(channel, latest.get(channel.name)?.value ?? channel.value)}</span>
			</div>`)}</div>
		${full && html`<p class="needs">${t('charts.full', { count: MOST })}</p>`}
	<//>`;
}

function Chart({ channel, line, range, tick, value }) {
	const seen = line.summary(now() - range);
	const digits = channel.decimals;
	const words = seen
		? t('charts.summary', { min: number(seen.min, digits), mean: number(seen.mean, digits), max: number(seen.max, digits), unit: channel.unit })
		: t('charts.nothing');
	return html`<section class="card chart" aria-label=${channel.name}>
		<header class="card-head">
			<h2>${channel.name}</h2>
			<span class="dim">${channel.output ? t('charts.output') : t('charts.sensor')}</span>
			<span class="big">${measured(channel, value)}</span>
		</header>
		<${Plot} channel=${channel} line=${line} range=${range} tick=${tick} words=${words} />
	</section>`;
}

/** Puts what is measured onto the lines; returns how to tell it and how often something was drawn. */
function useLines(series, range) {
	const lines = useRef(new Map());
	const [tick, setTick] = useState(0);
	const drawn = useRef(0);
	useEffect(() => {
		lines.current = new Map((series ?? []).map((one) => [one.channel, new Line(one, range)]));
		setTick((count) => count + 1);
	}, [series]);
	const add = (readings, frozen) => {
		readings.forEach(([name, at, value]) => lines.current.get(name)?.add(at, value));
		// Whoever wants little movement gets it once in two seconds.
		if (frozen || (calm.matches && Date.now() - drawn.current < 2000)) return;
		drawn.current = Date.now();
		setTick((count) => count + 1);
	};
	return [lines.current, tick, add];
}

/** The page. */
export function Charts() {
	const { data: channels, error } = useCall('channels_list');
	const [kept, setKept] = useRemembered('channels', null);
	const [range, setRange] = useRemembered('range', RANGES[0][0]);
	const [frozen, setFrozen] = useState(false);
	const latest = useRef(new Map());

	const known = channels ?? [];
	const chosen = (kept ?? usual(known)).filter((name) => known.some((channel) => channel.name === name)).slice(0, MOST);
	// One query for each choice and each connection, and not for each time that the page is drawn.
	const { epoch } = useLine();
	const until = useMemo(now, [chosen.join(), range, epoch]);
	const query = { channels: chosen, from: Math.max(0, Math.floor(until - range)), to: Math.ceil(until) + 1, points: POINTS };
	const history = useCall(chosen.length ? 'history_query' : null, query);
	const [lines, tick, add] = useLines(history.data, Number(range));
	const streamError = useStream('channels', {}, (readings) => {
		readings.forEach(([name, at, value]) => latest.current.set(name, { at, value }));
		add(readings, frozen);
	});

	return html`
		<div class="tools">
			<${Choice} label=${t('charts.range')} name="range" value=${range} onChange=${setRange}
				options=${RANGES.map(([value, key]) => [value, t(key)])} />
			<${Button} aria-pressed=${frozen ? 'true' : 'false'} onClick=${() => setFrozen(!frozen)}>
				${frozen ? t('charts.go-on') : t('charts.freeze')}
			<//>
		</div>
		<${Trouble} error=${error ?? history.error ?? streamError} />
		<${Chooser} channels=${known} chosen=${chosen} latest=${latest.current} onChange=${setKept} />
		${channels && chosen.length === 0 && html`<p class="dim">${t('charts.choose')}</p>`}
		<div class="charts">
			${known.filter((channel) => chosen.includes(channel.name) && lines.has(channel.name)).map((channel) => html`
				<${Chart} key=${channel.name} channel=${channel} line=${lines.get(channel.name)} range=${Number(range)}
					tick=${tick} value=${latest.current.get(channel.name)?.value ?? channel.value} />`)}
		</div>`;
}
