import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { pid } from 'node:process';

/** Who a process is: its number alone would be another's one day. */
export interface ProcessMark {
  readonly pid: number;
  /** When it began, in the system's own count; `0` where the system does not say. */
  readonly started: string;
  /** The machine since its last start. */
  readonly machine: string;
}

export function ownMark(): ProcessMark {
  return { pid, started: startOf(pid) ?? '0', machine: thisMachine() };
}

/** Certain of the dead only: a process of another machine, or one that may be alive, is alive. */
export function isDead({ pid: number, started, machine }: ProcessMark): boolean {
  if (machine !== thisMachine()) return machine.split('-')[0] === hostMark() && bootMark() !== '0';
  if (!exists(number)) return true;
  const now = startOf(number);
  return now !== undefined && started !== '0' && now !== started;
}

function exists(number: number): boolean {
  try {
    process.kill(number, 0);
    return true;
  } catch (error) {
    // Of another user: it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

const thisMachine = (): string => `${hostMark()}-${bootMark()}`;
const hostMark = (): string => shortHash(hostname());
const bootMark = (): string => {
  const id = textOf('/proc/sys/kernel/random/boot_id');
  return id === undefined ? '0' : shortHash(id);
};
const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 10);

/** The 22nd field of Linux; the second one may hold blanks and brackets. */
function startOf(number: number): string | undefined {
  const text = textOf(`/proc/${number}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
