import type { Define } from '../program/define.ts';

export const define: Define = (command, io, run) => {
  command
    .option(
      '--by <keys>',
      'day, hour, month, target, provider, vendor, model, name, tenant or outcome; separate several with commas',
      'day',
    )
    .option('--since <time>', '24h, 7d, 4w, or a date such as 2026-11-01', '7d')
    .option('--json', 'print one JSON document')
    .action(
      run(async (flags: { by: string; since: string; json?: true }) =>
        (await import('./usage.ts')).usage(flags, io),
      ),
    );
};
