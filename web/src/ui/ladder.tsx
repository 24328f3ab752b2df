// ladder.tsx - a message's way as lanes and arrows: our own SVG.

import type { VNode } from "preact";
import { useMemo, useState } from "preact/hooks";

import { plain, time, words } from "../lib/format";
import type { Row } from "../lib/api";
import { t } from "../lib/lang";
import { Facts } from "./bits";
import { saveAs } from "./rows";
import { Menu } from "./bits";

interface Step {
	ms: number;		// since the first
	at: string;
	from: string;
	to: string;
	text: string;
	times: number;		// retransmissions, merged
	row: Row;
}

const LANES = ["sender", "sip-edge", "conversation", "group", "iwf", "store",
    "far"];
const TITLES: Record<string, string> = {
	sender: t("Sender"), "sip-edge": t("SIP edge"),
	conversation: t("Conversation"), group: t("Group"),
	iwf: t("Interworking"), store: t("Store"), far: t("Far side"),
};

const LANE = 132, LEFT = 74, ROW = 34, TOP = 46;
const GAP_MS = 1000;	// a longer silence is shown as one

function stepsOf(rows: Row[]): Step[] {
	const first = rows.length ? new Date(String(rows[0].at)).getTime() : 0;
	const steps: Step[] = [];

	for (const row of rows) {
		const s: Step = {
			ms: new Date(String(row.at)).getTime() - first,
			at: String(row.at), from: String(row.from ?? ""),
			to: String(row.to ?? row.from ?? ""),
			text: String(row.step ?? ""), times: 1, row,
		};
		const last = steps[steps.length - 1];

		if (last && last.from === s.from && last.to === s.to &&
		    last.text === s.text)
			last.times++;
		else
			steps.push(s);
	}
	return steps;
}

function lanesOf(steps: Step[]): string[] {
	const used = new Set(steps.flatMap((s) => [s.from, s.to]));
	const known = LANES.filter((l) => used.has(l));

	return [...known, ...[...used].filter((l) => l && !LANES.includes(l))];
}

const since = (ms: number) => ms < 10000 ? `${ms} ms` :
	`${(ms / 1000).toFixed(1)} s`;

const clip = (text: string, chars: number) => text.length > chars ?
	text.slice(0, chars - 1) + "…" : text;

/* Where each step stands: silences take a row of their own. */
function layout(steps: Step[]): { y: number[]; gaps: { y: number; ms: number }[];
    height: number } {
	const y: number[] = [], gaps: { y: number; ms: number }[] = [];
	let at = TOP + ROW;

	steps.forEach((s, i) => {
		const quiet = i > 0 ? s.ms - steps[i - 1].ms : 0;

		if (quiet > GAP_MS) {
			gaps.push({ y: at - 10, ms: quiet });
			at += 22;
		}
		y.push(at);
		at += ROW;
	});
	return { y, gaps, height: at };
}

function Arrow({ s, y, lanes, on }: { s: Step; y: number; lanes: string[];
    on: boolean }): VNode {
	const x = (lane: string) =>
	    LEFT + LANE * lanes.indexOf(lane) + LANE / 2;
	const from = x(s.from), to = x(s.to);
	const label = s.text + (s.times > 1 ? ` ×${s.times}` : "");
	const bad = /^[456]\d\d\b|fail|refus|error|expired/i.test(s.text);

	if (s.from === s.to)
		return <g class={bad ? "step bad" : "step"}>
			<path class="note" d={`M${from} ${y - 5}l5 5-5 5-5-5z`} />
			<text x={from + 10} y={y + 4}>{clip(label, 60)}</text>
		</g>;
	const right = to > from, tip = right ? to - 1 : to + 1;
	const wing = right ? -7 : 7;
	const chars = Math.max(14, Math.floor(Math.abs(to - from) / 7.2) - 1);

	return <g class={`step${bad ? " bad" : ""}${on ? " on" : ""}`}>
		<path class="arrow" d={`M${from} ${y}H${tip}`} />
		<path class="tip" d={`M${tip} ${y}l${wing} -4v8z`} />
		<text x={(from + to) / 2} y={y - 5} text-anchor="middle">
			{clip(label, chars)}</text>
	</g>;
}

/* The picture as a file that stands alone. */
function svgFile(svg: SVGSVGElement): string {
	const copy = svg.cloneNode(true) as SVGSVGElement;
	const css = "text{font:12px system-ui,sans-serif}.arrow,.lane{stroke:#333;" +
	    "fill:none}.lane{stroke:#bbb;stroke-dasharray:2 3}.tip,.note{fill:#333}" +
	    ".hit{fill:none}.bad .arrow{stroke:#b3261e}.bad .tip{fill:#b3261e}";
	const style = document.createElementNS("http://www.w3.org/2000/svg",
	    "style");

	style.textContent = css;
	copy.prepend(style);
	copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
	return new XMLSerializer().serializeToString(copy);
}

export function Ladder({ rows, id, text }: { rows: Row[]; id: string;
    text?: () => Promise<string> }): VNode {
	const [hidden, setHidden] = useState<string[]>([]);
	const [chosen, setChosen] = useState<number | null>(null);
	// lanes side by side need room
	const [listed, setListed] = useState(() =>
	    matchMedia("(max-width: 43.99rem)").matches);
	const all = useMemo(() => stepsOf(rows), [rows]);
	const everyLane = useMemo(() => lanesOf(all), [all]);
	const lanes = everyLane.filter((l) => !hidden.includes(l));
	const steps = all.filter((s) => lanes.includes(s.from) &&
	    lanes.includes(s.to));
	const { y, gaps, height } = layout(steps);
	const width = LEFT + LANE * Math.max(lanes.length, 2);
	const one = chosen !== null ? steps[chosen] : undefined;

	function key(e: KeyboardEvent) {
		const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[e.key];

		if (!step)
			return;
		e.preventDefault();
		setChosen(Math.min(steps.length - 1, Math.max(0,
		    (chosen ?? -step) + step)));
	}

	return <div class="ladder">
		<div class="bar">
			<fieldset class="lanes"><legend class="hidden">{t(
			    "Lanes")}
			</legend>{everyLane.map((l) => <label key={l}>
				<input type="checkbox" checked={!hidden.includes(l)}
				    onChange={() => {
					setChosen(null);
					setHidden(hidden.includes(l) ?
					    hidden.filter((h) => h !== l) :
					    [...hidden, l]);
				    }} /> {TITLES[l] ?? words(l)}</label>)}
			</fieldset>
			<button type="button" aria-pressed={listed}
			    onClick={() => setListed(!listed)}>{t("As a list")}
			</button>
			<Menu label={t("Export")} icon="save" text={t(
			    "Export")} items={[
				...listed ? [] : [{ label: t("Picture (SVG)"), act: () => saveAs(
				    `trace-${id}.svg`, "image/svg+xml", svgFile(
				    document.getElementById("ladder-svg") as
				    unknown as SVGSVGElement)) }],
				...text ? [{ label: t("Text, as the shell " +
				    "shows it"),
				  act: async () => saveAs(`trace-${id}.txt`,
				    "text/plain", await text()) }] : [],
				{ label: t("Events (JSON)"), act: () => saveAs(
				    `trace-${id}.json`, "application/json",
				    JSON.stringify(rows, null, "\t") + "\n") },
			]} />
		</div>
		<div class="scroll" tabIndex={0} role="group" onKeyDown={key}
		    aria-label={t("Ladder; arrow keys choose a step")}>
			{!listed && <svg id="ladder-svg" viewBox={`0 0 ${width} ${height}`}
			    width={width} height={height} aria-hidden="true">
				{lanes.map((l, i) => {
					const x = LEFT + LANE * i + LANE / 2;

					return <g key={l}>
						<path class="lane"
						    d={`M${x} ${TOP - 14}V${height}`} />
						<text class="lane-name" x={x} y={22}
						    text-anchor="middle">{TITLES[l] ??
						    words(l)}</text></g>;
				})}
				{gaps.map((g) => <g key={g.y} class="gap-row">
					<path d={`M${LEFT} ${g.y}H${width}`} />
					<text x={LEFT - 8} y={g.y + 4}
					    text-anchor="end">{since(g.ms)}</text></g>)}
				{steps.map((s, i) => <g key={i}
				    onClick={() => setChosen(i)}>
					<rect class={i === chosen ? "hit on" :
					    "hit"}
					    x={0} y={y[i] - ROW / 2 - 4} width={width}
					    height={ROW} />
					<text class="ms" x={LEFT - 8} y={y[i] + 4}
					    text-anchor="end">+{since(s.ms)}</text>
					<Arrow s={s} y={y[i]} lanes={lanes}
					    on={i === chosen} /></g>)}
			</svg>}
			<ol class={listed ? "way" : "hidden"}>{steps.map((s,
			    i) => <li key={i} class={i === chosen ? "on" : ""}
			    onClick={() => setChosen(i)}>
				<small class="soft">{listed ? `+${since(s.ms)}` :
				    time(s.at, true)}</small>{" "}
				{t("{from} to {to}: {what}", {
				    from: TITLES[s.from] ?? s.from,
				    to: TITLES[s.to] ?? s.to, what: s.text })}
				{s.times > 1 && ` ×${s.times}`}</li>)}</ol>
		</div>
		<div class="selected" role="status">{one ? <Facts rows={
		    Object.entries(one.row).map(([n, v]) => [words(n),
		    n === "at" ?
		    time(String(v), true) : plain(v)])} /> : <p class="soft">
			{t("Choose a step to see all of it.")}</p>}</div>
	</div>;
}
