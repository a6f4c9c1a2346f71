// History and live values of a channel as one line: steps of time, each with its smallest, mean and largest value. Pure.

/** How far apart live values are, in ms: so many stand for the part of a step that is history. */
const APART_MS = 250;
/** A step without a value ends the line there when so many steps, or so many usual distances, are empty. */
const GAP = 4;

/** History's part of a step, as heavy as so many values. */
const weighed = ({ sum }, count) => ({ sum: sum * Math.max(1, count), count: Math.max(1, count), past: false });

/** A channel's values, over a range of time that moves on. */
export class Line {
	/** From what `history_query` answers; `range` is how far back it is kept, in ms. */
	constructor({ step, points }, range) {
		this.range = range;
		this.step = Math.max(1, step);
		this.points = points.map(([from, min, mean, max]) => ({ from, min, max, sum: mean, count: 1, past: true }));
	}

	/** Adds what was just measured. What is older than the last step is history's part and is left out. */
	add(at, value) {
		const from = Math.floor(at / this.step) * this.step;
		const last = this.points.at(-1);
		if (last && at < last.from) return;
		// History's steps may begin elsewhere than ours.
		if (last && at < last.from + this.step) {
			if (last.past) Object.assign(last, weighed(last, (at - last.from) / APART_MS));
			last.min = Math.min(last.min, value);
			last.max = Math.max(last.max, value);
			last.sum += value;
			last.count += 1;
		} else {
			this.points.push({ from: last ? Math.max(from, last.from + this.step) : from, min: value, max: value, sum: value, count: 1 });
		}
		const kept = this.points.findIndex((point) => point.from >= at - this.range);
		if (kept > 0) this.points.splice(0, kept);
	}

	/** `[seconds, smallest, largest, mean]` as four columns; a gap is a point of nulls. */
	columns() {
		const columns = [[], [], [], []];
		const push = (...values) => values.forEach((value, index) => columns[index].push(value));
		const longest = GAP * Math.max(this.step, this.#distance());
		this.points.forEach((point, index) => {
			const before = this.points[index - 1];
			if (before && point.from - before.from > longest) push((before.from + this.step) / 1000, null, null, null);
			push(point.from / 1000, point.min, point.max, point.sum / point.count);
		});
		return columns;
	}

	/** The smallest and largest value and the mean of means since a time; null when there is none. */
	summary(since) {
		const seen = this.points.filter((point) => point.from >= since);
		if (seen.length === 0) return null;
		const mean = seen.reduce((sum, point) => sum + point.sum / point.count, 0) / seen.length;
		return {
			min: seen.reduce((least, point) => Math.min(least, point.min), Infinity),
			max: seen.reduce((most, point) => Math.max(most, point.max), -Infinity),
			mean,
		};
	}

	/** How far apart points usually are: the median, in ms. */
	#distance() {
		const distances = this.points.slice(1).map((point, index) => point.from - this.points[index].from);
		return distances.sort((a, b) => a - b)[Math.floor((distances.length - 1) / 2)] ?? this.step;
	}
}
