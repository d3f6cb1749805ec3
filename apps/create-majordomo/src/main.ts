import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { whyNodeTooOld } from '@majordomo/core/toolkit';
import { answersOf, type Flags, type Surroundings } from './answers.ts';
import { CreateError } from './create-error.ts';
import { createProject, type CreateOptions } from './create-project.ts';
import { TEMPLATES } from './templates.ts';

/** First version of Node that runs the applications, which are TypeScript. Their `engines` contain the same version. */
export const LEAST_NODE = '22.18';

/** Surroundings and output of the command. */
export interface Io extends Surroundings {
  /** Version of Node that runs the command, such as `24.21.0`. */
  readonly nodeVersion: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Exit codes of the command. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

const HELP = `Creates an application with majordomo.

Usage: npm create majordomo@latest [NAME] -- [options]

  --template NAME          ${Object.keys(TEMPLATES).join(', ')}
  --package-manager NAME   npm, pnpm, bun or none; default: the one that runs this command
  --yes                    ask no questions; NAME and --template are then required
  --help                   show this text

Templates:
${Object.entries(TEMPLATES)
  .map(([name, { content }]) => `  ${name.padEnd(24)} ${content}\n`)
  .join('')}`;

/** Runs the command. Returns its exit code. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const flags = parsed(args);
  if (typeof flags === 'string') {
    io.err(`${flags}\nUse --help for the options.\n`);
    return EXIT.usage;
  }
  if (flags.help) {
    io.out(HELP);
    return EXIT.ok;
  }
  const problem = whyNodeTooOld('the application', LEAST_NODE, io.nodeVersion);
  if (problem !== undefined) {
    io.err(`create-majordomo: ${problem}\n`);
    return EXIT.failed;
  }
  try {
    const options = await answersOf(flags, io);
    if (options === undefined) return EXIT.interrupted;
    await createProject({ ...options, signal: io.signal });
    io.out(nextSteps(options, io.cwd));
    return EXIT.ok;
  } catch (error) {
    if (io.signal.aborted) {
      io.err('Stopped. Nothing was created.\n');
      return EXIT.interrupted;
    }
    if (!(error instanceof CreateError)) throw error;
    io.err(`${error.message}\n`);
    return EXIT.failed;
  }
}

/** Returns the flags, or the problem of the arguments. */
function parsed(args: readonly string[]): (Flags & { readonly help: boolean }) | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        template: { type: 'string', short: 't' },
        'package-manager': { type: 'string' },
        yes: { type: 'boolean', short: 'y', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const [name, ...others] = positionals;
    if (others.length > 0)
      return `expected one NAME, got ${positionals.join(' ')}; with npm, write -- before the options: npm create majordomo -- NAME --template chat`;
    const { template, yes, help, 'package-manager': packageManager } = values;
    return { name, template, packageManager, yes, help };
  } catch (error) {
    return (error as Error).message;
  }
}

const APPLICATION = {
  action: 'Start it with',
  keys: 'It needs no key. To call real models, copy .env.example to .env and set a key.',
};

const LINT = {
  action: 'Check its code for raw calls with',
  keys: 'The check needs no key and calls no model.',
};

function nextSteps({ name, folder, template, packageManager }: CreateOptions, cwd: string): string {
  const manager = packageManager ?? 'npm';
  const commands = [
    `cd ${relative(cwd, folder)}`,
    ...(packageManager === undefined ? [`${manager} install`] : []),
    `${manager} run ${TEMPLATES[template].start}`,
  ];
  const { action, keys } = template === 'lint' ? LINT : APPLICATION;
  return `\nCreated ${name} from the template ${template}. ${action}:\n
${commands.map((command) => `  ${command}\n`).join('')}
${keys}
`;
}
