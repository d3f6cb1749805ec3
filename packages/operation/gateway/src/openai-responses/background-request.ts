import { object } from '../parsing/fields.ts';
import { Notes } from '../parsing/notes.ts';
import { nowInSeconds } from '../response/seconds.ts';
import type { StoredResponse } from '../response-store.ts';
import type { NewBackground } from '../wire.ts';
import { storedItems } from './input-items.ts';
import { ResponseIds } from './response-ids.ts';
import { envelope, toolsWithoutLogins, type Echo } from './response.ts';
import { KnownTools } from './known-tools.ts';
import { responsesTools } from './tools.ts';

/** Place of the first input item. The output items, which are not known yet, have the places before it. */
const FIRST_INPUT = 0x10000;

/** Returns a background response that has not begun, as it is stored. */
export function newBackground(
  echo: Echo,
  { ancestors, input }: Pick<StoredResponse, 'ancestors'> & { readonly input: unknown },
): NewBackground {
  const id = new ResponseIds().response;
  const response = { ...envelope(id, echo, []), status: 'queued', output: [], usage: null };
  const { input: _input, ...others } = echo.body;
  const job = { ...others, tools: toolsWithoutLogins(echo.body) };
  const items = storedItems(input, new ResponseIds(id, FIRST_INPUT));
  return { id, stored: { ancestors, input: items, response, job } };
}

/** Returns the data of the request from which the events of a background response are written. */
export function echoOf({ job = {}, response }: Pick<StoredResponse, 'job' | 'response'>): Echo {
  const known = new KnownTools();
  // Parses the tools only to add them to `known`. The client has received their warnings when the response was started.
  responsesTools(object(job, ''), known, new Notes());
  return {
    model: String(response['model']),
    body: job,
    isStored: true,
    createdAt: Number(response['created_at']),
    now: nowInSeconds,
    known,
  };
}
