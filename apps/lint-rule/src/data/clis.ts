/**
 * Commands of subscription CLIs that answer prompts, and the npm packages that `npx` would run. From their installation pages,
 * 2026-11-20.
 */
export const cliCommands: readonly string[] = ['claude', 'gemini', 'opencode', 'cursor-agent', 'codex'];
export const cliPackages: ReadonlyMap<string, string> = new Map([
  ['@anthropic-ai/claude-code', 'claude'],
  ['@google/gemini-cli', 'gemini'],
  ['opencode-ai', 'opencode'],
  ['@openai/codex', 'codex'],
]);

/** Programs that send HTTP requests to an address in their arguments. */
export const httpPrograms: ReadonlySet<string> = new Set(['curl', 'wget', 'http', 'https', 'xh', 'xhs']);

/** Names of the Python interpreter. */
export const pythonProgram: RegExp = /^python(?:\d(?:\.\d+)?)?$/;

/** Import of a Python module that calls models. The names are from their pages on PyPI, 2026-11-25. */
export const pythonImport: RegExp =
  /(?<![\w.])(?:import|from)\s{1,9}(openai|anthropic|google\.genai|google\.generativeai|mistralai|groq|cohere|ollama|together|litellm)(?!\w)/;

/** Modules that start processes. Each call of an export with a command starts a process. */
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

/** Members of runtime globals that start processes: `Bun.spawn`, `Bun.$`, `Deno.Command`. */
export const spawnGlobals: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['Bun', new Set(['spawn', 'spawnSync', '$'])],
  ['Deno', new Set(['Command', 'run'])],
]);

/** Names of functions that start processes, for functions of unknown origin. Excludes `exec`, which `RegExp` also has. */
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

/** Programs that run another program from their arguments, and the flags of these programs that require a value. */
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

/** Programs that run a JavaScript file. */
export const interpreters: ReadonlySet<string> = new Set(['node', 'nodejs', 'tsx']);

/** Package managers, and the subcommands with which they run a program. */
export const runners: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['npm', new Set(['exec', 'x'])],
  ['pnpm', new Set(['exec', 'dlx'])],
  ['yarn', new Set(['exec', 'dlx'])],
  ['bun', new Set(['x'])],
]);

/** Shells, and the flags that precede a script in their arguments. */
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
