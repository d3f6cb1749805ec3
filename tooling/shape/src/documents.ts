import { filesIn, published, read } from './repository.ts';
import { WINGS } from './wings.ts';

/** Documents of the repository. */
export const documents: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'packages/base/core/ARCHITECTURE.md',
  'packages/base/core/skills/majordomo/SKILL.md',
  ...Object.keys(WINGS).map((wing) => `packages/${wing}/README.md`),
  ...published.map(({ path }) => `${path}/README.md`).filter((file) => !file.startsWith('apps/')),
  ...filesIn('apps').filter((file) => file.endsWith('.md') && !file.endsWith('/api.md')),
  ...filesIn('tooling').filter((file) => file.endsWith('.md')),
];

/** Documents without programs. Only their links are checked. */
export const records: readonly string[] = [...filesIn('adr'), '.changeset/README.md'];

/** Code block in a document. */
export interface Fence {
  /** Path and line, such as `README.md:12`. */
  readonly at: string;
  /** Language of the code block; empty for output. */
  readonly language: string;
  readonly code: string;
}

/** Returns the fenced code blocks of a document, in order. */
export function fencesOf(file: string): readonly Fence[] {
  const text = read(file);
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(({ index, 1: info = '', 2: code = '' }) => ({
    at: `${file}:${text.slice(0, index).split('\n').length}`,
    // A tab of the site has its title in brackets after the language.
    language: info.replace(/ \[.*\]$/, ''),
    code,
  }));
}

/** Returns the document without its code blocks. */
export const proseOf = (file: string): string => read(file).replaceAll(/^```[\s\S]*?^```$/gm, '');

/** Returns the commands in text, such as `pnpm demo`, except those with `…`, a PLACEHOLDER or an optional part in brackets. */
export const commandsInProse = (file: string): readonly string[] =>
  [...proseOf(file).matchAll(/`((?:pnpm|npx|npm|majordomo) [^`]+)`/g)]
    .map(([, command = '']) => command)
    .filter((command) => !/…|\b[A-Z]{3,}\b|\[/.test(command));

/** Returns the anchors of a document's headings: `#a-new-vendor` for `## A new vendor`. */
export const anchorsOf = (file: string): readonly string[] =>
  [...proseOf(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Returns links to files of this repository as path and anchor, either of which may be empty. */
export const linksOf = (file: string): readonly { readonly path: string; readonly anchor: string }[] =>
  [...proseOf(file).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(
    ([, path = '', anchor = '']) => ({ path, anchor }),
  );
