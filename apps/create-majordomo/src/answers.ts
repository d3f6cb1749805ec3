import { join } from 'node:path';
import { isCancel, select, text } from '@clack/prompts';
import validateName from 'validate-npm-package-name';
import { CreateError } from './create-error.ts';
import { requireEmpty, type CreateOptions } from './create-project.ts';
import {
  isPackageManager,
  PACKAGE_MANAGERS,
  runningPackageManager,
  type PackageManager,
} from './package-managers.ts';
import { TEMPLATES, templateOf, type Template } from './templates.ts';

/** Arguments of the command. */
export interface Flags {
  readonly name?: string | undefined;
  readonly template?: string | undefined;
  readonly packageManager?: string | undefined;
  /** Whether the command asks no questions. */
  readonly yes: boolean;
}

/** Surroundings of the command. */
export interface Surroundings {
  readonly cwd: string;
  /** Whether a person can answer questions. */
  readonly isTerminal: boolean;
  /** Value of `npm_config_user_agent`, which names the package manager that runs the command. */
  readonly userAgent: string | undefined;
  /** Aborts when the command must end. */
  readonly signal: AbortSignal;
}

const NONE = 'none';
type Answer = PackageManager | typeof NONE;

/**
 * Returns the options of the application. Asks the user for the missing ones, if that is possible. Returns `undefined` if the
 * user cancelled. Throws a `CreateError` for a value that is missing or invalid.
 */
export async function answersOf(
  flags: Flags,
  { cwd, isTerminal, userAgent, signal }: Surroundings,
): Promise<CreateOptions | undefined> {
  const canAsk = isTerminal && !flags.yes;
  if (!canAsk && (flags.name === undefined || flags.template === undefined))
    throw new CreateError(
      'NAME and --template are required without a terminal and with --yes;\n' +
        'for example: npm create majordomo@latest my-app -- --template chat',
    );
  // Check all arguments before the first question.
  const given = flags.template === undefined ? undefined : templateOf(flags.template);
  const manager = flags.packageManager === undefined ? undefined : managerOf(flags.packageManager);
  const problem = flags.name === undefined ? undefined : problemOfName(flags.name);
  if (problem !== undefined) throw new CreateError(problem);

  const name = flags.name ?? (await askName(signal));
  if (name === undefined) return undefined;
  const folder = join(cwd, folderName(name));
  await requireEmpty(folder);
  const template = given ?? (await askTemplate(signal));
  if (template === undefined) return undefined;
  const running = runningPackageManager(userAgent);
  const answer = manager ?? (canAsk ? await askManager(running, signal) : running);
  if (answer === undefined) return undefined;
  return { name, folder, template, packageManager: answer === NONE ? undefined : answer };
}

/** Returns the folder of an application: `chat` for `@acme/chat`. */
const folderName = (name: string): string => name.split('/').at(-1) ?? name;

function problemOfName(name: string | undefined): string | undefined {
  const { validForNewPackages, errors = [], warnings = [] } = validateName(name ?? '');
  if (validForNewPackages) return undefined;
  return `"${name ?? ''}" is not a valid package name: ${[...errors, ...warnings].join(', ')}; use a name such as my-app`;
}

function managerOf(name: string): Answer {
  if (name === NONE || isPackageManager(name)) return name;
  throw new CreateError(
    `"${name}" is not a supported package manager; use ${[...PACKAGE_MANAGERS, NONE].join(', ')}`,
  );
}

async function askName(signal: AbortSignal): Promise<string | undefined> {
  const message = 'Name of the application';
  return answered(await text({ message, placeholder: 'my-app', validate: problemOfName, signal }));
}

async function askTemplate(signal: AbortSignal): Promise<Template | undefined> {
  const options = Object.entries(TEMPLATES).map(([value, { content }]) => ({
    value: value as Template,
    label: `${value}: ${content}`,
  }));
  return answered(await select({ message: 'Template', options, signal }));
}

async function askManager(initialValue: Answer, signal: AbortSignal): Promise<Answer | undefined> {
  const message = 'Package manager for the installation';
  const managers = PACKAGE_MANAGERS.map((value) => ({ value: value as Answer, label: value as string }));
  const options = [...managers, { value: NONE as Answer, label: 'none: install later' }];
  return answered(await select({ message, options, initialValue, signal }));
}

const answered = <Value>(answer: Value): Exclude<Value, symbol> | undefined =>
  isCancel(answer) ? undefined : (answer as Exclude<Value, symbol>);
