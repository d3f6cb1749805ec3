import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inRounds, resultOf } from '../measure/rounds.mjs';

const CHILD = fileURLToPath(new URL('memory-process.mjs', import.meta.url));
const STREAMS = 1000;

/** Resident memory of 1,000 open streams, one process per subject and round. */
export async function measureMemory({ dialect, place, plan }) {
  const jobs = ['sdk', 'majordomo'].map((subject) => ({
    subject,
    run: () => grownBy(CHILD, subject, dialect.name, place('held-20'), STREAMS),
  }));
  return { memory: await inRounds(jobs, { ...plan, warmUp: 0 }, resultOf) };
}

/** Runs a program in a separate process, and returns the growth of its memory that it sends, in MB. */
export async function grownBy(program, ...args) {
  const child = fork(program, args, { execArgv: [] });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`the memory process ended with ${code}`);
  });
  const [bytes] = await Promise.race([once(child, 'message'), exited]);
  await once(child, 'exit').catch(() => undefined);
  return bytes / 1e6;
}
