import { suiteFolder } from '@majordomo/test-support';
import { join } from 'node:path';

/** Creates a folder for the files of one test file, and removes it after the tests. */
export function folder(): (name: string) => string {
  const path = suiteFolder();
  return (name) => join(path, name);
}
