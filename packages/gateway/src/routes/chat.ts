import { answered } from '../answering/answered.ts';
import { specOf } from '../door/models.ts';
import { tellOperator } from '../door/operator.ts';
import { jsonBody } from '../reading/body.ts';
import { readWithMedia } from '../reading/media.ts';
import { CUT } from '../platform-context.ts';
import type { House, Visit } from '../visit.ts';
import type { Wire } from '../wire.ts';
import { callOptions } from './call-options.ts';

/** One request of a wire: read, asked of the chain, answered. */
export async function chatRoute(visit: Visit, house: House, wire: Wire): Promise<Response> {
  const { request, caller, requestId, context } = visit;
  const { settings } = house;
  const leave = house.busy.enter();
  try {
    const body = await jsonBody(request, settings.maxBodyBytes);
    const asked = await readWithMedia((media) => wire.read(body, media), settings.fetchMedia, request.signal);
    const spec = await specOf(asked.model, caller, settings);
    const options = callOptions(visit, asked.metadata, house, asked.request);
    const onError = (error: unknown): void => {
      tellOperator(error, requestId, settings);
    };
    return await answered({ asked, spec, options, onEnd: leave, onError, cut: context?.[CUT] }, settings);
  } catch (error) {
    leave();
    throw error;
  }
}
