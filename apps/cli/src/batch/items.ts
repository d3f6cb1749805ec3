import type { BatchItem } from '@majordomo/batch';
import { isRecord } from '@majordomo/core/toolkit';
import { Stop } from '../program/exit.ts';
import { jsonLines } from '../files/read-json.ts';

/** Yields the items of a file, line by line. For a line that is not an item, throws `Stop` with the file and the line number. */
export async function* itemsIn(path: string, name: string): AsyncGenerator<BatchItem> {
  for await (const { value, place } of jsonLines(path, name)) yield itemOf(value, place);
}

function itemOf(value: unknown, place: string): BatchItem {
  if (isRecord(value) && (value['id'] === undefined || typeof value['id'] === 'string')) {
    const { id, prompt, system, request, embedding } = value;
    if (typeof prompt === 'string' && (system === undefined || typeof system === 'string'))
      return {
        id,
        request: { system, messages: [{ role: 'user', parts: [{ type: 'text', text: prompt }] }] },
      };
    // `submit` checks the members of the request.
    if (isRecord(request) || isRecord(embedding)) return value as unknown as BatchItem;
  }
  throw new Stop(
    `${place} is not an item; write {"id", "prompt", "system"}, {"id", "request"} or {"id", "embedding": {"values"}}`,
  );
}
