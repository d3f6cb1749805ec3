import type { Majordomo } from '@majordomo/core';
import { expect } from 'vitest';
import type { ParsedOperation, ParseOperation } from '../../src/operations/operation.ts';

const CALL = { target: 'a/x', warnings: [], attempts: [] };

/** Parsed request, the request to the model, and the response. */
interface Outcome extends Omit<ParsedOperation, 'run'> {
  readonly request: unknown;
  readonly mediaType: string;
  readonly sent: unknown;
}

/** Parses a request, runs it with a majordomo that records the call, and returns the observable results. */
export async function runOperation(
  parse: ParseOperation,
  body: object | FormData,
  result: object = {},
): Promise<Outcome> {
  const calls: unknown[] = [];
  const record = (method: string) => (spec: string) => ({
    [method]: (request: unknown, options: unknown) => {
      calls.push([spec, request, options]);
      return Promise.resolve({ ...CALL, ...result });
    },
  });
  const majordomo = {
    embeddingModel: record('embed'),
    imageModel: record('generate'),
    speechModel: record('speak'),
    transcriptionModel: record('transcribe'),
  } as unknown as Majordomo;
  const request = new Request('http://gateway.test', {
    method: 'POST',
    body: body instanceof FormData ? body : JSON.stringify(body),
  });
  const { run: send, ...parsed } = await parse(request, {
    maxBytes: 100_000,
    maxElements: 1000,
    hold: () => undefined,
  });
  const options = { tenant: 't' };
  const { body: sent, mediaType } = await send(majordomo, 'a/x', options);
  const [call] = calls as [readonly [string, unknown, unknown]];
  expect([call[0], call[2]]).toEqual(['a/x', options]);
  return {
    ...parsed,
    request: call[1],
    mediaType,
    sent: mediaType === 'application/json' ? (JSON.parse(String(sent)) as unknown) : sent,
  };
}

export const formOf = (
  fields: Readonly<Record<string, string | File | readonly (string | File)[]>>,
): FormData => {
  const form = new FormData();
  for (const [name, values] of Object.entries(fields))
    for (const value of typeof values === 'string' || values instanceof File ? [values] : values)
      form.append(name, value);
  return form;
};
