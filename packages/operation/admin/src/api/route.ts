import type { JsonObject } from '@majordomo/core';

/** Validated request of a route. */
export interface RouteRequest {
  /** Name of the caller, which `onChange` receives as `by`. */
  readonly by: string;
  /** Value of `{id}` in the path, or `''` if the route has no `{id}`. */
  readonly id: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: JsonObject;
}

/** Route of the admin API. Its schemas validate requests and describe the route in the OpenAPI document. */
export interface Route {
  readonly method: 'get' | 'post' | 'patch';
  /** Path relative to the path of the API. `{id}` matches one segment. */
  readonly path: string;
  readonly summary: string;
  /** Schemas of the query parameters by name. Parameters of type integer are converted to numbers. */
  readonly query?: Readonly<Record<string, JsonObject>> | undefined;
  /** Schema of the JSON body. */
  readonly body?: JsonObject | undefined;
  /** Status of a successful response. */
  readonly status: 200 | 201;
  /** Schema of a successful response. */
  readonly answer: JsonObject;
  /** Media types of a response that is not JSON. */
  readonly mediaTypes?: readonly string[] | undefined;
  /** Function that returns the body of the response, or a response that is not JSON. */
  readonly handle: (request: RouteRequest) => Promise<unknown>;
}
