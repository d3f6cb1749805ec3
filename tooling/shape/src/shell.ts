/** Function that returns the problem of a command's arguments, or `undefined` if the arguments are valid. */
export type Bin = (args: readonly string[]) => Promise<string | undefined>;

/** Files, scripts and packages against which commands are checked. */
export interface Known {
  /** Scripts of the root, which `pnpm` runs. */
  readonly scripts: readonly string[];
  /** Scripts of the application that the document describes, which `npm` runs. */
  readonly npmScripts: readonly string[];
  /** `pnpm@12.21.0`, as the root's manifest pins it. */
  readonly packageManager: string;
  /** Packages of this repository, and all dependencies of the workspace's manifests. */
  readonly packages: readonly string[];
  /** Commands of the packages, with the check of their arguments. */
  readonly bins: Readonly<Record<string, Bin>>;
  /** Files and folders under the root. */
  readonly exists: (path: string) => boolean;
}

/** Returns the problems of the commands of a shell block without running them. */
export async function complaintsAboutShell(code: string, known: Known): Promise<readonly string[]> {
  const commands = code.split('\n').flatMap(commandsOf);
  const problems = await Promise.all(commands.map((words) => complaintAbout(words, known)));
  return commands.flatMap((words, at) => {
    const problem = problems[at];
    return problem === undefined ? [] : [`${words.join(' ')}: ${problem}`];
  });
}

/** Returns the package names that a line installs with npm, without version ranges. */
export const installedBy = (line: string): readonly string[] =>
  commandsOf(line).flatMap(([command, verb, ...rest]) =>
    command === 'npm' && (verb === 'install' || verb === 'i')
      ? rest.filter((word) => !word.startsWith('-')).map(bareName)
      : [],
  );

const bareName = (name: string): string => name.replace(/(?<=.)@[^/]*$/, '');

async function complaintAbout(
  [command = '', ...args]: readonly string[],
  known: Known,
): Promise<string | undefined> {
  switch (command) {
    case 'npm':
      return npm(args, known);
    case 'npx':
      return npx(args, known);
    case 'pnpm':
      return pnpm(args, known);
    case 'node':
      return known.exists(args[0] ?? '') ? undefined : `the file ${args[0]} does not exist`;
    case 'git':
    case 'cd':
      return undefined;
    default:
      return command in known.bins ? known.bins[command]?.(args) : `${command} is not a known command`;
  }
}

function npm([verb, ...rest]: readonly string[], { packages, npmScripts }: Known): string | undefined {
  if ((verb === 'ci' || verb === 'login') && rest.length === 0) return undefined;
  if (npmScripts.includes((verb === 'run' ? rest[0] : verb) ?? '')) return undefined;
  if (verb === 'create') {
    const command = `create-${bareName(rest[0] ?? '')}`;
    return packages.includes(command) ? undefined : `no package has the name ${command}`;
  }
  if (verb === 'view')
    return packages.includes(rest[0] ?? '') ? undefined : `no package has the name ${rest[0]}`;
  if (verb !== 'install' && verb !== 'i') return `npm ${verb} is not looked at`;
  const flag = rest.find((word) => word.startsWith('-') && !NPM_FLAGS.has(word));
  if (flag !== undefined) return `${flag} is not looked at`;
  const foreign = rest.filter((word) => !word.startsWith('-') && !packages.includes(bareName(word)));
  return foreign.length === 0 ? undefined : `no manifest names ${foreign.join(', ')}`;
}

const NPM_FLAGS: ReadonlySet<string> = new Set(['--save-dev', '-D', '--global', '-g', '--package-lock-only']);

async function npx([first = '', ...rest]: readonly string[], known: Known): Promise<string | undefined> {
  if (first === '--yes' || first === '-y') return npx(rest, known);
  if (first === '-p') {
    const [name = '', ...command] = rest;
    return known.packages.includes(name) ? npx(command, known) : `no manifest names ${name}`;
  }
  if (first.startsWith('pnpm@')) {
    return first === known.packageManager
      ? pnpm(rest, known)
      : `this repository pins ${known.packageManager}`;
  }
  return first in known.bins ? known.bins[first]?.(rest) : `no package has the command ${first}`;
}

function pnpm(
  [first = '', ...rest]: readonly string[],
  { scripts, packages, exists }: Known,
): string | undefined {
  if (first === 'install') return undefined;
  if (first === 'exec') return packages.includes(rest[0] ?? '') ? undefined : `there is no ${rest[0]}`;
  const script = first === 'run' ? (rest[0] ?? '') : first;
  if (!scripts.includes(script)) return `the script ${script} does not exist`;
  const path =
    script === 'test' ? rest.find((word) => /^[\w./-]+$/.test(word) && !word.startsWith('-')) : undefined;
  return path === undefined || exists(path) ? undefined : `the folder ${path} does not exist`;
}

/** Returns the commands of one line, without quotes, comments, variable assignments, and the part from `>` on. */
function commandsOf(line: string): readonly (readonly string[])[] {
  const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(#.*$)|(&&|[|;])|[^\s"'|;]+/g)]
    .filter(([, , , comment]) => comment === undefined)
    .map(([word, double, single, , operator]) => ({
      text: double ?? single ?? word,
      ends: operator !== undefined,
    }));
  const commands: string[][] = [[]];
  for (const { text, ends } of words) {
    if (ends) commands.push([]);
    else commands.at(-1)?.push(text);
  }
  return commands
    .map((command) => {
      const start = command.findIndex((word) => !/^[A-Z_]+=/.test(word));
      return start === -1 ? [] : command.slice(start);
    })
    .map((command) => command.slice(0, command.includes('>') ? command.indexOf('>') : undefined))
    .filter((command) => command.length > 0);
}
