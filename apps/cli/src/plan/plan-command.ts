import type { Define } from '../program/define.ts';

export const define: Define = (command, io, done) => {
  command
    .argument('<preset>', 'preset of the configured router')
    .option('--prompt <text>', 'prompt for the router to evaluate')
    .option('--json', 'print one JSON document')
    .action(async (preset: string, flags: { prompt?: string; json?: true }) => {
      const { plan } = await import('./plan.ts');
      done(await plan(preset, flags, io));
    });
};
