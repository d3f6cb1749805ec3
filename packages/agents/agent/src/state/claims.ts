import { LlmError } from '@majordomo/core';
import { checkOptions } from '@majordomo/core/toolkit';
import { layoutOf, type RecordStore } from '@majordomo/records';

/** Space of the claims. Their keys are `<run>/<step>/<call>`. */
const SPACE = 'claims';
const layout = layoutOf<{ readonly by: string }>('the claim', 1);

/**
 * Admits a call of a tool with `effect: 'once'` only once, across all processes that share the store. Returns whether the key was new.
 * The claim never expires, because its run can be resumed at any time.
 */
export async function claimCall(records: RecordStore, key: string): Promise<boolean> {
  const value = layout.write({ by: crypto.randomUUID() });
  const versions = await records.write(SPACE, [{ type: 'put', key, version: 0, value }]);
  // A client of a database may have repeated the write because it lost the first reply.
  return versions !== undefined || (await records.get(SPACE, key))?.value === value;
}

/** Throws `config` for a value that is not a store of records. */
export function checkRecords(method: string, records: RecordStore): void {
  checkOptions(method, { records }, { records: 'object with write' });
}

/** Returns the error for a call of a tool with `effect: 'once'` that no store claims. */
export const missingClaim = (toolName: string): LlmError =>
  new LlmError(
    'config',
    `records: "${toolName}" has effect 'once', and another process or agent may have started this call; pass \`records\`, a store that all processes share`,
    { path: 'records' },
  );
