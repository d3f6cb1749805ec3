import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { uptime } from 'node:os';

/** Start of a process, as far as the system reports it. */
export interface ProcessStart {
  /** 16 hexadecimal digits that no other process has, including processes with the same id before and after this one. */
  readonly identity: string;
  /** Time of the start, in epoch milliseconds. */
  readonly at: number;
  /** Whether the process has ended, and its parent has not read its exit code. */
  readonly hasEnded: boolean;
}

/** Functions of the operating system, which tests replace. */
export interface ProcessTimes {
  processStart(pid: number): Promise<ProcessStart | undefined>;
  bootTime(): number;
}

/** Unit of start times in `/proc/<pid>/stat`, in milliseconds. */
const TICK_MS = 10;
/** Position of the start time after the name of the program. */
const START = 19;

/** Returns when a process has started, from Linux's `/proc`. Returns `undefined` on other systems, and for an unknown process. */
export async function processStart(pid: number): Promise<ProcessStart | undefined> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name of the program is in parentheses, and may contain spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[START]);
    if (!Number.isSafeInteger(ticks)) return undefined;
    // Ticks are counted from the boot, so that they are equal after two boots, but the id of the boot differs.
    const identity = createHash('sha256').update(`${boot} ${ticks}`).digest('hex').slice(0, 16);
    return { identity, at: bootTime() + ticks * TICK_MS, hasEnded: fields[0] === 'Z' };
  } catch {
    return undefined;
  }
}

/** Returns when the machine has booted, in epoch milliseconds. Containers return the boot of their host. */
export const bootTime = (): number => Date.now() - uptime() * 1000;

export const PROCESS_TIMES: ProcessTimes = { processStart, bootTime };
