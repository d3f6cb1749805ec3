import type { LoginFlags } from './login.ts';
import type { Define } from '../program/define.ts';

export const define: Define = (command, io, done) => {
  command
    .argument(
      '<name>',
      'openrouter, google, vertex, githubModels, codex, or one of `logins` in majordomo.config',
    )
    .option('--client-id <id>', 'client id of your registered app; not required by OpenRouter')
    .option('--device', 'show a code to enter on another device')
    .option('--paste', 'use a browser on another machine, and paste its final URL')
    .action(async (name: string, flags: LoginFlags) => {
      const { login } = await import('./login.ts');
      done(await login(name, flags, io));
    });
};
