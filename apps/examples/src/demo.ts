/** `pnpm demo [--live "a/x,b/y"] ["prompt"]`: `majordomo demo` from its sources, with two more wires. */
import { playDemo } from '../../cli/src/demo/demo.ts';
import { main } from '../../cli/src/main.ts';
import { processIo } from '../../cli/src/process-io.ts';
import { moreWires } from './demo-more-wires.ts';

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
const words = process.argv.slice(2).filter((word) => word !== '--');
const io = processIo(process.env, interrupt.signal);
process.exitCode = words.length === 0 ? await playDemo(io, moreWires) : await main(['demo', ...words], io);
