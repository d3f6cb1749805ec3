import type { Model, ModelEvent, Provider } from '../../src/index.ts';
import { ResponseWriter } from './response-writer.ts';

/** Returns a provider whose chat models have this stream. */
export const chatProvider = (id: string, stream: Model['stream']): Provider => ({
  spi: 1,
  id,
  model: (modelId) => ({ id: modelId, families: [id], capabilities: {}, stream }),
});

/** Returns the events of a response that is one text. */
export function textEvents(target: string, text: string): readonly ModelEvent[] {
  const writer = new ResponseWriter(target);
  writer.start();
  writer.text(text);
  writer.finish('stop', undefined);
  return writer.take();
}
