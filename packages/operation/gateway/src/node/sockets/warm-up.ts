import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { ResponsesWriter } from '../../openai-responses/stream.ts';
import { nowInSeconds } from '../../response/seconds.ts';
import type { Json } from '../../response-store.ts';

/** Returns the event stream of a response without output, for a request that does not call the model. */
export function warmUpResponse(body: Json): Response {
  const writer = new ResponsesWriter({
    model: String(body['model']),
    body,
    isStored: false,
    createdAt: nowInSeconds(),
    now: nowInSeconds,
    known: new Map(),
  });
  const usage = { ...UNKNOWN_USAGE, input: 0, output: 0 };
  // The writer adds the first events before its last one.
  return new Response(writer.write({ type: 'finish', target: '', reason: 'stop', raw: 'stop', usage }));
}
