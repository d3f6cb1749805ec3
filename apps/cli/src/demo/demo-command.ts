import type { Define } from '../program/define.ts';

export const define: Define = (command, io, run) => {
  command
    .option('--live <spec>', 'call real vendors instead')
    .argument('[prompt]', 'for --live')
    .action(
      run(async (prompt: string | undefined, flags: { live?: string }) =>
        (await import('./demo.ts')).demo(prompt, flags, io),
      ),
    );
};
