// field.tsx - one form field: value, default, range, unit, help, error.

import type { ComponentChildren, VNode } from "preact";
import { useEffect, useId, useState } from "preact/hooks";

import { choices, isPem, names, type Arg, type Setting } from "../lib/meta";
import { bytes, heading, words } from "../lib/format";
import { t, term } from "../lib/lang";

export type Kind = "text" | "area" | "lines" | "choice" | "switch" | "number" |
    "secret" | "file" | "pem";

export interface FieldRow {
	name: string;
	label?: string;
	kind: Kind;
	choices?: string[];
	complete?: string;	// kind of live names
	required?: boolean;
	help?: string;
	range?: string;
	unit?: string;
	fallback?: string;	// the default, as typed
	impact?: string;
	hint?: string;		// inside the field while it is empty
	autocomplete?: string;
	title?: string;
	daemon?: boolean;	// its words are of a row
}

const UNITS: Record<string, string> = {
	duration: t("such as {examples}", { examples: "500ms, 30s, 5m, 7d" }),
	size: t("bytes, or such as {examples}", { examples: "64k, 16m, 1g" }),
	address: "HOST:PORT, [::1]:5060",
	addresses: t("IP or IP/LEN, with commas"),
	names: t("names, with commas"),
	pattern: "tel:+1555*, sip:*@example.org",
	domain: t("a host name"),
	time: t("such as {examples}", { examples: "30m, 7d, 2026-11-20" }),
	span: t("such as {examples}", { examples: "30s, 5m, 7d" }),
};

/* Of these a range is of what they say, of others of how long they are. */
const FIGURES = new Set(["int", "duration", "size", "span"]);

/* "1-500" and "1 or more" as people read them. */
export function bounds(type: string, range?: string | null,
    unit?: string | null): string | undefined {
	const m = /^(\d+)-(\d+)$/.exec(range ?? "");
	const least = /^(\S+) or more$/.exec(range ?? "")?.[1];
	const of = unit ? ` ${term(unit)}` : "";

	return !range ? undefined :
	    least ? t("{n} or more", { n: least }) + of :
	    m && type === "file" ? t("at most {size}",
	    { size: bytes(Number(m[2])) }) :
	    !m || FIGURES.has(type) ?
	    t("range {range}", { range: range.replace("-", "–") }) + of :
	    Number(m[1]) < 2 ? unit === "bytes" ?
	    t("at most {n} bytes", { n: m[2] }) :
	    t("at most {n} characters", { n: m[2] }) : unit === "bytes" ?
	    t("{least} to {most} bytes", { least: m[1], most: m[2] }) :
	    t("{least} to {most} characters", { least: m[1], most: m[2] });
}

/* A text of more than a line, by its range. */
const isLong = (s: Setting): boolean => s.type === "text" &&
    Number(s.range?.split("-")[1] ?? 0) >= 200 && !/path|file|url|address/
    .test(`${s.name} ${s.help}`.toLowerCase());

export function fieldOfSetting(s: Setting): FieldRow {
	const named = s.type === "name" || s.type === "names";

	// its name is what the shell and the history call it
	return {
		name: s.name,
		label: heading(s.name),
		kind: s.type === "bool" ? "switch" : s.type === "enum" ?
		    "choice" : s.type === "secret" ? "secret" :
		    s.type === "int" ? "number" : isLong(s) ? "area" : "text",
		choices: s.type === "bool" ? ["on", "off"] :
		    s.type === "enum" ? s.choices?.split("|") : [],
		complete: named && s.choices ? s.choices : undefined,
		required: s.required,
		help: s.help,
		range: bounds(s.type, s.range),
		unit: UNITS[s.type],
		fallback: s.default ?? undefined,
		impact: s.impact,
		daemon: true,
	};
}

export function fieldOfArg(a: Arg): FieldRow {
	const list = choices(a.complete);
	const onOff = list.length === 2 && list[0] === "on" &&
	    list[1] === "off";

	return {
		name: a.name,
		kind: a.file ? "file" : isPem(a) ? "pem" : a.secret ? "secret" :
		    a.flag || onOff ?
		    "switch" : a.repeat ? "lines" : list.length ? "choice" :
		    a.type === "int" ? "number" :
		    a.type === "lines" || a.type === "json" ? "area" : "text",
		choices: a.flag ? ["on"] : list,
		complete: a.complete && !list.length ? a.complete : undefined,
		required: a.required || a.path,
		help: a.help,
		range: bounds(a.type ?? "", a.range, a.unit),
		unit: UNITS[a.type ?? ""],
		fallback: a.default ?? undefined,
		daemon: true,
	};
}

const IMPACTS: Record<string, string> = {
	relink: t("reconnects when changed"),
	restart: t("needs a restart of the daemon"),
};

/* --- inputs ---------------------------------------------------------------- */

interface InputProps {
	row: FieldRow;
	id: string;
	value: string;
	described: string;
	bad: boolean;
	disabled?: boolean;
	set: (value: string) => void;
	file?: (file: File | undefined) => void;
}

/* Text with live names below it. */
function TextInput({ row, id, value, described, bad, disabled, set }:
    InputProps): VNode {
	const [offers, setOffers] = useState<string[]>([]);
	const [asked, setAsked] = useState(false);

	useEffect(() => {
		if (!row.complete || !asked)
			return;
		const stop = new AbortController();
		const last = value.split(",").pop()!.trim();
		const t = setTimeout(() => {
			names(row.complete!, last, stop.signal)
			    .then(setOffers, () => setOffers([]));
		}, 120);

		return () => { clearTimeout(t); stop.abort(); };
	}, [value, asked, row.complete]);
	return <>
		<input id={id} name={row.name} value={value} type="text"
		    inputMode={row.kind === "number" ? "numeric" : undefined}
		    autocomplete={row.autocomplete ?? "off"}
		    autocapitalize="off" spellcheck={false}
		    required={row.required} disabled={disabled}
		    aria-invalid={bad || undefined} aria-describedby={described}
		    list={row.complete ? `${id}-list` : undefined}
		    placeholder={row.hint ?? row.fallback}
		    onFocus={() => setAsked(true)}
		    onInput={(e) => set(e.currentTarget.value)} />
		{row.complete && <datalist id={`${id}-list`}>
			{offers.map((o) => <option key={o} value={o} />)}
		</datalist>}
	</>;
}

function Choice({ row, id, value, described, bad, disabled, set }: InputProps):
    VNode {
	const none = row.hint ?? (row.fallback ? t("default: {value}",
	    { value: row.fallback }) :
	    row.required ? t("choose one") : t("not set"));
	const list = row.kind === "switch" && row.choices?.length !== 1 ?
	    ["on", "off"] : row.choices ?? [];

	return <select id={id} name={row.name} value={value} disabled={disabled}
	    required={row.required} aria-invalid={bad || undefined}
	    aria-describedby={described}
	    onChange={(e) => set(e.currentTarget.value)}>
		<option value="">{none}</option>
		{list.map((c) => <option key={c} value={c}>{c}</option>)}
	</select>;
}

function Input(p: InputProps): VNode {
	const { row, id, value, described, bad, disabled, set, file } = p;

	switch (row.kind) {
	case "choice":
	case "switch":
		return <Choice {...p} />;
	case "secret":
		return <input id={id} name={row.name} type="password" value={value}
		    autocomplete={row.autocomplete ?? "new-password"}
		    disabled={disabled}
		    required={row.required} aria-describedby={described}
		    aria-invalid={bad || undefined}
		    placeholder={row.hint}
		    onInput={(e) => set(e.currentTarget.value)} />;
	case "area":
		return <textarea id={id} name={row.name} rows={3} value={value}
		    disabled={disabled} required={row.required} class="prose"
		    aria-describedby={described} aria-invalid={bad || undefined}
		    placeholder={row.hint ?? row.fallback}
		    onInput={(e) => set(e.currentTarget.value.replace(/\n/g,
		    " "))}
		    />;
	case "lines":
		return <textarea id={id} name={row.name} rows={4} value={value}
		    spellcheck={false} disabled={disabled} required={row.required}
		    aria-describedby={described} aria-invalid={bad || undefined}
		    onInput={(e) => set(e.currentTarget.value)} />;
	case "pem":
		return <>
			<textarea id={id} name={row.name} rows={4} value={value}
			    spellcheck={false} disabled={disabled}
			    required={row.required} aria-describedby={described}
			    aria-invalid={bad || undefined}
			    placeholder="-----BEGIN …"
			    onInput={(e) => set(e.currentTarget.value)} />
			<input type="file" aria-label={t("{what} from a file",
			    { what: words(row.name) })} disabled={disabled}
			    onChange={async (e) => set(await e.currentTarget
			    .files?.[0]?.text() ?? "")} />
		</>;
	case "file":
		return <input id={id} name={row.name} type="file"
		    required={row.required} disabled={disabled}
		    aria-describedby={described}
		    onChange={(e) => {
			const chosen = e.currentTarget.files?.[0];

			set(chosen?.name ?? "");
			file?.(chosen);
		    }} />;
	default:
		return <TextInput {...p} />;
	}
}

/* --- the field ------------------------------------------------------------- */

export interface FieldProps {
	row: FieldRow;
	value: string;
	set: (value: string) => void;
	file?: (file: File | undefined) => void;
	error?: string;
	changed?: string;	// what it was, when it is not the same now
	disabled?: boolean;
	extra?: ComponentChildren;
}

export function Field(p: FieldProps): VNode {
	const { row, value, error, changed, extra } = p;
	const id = useId();
	const facts = [row.range, row.unit,
	    row.fallback !== undefined && row.fallback !== "" &&
	    t("default {value}", { value: row.fallback }),
	    row.impact && IMPACTS[row.impact],
	    row.kind === "lines" && t("one on each line")].filter(Boolean);

	return <div title={row.title} class={`field${error ? " bad" : ""}` +
	    (changed !== undefined ? " changed" : "")}>
		<label for={id}>{row.label ?? words(row.name)}
			{row.required && <span class="soft"> {t(
			    "(required)")}</span>}
			{changed !== undefined && <span class="badge">
				{t("changed")}</span>}
		</label>
		<Input row={row} id={id} value={value} set={p.set} file={p.file}
		    described={`${id}-help`} bad={!!error}
		    disabled={p.disabled} />
		<p class="help" id={`${id}-help`}>
			{error && <span class="error">✕ {error} </span>}
			{changed !== undefined && <span>{t("was {value}.",
			    { value:
			    changed === "" ? t("not set") : changed })} </span>}
			<span lang={row.daemon ? "en" :
			    undefined}>{row.help}</span>{facts.length > 0 &&
			    <span class="range">
			    {row.help ? " · " : ""}{facts.join(" · ")}</span>}
		</p>
		{extra}
	</div>;
}
