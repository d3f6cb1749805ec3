import type { CallOptions } from '../contract/call.ts';
import type { JsonSchemaRequest, ObjectResponse, TypedRequest } from '../contract/majordomo.ts';
import type { TypedCalls } from './typed-calls.ts';

/**
 * Asks with the schema, decodes the answer and checks it, in as many rounds as the options allow. What that needs is
 * loaded by the first typed call: most importers of core make none.
 */
export async function generateObject<T>(
  calls: TypedCalls,
  request: TypedRequest<T> | JsonSchemaRequest,
  options?: CallOptions,
): Promise<ObjectResponse<T>> {
  const { ObjectRounds } = await import('./rounds.ts');
  const rounds = new ObjectRounds<T>(request, options, calls.limits(options));
  try {
    for (;;) {
      const response = await calls.generate(rounds.request, rounds.options(), rounds.pick);
      const answer = await rounds.take(response);
      if (answer !== undefined) return answer;
    }
  } catch (error) {
    throw rounds.failed(error);
  } finally {
    rounds.close();
  }
}
