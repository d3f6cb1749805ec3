import path from 'node:path';
import { messageOf, type UserPart } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import { untilAborted } from '../model/until-aborted.ts';
import { Budget } from './budget.ts';
import { fetchReference, type FetchReference } from './fetch-reference.ts';
import { folderTree } from './folder-tree.ts';
import { gitText } from './git-text.ts';
import { readText, realFolder, realInside } from './read-inside.ts';
import { parseReferences, type Reference } from './parse-references.ts';

/** Where references may point, and how much they may be. */
export interface ReferenceOptions {
  /** Nothing outside of this folder is read. */
  readonly root: string;
  /** Maximum estimated tokens of all references; longer content is cut with a mark. */
  readonly maxTokens: number;
  /** Ends the wait at once. */
  readonly signal?: AbortSignal | undefined;
  /** For `@url:`. Default: `fetchMedia` of `@majordomo/media`, which reaches public addresses alone. */
  readonly fetch?: FetchReference | undefined;
}

const KINDS: KindsOf<ReferenceOptions> = {
  root: 'string',
  maxTokens: 0,
  signal: 'object with addEventListener',
  fetch: 'function',
};

/** The text as it was written, then what it refers to; and what could not be read, and why. */
export interface ResolvedReferences {
  readonly parts: readonly UserPart[];
  readonly warnings: readonly string[];
}

/**
 * Returns the text and the content of its references `@file:src/a.ts:10-20`, `@folder:docs`, `@diff`, `@staged`,
 * `@git:3` and `@url:https://…`, within a token budget. Unreadable content becomes a warning. Throws `config` if the
 * root is not a folder, and `aborted`.
 */
export async function resolveReferences(
  text: string,
  options: ReferenceOptions,
): Promise<ResolvedReferences> {
  checkOptions('resolveReferences', options, KINDS, ['root', 'maxTokens']);
  const root = await realFolder(options.root, 'root');
  const budget = new Budget(options.maxTokens);
  const warnings: string[] = [];
  const parts: UserPart[] = [{ type: 'text', text }];
  for (const reference of parseReferences(text)) {
    const { raw } = reference;
    try {
      const part = await untilAborted(() => partOf(reference, root, options, budget), options.signal);
      if (typeof part === 'string') warnings.push(`${raw}: ${part}`);
      else parts.push(part);
      if (budget.wasCut(raw))
        warnings.push(`${raw}: cut, since no more than ${options.maxTokens} tokens may be taken in`);
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      warnings.push(`${raw}: ${messageOf(error)}`);
    }
  }
  return { parts, warnings };
}

async function partOf(
  reference: Reference,
  root: string,
  { signal, fetch }: ReferenceOptions,
  budget: Budget,
): Promise<UserPart | string> {
  const { raw } = reference;
  switch (reference.type) {
    case 'file':
      return filePart(reference, root, budget);
    case 'folder':
      return folderPart(reference, root, budget);
    case 'diff':
    case 'staged': {
      const args = [
        'diff',
        ...DIFF,
        ...(reference.type === 'staged' ? ['--cached'] : []),
        '--relative',
        '--',
        '.',
      ];
      const diff = await gitText(root, args, signal);
      if (diff === undefined) return 'git has no answer here';
      return diff === '' ? 'there are no changes' : budget.textPart(raw, `<${reference.type}>`, diff);
    }
    case 'git': {
      const log = await gitText(
        root,
        ['log', `-${reference.count}`, '-p', ...DIFF, '--relative', '--', '.'],
        signal,
      );
      return log === undefined || log === ''
        ? 'git has no commits here'
        : budget.textPart(raw, `<commits>`, log);
    }
    case 'url':
      return budget.part(raw, reference.url, await fetchReference(reference.url, fetch, signal));
  }
}

const DIFF = [
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  // Within a submodule git would follow the configuration there.
  '--ignore-submodules=all',
  '--submodule=short',
];

async function filePart(
  { raw, path: name, from, to }: Extract<Reference, { readonly type: 'file' }>,
  root: string,
  budget: Budget,
): Promise<UserPart | string> {
  if (isOfGit(name)) return 'what git keeps for itself is not read';
  const found = await readText(root, name, { complete: true });
  if ('problem' in found) return PROBLEMS[found.problem];
  if (from === undefined || to === undefined)
    return budget.textPart(raw, `<file path="${name}">`, found.text);
  const lines = found.text.split('\n');
  if (from < 1 || to < from || from > lines.length)
    return `it has ${lines.length} lines, and not ${from} to ${to}`;
  const last = Math.min(to, lines.length);
  return budget.textPart(
    raw,
    `<file path="${name}" lines="${from}-${last}">`,
    lines.slice(from - 1, last).join('\n'),
  );
}

const PROBLEMS: Readonly<
  Record<Extract<Awaited<ReturnType<typeof readText>>, { problem: string }>['problem'], string>
> = {
  missing: 'there is no such file',
  outside: 'it lies outside of the folder that may be read',
  'not a file': 'it is no file',
  binary: 'it is no text, and was not read',
  'too large': 'it is larger than 1 MiB, and was not read',
  unreadable: 'it cannot be read',
};

const isOfGit = (name: string): boolean => path.normalize(name).split(path.sep).includes('.git');

async function folderPart(
  { raw, path: name }: Extract<Reference, { readonly type: 'folder' }>,
  root: string,
  budget: Budget,
): Promise<UserPart | string> {
  if (isOfGit(name)) return 'what git keeps for itself is not read';
  const folder = await realInside(root, name);
  if (folder === undefined) return 'there is no such folder';
  if (folder === null) return PROBLEMS.outside;
  const { lines, isCut } = await folderTree(root, folder);
  const text = [...lines, ...(isCut ? ['[… and more …]'] : [])].join('\n');
  return text === '' ? 'it is empty, or no folder' : budget.textPart(raw, `<folder path="${name}">`, text);
}
