import { toldHeaders } from '../answering/headers.ts';
import { specOf } from '../door/models.ts';
import type { ReadOperation } from '../operations/operation.ts';
import type { House, Visit } from '../visit.ts';
import { callOptions } from './call-options.ts';

/** One request for vectors, a transcript or speech: read, asked of the chain, answered whole. */
export async function operationRoute(visit: Visit, house: House, read: ReadOperation): Promise<Response> {
  const { settings } = house;
  const leave = house.busy.enter();
  try {
    const asked = await read(visit.request, settings.maxBodyBytes);
    const spec = await specOf(asked.model, visit.caller, settings);
    const options = callOptions(visit, asked.metadata, house);
    const { body, mediaType, result } = await asked.answer(settings.majordomo, spec, options);
    return new Response(body, {
      headers: {
        'content-type': mediaType,
        ...toldHeaders({
          target: result.target,
          attempts: result.attempts.filter(({ outcome }) => outcome !== 'skipped').length,
          warnings: [...asked.notes, ...result.warnings],
        }),
      },
    });
  } finally {
    leave();
  }
}
