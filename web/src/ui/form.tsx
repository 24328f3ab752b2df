// form.tsx - the form of one operation, made from its row.

import type { ComponentChildren, VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { Problem, sentence, type Row } from "../lib/api";
import { t } from "../lib/lang";
import { words } from "../lib/format";
import { before, initialOf, run, shellLine, titleOf, type Arg, type Files,
    type Op,
    type Values } from "../lib/meta";
import { guarded } from "../lib/router";
import { Dialog, Notice, Shell, toast } from "./bits";
import { CONSEQUENCES } from "./consequences";
import { Field, fieldOfArg } from "./field";

export interface FormProps {
	op: Op;
	fixed?: Values;		// given by where we are: shown, not asked
	initial?: Values;	// how it is now; what stays so is not sent
	given?: Values;		// what is proposed, and sent unless changed
	label?: string;
	omit?: string[];
	expect?: string;	// to be typed before it is done
	children?: ComponentChildren;
	done: (answer: Row, values: Values) => void;
	cancel?: () => void;
}

/* The text of a field to what is sent. */
function valueOf(kind: string, text: string): string | string[] {
	return kind === "lines" ? text.split("\n").map((l) => l.trim())
	    .filter(Boolean) : text;
}

const textOf = (v: Values[string]): string =>
	Array.isArray(v) ? v.join("\n") : v ?? "";

/* What is asked first: what must be given, then in the row's order. */
function asked(op: Op, fixed: Values, omit: string[]) {
	const all = op.args.filter((a) => !(a.name in fixed) &&
	    !omit.includes(a.name));

	const must = (a: Arg) => a.required || a.path;

	return [...all.filter(must), ...all.filter((a) => !must(a))];
}

export function OpForm(p: FormProps): VNode {
	const { op, fixed = {}, omit = [] } = p;
	const [initial, setInitial] = useState<Values>(p.initial ?? {});
	const tag = useRef<string | undefined>(undefined);
	const key = useRef("");
	const args = useMemo(() => asked(op, fixed, omit), [op]);
	const [texts, setTexts] = useState<Record<string, string>>(() =>
		Object.fromEntries(args.map((a) => [a.name,
		    textOf(initial[a.name] ?? p.given?.[a.name])])));
	const [files, setFiles] = useState<Files>({});
	const [typed, setTyped] = useState("");
	const [error, setError] = useState<unknown>(null);
	const [working, setWorking] = useState(false);
	const form = useRef<HTMLFormElement>(null);

	// what is changed is what was seen: its tag goes with the change
	async function look() {
		const seen = await before(op, fixed);

		tag.current = seen?.etag;
		if (!seen || op.method !== "PATCH")
			return;
		const now = initialOf(op, seen.data);

		setInitial(now);
		setTexts((was) => Object.fromEntries(args.map((a) => [a.name,
		    was[a.name] === textOf(initial[a.name]) ?
		    textOf(now[a.name]) : was[a.name]])));
	}
	useEffect(() => { look().catch(setError); }, []);

	const values: Values = { ...fixed };

	for (const a of args)
		if (texts[a.name] !== textOf(initial[a.name]))
			values[a.name] = valueOf(fieldOfArg(a).kind,
			    texts[a.name]);
	const touched = args.some((a) => a.name in values);

	useEffect(() => {
		guarded(touched && !working ? () => confirm(
		    t("What you typed here is not saved. Leave?")) : null);
		return () => guarded(null);
	}, [touched, working]);
	useEffect(() => {
		if (args.length && form.current?.closest("dialog"))
			form.current?.querySelector<HTMLElement>(
			    "input, select, textarea")?.focus();
	}, []);

	async function submit(e: Event) {
		e.preventDefault();
		setWorking(true);
		setError(null);
		try {
			key.current ||= crypto.randomUUID();
			const answer = await run(op, values,
			    { etag: tag.current,
			    key: op.method === "POST" ? key.current :
			    undefined },
			    files);

			guarded(null);
			p.done(answer.data, values);
			key.current = "";
		} catch (e) {
			// only what had no answer is the same when sent again
			if (!(e instanceof Problem && e.status === 0))
				key.current = "";
			if (e instanceof Problem && e.status === 412)
				await look().catch(() => undefined);
			setError(e);
		}
		setWorking(false);
	}

	const problem = error instanceof Problem ? error : null;
	const about = (name: string) => problem && problem.code !== "" &&
	    new RegExp(`^"?${name}\\b`, "i").test(problem.message) ?
	    problem.message : undefined;

	return <form ref={form} class="form" onSubmit={submit} noValidate={false}>
		{op.help && <p class="soft">{op.help.charAt(0).toUpperCase() +
		    op.help.slice(1)}.</p>}
		{CONSEQUENCES[op.command] &&
		    <Notice><p>{CONSEQUENCES[op.command]}
			</p></Notice>}
		{p.children}
		{args.map((a) => <Field key={a.name} row={fieldOfArg(a)}
		    value={texts[a.name]} error={about(a.name)}
		    file={(f) => setFiles({ ...files, [a.name]: f })}
		    set={(v) => setTexts({ ...texts, [a.name]: v })} />)}
		{p.expect && <Field row={{ name: "sure", kind: "text",
		    required: true, label: t("Type {name} to go on",
		    { name: p.expect }),
		    help: t("this cannot be taken back") }}
		    value={typed} set={setTyped} />}
		{error !== null && <div role="alert"><Notice tone="bad">
			<p>{sentence(error)}</p>
			{problem?.errors.map((e, i) => <p key={i}>
				{e.line ? t("Line {n}:", { n: String(
				    e.line) }) + " " : ""}
				{String(e.message ?? e.detail ?? e.says ?? "")}
			</p>)}
			</Notice></div>}
		{op.command && <Shell line={shellLine(op, values)} />}
		<div class="buttons">
			<button type="submit" class={op.method === "DELETE" ?
			    "danger" : "main"} disabled={working ||
			    (!!p.expect && typed !== p.expect)}>
				{working ? t("Working …") :
				    p.label ?? titleOf(op)}
				</button>
			{p.cancel && <button type="button" onClick={p.cancel}>
				{t("Cancel")}</button>}
		</div>
	</form>;
}

/* Safe to do at once: the opposite takes it back. */
const REVERSIBLE: Record<string, string> = {
	suspend: "resume", resume: "suspend", enable: "", drain: "enable",
	disable: "enable", block: "unblock", unblock: "block", hold: "release",
	release: "hold", rate: "clear-override", retry: "", "make-primary": "",
};

const lastWord = (o: Op) => o.command.split(" ").pop()!;

/* The opposite takes it back, whatever it asks first. */
export const takenBack = (o: Op): boolean =>
	o.method !== "DELETE" && lastWord(o) in REVERSIBLE;

/* And it has nothing to ask. */
export const reversible = (o: Op): boolean => takenBack(o) &&
	o.args.every((a) => o.path.includes(`{${a.name}}`));

export interface OpDialogProps extends Omit<FormProps, "cancel"> {
	about?: string;		// the object in words
	close: () => void;
}

/* The ladder of 4.7: what deletes a whole object asks for its name. */
export function OpDialog(p: OpDialogProps): VNode {
	const whole = p.op.method === "DELETE" &&
	    /^[^{]*\{[^}]*\}$/.test(p.op.path);

	return <Dialog title={<>{titleOf(p.op)}
	    {p.about && <span class="soft"> {p.about}</span>}</>}
	    close={p.close}>
		<OpForm {...p} expect={whole ? p.about : undefined}
		    cancel={p.close} done={(a, v) => {
			p.close();
			p.done(a, v);
		    }} />
	</Dialog>;
}

/* Do what needs no question; say how to take it back. */
export async function doNow(op: Op, values: Values, about: string,
    done: () => void): Promise<void> {
	const back = REVERSIBLE[lastWord(op)];

	try {
		await run(op, values);
		toast(`${titleOf(op)}: ${about}.` + (back ? " " +
		    t("\"{back}\" takes it back.", { back: words(back) }) :
		    ""));
		done();
	} catch (e) {
		toast(sentence(e), true);
	}
}
