// catalogue.js - the sentences of the console, read from its syntax trees by
// the compiler that checks its types: names are resolved, nothing is guessed.

'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const WEB = path.join(__dirname, '../../../web');
const SRC = path.join(WEB, 'src');
const HOME = 'src/lib/lang.ts';
const TS = path.join(WEB, 'node_modules/typescript/dist');

// Of the arguments of each function of lang.ts, those that are its sentences.
const SAYS = { t: [0], tx: [0], many: [1, 2] };
// Their argument is a word of a row as well as one of ours.
const NAMES = { term: 'terms', deed: 'verbs' };

const haveCompiler = fs.existsSync(TS);

class Source {
	// dir: has a tsconfig.json and src/, with src/lib/lang.ts
	static async open(dir = WEB) {
		const s = new Source();
		const { API } = await import(path.join(TS, 'api/sync/api.js'));
		s.ast = await import(path.join(TS, 'ast/is.js'));
		s.api = new API({ cwd: dir });
		const [project] = s.api.updateSnapshot({
			openProjects: [path.join(dir, 'tsconfig.json')] }).getProjects();
		s.checker = project.checker;
		s.files = project.program.getSourceFileNames()
			.filter((f) => f.startsWith(path.join(dir, 'src') + path.sep))
			.map((f) => [path.relative(dir, f), project.program.getSourceFile(f)]);
		return s;
	}

	// One page of these lines beside lang.ts, and nothing else.
	static async ofText(text) {
		const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'parley-said-'));
		fs.mkdirSync(path.join(dir, 'src/lib'), { recursive: true });
		fs.copyFileSync(path.join(WEB, 'tsconfig.json'), path.join(dir, 'tsconfig.json'));
		fs.copyFileSync(path.join(WEB, HOME), path.join(dir, HOME));
		fs.writeFileSync(path.join(dir, 'src/page.tsx'), text);
		const s = await Source.open(dir);
		const { said, faults } = s.said(), untold = s.untold();
		s.close();
		fs.rmSync(dir, { recursive: true });
		return { said, faults: faults.length,
			untold: untold.map((u) => u.replace('page.tsx: ', '')) };
	}

	close() {
		this.api.close();
	}

	*nodes(root, enter = () => true) {
		const found = [];
		root.forEachChild((n) => { found.push(n); });
		for (const n of found) {
			yield n;
			if (enter(n))
				yield* this.nodes(n, enter);
		}
	}

	// The name under which lang.ts exports what this identifier is, or null.
	named(id) {
		const wanted = { ...SAYS, ...NAMES };
		let symbol = this.checker.getSymbolAtLocation(id);
		if (symbol && (symbol.flags & 2097152))		// an import
			symbol = this.checker.getAliasedSymbol(symbol);
		const at = symbol?.declarations?.[0]?.path ?? '';
		return symbol && symbol.name in wanted && at.toLowerCase()
			.endsWith(HOME.toLowerCase()) ? symbol.name : null;
	}

	// Every text that an expression can be; null: nobody knows before it runs.
	texts(e) {
		const is = this.ast;
		if (is.isStringLiteral(e) || is.isNoSubstitutionTemplateLiteral(e))
			return [e.text];
		if (is.isParenthesizedExpression(e))
			return this.texts(e.expression);
		if (is.isConditionalExpression(e)) {
			const a = this.texts(e.whenTrue), b = this.texts(e.whenFalse);
			return a && b && [...a, ...b];
		}
		if (is.isBinaryExpression(e) && e.operatorToken.getText?.() === '+') {
			const a = this.texts(e.left), b = this.texts(e.right);
			return a && b && a.flatMap((x) => b.map((y) => x + y));
		}
		return null;
	}

	// { said: sentences, names: { terms, verbs }, faults: what cannot be known }
	said() {
		const said = new Set(), faults = [], names = { terms: new Set(), verbs: new Set() };
		const is = this.ast;
		for (const [file, root] of this.files) {
			if (file === HOME)
				continue;
			for (const n of this.nodes(root)) {
				const name = is.isIdentifier(n) && this.named(n);
				if (!name || is.isImportSpecifier(n.parent))
					continue;
				const call = n.parent;
				const where = `${file}: ${call.getText().slice(0, 60)}`;
				if (!is.isCallExpression(call) || call.expression !== n) {
					faults.push(`${where}: is not called`);
					continue;
				}
				if (name in NAMES) {
					for (const s of this.texts(call.arguments[0]) ?? [])
						names[NAMES[name]].add(s.toLowerCase());
					continue;
				}
				for (const i of SAYS[name]) {
					const arg = call.arguments[i], all = arg && this.texts(arg);
					if (all)
						all.forEach((s) => said.add(s));
					else
						faults.push(`${where}: is no sentence`);
				}
			}
		}
		return { said: [...said].sort(), names, faults };
	}

	/* --- what is shown without asking the catalogue -------------------------------- */

	// The literals that an expression shows when it is shown.
	shown(e) {
		const is = this.ast;
		if (!e)
			return [];
		if (is.isStringLiteral(e) || is.isNoSubstitutionTemplateLiteral(e))
			return [e.text];
		if (is.isTemplateExpression(e))
			return [e.head.text, ...e.templateSpans.flatMap((s) =>
				[...this.shown(s.expression), s.literal.text])];
		if (is.isParenthesizedExpression(e))
			return this.shown(e.expression);
		if (is.isConditionalExpression(e))
			return [...this.shown(e.whenTrue), ...this.shown(e.whenFalse)];
		if (is.isBinaryExpression(e))
			return /^(\+|\|\||&&|\?\?)$/.test(e.operatorToken.getText()) ?
				[...e.operatorToken.getText() === '&&' ? [] : this.shown(e.left),
					...this.shown(e.right)] : [];
		return [];
	}

	untold() {
		const is = this.ast, found = [];
		const quoted = (n) => (is.isJsxElement(n) && /^(code|kbd|pre)$/
			.test(n.openingElement.tagName.getText()));
		for (const [file, root] of this.files) {
			const say = (all) => all.filter((s) => WORDS.test(s) && !NO_WORDS.test(s))
				.forEach((s) => found.push(`${path.basename(file)}: ${s.trim()}`));
			for (const n of this.nodes(root, (n) => !quoted(n))) {
				if (quoted(n.parent))
					continue;
				if (is.isJsxText(n))
					say([n.text]);
				else if (is.isJsxExpression(n) && !is.isJsxAttribute(n.parent))
					say(this.shown(n.expression));
				else if (is.isJsxAttribute(n) && READ.test(n.name.getText()))
					say(this.shown(is.isJsxExpression(n.initializer ?? n) ?
						n.initializer.expression : n.initializer));
				else if (is.isPropertyAssignment(n) && READ.test(n.name.getText()))
					say(this.shown(n.initializer));
				else if (is.isCallExpression(n) && /^(toast|confirm|alert)$/
					.test(n.expression.getText()))
					say(this.shown(n.arguments[0]));
			}
		}
		return found;
	}
}

const WORDS = /[A-Za-z]{2}/;
// Attributes and properties that people read.
const READ = /^(title|label|about|help|placeholder|alt|aria-label|says|none|empty|hint|unit|what)$/;
// The same in every language; the shape of an icon; a file's first line.
const NO_WORDS = /^\W*(Parley|API|TLS|ms|p\d\d|[A-Za-z]\d[\s\S]*|-----BEGIN …)\W*$/;

const catalogue = (language) => JSON.parse(fs.readFileSync(
	path.join(SRC, 'i18n', `${language}.json`), 'utf8'));

const languages = () => fs.readdirSync(path.join(SRC, 'i18n'))
	.map((f) => path.basename(f, '.json'));

// Where the words of rows come from: the daemon's source, and ours.
function daemonText() {
	const files = (dir) => fs.readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
		e.isDirectory() ? files(path.join(dir, e.name)) :
			/\.([ch]|tsx?)$/.test(e.name) ? [path.join(dir, e.name)] : []);
	return [...files(path.join(WEB, '../src')), ...files(SRC)]
		.map((f) => fs.readFileSync(f, 'utf8')).join('').toLowerCase();
}

module.exports = { Source, haveCompiler, catalogue, daemonText, languages };
