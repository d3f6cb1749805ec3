import { spawn } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { ModelEvent, ModelRequest } from '@majordomo/core';
import { folderOf, ROOT } from '@majordomo/test-support';

const built = (id: string): string => path.join(folderOf(id), 'dist');
/** The runtime is not a dependency of this package; `.ci/outside` installs it. */
const BINARY: string | undefined = globSync(
  path.join(ROOT, 'tooling/runtimes/node_modules/@cloudflare/workerd-*/bin/workerd*'),
)[0];

export interface WorkerCall {
  readonly transport: string;
  readonly request: ModelRequest;
  /** Type of the event after which the call is aborted. */
  readonly abortAt?: ModelEvent['type'];
}

export interface WorkerAnswer {
  readonly events: readonly ModelEvent[];
  readonly error?: {
    readonly kind: string;
    readonly message: string;
    readonly details: { readonly status?: number; readonly code?: string };
  };
}

export interface Workerd extends AsyncDisposable {
  call(call: WorkerCall): Promise<WorkerAnswer>;
}

/** Starts a workerd with two workers: an application of this package, and an `env.AI` in front of `origin`. */
export async function startWorkerd(origin: string): Promise<Workerd> {
  if (BINARY === undefined) throw new Error('workerd is not installed');
  const folder = mkdtempSync(path.join(tmpdir(), 'majordomo-workerd-'));
  const file = path.join(folder, 'config.capnp');
  writeFileSync(file, config(origin, folder));
  const child = spawn(BINARY, ['serve', '--control-fd=3', file], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    env: {},
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = `http://127.0.0.1:${await portOf(child.stdio[3] as Readable)}`;
  return {
    async call(call) {
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(call) });
      if (!response.ok) throw new Error(`the worker failed: ${await response.text()}`);
      return (await response.json()) as WorkerAnswer;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await closed;
      rmSync(folder, { recursive: true });
    },
  };
}

/** Returns the port of the first `{ event: 'listen', port }` on the control channel. */
async function portOf(control: Readable): Promise<number> {
  for await (const line of createInterface(control)) {
    const { event, port } = JSON.parse(line) as { event: string; port: number };
    if (event === 'listen') return port;
  }
  throw new Error('workerd ended before it listened');
}

/** Compatibility date before which `Buffer` and `process` are not global, without `nodejs_compat`. */
const config = (origin: string, folder: string): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "app", worker = (${worker(origin, embedded(folder, 'app', appModules()))}, (name = "AI", service = "ai")])),
    (name = "ai", worker = (${worker(origin, embedded(folder, 'fake', fakeModules()))}])),
    (name = "local", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "app")],
);
`;

type Modules = readonly (readonly [name: string, source: string])[];

/** Strings of Cap'n Proto support fewer escapes than JSON, so the sources are separate files. */
const embedded = (folder: string, worker: string, modules: Modules): readonly string[] =>
  modules.map(([name, source], index) => {
    const file = `${worker}-${index}.js`;
    writeFileSync(path.join(folder, file), source);
    return `(name = "${name}", esModule = embed "${file}")`;
  });

/** Returns the start of a worker, up to its open list of bindings. */
const worker = (origin: string, modules: readonly string[]): string =>
  `compatibilityDate = "2026-04-01", globalOutbound = "local",
  modules = [${modules.join(',')}],
  bindings = [(name = "ORIGIN", text = "${origin}")`;

const fakeModules = (): Modules => [
  ['main.mjs', read(import.meta.dirname, 'worker/fake-ai.mjs')],
  ['fake-binding.ts', read(import.meta.dirname, 'fake-binding.ts')],
];

/** Returns the sources and builds of the package without a bundler. A bare name is resolved next to its importer. */
const appModules = (): Modules => [
  ['main.mjs', read(import.meta.dirname, 'worker/main.mjs')],
  ...modulesIn(path.join(import.meta.dirname, '../src'), '', ['*.ts'], ['*.test.ts']),
  ...modulesIn(built('core'), 'core/', ['*.js'], []),
  ...modulesIn(built('imagegen'), '', ['*.js'], []),
  ['@majordomo/core', `export * from '../core/index.js';`],
  ...modulesIn(built('wire-kit'), 'kit/', ['*.js'], []),
  ['@majordomo/core/toolkit', `export * from '../../core/toolkit.js';`],
  ['@majordomo/wire-kit', `export * from '../kit/index.js';`],
  ['@majordomo/wire-kit/internal', `export * from '../../kit/internal.js';`],
  ['kit/@majordomo/core', `export * from '../../core/index.js';`],
  ['kit/@majordomo/core/toolkit', `export * from '../../../core/toolkit.js';`],
  ['@majordomo/imagegen', `export * from '../index.js';`],
];

const modulesIn = (cwd: string, prefix: string, pattern: string[], exclude: string[]): Modules =>
  globSync(pattern, { cwd, exclude }).map((name) => [`${prefix}${name}`, read(cwd, name)]);

function read(folder: string, name: string): string {
  const source = readFileSync(path.join(folder, name), 'utf8');
  return name.endsWith('.ts') ? stripTypeScriptTypes(source) : source;
}
