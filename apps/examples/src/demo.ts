/** `pnpm demo [--live "a/x,b/y"] ["prompt"]`: runs `majordomo demo` from its sources, with two more wires and a gateway. */
import { playDemo } from '../../cli/src/demo/demo.ts';
import { Interrupts } from '../../cli/src/terminal/interrupts.ts';
import { main } from '../../cli/src/main.ts';
import { processIo } from '../../cli/src/terminal/process-io.ts';
import type { Timeline } from '../../cli/src/demo/timeline.ts';
import { playMoreWires } from './demo-more-wires.ts';

async function more(timeline: Timeline): Promise<void> {
  await playMoreWires(timeline);
  const { playGateway } = await import('./demo-served.ts');
  await playGateway(timeline);
}

const interrupts = new Interrupts();
process.once('SIGINT', () => {
  interrupts.press();
});
// EPIPE is not a failure. It means that the reader, as in `pnpm demo | head`, has closed the pipe.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
// pnpm passes a `--` before the options on.
const args = process.argv.slice(2).filter((arg) => arg !== '--');
const io = processIo(process.env, interrupts);
process.exitCode = args.length === 0 ? await playDemo(io, more) : await main(['demo', ...args], io);
