// A text with numbered lines, and marks at the lines that have problems. A plain text field underneath: the Tab key leaves it,
// as everywhere, and what a browser or a screen reader can do with text fields works.

import { html, useEffect, useRef } from './vendor/htm-preact-standalone.module.js';
import { t } from './i18n.js';

/** Selects a line and brings it into view. */
function show(field, number) {
	const lines = field.value.split('\n');
	const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
	field.focus();
	field.setSelectionRange(start, start + (lines[number - 1]?.length ?? 0));
	const height = parseFloat(getComputedStyle(field).lineHeight);
	field.scrollTop = Math.max(0, (number - 1) * height - field.clientHeight / 3);
}

/** `problems` are of the text as it was checked last: `[{line, message}]`. */
export function Editor({ label, text, readOnly, problems, describedBy, onInput }) {
	const field = useRef(null);
	const gutter = useRef(null);
	const count = text.split('\n').length;
	const wrong = new Set(problems.map((problem) => problem.line));
	const follow = () => { gutter.current.scrollTop = field.current.scrollTop; };
	useEffect(follow, [text]);
	return html`
		<div class="editor">
			<div class="gutter" ref=${gutter} aria-hidden="true">
				${Array.from({ length: count }, (_, index) => html`
					<span key=${index} class=${wrong.has(index + 1) ? 'wrong' : ''}>${index + 1}</span>`)}
			</div>
			<textarea ref=${field} value=${text} readonly=${readOnly} aria-label=${label} aria-describedby=${describedBy}
				aria-invalid=${problems.length > 0 ? 'true' : 'false'} spellcheck=${false} autocapitalize="off" autocomplete="off"
				wrap="off" onScroll=${follow} onInput=${(event) => onInput(event.target.value)}></textarea>
		</div>
		${problems.length > 0 && html`<ul class="problems">
			${problems.map(({ line, message }, index) => html`<li key=${index}>
				${line
					? html`<button type="button" class="link" onClick=${() => show(field.current, line)}>${t('text.line', { line })}</button>`
					: html`<span>${t('text.whole')}</span>`}
				<span lang="en">${message}</span>
			</li>`)}
		</ul>`}`;
}
