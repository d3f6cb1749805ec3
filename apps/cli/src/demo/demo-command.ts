import type { Define } from '../program/define.ts';

export const define: Define = (command, io, done) => {
  command
    .option('--live <spec>', 'call real vendors instead')
    .argument('[prompt]', 'for --live')
    .action(async (prompt: string | undefined, flags: { live?: string }) => {
      const { demo } = await import('./demo.ts');
      done(await demo(prompt, flags, io));
    });
};
