// A process that runs two bursts of one subject and tells how far its memory grew, in MB.
import { loadSubjects } from '../subjects/load.mjs';
import { burst } from './concurrent-burst.mjs';

globalThis.gc();
// Before anything of the subject is loaded: some load their SDK at once, others at the first call.
const before = process.memoryUsage.rss();
const [, , family, wire, origin, streams, deltas] = process.argv;
const { subjects } = await loadSubjects({ families: [family], wires: [wire] });
const session = await subjects[0].open(origin);
const load = { streams: Number(streams), deltas: Number(deltas) };
await burst(session, load);
await burst(session, load);
const { maxRSS } = process.resourceUsage();
process.send((maxRSS * 1024 - before) / 1e6, () => process.exit(0));
