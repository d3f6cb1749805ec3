import type { Define } from './define.ts';
import { SPEC } from './spec.ts';

export const define: Define = (command, io, done) => {
  command
    .argument('<spec>', SPEC)
    .option('--timeout <seconds>', 'timeout for each target', '30')
    .option('--json', 'print one JSON document')
    .action(async (spec: string, flags: { timeout: string; json?: true }) => {
      const { ping } = await import('../ping/ping.ts');
      done(await ping(spec, flags, io));
    });
};
