import { pathToFileURL } from 'node:url';
import { foundBinaryOf } from './binaries.ts';

/** Cloudflare's runtime with one Worker, and access to it from this process. */
export interface Miniflare extends AsyncDisposable {
  readonly ready: Promise<URL>;
  dispose(): Promise<void>;
}

/** Worker as one JavaScript module, with its bindings. */
export interface WorkerOptions {
  readonly script: string;
  /** Classes of Durable Objects by binding, with SQLite storage. */
  readonly objects?: Readonly<Record<string, string>> | undefined;
  /** Classes of workflows by binding. */
  readonly workflows?: Readonly<Record<string, string>> | undefined;
  /** Bindings of loaders of dynamic Workers. */
  readonly loaders?: readonly string[] | undefined;
  /** Scripts of other Workers, by binding. */
  readonly services?: Readonly<Record<string, string>> | undefined;
}

/** Runs the Worker on 127.0.0.1 without persistent state. */
export async function startMiniflare({
  script,
  objects = {},
  workflows = {},
  loaders = [],
  services = {},
}: WorkerOptions): Promise<Miniflare> {
  const { Miniflare: Runtime } = (await import(pathToFileURL(foundBinaryOf('miniflare')).href)) as {
    readonly Miniflare: new (options: object) => Miniflare;
  };
  const workerOf = (script: string) => ({
    compatibilityDate: '2026-04-01',
    // Listed, because otherwise the runtime parses the complete script in this process to find its imports.
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents: script }],
  });
  const bindings = Object.keys(services);
  const runtime = new Runtime({
    host: '127.0.0.1',
    // Without this, the runtime would request its location from Cloudflare.
    cf: false,
    telemetry: { enabled: false },
    workers: [
      {
        ...workerOf(script),
        name: 'first',
        durableObjects: Object.fromEntries(
          Object.entries(objects).map(([binding, className]) => [binding, { className, useSQLite: true }]),
        ),
        workflows: Object.fromEntries(
          Object.entries(workflows).map(([binding, className]) => [binding, { name: binding, className }]),
        ),
        workerLoaders: Object.fromEntries(loaders.map((binding) => [binding, {}])),
        serviceBindings: Object.fromEntries(bindings.map((binding) => [binding, binding])),
      },
      ...Object.entries(services).map(([name, each]) => ({ ...workerOf(each), name })),
    ],
  });
  await runtime.ready;
  return runtime;
}
