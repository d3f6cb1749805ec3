/** `pnpm demo [--live "a/x,b/y"] ["prompt"]`: `majordomo demo` from its sources, and two more wires after it. */
import { createTimeline } from '../../cli/src/demo/timeline.ts';
import { main } from '../../cli/src/main.ts';
import { processIo } from '../../cli/src/process-io.ts';
import { moreWires } from './demo-more-wires.ts';

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
const words = process.argv.slice(2).filter((word) => word !== '--');
const io = processIo(process.env, interrupt.signal);
process.exitCode = await main(['demo', ...words], io);
if (words.length === 0 && process.exitCode === 0) {
  await moreWires(createTimeline({ write: (text) => io.stdout.write(text), colour: io.stdout.colour }));
}
