import { once } from 'node:events';
import { join } from 'node:path';
import { startChild } from '../measure/child.mjs';
import { inRounds, resultOf } from '../measure/rounds.mjs';

const CHILD = join(import.meta.dirname, 'memory-process.mjs');
const STREAMS = 1000;

/** Resident memory of 1,000 open streams in MB, one process per subject and round. */
export async function measureMemory({ dialect, place, plan }) {
  const jobs = ['sdk', 'majordomo'].map((subject) => ({
    subject,
    async run() {
      const args = [subject, dialect.name, place('held-20'), STREAMS];
      const { child, message: bytes } = await startChild('the memory process', CHILD, args);
      if (child.exitCode === null) await once(child, 'exit');
      return bytes / 1e6;
    },
  }));
  return { memory: await inRounds(jobs, { ...plan, warmUp: 0 }, resultOf) };
}
