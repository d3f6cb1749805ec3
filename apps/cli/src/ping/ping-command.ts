import type { Define } from '../program/define.ts';
import { SPEC } from '../program/spec.ts';

export const define: Define = (command, io, run) => {
  command
    .argument('<spec>', SPEC)
    .option('--timeout <seconds>', 'timeout for each target', '30')
    .option('--json', 'print one JSON document')
    .action(
      run(async (spec: string, flags: { timeout: string; json?: true }) =>
        (await import('./ping.ts')).ping(spec, flags, io),
      ),
    );
};
