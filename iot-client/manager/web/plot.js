// One chart: a channel's mean as a line, and a band from its smallest to its largest value. uPlot is fetched when the first
// one is shown.

import { html, useEffect, useRef, useState } from './vendor/htm-preact-standalone.module.js';
import { now } from './clock.js';
import { clock, moment, number } from './format.js';
import { language, t } from './i18n.js';

const HEIGHT = 168;
/** Steps of the time axis, in seconds: uPlot's own has none of two minutes, which is what five minutes on a phone need. */
const TIME_STEPS = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800];

let library = null;

/** uPlot is a plain script that makes a global. */
function fetchLibrary() {
	library ??= new Promise((resolve, reject) => {
		const style = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: 'vendor/uPlot.min.css' });
		const script = Object.assign(document.createElement('script'), { src: 'vendor/uPlot.iife.min.js' });
		script.onload = () => resolve(globalThis.uPlot);
		script.onerror = () => {
			library = null;
			reject(new Error(t('charts.no-library')));
		};
		document.head.append(style, script);
	});
	return library;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** What is written at the time axis: as much as the range needs. */
function timeLabels(range) {
	const style = range > 86_400_000
		? { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' }
		: range > 600_000 ? { hour: '2-digit', minute: '2-digit' } : { hour: '2-digit', minute: '2-digit', second: '2-digit' };
	const format = new Intl.DateTimeFormat(language(), { ...style, hourCycle: 'h23' });
	return (_, seconds) => seconds.map((second) => format.format(second * 1000));
}

function options(uPlot, channel, range, width) {
	const axis = { stroke: colour('--text-dim'), grid: { stroke: colour('--grid'), width: 1 }, ticks: { show: false } };
	const font = `12px ${colour('--font')}`;
	const accent = colour('--accent');
	const paths = channel.switch || channel.output ? uPlot.paths.stepped({ align: 1 }) : uPlot.paths.linear();
	const edge = { stroke: 'transparent', width: 0, points: { show: false }, paths };
	const decimals = Math.min(channel.decimals, 3);
	return {
		width, height: HEIGHT,
		legend: { show: false },
		cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'charts' }, points: { size: 7 } },
		scales: {
			x: { time: true, range: () => [(now() - range) / 1000, now() / 1000] },
			y: { range: (_, least, most) => bounds(channel, least, most) },
		},
		axes: [
			{ ...axis, font, size: 26, incrs: TIME_STEPS, space: range > 86_400_000 ? 100 : 64, values: timeLabels(range) },
			{ ...axis, font, size: 54, space: 30, values: (_, ticks) => ticks.map((tick) => number(tick, decimals + 2, 0)) },
		],
		series: [{}, edge, edge, { stroke: accent, width: 1.75, points: { show: false }, paths }],
		bands: [{ series: [2, 1], fill: colour('--band') }],
	};
}

/** A switch from 0 to 1; all else what was seen, with room around it. */
function bounds(channel, least, most) {
	if (channel.switch) return [-0.1, 1.1];
	if (least === null || most === null) return [channel.min, channel.max];
	const room = Math.max((most - least) * 0.12, 10 ** -channel.decimals, Math.abs(most) * 0.002);
	return [least - room, most + room];
}

/** Draws `line` (of series.js) again whenever `tick` changes. `words` tell what it shows; what is under the pointer takes their place. */
export function Plot({ channel, line, range, tick, words }) {
	const place = useRef(null);
	const chart = useRef(null);
	const [error, setError] = useState(null);
	const [themed, setThemed] = useState(0);
	const [under, setUnder] = useState(null);

	useEffect(() => {
		const again = () => setThemed((count) => count + 1);
		const system = matchMedia('(prefers-color-scheme: dark)');
		addEventListener('themechange', again);
		system.addEventListener('change', again);
		return () => {
			removeEventListener('themechange', again);
			system.removeEventListener('change', again);
		};
	}, []);

	useEffect(() => {
		let gone = false;
		const width = () => place.current.clientWidth;
		const watcher = new ResizeObserver(() => chart.current?.setSize({ width: width(), height: HEIGHT }));
		fetchLibrary().then((uPlot) => {
			if (gone) return;
			const settings = options(uPlot, channel, range, width());
			settings.hooks = { setCursor: [(plot) => setUnder(valueAt(plot))] };
			chart.current = new uPlot(settings, line.columns(), place.current);
			watcher.observe(place.current);
		}, (failure) => gone || setError(failure));
		return () => {
			gone = true;
			watcher.disconnect();
			chart.current?.destroy();
			chart.current = null;
		};
	}, [channel.name, range, line, themed, language()]);

	useEffect(() => chart.current?.setData(line.columns()), [tick]);

	const digits = channel.decimals;
	return html`
		<div class="plot" role="img" aria-label=${`${channel.name}. ${words}`} ref=${place}></div>
		${error && html`<p class="needs">${error.message}</p>`}
		<p class="under">${under
			? `${range > 3_600_000 ? moment(under.at) : clock(under.at)} · ${t('charts.summary', {
				min: number(under.min, digits), mean: number(under.mean, digits), max: number(under.max, digits), unit: channel.unit,
			})}`
			: words}</p>`;
}

/** What is under the pointer. */
function valueAt(plot) {
	const { idx } = plot.cursor;
	const [at, min, max, mean] = plot.data.map((column) => column[idx]);
	return idx === null || idx === undefined || mean === null || mean === undefined ? null : { at: at * 1000, min, max, mean };
}
