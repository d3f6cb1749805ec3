import { missing, startPostgres } from '@majordomo/services';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the server that the test files share. */
    readonly postgresUrl?: string;
  }
}

/** Starts one server for all test files of the project, each of which creates its own database. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (missing('postgres') !== undefined) return undefined;
  const server = await startPostgres();
  project.provide('postgresUrl', server.url);
  return () => server.stop();
}
