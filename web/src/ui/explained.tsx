// explained.tsx - what the daemon says in lines of text, as a list.

import type { VNode } from "preact";

import { t } from "../lib/lang";
import { Status } from "./bits";

const STEP = /^\s*(\d+) (\S) (.+?)\s{2,}(.*)$/;
const MARKS: Record<string, [string, string]> = { "✓": ["ok", t("yes")],
    "✗": ["failed", t("no")], "–": ["skipped", t("skipped")] };

/* The text of the daemon's explanation: its numbered steps as a list. */
export function Explained({ text }: { text: string }): VNode {
	const lines = text.trimEnd().split("\n");
	const steps = lines.map((l) => STEP.exec(l)).filter((m) => m !== null);
	const rest = lines.filter((l) => l.trim() && !STEP.test(l));

	if (steps.length === 0)
		return <pre class="explained" tabIndex={0}>{text}</pre>;
	return <>
		<ol class="explain">{steps.map(([, n, mark, step, says]) => <li
		    key={n}>
			<span class="soft n">{n}</span>
			<Status state={MARKS[mark]?.[0] ?? "unknown"}
			    label={MARKS[mark]?.[1] ?? mark} />
			<b>{step}</b> <span>{says}</span></li>)}</ol>
		{rest.map((l, i) => <p class="leg" key={i}>{l}</p>)}
	</>;
}
