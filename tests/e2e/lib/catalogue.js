// catalogue.js - the sentences of the console, found in its source.

'use strict';
const fs = require('node:fs');
const path = require('node:path');

const WEB = path.join(__dirname, '../../../web/src');
const LITERAL = String.raw`"(?:[^"\\]|\\.)*"(?:\s*\+\s*"(?:[^"\\]|\\.)*")*`;
const CALLS = new RegExp(String.raw`\b(?:t|tx)\(\s*(${LITERAL})`, 'g');
// many(figure, one, other): the figure has no string of two words in it
const MANY = new RegExp(String.raw`\bmany\([^"]*?(${LITERAL}),\s*` +
	String.raw`(?:[^"]*\?\s*)?(${LITERAL})(?:\s*:\s*(${LITERAL}))?`, 'g');

const textOf = (literals) => [...literals.matchAll(/"(?:[^"\\]|\\.)*"/g)]
	.map(([s]) => JSON.parse(s)).join('');

function files(dir) {
	return fs.readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
		e.isDirectory() ? files(path.join(dir, e.name)) :
			/\.tsx?$/.test(e.name) ? [path.join(dir, e.name)] : []);
}

// Every sentence that the source says, each once.
function sentences() {
	const found = new Set();
	for (const file of files(WEB)) {
		const source = fs.readFileSync(file, 'utf8');
		for (const [, s] of source.matchAll(CALLS))
			found.add(textOf(s));
		for (const [, ...all] of source.matchAll(MANY))
			all.filter(Boolean).forEach((s) => found.add(textOf(s)));
	}
	return [...found].sort();
}

// What stands between tags, or comes out of an expression there.
const WORDS = /[A-Za-z]{2}/;
const TEXT = /<(\w*)[^<>]*>([^<>{}=;()&|?]*[A-Za-z]{2}[^<>{}=;()&|?]*)<\//g;
const CHILD = /[^=(]\s*\{([^{}]*)\}\s*<[/A-Za-z]/g;
const CHOSEN = /(?:^|\?|:|\|\||&&)\s*["`]([^"`]*)["`]\s*(?=$|:)/g;
const TOAST = /\b(?:toast|confirm)\(\s*["`]([^"`$]*)/g;
const SAID = new RegExp(String.raw`\b(?:t|tx|term|op|deed)\(\s*${LITERAL}`, 'g');

// What the source shows to people without asking the catalogue.
function untold(source) {
	const rest = source.replace(/\/\*[^]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
		.replace(SAID, '(')
		.replace(/\b[\w-]+=(?:"[^"]*"|\{`[^`]*`\}|\{[^{}]*\})/g, ' ');
	const found = [...rest.matchAll(TOAST)].map(([, s]) => s);
	for (const [, tag, s] of rest.matchAll(TEXT))
		if (!/^(code|kbd)$/.test(tag))
			found.push(s.trim());
	for (const [, expression] of rest.matchAll(CHILD))
		for (const [, s] of expression.matchAll(CHOSEN))
			found.push(s.replace(/\$\{[^}]*\}/g, ''));
	return found.filter((s) => WORDS.test(s));
}

const allUntold = () => files(WEB).filter((f) => f.endsWith('.tsx')).flatMap((f) =>
	untold(fs.readFileSync(f, 'utf8')).map((s) => `${path.basename(f)}: ${s}`));

const catalogue = (language) => JSON.parse(fs.readFileSync(
	path.join(WEB, 'i18n', `${language}.json`), 'utf8'));

const languages = () => fs.readdirSync(path.join(WEB, 'i18n'))
	.map((f) => path.basename(f, '.json'));

module.exports = { sentences, untold, allUntold, catalogue, languages };
