import type { JsonObject } from '@majordomo/core';
import type { Route } from './route.ts';
import { ERROR } from './schemas.ts';

const contentOf = (schema: JsonObject, mediaTypes: readonly string[] = ['application/json']): JsonObject =>
  Object.fromEntries(mediaTypes.map((type) => [type, { schema }]));

/** Returns the OpenAPI 3.1 document of these routes. It is generated from the schemas that validate requests. */
export function openapiOf(routes: readonly Route[], path: string): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const route of routes) (paths[path + route.path] ??= {})[route.method] = operationOf(route);
  return {
    openapi: '3.1.0',
    info: { title: 'majordomo admin API', version: '1' },
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: ERROR },
    },
  };
}

function operationOf({ path, summary, query = {}, body, status, answer, mediaTypes }: Route): JsonObject {
  const id = path.includes('{id}')
    ? [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }]
    : [];
  const parameters = Object.entries(query).map(([name, schema]) => ({ name, in: 'query', schema }));
  return {
    summary,
    parameters: [...id, ...parameters],
    ...(body && {
      requestBody: {
        // `object` of `schema.ts` creates each schema of a body, with `required`.
        required: (body['required'] as readonly string[]).length > 0,
        content: contentOf(body),
      },
    }),
    responses: {
      [`${status}`]: { description: 'Success', content: contentOf(answer, mediaTypes) },
      default: { description: 'Refusal', content: contentOf({ $ref: '#/components/schemas/Error' }) },
    },
  };
}
