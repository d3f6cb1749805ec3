import { messageOf, type UserPart } from '@majordomo/core';
import { atLeast, checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import { untilAborted } from '../model/until-aborted.ts';
import { Budget } from './budget.ts';
import { fetchReference, type FetchReference } from './fetch-reference.ts';
import { folderTree } from './folder-tree.ts';
import { gitText } from './git-text.ts';
import { locateInside } from './open-inside.ts';
import { readText, realFolder, type FileText } from './read-inside.ts';
import { parseReferences, type Reference } from './parse-references.ts';

/** Options of `resolveReferences`. */
export interface ReferenceOptions {
  /** Folder that relative paths start from. Files outside this folder are not read. */
  readonly root: string;
  /** Maximum estimated number of tokens in all references together. Longer content is cut and marked. */
  readonly maxTokens: number;
  /** Signal that aborts the call. */
  readonly signal?: AbortSignal | undefined;
  /** Function that loads `@url:` references. `@default` `fetchMedia` of `@majordomo/media`, which loads only public addresses */
  readonly fetch?: FetchReference | undefined;
}

const KINDS: KindsOf<ReferenceOptions> = {
  root: 'string',
  maxTokens: atLeast(0),
  signal: 'object with addEventListener',
  fetch: 'function',
};

/** Text with the content of its references, and warnings about unreadable or shortened references. */
export interface ResolvedReferences {
  readonly parts: readonly UserPart[];
  readonly warnings: readonly string[];
}

/**
 * Returns the text and the content of references such as `@file:src/a.ts:10-20`, `@folder:docs`, `@diff`, `@staged`, `@git:3`,
 * `@url:https://…`, within a token budget. Warns about unreadable content. Throws `config` for an invalid root, or `aborted`.
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
        warnings.push(`${raw}: cut, because references may have at most ${options.maxTokens} tokens`);
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
      if (diff === undefined) return 'git failed';
      return diff === '' ? 'no changes exist' : budget.textPart(raw, reference.type, diff);
    }
    case 'git': {
      const log = await gitText(
        root,
        ['log', `-${reference.count}`, '-p', ...DIFF, '--relative', '--', '.'],
        signal,
      );
      // `git log` fails in a repository without commits.
      return log === undefined || log === '' ? 'git found no commits' : budget.textPart(raw, 'commits', log);
    }
    case 'url':
      return budget.part(raw, reference.url, await fetchReference(reference.url, fetch, signal));
  }
}

const DIFF = [
  // The configuration of an untrusted repository can name programs that git would run for a diff.
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  // Within a submodule, git would apply the submodule's configuration.
  '--ignore-submodules=all',
  '--submodule=short',
];

async function filePart(
  { raw, path: name, from, to }: Extract<Reference, { readonly type: 'file' }>,
  root: string,
  budget: Budget,
): Promise<UserPart | string> {
  const found = await readText(root, name, { complete: true });
  if ('problem' in found) return PROBLEMS[found.problem];
  if (from === undefined || to === undefined) return budget.textPart(raw, `file path="${name}"`, found.text);
  const lines = found.text.split('\n');
  if (from < 1 || to < from || from > lines.length)
    return `the file has ${lines.length} lines, not ${from} to ${to}`;
  const last = Math.min(to, lines.length);
  return budget.textPart(
    raw,
    `file path="${name}" lines="${from}-${last}"`,
    lines.slice(from - 1, last).join('\n'),
  );
}

const PROBLEMS: Readonly<Record<Extract<FileText, { problem: string }>['problem'], string>> = {
  missing: 'the file does not exist',
  outside: 'the file is outside of the permitted folder',
  'part of .git': 'files of the .git folder are not read',
  'not a file': 'the path is not a file',
  binary: 'the file is not text',
  'too large': 'the file is larger than 1 MiB',
  unreadable: 'the file cannot be read',
};

async function folderPart(
  { raw, path: name }: Extract<Reference, { readonly type: 'folder' }>,
  root: string,
  budget: Budget,
): Promise<UserPart | string> {
  const located = await locateInside(root, name);
  if ('problem' in located)
    return located.problem === 'missing' ? 'the folder does not exist' : PROBLEMS[located.problem];
  const { lines, isCut } = await folderTree(root, located.real);
  const text = [...lines, ...(isCut ? ['[… and more …]'] : [])].join('\n');
  if (text === '') return 'the path is an empty folder, or not a folder';
  return budget.textPart(raw, `folder path="${name}"`, text);
}
