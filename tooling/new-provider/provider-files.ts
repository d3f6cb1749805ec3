import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { ROOT } from '../build/packages.ts';

const TEMPLATE = join(import.meta.dirname, 'template');

/** Names in kebab case, like the folders of packages. */
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Returns the files of a new provider and the changed lists of the repository, by path. Throws for an invalid name. */
export function providerFiles(name: string): Readonly<Record<string, string>> {
  if (!NAME.test(name))
    throw new Error(`"${name}" is not a valid name: use lower case, such as acme or acme-cloud`);
  return { ...packageFiles(name), ...changedLists(name) };
}

function packageFiles(name: string): Record<string, string> {
  const files = readdirSync(TEMPLATE, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.txt'),
  );
  const texts = files.map((file): [string, string] => [
    `packages/providers/provider-${name}/${file.split(sep).join('/').slice(0, -'.txt'.length)}`,
    replaceName(readFileSync(join(TEMPLATE, file), 'utf8'), name),
  ]);
  return { ...Object.fromEntries(texts), [`packages/providers/provider-${name}/LICENSE`]: read('LICENSE') };
}

/** Replaces the name of the template: `acme-cloud` becomes `acme-cloud` in text, `AcmeCloud` in code, `ACME_CLOUD` in variables. */
const replaceName = (text: string, name: string): string =>
  text
    .replaceAll('ACME', name.toUpperCase().replaceAll('-', '_'))
    .replaceAll('Acme', pascal(name))
    .replaceAll('acme', name);

const pascal = (name: string): string =>
  name.replaceAll(/(?:^|-)([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());

function changedLists(name: string): Record<string, string> {
  const line = (file: string, before: string, added: string): [string, string] => [
    file,
    insertLine(read(file), before, added, file),
  ];
  return Object.fromEntries([
    line(
      'tooling/shape/src/arrows.ts',
      "  'provider-cli': arrows(",
      `  'provider-${name}': arrows('a separate wire', 'core wire-kit'),`,
    ),
    line(
      'tooling/shape/package.json',
      '    "@majordomo/provider-cli": "workspace:^",',
      `    "@majordomo/provider-${name}": "workspace:^",`,
    ),
    line(
      'apps/docs/packages.md',
      '| [`@majordomo/ai-sdk`](../../packages/providers/ai-sdk) |',
      `| [\`@majordomo/provider-${name}\`](../../packages/providers/provider-${name}) | ${pascal(name)} over its own API | none |`,
    ),
    line('.env.example', 'CEREBRAS_API_KEY=', `${name.toUpperCase().replaceAll('-', '_')}_API_KEY=`),
    [
      `.changeset/first-release-provider-${name}.md`,
      `---
'@majordomo/provider-${name}': minor
---

First release. A provider for ${pascal(name)}, over its own API.

[Documentation](https://github.com/majordomo-llm/majordomo/blob/main/packages/providers/provider-${name}/README.md)
`,
    ],
  ]);
}

function insertLine(text: string, before: string, added: string, file: string): string {
  const at = text.indexOf(`\n${before}`) + 1;
  if (at === 0) throw new Error(`${file} has no line that begins with ${before}`);
  return `${text.slice(0, at)}${added}\n${text.slice(at)}`;
}

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
