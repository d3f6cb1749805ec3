import type { Define } from '../program/define.ts';

export const define: Define = (command, io, run) => {
  command
    .argument('<preset>', 'preset of the configured router')
    .option('--prompt <text>', 'prompt for the router to evaluate')
    .option('--json', 'print one JSON document')
    .action(
      run(async (preset: string, flags: { prompt?: string; json?: true }) =>
        (await import('./plan.ts')).plan(preset, flags, io),
      ),
    );
};
