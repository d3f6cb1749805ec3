import type { InitFlags } from '../init/init.ts';
import type { Define } from './define.ts';
import { collect } from './collect.ts';

export const define: Define = (command, io, done) => {
  command
    .option('--vendor <id>', 'write one for this vendor instead of asking; repeatable', collect)
    .option('--model <spec>', 'the chain to write instead of asking')
    .option('--dry-run', 'show what would be written')
    .action(async (flags: InitFlags) => {
      const { init } = await import('../init/init.ts');
      done(await init(flags, io));
    });
};
