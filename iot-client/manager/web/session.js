// Who is logged in. The cookie is the server's and no script sees it; the token that goes with it is kept in memory only.

/** A login that the server refused, or a server that does not answer: `reason` is `password`, `wait`, `down` or `refused`. */
export class LoginError extends Error {
	constructor(reason, message, seconds) {
		super(message);
		this.reason = reason;
		this.seconds = seconds;
	}
}

async function ask(method, body) {
	const options = { method, credentials: 'same-origin', cache: 'no-store' };
	if (body) {
		options.headers = { 'Content-Type': 'application/json' };
		options.body = JSON.stringify(body);
	}
	try {
		return await fetch('session', options);
	} catch (error) {
		throw new LoginError('down', String(error));
	}
}

async function words(response) {
	try {
		return String((await response.json()).error ?? response.status);
	} catch {
		return String(response.status);
	}
}

/** The session of before a reload, `{role, token, expires}`; null when nobody is logged in. */
export async function current() {
	const response = await ask('GET');
	if (response.ok) return response.json();
	if (response.status === 401) return null;
	throw new LoginError('refused', await words(response));
}

/** Logs in. */
export async function login(role, password) {
	const response = await ask('POST', { role, password });
	if (response.ok) return response.json();
	const said = await words(response);
	if (response.status === 401) throw new LoginError('password', said);
	if (response.status === 429) throw new LoginError('wait', said, Number(response.headers.get('Retry-After')) || 1);
	throw new LoginError('refused', said);
}

/** Logs out. A server that does not answer ends the session by itself when its time is over. */
export async function logout() {
	await ask('DELETE').catch(() => {});
}
