import type { LoginFlags } from './login.ts';
import type { Define } from '../program/define.ts';

export const define: Define = (command, io, run) => {
  command
    .argument(
      '<name>',
      'openrouter, google, vertex, githubModels, codex, or one of `logins` in majordomo.config',
    )
    .option('--client-id <id>', 'client id of your registered app; not required by OpenRouter')
    .option('--device', 'show a code to enter on another device')
    .option('--paste', 'use a browser on another machine, and paste its final URL')
    .action(
      run(async (name: string, flags: LoginFlags) => (await import('./login.ts')).login(name, flags, io)),
    );
};
