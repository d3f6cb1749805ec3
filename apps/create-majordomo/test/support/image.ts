import { cpSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ENV, program } from './tarballs.ts';

/** Instructions without an effect on the folder of the application. */
const WITHOUT_EFFECT = ['FROM', 'WORKDIR', 'USER', 'EXPOSE'];

/** Result of the instructions: the environment, the command, and the health check, both in exec form. */
export interface Image {
  readonly env: Record<string, string>;
  entrypoint: readonly string[];
  command: readonly string[];
  health: readonly string[];
}

/**
 * Runs the instructions of a Dockerfile in order, without a container. `context` is the folder of the sources, and `folder` that of the
 * image, in place of /app.
 */
export async function build(dockerfile: string, context: string, folder: string): Promise<Image> {
  const image: Image = { env: {}, entrypoint: [], command: [], health: [] };
  for (const { instruction, rest } of instructionsOf(dockerfile)) {
    if (instruction === 'ENV')
      for (const [, name = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g))
        image.env[name] = value.replace('/app/', `${folder}/`).replace('$PATH', ENV['PATH'] ?? '');
    else if (instruction === 'COPY') copy(context, folder, rest);
    else if (instruction === 'RUN') await runIn(folder, rest, image.env);
    else if (instruction === 'ENTRYPOINT') image.entrypoint = JSON.parse(rest) as readonly string[];
    else if (instruction === 'CMD') image.command = JSON.parse(rest) as readonly string[];
    else if (instruction === 'HEALTHCHECK')
      image.health = JSON.parse(/CMD (\[.*\])/.exec(rest)?.[1] ?? '[]') as readonly string[];
    else expect(WITHOUT_EFFECT).toContain(instruction);
  }
  return image;
}

/** Runs a health check against another port than that of the image. Throws if it fails. */
export const checkHealth = (
  folder: string,
  { health }: Pick<Image, 'health'>,
  port: string,
): Promise<string> =>
  program(
    folder,
    process.execPath,
    health.slice(1).map((each) => each.replace('4141', port)),
  );

/** Returns the instructions in order, with their arguments. */
const instructionsOf = (
  dockerfile: string,
): readonly { readonly instruction: string; readonly rest: string }[] =>
  dockerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [instruction = '', ...rest] = line.split(' ');
      return { instruction, rest: rest.join(' ') };
    });

function copy(context: string, folder: string, rest: string): void {
  const paths = rest.split(' ');
  const to = paths.pop() ?? '';
  for (const path of globSync(paths, { cwd: context })) {
    const target = to.endsWith('/') ? join(folder, to, path) : join(folder, to);
    cpSync(join(context, path), target, { recursive: true });
  }
}

async function runIn(folder: string, rest: string, env: Readonly<Record<string, string>>): Promise<void> {
  // A mount is a cache, and does not belong to the image. npm reads packages from the cache of this machine.
  const command = rest.replaceAll(/--mount=\S+ /g, '');
  await program(folder, 'sh', ['-c', command], { ...ENV, npm_config_prefer_offline: 'true', ...env });
}
