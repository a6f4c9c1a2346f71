// The machine's clock. All times that the server tells are of its clock, which may go otherwise than that of this browser.

import { useEffect, useState } from './vendor/htm-preact-standalone.module.js';

let ahead = 0;

/** Takes the machine's time, in unix milliseconds, as it is now. */
export function setClock(machineNow) {
	ahead = machineNow - Date.now();
}

/** The machine's time now, in unix milliseconds. */
export const now = () => Date.now() + ahead;

/** The same in a component, which is drawn again every so many milliseconds. */
export function useNow(everyMs = 1000) {
	const [time, setTime] = useState(now);
	useEffect(() => {
		const timer = setInterval(() => setTime(now()), everyMs);
		return () => clearInterval(timer);
	}, [everyMs]);
	return time;
}
