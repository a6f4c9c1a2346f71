// What components know of the machine: the line, the answers of calls, and streams that go with a component.

import {
	createContext, useContext, useEffect, useReducer, useRef, useState,
} from './vendor/htm-preact-standalone.module.js';
import { t } from './i18n.js';
import { CODE, line } from './rpc.js';

/** The session, the newest status, and what the shell lends to pages. */
export const Machine = createContext(null);

/** What is in [`Machine`]. */
export const useMachine = () => useContext(Machine);

const RANK = { viewer: 0, operator: 1, owner: 2 };

/** Whether who is logged in may do what this role may. */
export const useMay = (role) => RANK[useMachine().session.role] >= RANK[role];

/** The line's state; the component is drawn again when it changes. */
export function useLine() {
	const [, again] = useReducer((count) => count + 1, 0);
	useEffect(() => line.watch(again), []);
	return line;
}

/**
 * The answer of a call: `{data, error, reload}`. It is asked again when the parameters change and after each reconnect; until
 * the new answer is there the old one stays. Without a method (null) nothing is asked.
 */
export function useCall(method, params = {}) {
	const [state, setState] = useState({});
	const { epoch } = useLine();
	const [asked, reload] = useReducer((count) => count + 1, 0);
	const key = JSON.stringify(params);
	useEffect(() => {
		if (!method) return undefined;
		let stopped = false;
		line.call(method, params).then(
			(data) => stopped || setState({ data }),
			// Of a line that is down the page tells by itself, and asks again when it is up.
			(error) => stopped || error.code === CODE.down || setState((before) => ({ ...before, error })),
		);
		return () => { stopped = true; };
	}, [method, key, epoch, asked]);
	return { ...state, reload };
}

/** A subscription as long as the component is shown. `onData` may be another function each time. Returns what went wrong. */
export function useStream(name, params, onData) {
	const handler = useRef(onData);
	handler.current = onData;
	const [error, setError] = useState(null);
	const key = JSON.stringify(params);
	useEffect(() => {
		if (!name) return undefined;
		setError(null);
		return line.subscribe(name, params, (data) => handler.current(data), setError);
	}, [name, key]);
	return error;
}

/** A function that calls another at most once in so many milliseconds, and once more for what came in between. */
export function useCalm(what, everyMs) {
	const latest = useRef(what);
	latest.current = what;
	const timer = useRef(null);
	useEffect(() => () => clearTimeout(timer.current), []);
	return () => {
		timer.current ??= setTimeout(() => {
			timer.current = null;
			latest.current();
		}, everyMs);
	};
}

/** What somebody does with a page. */
const ACTS = ['pointerdown', 'keydown', 'wheel'];
const TOLD_MS = 2000;

/** Tells the server that somebody is there: at the beginning, and when somebody does something. What the page asks by itself
 * does not keep the session. */
export function useKeeping() {
	const tell = useCalm(() => line.call('session_keep').catch(() => {}), TOLD_MS);
	useEffect(() => {
		tell();
		ACTS.forEach((act) => addEventListener(act, tell, { capture: true, passive: true }));
		return () => ACTS.forEach((act) => removeEventListener(act, tell, { capture: true }));
	}, []);
}

const KINDS = {
	[CODE.role]: 'error.role',
	[CODE.problems]: 'error.problems',
	[CODE.conflict]: 'error.conflict',
	[CODE.notFound]: 'error.not-found',
	[CODE.unavailable]: 'error.unavailable',
	[CODE.tooMany]: 'error.too-many',
	[CODE.down]: 'error.down',
	[CODE.late]: 'error.down',
};

/** An error as `{words, said}`: in the reader's language, and what the server said where that tells more. */
export function explain(error) {
	const words = t(KINDS[error.code] ?? 'error.other');
	const tells = ![CODE.role, CODE.problems, CODE.conflict, CODE.tooMany, CODE.down, CODE.late].includes(error.code);
	return { words, said: tells ? error.message : '' };
}
