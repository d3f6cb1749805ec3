// A process that runs two bursts of one subject and tells how far its memory grew, in MB.
import { existsSync, readFileSync } from 'node:fs';
import { loadSubjects } from '../subjects/load.mjs';
import { burst } from './concurrent-burst.mjs';

const STATUS = '/proc/self/status';

globalThis.gc();
// Before anything of the subject is loaded: some load their SDK at once, others at the first call.
const before = process.memoryUsage.rss();
const [, , family, wire, origin, streams, deltas] = process.argv;
const { subjects } = await loadSubjects({ families: [family], wires: [wire] });
const session = await subjects[0].open(origin);
const load = { streams: Number(streams), deltas: Number(deltas) };
await burst(session, load);
await burst(session, load);
process.send((peak() - before) / 1e6, () => process.exit(0));

/** In bytes. On Linux, what getrusage tells is at least the size of the process that forked this one. */
function peak() {
  if (!existsSync(STATUS)) return process.resourceUsage().maxRSS * 1024;
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(STATUS, 'utf8'));
  return kibibytes * 1024;
}
