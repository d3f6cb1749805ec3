/** `pnpm demo [--live "a/x,b/y"] ["prompt"]`: `majordomo demo` from its sources. */
import { main } from '../../cli/src/main.ts';
import { processIo } from '../../cli/src/process-io.ts';

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
const words = process.argv.slice(2).filter((word) => word !== '--');
process.exitCode = await main(['demo', ...words], processIo(process.env, interrupt.signal));
