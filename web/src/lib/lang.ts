// lang.ts - the language of the console: its sentences, names, dates, figures.
//
// A sentence is written in English where it is used, and is its own key in the
// catalogue of another language (src/i18n).  The catalogue comes before any
// other module runs, so that tables of sentences may stand outside functions;
// who changes the language loads the page again.  What the daemon says (help
// of rows, problems, checks, the log) is English everywhere, as in the shell.

import type { ComponentChildren } from "preact";

interface Catalogue {
	sentences: Record<string, string>;
	terms: Record<string, string>;	// names of fields, states, things
	verbs: Record<string, string>;	// "{what} hinzufügen"
}

export const LANGUAGES: Record<string, string> = {
	en: "English", de: "Deutsch", fr: "Français",
};

const COMES: Record<string, () => Promise<{ default: Catalogue }>> = {
	de: () => import("../i18n/de.json"),
	fr: () => import("../i18n/fr.json"),
};

/* By the user; "": as the browser says. */
export const chosen = localStorage.getItem("parley.language") ?? "";

const wanted = [chosen, ...navigator.languages].map((l) =>
    ({ whole: l, base: l.split("-")[0] }));
const found = wanted.find((l) => l.base in LANGUAGES);

export const language: string = found?.base ?? "en";

/* With the country, which decides how dates and figures look. */
export const locale: string = wanted.find((l) => l.base === language &&
    l.whole.includes("-"))?.whole ?? language;

document.documentElement.lang = language;

const catalogue: Catalogue | null = language in COMES ?
    (await COMES[language]()).default : null;


export function choose(name: string): void {
	localStorage.setItem("parley.language", name);
	location.reload();
}

export type Words = Record<string, string | number | null | undefined>;

function sentence(english: string): string {
	const there = catalogue?.sentences[english];

	if (catalogue && there === undefined)
		console.error(`no ${language} for: ${english}`);
	return there ?? english;
}

/* A sentence; {name} in it stands for values.name. */
export function t(english: string, values?: Words): string {
	return values ? sentence(english).replace(/\{(\w+)\}/g, (whole, name) =>
	    name in values ? String(values[name] ?? "") : whole) :
	    sentence(english);
}

const figures = new Intl.NumberFormat(locale);
const plural = new Intl.PluralRules(language);

/* A sentence of one or many; {n} is the figure. */
export function many(n: number, one: string, other: string, values?: Words):
    string {
	return t(plural.select(n) === "one" ? one : other, {
	    n: figures.format(n), ...values });
}

/* A sentence with parts that are more than text. */
export function tx(english: string, parts: Record<string, ComponentChildren>):
    ComponentChildren[] {
	return sentence(english).split(/(\{\w+\})/).map((piece) => {
		const name = /^\{(\w+)\}$/.exec(piece)?.[1];

		return name && name in parts ? parts[name] : piece;
	});
}

/* A name that a row of the daemon gives; one we do not know stays. */
export function term(name: string): string {
	return catalogue?.terms[name.toLowerCase()] ?? name;
}

/* What is done with what: "Add subscriber". */
export function deed(verb: string, what: string): string {
	const pattern = catalogue?.verbs[verb];

	return pattern ? pattern.replace("{what}", term(what)) :
	    `${verb} ${what}`;
}
