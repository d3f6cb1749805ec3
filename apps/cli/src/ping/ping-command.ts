import type { Define } from '../program/define.ts';
import { SPEC } from '../program/spec.ts';

export const define: Define = (command, io, done) => {
  command
    .argument('<spec>', SPEC)
    .option('--timeout <seconds>', 'timeout for each target', '30')
    .option('--json', 'print one JSON document')
    .action(async (spec: string, flags: { timeout: string; json?: true }) => {
      const { ping } = await import('./ping.ts');
      done(await ping(spec, flags, io));
    });
};
