/** Subscription CLIs that answer prompts: the command, and the npm packages that `npx` would run. From their installation pages, 2026-11-20. */
export const cliCommands: readonly string[] = ['claude', 'gemini', 'opencode', 'cursor-agent', 'codex'];
export const cliPackages: ReadonlyMap<string, string> = new Map([
  ['@anthropic-ai/claude-code', 'claude'],
  ['@google/gemini-cli', 'gemini'],
  ['opencode-ai', 'opencode'],
  ['@openai/codex', 'codex'],
]);

/** Modules that start processes: whatever they export, called with a command, is a spawn. */
export const spawnModules: ReadonlySet<string> = new Set([
  'child_process',
  'execa',
  'tinyexec',
  'zx',
  'cross-spawn',
  'nano-spawn',
  'node-pty',
  '@lydell/node-pty',
  '@homebridge/node-pty-prebuilt-multiarch',
  'shelljs',
  'bun',
  'dax',
  '@david/dax',
  'cross-spawn-promise',
  '@npmcli/promise-spawn',
  'foreground-child',
]);

/** `Bun.spawn`, `Bun.$`, `Deno.Command`: the first path element after the global. */
export const spawnGlobals: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['Bun', new Set(['spawn', 'spawnSync', '$'])],
  ['Deno', new Set(['Command', 'run'])],
]);

/** Names that say enough when nobody can see where the function comes from (`exec` does not: RegExp has it). */
export const spawnNames: ReadonlySet<string> = new Set([
  'spawn',
  'spawnSync',
  'execFile',
  'execFileSync',
  'execSync',
  'execa',
  'execaSync',
  'execaCommand',
  'execaCommandSync',
]);

/** Programs that run the program named after them, and their flags that take a value. */
export const launchers: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['npx', new Set(['-p', '--package', '-c'])],
  ['bunx', new Set<string>()],
  ['pnpx', new Set<string>()],
  ['env', new Set(['-u', '--unset', '-C', '--chdir'])],
  ['sudo', new Set(['-u', '-g', '--user', '--group'])],
  ['nohup', new Set<string>()],
  ['time', new Set<string>()],
  ['nice', new Set(['-n'])],
  ['timeout', new Set(['-s', '-k', '--signal', '--kill-after'])],
  ['stdbuf', new Set(['-i', '-o', '-e'])],
  ['xargs', new Set(['-I', '-n', '-P', '-L'])],
  ['exec', new Set<string>()],
  ['command', new Set<string>()],
  ['unbuffer', new Set<string>()],
  ['wsl', new Set(['-d', '-u', '--distribution', '--user'])],
]);

/** Programs that run a file of JavaScript. */
export const interpreters: ReadonlySet<string> = new Set(['node', 'nodejs', 'tsx']);

/** Package managers that run a program by a subcommand. */
export const runners: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['npm', new Set(['exec', 'x'])],
  ['pnpm', new Set(['exec', 'dlx'])],
  ['yarn', new Set(['exec', 'dlx'])],
  ['bun', new Set(['x'])],
]);

/** Shells, and the flags after which a script follows. */
export const shells: ReadonlySet<string> = new Set([
  'sh',
  'bash',
  'zsh',
  'dash',
  'ash',
  'fish',
  'cmd',
  'powershell',
  'pwsh',
]);
export const scriptFlags: ReadonlySet<string> = new Set([
  '-c',
  '-lc',
  '-ic',
  '-cl',
  '/c',
  '/C',
  '-Command',
  '-command',
]);
