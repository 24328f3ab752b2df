// build.mjs - bundle the console: web/src to hashed files and one page.
// usage: node build.mjs OUTDIR    files are plain; the Makefile packs them

import { build } from "esbuild";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync }
    from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
if (!process.argv[2]) {
	console.error("usage: node build.mjs OUTDIR");
	process.exit(2);
}

const out = resolve(process.argv[2]);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const done = await build({
	absWorkingDir: here,
	entryPoints: { app: "src/main.tsx", style: "src/style.css" },
	entryNames: "[name]-[hash]",
	chunkNames: "[name]-[hash]",
	outdir: out,
	bundle: true,
	minify: true,
	splitting: true,
	format: "esm",
	target: ["chrome114", "firefox125", "safari17"],
	jsx: "automatic",
	jsxImportSource: "preact",
	legalComments: "none",
	metafile: true,
	logLevel: "warning",
});

const made = Object.entries(done.metafile.outputs);
const named = (start) => basename(made.find(([name, o]) => o.entryPoint &&
    basename(name).startsWith(start))[0]);
// What the app cannot begin without: asked for at once, not one by one.
const entry = made.find(([name]) => basename(name) === named("app-"))[1];
const chunks = entry.imports.filter((i) => i.kind === "import-statement")
    .map((i) => basename(i.path)).sort();
const page = readFileSync(join(here, "src/index.html"), "utf8")
    .replace("{{style}}", named("style-"))
    .replace("{{app}}", named("app-"))
    .replace("{{chunks}}", chunks.map((f) =>
	`<link rel="modulepreload" href="/assets/${f}">`).join("\n"));

writeFileSync(join(out, "index.html"), page);

// What is inside the bundle from others, with their licences.
const shipped = new Set();

for (const input of Object.keys(done.metafile.inputs)) {
	const m = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);

	if (m)
		shipped.add(m[1]);
}
const notices = [...shipped].sort().map((name) => {
	const dir = join(here, "node_modules", name);
	const about = JSON.parse(readFileSync(join(dir, "package.json")));
	const licence = readdirSync(dir).find((f) => /^licen[cs]e/i.test(f));

	return `${name} ${about.version} (${about.license})\n\n` +
	    (licence ? readFileSync(join(dir, licence), "utf8").trim() : "");
});

writeFileSync(join(out, "third-party.txt"), notices.join("\n\n\n") + "\n");
