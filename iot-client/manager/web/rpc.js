// JSON-RPC 2.0 over one WebSocket that comes back by itself: calls, and subscriptions that outlive a reconnect.

import * as session from './session.js';

/** Codes of docs/manager.md, and two of our own: the line is down, or the answer did not come in time. */
export const CODE = {
	invalid: -32602,
	role: -32001,
	problems: -32002,
	conflict: -32003,
	notFound: -32004,
	unavailable: -32005,
	tooMany: -32006,
	down: 'down',
	late: 'late',
};

const CALL_MS = 20_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;
// The status comes every few seconds: a line that says nothing for so long is asked whether it is still there.
const SILENCE_MS = 15_000;
const LOOK_MS = 5_000;

/** What the server said no to. */
export class RpcError extends Error {
	constructor(code, message, data) {
		super(message);
		this.code = code;
		this.data = data;
	}
}

const down = () => new RpcError(CODE.down, 'the line is down');

/** The line to the machine. `state` is `connecting`, `up` or `down`; `epoch` rises with each connection. */
class Line {
	state = 'connecting';
	epoch = 0;
	retryAt = 0;
	#socket = null;
	#session = null;
	#ended = () => {};
	#calls = new Map();
	#next = 1;
	#waiting = [];
	#subscriptions = new Set();
	#watchers = new Set();
	#tries = 0;
	#timer = null;
	#looker = null;
	#heard = 0;

	/** Opens the line of a session; `ended` is called once when the server does not know the session any more. */
	open(theSession, ended) {
		this.#session = theSession;
		this.#ended = ended;
		this.#tries = 0;
		this.#looker = setInterval(() => this.#look(), LOOK_MS);
		this.#to('connecting');
		this.#connect();
	}

	/** Closes it for good. */
	close() {
		this.#session = null;
		clearTimeout(this.#timer);
		clearInterval(this.#looker);
		const socket = this.#socket;
		this.#socket = null;
		socket?.close();
		this.#failAll();
		this.#subscriptions.clear();
		this.#to('connecting');
	}

	/** Calls `changed` on every change of state until the function that it returns is called. */
	watch(changed) {
		this.#watchers.add(changed);
		return () => this.#watchers.delete(changed);
	}

	/** Calls a method. While the first connection is being made it waits; while the line is down it fails at once. */
	call(method, params = {}, timeoutMs = CALL_MS) {
		if (this.state === 'connecting' && this.#session) {
			return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject })).then(() =>
				this.call(method, params, timeoutMs),
			);
		}
		if (this.state !== 'up') return Promise.reject(down());
		const id = this.#next++;
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				this.#calls.delete(id);
				reject(new RpcError(CODE.late, 'no answer'));
			}, timeoutMs);
			this.#calls.set(id, { resolve, reject, timer });
			this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
		});
	}

	/** Subscribes to `<name>_update`, again after each reconnect, until the function that it returns is called. */
	subscribe(name, params, onData, onError = () => {}) {
		const subscription = { name, params, onData, onError, id: null };
		this.#subscriptions.add(subscription);
		if (this.state === 'up') this.#start(subscription);
		return () => {
			this.#subscriptions.delete(subscription);
			if (subscription.id !== null) this.#stop(subscription);
		};
	}

	/** Tries at once instead of when the time has come. */
	retryNow() {
		if (this.state === 'down') this.#connect();
	}

	#to(state) {
		this.state = state;
		this.#watchers.forEach((changed) => changed());
	}

	#connect() {
		clearTimeout(this.#timer);
		const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/rpc?token=${
			encodeURIComponent(this.#session.token)}`);
		this.#socket?.close();
		this.#socket = socket;
		socket.onopen = () => socket === this.#socket && this.#opened();
		socket.onmessage = ({ data }) => socket === this.#socket && this.#message(data);
		socket.onclose = () => socket === this.#socket && this.#closed();
	}

	#opened() {
		this.#tries = 0;
		this.#heard = Date.now();
		this.epoch += 1;
		this.#to('up');
		this.#waiting.splice(0).forEach(({ resolve }) => resolve());
		this.#subscriptions.forEach((subscription) => this.#start(subscription));
	}

	#closed() {
		this.#socket = null;
		this.#failAll();
		this.#wait();
		this.#whetherEnded();
	}

	/** A WebSocket does not say why it was refused, and a call not why it is not allowed, so the session is asked for. */
	async #whetherEnded() {
		const mine = this.#session;
		try {
			const now = await session.current();
			if (this.#session !== mine) return;
			if (now === null) {
				const ended = this.#ended;
				this.close();
				ended();
			} else {
				Object.assign(mine, now);
			}
		} catch {
			// No answer: the line is down, and is tried again.
		}
	}

	#wait() {
		const wait = Math.min(FIRST_RETRY_MS * 2 ** this.#tries, LAST_RETRY_MS) * (0.8 + 0.4 * Math.random());
		this.#tries += 1;
		this.retryAt = Date.now() + wait;
		this.#timer = setTimeout(() => this.#connect(), wait);
		this.#to('down');
	}

	/** A computer that was asleep, or a cable that was pulled, closes no socket for minutes. */
	async #look() {
		if (this.state !== 'up' || Date.now() - this.#heard < SILENCE_MS) return;
		const socket = this.#socket;
		await this.call('system_info', {}, LOOK_MS).catch((error) => {
			if (error.code !== CODE.late || socket !== this.#socket) return;
			socket.close();
			this.#closed();
		});
	}

	#message(data) {
		this.#heard = Date.now();
		const message = JSON.parse(data);
		if (message.method) {
			const { subscription: id, result } = message.params ?? {};
			// Without a result it says that the subscription is over; the line is closed behind it.
			if (result === undefined) return;
			this.#subscriptions.forEach((subscription) => subscription.id === id && subscription.onData(result));
			return;
		}
		const call = this.#calls.get(message.id);
		if (!call) return;
		this.#calls.delete(message.id);
		clearTimeout(call.timer);
		const { error } = message;
		if (!error) return call.resolve(message.result);
		call.reject(new RpcError(error.code, error.message, error.data));
		if (error.code === CODE.role) this.#whetherEnded();
	}

	#failAll() {
		this.#calls.forEach(({ reject, timer }) => {
			clearTimeout(timer);
			reject(down());
		});
		this.#calls.clear();
		this.#waiting.splice(0).forEach(({ reject }) => reject(down()));
		this.#subscriptions.forEach((subscription) => (subscription.id = null));
	}

	async #start(subscription) {
		const { epoch } = this;
		try {
			const id = await this.call(`${subscription.name}_subscribe`, subscription.params);
			if (epoch !== this.epoch) return;
			subscription.id = id;
			// It may have been stopped in the meantime.
			if (!this.#subscriptions.has(subscription)) this.#stop(subscription);
		} catch (error) {
			if (error.code !== CODE.down) subscription.onError(error);
		}
	}

	#stop({ name, id }) {
		this.call(`${name}_unsubscribe`, [id]).catch(() => {});
	}
}

/** The one line of this page. */
export const line = new Line();

addEventListener('online', () => line.retryNow());
