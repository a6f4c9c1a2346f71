// Who is there: a role and its password.

import { html, useEffect, useRef, useState } from '../vendor/htm-preact-standalone.module.js';
import { duration } from '../format.js';
import { remember, remembered, t } from '../i18n.js';
import { login } from '../session.js';
import { Choices } from '../shell.js';
import { Button, Icon, Notice } from '../ui.js';

const ROLES = [
	['viewer', 'role.viewer', 'role.viewer-may'],
	['operator', 'role.operator', 'role.operator-may'],
	['owner', 'role.owner', 'role.owner-may'],
];
const REASONS = { password: 'login.wrong', down: 'login.down' };

/** The seconds until another try is allowed, counted down. */
function useCountdown() {
	const [left, setLeft] = useState(0);
	useEffect(() => {
		if (left <= 0) return undefined;
		const timer = setTimeout(() => setLeft(left - 1), 1000);
		return () => clearTimeout(timer);
	}, [left]);
	return [left, setLeft];
}

/** The page; `why` is the key of the words that say why somebody is here again. */
export function Login({ why, onLogin, onLanguage }) {
	const [role, setRole] = useState(() => remembered('role') ?? 'viewer');
	const [password, setPassword] = useState('');
	const [error, setError] = useState(null);
	const [busy, setBusy] = useState(false);
	const [left, setLeft] = useCountdown();
	const field = useRef(null);

	useEffect(() => {
		document.title = t('login.title');
	});
	useEffect(() => field.current.focus(), []);

	const submit = async (event) => {
		event.preventDefault();
		setBusy(true);
		setError(null);
		try {
			const session = await login(role, password);
			remember('role', role);
			onLogin(session);
		} catch (failure) {
			setBusy(false);
			setError(failure);
			setPassword('');
			if (failure.reason === 'wait') setLeft(failure.seconds);
		}
	};
	const words = () => (REASONS[error.reason] ? t(REASONS[error.reason]) : `${t('login.refused')} ${error.message}`);
	const waiting = error?.reason === 'wait';

	return html`<main class="login">
		<form class="card" onSubmit=${submit}>
			<h1><${Icon} name="status" />${t('login.title')}</h1>
			${why && !error && html`<${Notice} kind="info" live>${t(why)}<//>`}
			<fieldset class="roles">
				<legend>${t('login.role')}</legend>
				${ROLES.map(([value, name, may]) => html`<label key=${value}>
					<input type="radio" name="role" value=${value} checked=${role === value} onChange=${() => setRole(value)} />
					<span><b>${t(name)}</b><small>${t(may)}</small></span>
				</label>`)}
			</fieldset>
			<label class="field">
				<span>${t('login.password')}</span>
				<input type="password" ref=${field} value=${password} autocomplete="current-password" required
					aria-describedby="login-error" onInput=${(event) => setPassword(event.target.value)} />
			</label>
			<div id="login-error" role="alert">
				${error && !waiting && html`<${Notice} kind="bad">${words()}<//>`}
				${waiting && html`<${Notice} kind="warn">${left > 0 ? t('login.wait', { time: duration(left * 1000) }) : t('login.again')}<//>`}
			</div>
			<${Button} kind="main" type="submit" busy=${busy} disabled=${left > 0}>${t('login.enter')}<//>
		</form>
		<${Choices} onLanguage=${onLanguage} />
	</main>`;
}
