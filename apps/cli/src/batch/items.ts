import { open } from 'node:fs/promises';
import type { BatchItem } from '@majordomo/batch';
import { isRecord } from '@majordomo/core/toolkit';
import { Stop } from '../program/exit.ts';
import { parseJson } from '../files/read-json.ts';
import { reasonOf } from '../program/reason.ts';

/** Yields the items of a file, line by line. For a line that is not an item, throws `Stop` with the file and the line number. */
export async function* itemsIn(path: string, name: string): AsyncGenerator<BatchItem> {
  const file = await open(path).catch((error: unknown) => {
    throw new Stop(`${name} cannot be read: ${reasonOf(error)}`);
  });
  try {
    let number = 0;
    for await (const line of file.readLines()) {
      number++;
      if (line.trim() !== '') yield itemOf(parseJson(line, `${name}:${number}`), `${name}:${number}`);
    }
  } finally {
    await file.close();
  }
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
