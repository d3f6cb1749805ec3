import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { foundBinaryOf, TEMPORAL } from './binaries.ts';

/** Starts Temporal's isolate with the workflows of one file, to replay histories without a server. */
export interface Replayer {
  /** Rejects if the workflow deviates from the history. */
  replay(history: object, workflowId: string): Promise<void>;
}

interface Worker {
  readonly bundleWorkflowCode: (options: object) => Promise<object>;
  readonly DefaultLogger: new (level: string) => object;
  readonly Runtime: { install(options: object): unknown };
  readonly Worker: { runReplayHistory(options: object, history: object, id: string): Promise<void> };
}

interface Bundling {
  readonly resolve?: object;
}

/** Bundles the workflows of a module as Temporal's worker does. The workflows may import `@temporalio/workflow`. */
export async function startTemporal(workflowsPath: string): Promise<Replayer> {
  const { bundleWorkflowCode, DefaultLogger, Runtime, Worker } = (await import(
    pathToFileURL(foundBinaryOf('temporal')).href
  )) as Worker;
  const logger = new DefaultLogger('ERROR');
  Runtime.install({ logger, telemetryOptions: { logging: { filter: 'ERROR' } } });
  // Workflows find `@temporalio/workflow` in the installation, and other packages in the folders above their files.
  const modules = [join(TEMPORAL, 'node_modules'), 'node_modules'];
  const webpackConfigHook = (config: Bundling) => ({ ...config, resolve: { ...config.resolve, modules } });
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger, webpackConfigHook });
  return { replay: (history, id) => Worker.runReplayHistory({ workflowBundle }, history, id) };
}
