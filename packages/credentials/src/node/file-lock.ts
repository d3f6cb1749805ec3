import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LlmError } from '@majordomo/core';
import { isDead, ownMark, type ProcessMark } from './process-mark.ts';

const POLL_MS = 15;
/** A holder may wait for a token endpoint. */
const LONGEST_WAIT_MS = 120_000;

/** A place in the queue; `undefined`: its number is being chosen. */
interface Claim {
  readonly file: string;
  readonly number: number | undefined;
  readonly owner: ProcessMark;
}

/**
 * Runs alone among all processes that use this folder, in the order in which they came: Lamport's bakery with files. Each
 * contender owns one file, named after it, and waits for those before it. Nobody ever breaks another's lock: the claim of
 * a process that is dead counts for nothing, and to remove it can hurt nobody.
 */
export async function withLock<T>(folder: string, run: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!(await lstat(folder)).isDirectory()) {
    throw new LlmError('config', `${folder} is not a folder of ours: a link is not followed; remove it`, {
      code: 'vault-link',
    });
  }
  const file = await claim(folder);
  try {
    await turn(folder, file);
    return await run();
  } finally {
    await unlink(join(folder, file)).catch(() => undefined);
  }
}

/** Says first that it chooses, so that whoever sees no number yet waits for it. */
async function claim(folder: string): Promise<string> {
  const { pid, started, machine } = ownMark();
  const own = `${pid}.${started}.${machine}.${randomBytes(8).toString('hex')}`;
  const choosing = `c.${own}`;
  await writeFile(join(folder, choosing), '', { flag: 'wx', mode: 0o600 });
  try {
    const highest = (await claims(folder)).reduce((most, { number = 0 }) => Math.max(most, number), 0);
    const chosen = `n${highest + 1}.${own}`;
    await rename(join(folder, choosing), join(folder, chosen));
    return chosen;
  } catch (error) {
    await unlink(join(folder, choosing)).catch(() => undefined);
    throw error;
  }
}

async function turn(folder: string, own: string): Promise<void> {
  const began = Date.now();
  let before: Claim | undefined;
  // A number that appears while a folder is read may be missed by that reading, never by one that begins after it.
  for (let isSure = false; !isSure;) {
    before = await firstBefore(folder, own, true);
    if (before === undefined) {
      before = await firstBefore(folder, own, false);
      isSure = before === undefined;
    }
    if (before === undefined) continue;
    if (Date.now() - began > LONGEST_WAIT_MS) throw tooLong(folder, before);
    await sleep(POLL_MS);
  }
}

/** Who goes first, the living only; `isChoosing`: those without a number may. */
async function firstBefore(folder: string, own: string, isChoosing: boolean): Promise<Claim | undefined> {
  const mine = parse(own)?.number ?? 0;
  for (const other of await claims(folder)) {
    if (other.file === own) continue;
    const isFirst =
      other.number === undefined
        ? isChoosing
        : other.number < mine || (other.number === mine && other.file < own);
    if (!isFirst) continue;
    if (!isDead(other.owner)) return other;
    await unlink(join(folder, other.file)).catch(() => undefined);
  }
  return undefined;
}

async function claims(folder: string): Promise<readonly Claim[]> {
  return (await readdir(folder)).map(parse).filter((found) => found !== undefined);
}

function parse(file: string): Claim | undefined {
  const [, number, pid, started = '', machine = ''] =
    /^(?:c|n(\d+))\.(\d+)\.(\d+)\.([\w-]+)\.[0-9a-f]+$/.exec(file) ?? [];
  if (pid === undefined) return undefined;
  return {
    file,
    number: number === undefined ? undefined : Number(number),
    owner: { pid: Number(pid), started, machine },
  };
}

const tooLong = (folder: string, { owner }: Claim): LlmError =>
  new LlmError(
    'config',
    `${folder} has been locked by process ${owner.pid} for two minutes: end it, or remove the folder if there is no such process`,
    { code: 'vault-locked' },
  );
