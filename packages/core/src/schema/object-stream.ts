import type { CallOptions } from '../model/call.ts';
import type { ChatModel, DeepPartial, ObjectResponse, ObjectStream, TypedRequest } from '../model/majordomo.ts';
import { generateObject } from './object.ts';

export function streamObject<T>(
  model: Pick<ChatModel, 'generate'>,
  request: TypedRequest<T>,
  options?: CallOptions,
): ObjectStream<T> {
  let asked: Promise<ObjectResponse<T>> | undefined;
  const response = (): Promise<ObjectResponse<T>> =>
    (asked ??= generateObject<T>(model, request, options));
  return {
    response,
    async *[Symbol.asyncIterator]() {
      yield (await response()).value as DeepPartial<T>;
    },
  };
}
