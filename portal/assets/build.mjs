// Builds what browsers load: node build.mjs WHERE_THE_PACKAGES_ARE INTO
// Every file is named by a hash of its content, so that browsers may keep it for ever; manifest.json maps the names.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const [packages, into] = process.argv.slice(2).map((one) => path.resolve(one));
const here = import.meta.dirname;
const from = createRequire(pathToFileURL(path.join(packages, "package.json")));
const modules = path.join(packages, "node_modules");
const esbuild = from("esbuild");
const sass = from("sass");

rmSync(into, { recursive: true, force: true });
mkdirSync(into, { recursive: true });
const manifest = {};

function keep(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
  const { name: stem, ext } = path.parse(name);
  manifest[name] = `${stem}-${hash}${ext}`;
  writeFileSync(path.join(into, manifest[name]), content);
  writeFileSync(path.join(into, `${manifest[name]}.gz`), gzipSync(content, { level: 9 }));
}

const styles = sass.compile(path.join(here, "styles", "portal.scss"), {
  loadPaths: [modules],
  style: "compressed",
  charset: false,
  quietDeps: true,
});
keep("portal.css", styles.css);

const scripts = await esbuild.build({
  entryPoints: [path.join(here, "scripts", "portal.js")],
  bundle: true,
  format: "esm",
  minify: true,
  target: ["es2020"],
  nodePaths: [modules],
  legalComments: "none",
  write: false,
});
keep("portal.js", scripts.outputFiles[0].text);
keep("window.svg", readFileSync(path.join(here, "window.svg")));

const { version, license } = JSON.parse(readFileSync(path.join(modules, "govuk-frontend", "package.json")));
writeFileSync(path.join(into, "third-party.txt"), `govuk-frontend ${version}, ${license}, (c) Crown Copyright\n`);
writeFileSync(path.join(into, "manifest.json"), JSON.stringify(manifest, null, 1));
