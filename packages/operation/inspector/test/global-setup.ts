import { missing } from '@majordomo/services';
import { startBrowser } from '@majordomo/services/browser';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the browser that the test files share. */
    readonly browserAddress?: string;
  }
}

/** Starts one browser for all test files of the project, each of which opens its own contexts. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (missing('chromium') !== undefined) return undefined;
  const browser = await startBrowser();
  project.provide('browserAddress', browser.wsEndpoint());
  return () => browser.close();
}
