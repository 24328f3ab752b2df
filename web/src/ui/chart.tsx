// chart.tsx - a time chart: uPlot when it has come, a table for who needs it.

import type { VNode } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { clock, time } from "../lib/format";
import { t } from "../lib/lang";
import type uPlot from "uplot";

export interface Line {
	label: string;
	fill?: boolean;
}

export interface Mark {
	at: number;		// seconds
	revision: number;
}

export interface ChartProps {
	title: string;
	lines: Line[];
	data: [number[], ...(number | null)[][]];	// seconds, values
	unit: (v: number) => string;
	log?: boolean;
	marks?: Mark[];
	open?: (line: number) => void;
}

const HEIGHT = 180;
const SYNC = "parley";

function colour(name: string): string {
	return getComputedStyle(document.documentElement)
	    .getPropertyValue(name).trim() || "#888";
}

/* The day too, when the lines of the grid are days apart. */
function stamp(at: number, step: number): string {
	return clock(at * 1000, step >= 86400 ? "day" : step >= 60 ? "minute" :
	    "second");
}

/* The same order everywhere; told apart by dashes too. */
const DASH = [[], [6, 3], [2, 2], [10, 3, 2, 3], [1, 4], [8, 8]];

type Plot = typeof uPlot;
let plot: Plot | null = null;

interface Label {
	text: string;
	x: number;
	first: number;
	end: number;
}

/* What stands by the lines; of those too close to each other one for all. */
function labelsOf(u: uPlot, marks: [number, number][]): Label[] {
	const right = u.bbox.left + u.bbox.width, gap = 4 * devicePixelRatio;
	const out: Label[] = [];
	const label = (x: number, first: number, last: number): Label => {
		const text = t("rev {n}", { n: first === last ? String(first) :
		    `${first}–${last}` });
		const { width } = u.ctx.measureText(text);
		const at = Math.min(x, right - width);

		return { text, x: at, first, end: at + width };
	};

	for (const [x, revision] of marks) {
		const before = out[out.length - 1];
		const one = label(x + gap, revision, revision);

		if (before && one.x < before.end + 2 * gap)
			out[out.length - 1] = label(before.x, before.first,
			    revision);
		else
			out.push(one);
	}
	return out;
}

function drawMarks(marks: () => Mark[]): uPlot.Plugin {
	return { hooks: { draw: (u) => {
		const { ctx } = u;

		ctx.save();
		ctx.strokeStyle = ctx.fillStyle = colour("--accent");
		ctx.setLineDash([3, 3]);
		ctx.textAlign = "left";
		ctx.textBaseline = "alphabetic";
		const seen = marks().map((m): [number, number] =>
		    [u.valToPos(m.at, "x", true), m.revision])
		    .filter(([x]) => x >= u.bbox.left &&
		    x <= u.bbox.left + u.bbox.width)
		    .sort(([, a], [, b]) => a - b);

		for (const [x] of seen) {
			ctx.beginPath();
			ctx.moveTo(x, u.bbox.top);
			ctx.lineTo(x, u.bbox.top + u.bbox.height);
			ctx.stroke();
		}
		for (const l of labelsOf(u, seen))
			ctx.fillText(l.text, l.x,
			    u.bbox.top + 12 * devicePixelRatio);
		ctx.restore();
	} } };
}

function options(p: ChartProps, width: number, marks: () => Mark[]):
    uPlot.Options {
	const axis = {
		stroke: colour("--soft"), font: "12px system-ui, sans-serif",
		grid: { stroke: colour("--line"), width: 1 },
		ticks: { stroke: colour("--line"), width: 1, size: 4 },
	};

	return {
		width, height: HEIGHT,
		cursor: { sync: { key: SYNC }, points: { size: 6 } },
		legend: { show: false },
		scales: { y: p.log ? { distr: 3 } : { range: (_u, _min, max) =>
		    [0, max > 0 ? max * 1.1 : 1] } },
		axes: [
			{ ...axis, size: 30, values: (_u, vs, _i, _space,
			    step) =>
			    vs.map((v) => stamp(v, step)), space: 70 },
			{ ...axis, size: 62, values: (_u, vs) => vs.map((v) =>
			    v === null ? "" : p.unit(v)) },
		],
		series: [{}, ...p.lines.map((l, i) => ({
			label: l.label, spanGaps: false, width: 1.5,
			stroke: colour(`--series-${i % 6 + 1}`),
			fill: l.fill ? colour(`--series-${i % 6 + 1}`) + "22" :
			    undefined,
			dash: DASH[i % DASH.length],
			points: { show: false },
		}))],
		plugins: [drawMarks(marks)],
	};
}

function AsTable({ p }: { p: ChartProps }): VNode {
	const step = Math.max(1, Math.floor(p.data[0].length / 30));
	const at = p.data[0].map((t, i) => ({ t, i })).filter((_, n) =>
	    n % step === 0).reverse();

	return <div class="scroll short" tabIndex={0} role="region"
	    aria-label={p.title}><table>
		<caption class="hidden">{p.title}</caption>
		<thead><tr><th scope="col">{t("Time")}</th>{p.lines.map((l) =>
		    <th scope="col" class="n" key={l.label}>{l.label}</th>)}</tr>
		</thead>
		<tbody>{at.map(({ t, i }) => <tr key={t}>
			<td>{time(t * 1000)}</td>{p.lines.map((l, n) => {
				const v = p.data[n + 1][i];

				return <td class="n" key={l.label}>{v === null ?
				    "–" : p.unit(v)}</td>;
			})}</tr>)}</tbody>
	</table></div>;
}

/* One sentence for those who do not see the picture. */
function summary(p: ChartProps): string {
	return p.lines.map((l, i) => {
		const vs = p.data[i + 1].filter((v) => v !== null) as number[];

		return vs.length === 0 ? t("{what}: nothing yet",
		    { what: l.label }) :
		    t("{what}: now {now}, highest {highest}", { what: l.label,
		    now: p.unit(vs[vs.length - 1]),
		    highest: p.unit(Math.max(...vs)) });
	}).join("; ") + ".";
}

export function Chart(p: ChartProps): VNode {
	const box = useRef<HTMLDivElement>(null);
	const made = useRef<uPlot | null>(null);
	const [ready, setReady] = useState(plot !== null);
	const [table, setTable] = useState(false);
	const marks = useRef<Mark[]>([]);
	const id = useId();
	const shape = p.lines.map((l) => l.label).join();

	marks.current = p.marks ?? [];
	useEffect(() => {
		if (!plot)
			void import("uplot").then((m) => {
				plot = m.default;
				setReady(true);
			});
	}, []);
	useEffect(() => {
		if (!ready || table || !box.current)
			return;
		const dark = matchMedia("(prefers-color-scheme: dark)");
		const make = () => {
			made.current?.destroy();
			made.current = new plot!(options(p,
			    box.current!.clientWidth, () => marks.current),
			    p.data,
			    box.current!);
		};
		const watch = new ResizeObserver(() => made.current?.setSize({
		    width: box.current?.clientWidth ?? 300, height: HEIGHT }));
		const theme = new MutationObserver(make);

		make();
		watch.observe(box.current);
		theme.observe(document.documentElement, { attributes: true });
		dark.addEventListener("change", make);
		return () => {
			watch.disconnect();
			theme.disconnect();
			dark.removeEventListener("change", make);
			made.current?.destroy();
			made.current = null;
		};
	}, [ready, table, shape]);
	useEffect(() => made.current?.setData(p.data), [p.data]);

	return <figure class="chart" aria-describedby={id}>
		<figcaption>
			<h3>{p.title}</h3>
			<button type="button" class="quiet small"
			    aria-pressed={table} onClick={() =>
			    setTable(!table)}>
				{table ? t("as chart") : t("as table")}</button>
		</figcaption>
		<p class="hidden" id={id}>{summary(p)}</p>
		{table ? <AsTable p={p} /> : <div class="plot" ref={box}
		    aria-hidden="true" />}
		<ul class="legend">{p.lines.map((l, i) => {
			const vs = p.data[i + 1] ?? [];
			const v = vs[vs.length - 1];

			return <li key={l.label}>
				<svg viewBox="0 0 24 4" aria-hidden="true"><path
				    d="M0 2h24" class={`series-${i % 6 + 1}`}
				    stroke-dasharray={DASH[i % DASH.length].join(" ")}
				    /></svg>
				{p.open ? <button type="button" class="link"
				    onClick={() =>
				    p.open!(i)}>{l.label}</button> :
				    l.label} <b>{typeof v === "number" ?
				    p.unit(v) :
				    "–"}</b></li>;
		})}</ul>
	</figure>;
}
