import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Caller } from '@majordomo/gateway';
import { readFileBounded } from '../files/read-bounded.ts';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { reasonOf } from '../program/reason.ts';

const MAX_BYTES = 1024 * 1024;

/** Matches strings that every client sends unchanged in a header. */
const SENDABLE = /^[!-~]+$/;

/** Function that returns the caller of a request by its key. */
export type Authorize = (request: Request) => Caller | undefined;

/**
 * Reads a file with one key per line, optionally after the name of its tenant. `#` begins a comment. Throws `Stop` for an invalid
 * file and for a file that others may read. The error contains no key.
 */
export async function keyFile(path: string, { cwd }: Pick<Io, 'cwd'>): Promise<Authorize> {
  await checkMode(path, cwd);
  const text = new TextDecoder().decode(await readFileBounded(path, cwd, MAX_BYTES));
  const callers = new Map<string, Caller>();
  for (const [at, line] of text.split('\n').entries()) {
    const words = line
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '');
    // A blank line is treated as a comment. A line with one word has only a key.
    const [first = '#', key = first] = words;
    if (first.startsWith('#')) continue;
    const where = `${path}: line ${at + 1}`;
    if (words.length > 2) throw new Stop(`${where} must be a key, or a tenant and its key`);
    if (!SENDABLE.test(key))
      throw new Stop(`${where} has a key that clients cannot send; use visible ASCII in a UTF-8 file`);
    const digest = digestOf(key);
    if (callers.has(digest)) throw new Stop(`${where} repeats a key of an earlier line; remove it`);
    callers.set(digest, words.length === 2 ? { tenant: first } : {});
  }
  if (callers.size === 0) throw new Stop(`${path} contains no key; add one per line`);
  return (request) => callers.get(digestOf(keyIn(request)));
}

const MIN_TOKEN_LENGTH = 16;

/** Returns the token in a file. Throws `Stop` if others may read the file, or if the token is short or invalid. */
export async function tokenFile(path: string, { cwd }: Pick<Io, 'cwd'>): Promise<string> {
  await checkMode(path, cwd);
  const token = new TextDecoder().decode(await readFileBounded(path, cwd, MAX_BYTES)).trim();
  if (token.length < MIN_TOKEN_LENGTH || !SENDABLE.test(token))
    throw new Stop(
      `${path} must contain one token of at least ${MIN_TOKEN_LENGTH} ASCII characters without spaces, such as the output of: openssl rand -base64 24`,
    );
  return token;
}

async function checkMode(path: string, cwd: string): Promise<void> {
  let mode: number;
  try {
    ({ mode } = await stat(resolve(cwd, path)));
  } catch (error) {
    throw new Stop(`${path} cannot be read: ${reasonOf(error)}`);
  }
  // The check is skipped on Windows, which has no permission bits for other users.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new Stop(`other users have access to ${path}; run chmod 600 ${path}`);
}

/** Returns the key as OpenAI's or Anthropic's clients send it. */
const keyIn = ({ headers }: Request): string =>
  /^Bearer (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? headers.get('x-api-key') ?? '';

/** Returns the digest of a key. Keys are compared by digest, so that timing reveals nothing about them. */
const digestOf = (key: string): string => createHash('sha256').update(key).digest('hex');
