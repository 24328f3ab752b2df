// explained.tsx - what the daemon says in lines of text, as a list.

import type { VNode } from "preact";

import { t } from "../lib/lang";
import { Status } from "./bits";

const STEP = /^\s*(\d+) (\S) (.+?)\s{2,}(.*)$/;
const MARKS: Record<string, [string, string]> = { "✓": ["ok", t("yes")],
    "✗": ["failed", t("no")], "–": ["skipped", t("skipped")] };

const REFUSED = /^refused: (.*)$/;

/* One sentence: what becomes of the message. */
function conclusion(lines: string[]): string | null {
	const refused = lines.map((l) => REFUSED.exec(l)).find((m) => m);
	const ends = lines.map((l) => STEP.exec(l)).filter((m) => m &&
	    /^(deliver|queue|spam)$/.test(m[3])).map((m) => m![4]);
	const waits = ends.find((s) => /\bwaits\b/.test(s));

	return refused ? t("The message would be refused: {why}.",
	    { why: refused[1] }) :
	    waits ? t("The message would wait: {why}.",
	    { why: waits.replace(/^waits:? /, "") }) :
	    ends.length ? t("The message would go: {how}.",
	    { how: ends.join("; ") }) : null;
}

/* The text of the daemon's explanation: its numbered steps as a list. */
export function Explained({ text, answers }: { text: string;
    answers?: boolean }): VNode {
	const lines = text.trimEnd().split("\n");
	const steps = lines.map((l) => STEP.exec(l)).filter((m) => m !== null);
	const rest = lines.filter((l) => l.trim() && !STEP.test(l));

	if (steps.length === 0)
		return <pre class="explained" tabIndex={0}>{text}</pre>;
	const says = answers && conclusion(lines);

	return <>
		{says && <p class="answer"><b>{says}</b></p>}
		<ol class="explain">{steps.map(([, n, mark, step, says]) => <li
		    key={n}>
			<span class="soft n">{n}</span>
			<Status state={MARKS[mark]?.[0] ?? "unknown"}
			    label={MARKS[mark]?.[1] ?? mark} />
			<b>{step}</b> <span>{says}</span></li>)}</ol>
		{rest.map((l, i) => <p class="leg" key={i}>{l}</p>)}
	</>;
}
